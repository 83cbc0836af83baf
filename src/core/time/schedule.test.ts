import fc from 'fast-check';
import { DateTime } from 'luxon';
import { parseSendTime } from './schedule';

const NOW = new Date('2026-07-01T00:00:00Z');
const IST = 'Asia/Kolkata';
const NEW_YORK = 'America/New_York';
const UNREADABLE = /^is unreadable: write yyyy-mm-dd hh:mm\[:ss\] .* ISO 8601 .* epoch seconds or milliseconds$/;

describe('parseSendTime', () => {
  it.each([
    ['a clock time in the zone', '2026-08-01 10:00:00', IST, '2026-08-01T04:30:00.000Z'],
    ['without seconds', '2026-08-01 10:00', IST, '2026-08-01T04:30:00.000Z'],
    ['with T', '2026-08-01T10:00:00', IST, '2026-08-01T04:30:00.000Z'],
    ['with milliseconds', '2026-08-01T10:00:00.250', IST, '2026-08-01T04:30:00.250Z'],
    ['with blanks around it', '  2026-08-01 10:00:00 ', IST, '2026-08-01T04:30:00.000Z'],
    ['Z', '2026-08-01T10:00:00Z', IST, '2026-08-01T10:00:00.000Z'],
    ['an offset with a colon', '2026-08-01T10:00:00+05:30', NEW_YORK, '2026-08-01T04:30:00.000Z'],
    ['an offset without a colon', '2026-08-01T10:00:00.000-0400', IST, '2026-08-01T14:00:00.000Z'],
    ['an offset of hours', '2026-08-01 10:00 +02', IST, '2026-08-01T08:00:00.000Z'],
    ['epoch seconds', '1785560400', IST, '2026-08-01T05:00:00.000Z'],
    ['epoch milliseconds', 1_785_560_400_123, IST, '2026-08-01T05:00:00.123Z'],
    ['a leap day', '2028-02-29 00:00:00', 'UTC', '2028-02-29T00:00:00.000Z', new Date('2028-01-01T00:00:00Z')],
    ['the past is no error', '2020-01-01 00:00:00', 'UTC', '2020-01-01T00:00:00.000Z'],
    ['a skipped clock time moves forward by the gap', '2026-03-08 02:30:00', NEW_YORK, '2026-03-08T07:30:00.000Z'],
    ['the minute before the gap', '2026-03-08 01:59:00', NEW_YORK, '2026-03-08T06:59:00.000Z'],
    ['a doubled clock time is the earlier one', '2026-11-01 01:30:00', NEW_YORK, '2026-11-01T05:30:00.000Z'],
    ['the hour after the overlap', '2026-11-01 02:00:00', NEW_YORK, '2026-11-01T07:00:00.000Z'],
    ['a doubled clock time in the south', '2027-04-04 02:30:00', 'Australia/Sydney', '2027-04-03T15:30:00.000Z'],
    ['exactly 400 days ahead', '2027-08-05 00:00:00', 'UTC', '2027-08-05T00:00:00.000Z'],
  ])('%s', (_label, raw, zone, iso, now = NOW) => {
    expect(parseSendTime(raw, zone, now)).toEqual({ ok: true, at: new Date(iso) });
  });

  it.each(
    [
      ['', 'now', '01-08-2026 10:00', '2026-02-30 10:00:00', '2026-13-01 10:00', '2026-08-01 24:00:00'],
      ['2026-08-01 10:60', '2026-08-01', '10:00', '123456789', '2026-08-01T10:00:00 05:30', '$$Time', 'NaN'],
      ['2026-08-01T10:00:00+25:00', '2026-08-01T10:00:00+15', '2026-08-01T10:00:00-05:60', '2026-08-01 10:00 IST'],
    ].flat(),
  )('%j is unreadable', (raw) => {
    const result = parseSendTime(raw, IST, NOW);
    expect(result).toEqual({ ok: false, reason: expect.stringMatching(UNREADABLE) });
  });

  it('refuses more than 400 days ahead', () => {
    expect(parseSendTime('2027-08-05 00:00:01', 'UTC', NOW)).toEqual({
      ok: false,
      reason: 'is more than 400 days ahead',
    });
    expect(parseSendTime(9_999_999_999_999, 'UTC', NOW).ok).toBe(false);
  });

  it('throws for an unknown zone, which is a mistake in the account, not in the request', () => {
    expect(() => parseSendTime('2026-08-01 10:00', 'Mars/Olympus', NOW)).toThrow(
      'Mars/Olympus is not an IANA time zone',
    );
  });

  it('is the clock time of the zone whenever that clock time exists', () => {
    const zones = fc.constantFrom(IST, NEW_YORK, 'Europe/Berlin', 'Australia/Lord_Howe', 'America/Sao_Paulo', 'UTC');
    const instants = fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2027, 0) }).map((ms) => ms - (ms % 1_000));
    fc.assert(
      fc.property(instants, zones, (ms, zone) => {
        const written = DateTime.fromMillis(ms, { zone }).toFormat('yyyy-MM-dd HH:mm:ss');
        const result = parseSendTime(written, zone, NOW);
        if (!result.ok) throw new Error(result.reason);
        expect(DateTime.fromJSDate(result.at, { zone }).toFormat('yyyy-MM-dd HH:mm:ss')).toBe(written);
        // Equal clock times come at most two hours apart, and the earlier one is chosen.
        expect(result.at.getTime()).toBeLessThanOrEqual(ms);
        expect(ms - result.at.getTime()).toBeLessThanOrEqual(7_200_000);
      }),
      { numRuns: 500 },
    );
  });
});
