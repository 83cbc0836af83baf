import { DateTime } from 'luxon';
import fc from 'fast-check';
import { finishTime, windowState, type SendWindow } from './window';

const IST = 'Asia/Kolkata';
const NEW_YORK = 'America/New_York';
const PROMOTIONAL: SendWindow = { start: '10:00', end: '21:00', timezone: IST };
const at = (text: string, zone = IST): number => DateTime.fromISO(text, { zone }).toMillis();
const HOUR_MS = 3_600_000;

describe('windowState', () => {
  test('no window is always open', () => {
    expect(windowState([], at('2026-08-01T03:00'))).toEqual({ open: true, openedAtMs: null, closesAtMs: null });
  });

  test.each([
    [
      'in the middle',
      '2026-08-01T12:00',
      { open: true, openedAtMs: at('2026-08-01T10:00'), closesAtMs: at('2026-08-01T21:00') },
    ],
    [
      'at its start',
      '2026-08-01T10:00',
      { open: true, openedAtMs: at('2026-08-01T10:00'), closesAtMs: at('2026-08-01T21:00') },
    ],
    ['at its end', '2026-08-01T21:00', { open: false, opensAtMs: at('2026-08-02T10:00') }],
    ['in the morning', '2026-08-01T09:59', { open: false, opensAtMs: at('2026-08-01T10:00') }],
  ])('%s', (_, now, state) => {
    expect(windowState([PROMOTIONAL], at(now))).toEqual(state);
  });

  test('over midnight', () => {
    const night: SendWindow = { start: '22:00', end: '06:00', timezone: IST };
    expect(windowState([night], at('2026-08-01T23:00'))).toMatchObject({
      open: true,
      closesAtMs: at('2026-08-02T06:00'),
    });
    expect(windowState([night], at('2026-08-01T03:00'))).toMatchObject({
      open: true,
      closesAtMs: at('2026-08-01T06:00'),
    });
    expect(windowState([night], at('2026-08-01T12:00'))).toEqual({ open: false, opensAtMs: at('2026-08-01T22:00') });
  });

  test('on some days only', () => {
    const weekdays: SendWindow = { ...PROMOTIONAL, days: ['mon', 'tue', 'wed', 'thu', 'fri'] };
    // 2026-08-01 is a Saturday.
    expect(windowState([weekdays], at('2026-08-01T12:00'))).toEqual({ open: false, opensAtMs: at('2026-08-03T10:00') });
  });

  test('several are open together, each in its own zone', () => {
    const newYork: SendWindow = { start: '09:00', end: '18:00', timezone: NEW_YORK };
    const state = windowState([PROMOTIONAL, newYork], at('2026-08-01T12:00'));
    expect(state).toEqual({ open: false, opensAtMs: at('2026-08-01T09:00', NEW_YORK) });
    expect(windowState([PROMOTIONAL, newYork], at('2026-08-01T09:00', NEW_YORK))).toMatchObject({
      open: true,
      closesAtMs: at('2026-08-01T21:00'),
    });
  });

  test('windows that never meet never open', () => {
    const night: SendWindow = { start: '22:00', end: '23:00', timezone: IST };
    expect(windowState([PROMOTIONAL, night], at('2026-08-01T12:00'))).toEqual({ open: false, opensAtMs: null });
  });

  test('a start that the clocks skip is shifted by the gap', () => {
    const early: SendWindow = { start: '02:30', end: '04:00', timezone: NEW_YORK };
    // The clocks go from 02:00 to 03:00 on 2026-03-08.
    expect(windowState([early], at('2026-03-08T01:00', NEW_YORK))).toEqual({
      open: false,
      opensAtMs: at('2026-03-08T03:30', NEW_YORK),
    });
  });

  test('a time that comes twice begins the first time and ends the last', () => {
    // The clocks go from 02:00 back to 01:00 on 2026-11-01.
    const first = DateTime.fromISO('2026-11-01T01:30-04:00').toMillis();
    const last = DateTime.fromISO('2026-11-01T01:30-05:00').toMillis();
    const from: SendWindow = { start: '01:30', end: '03:00', timezone: NEW_YORK };
    expect(windowState([from], first - HOUR_MS)).toEqual({ open: false, opensAtMs: first });
    const until: SendWindow = { start: '00:00', end: '01:30', timezone: NEW_YORK };
    expect(windowState([until], first)).toMatchObject({ open: true, closesAtMs: last });
  });

  test('an opening is open, and the moment before it is not', () => {
    const clock = fc.integer({ min: 0, max: 1_439 }).map((minute) => {
      return `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
    });
    const window = fc.record({ start: clock, end: clock, timezone: fc.constantFrom(IST, NEW_YORK, 'Europe/London') });
    fc.assert(
      fc.property(
        fc.array(window, { minLength: 1, maxLength: 2 }),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
        (windows, now) => {
          const state = windowState(windows, now.getTime());
          if (state.open || state.opensAtMs === null) return;
          expect(windowState(windows, state.opensAtMs).open).toBe(true);
          expect(windowState(windows, state.opensAtMs - 1).open).toBe(false);
        },
      ),
      { numRuns: 100 },
    );
  });
});

describe('finishTime', () => {
  test('without windows it is the work', () => {
    expect(finishTime([], 1_000, 500)).toBe(1_500);
  });
  test('the night does not count', () => {
    // 11 hours a day: 20 hours from 12:00 are 9 today and 11 tomorrow.
    expect(finishTime([PROMOTIONAL], at('2026-08-01T12:00'), 20 * HOUR_MS)).toBe(at('2026-08-02T21:00'));
  });
  test('never, when the windows never open', () => {
    const night: SendWindow = { start: '22:00', end: '23:00', timezone: IST };
    expect(finishTime([PROMOTIONAL, night], at('2026-08-01T12:00'), HOUR_MS)).toBeNull();
  });
});
