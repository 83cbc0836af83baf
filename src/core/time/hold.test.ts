import fc from 'fast-check';
import { DateTime } from 'luxon';
import { heldUntilMs, holdOf } from './hold';
import { windowState, type SendWindow } from './window';

const IST = 'Asia/Kolkata';
const INDIA: SendWindow[] = [{ start: '10:00', end: '21:00', timezone: IST }];
const at = (text: string): number => DateTime.fromISO(text, { zone: IST }).toMillis();
const MINUTE_MS = 60_000;

const hold = (windows: readonly SendWindow[], leavesAtMs: number, validUntilMs: number | null) =>
  holdOf(windowState(windows, leavesAtMs), leavesAtMs, validUntilMs);

test.each([
  ['a moment before the opening', '2026-08-01T09:59:59.999', '2026-08-01T10:00'],
  ['at the closing', '2026-08-01T21:00', '2026-08-02T10:00'],
  ['in the night', '2026-08-02T02:00', '2026-08-02T10:00'],
])('%s: until the opening', (_, leaves, opens) => {
  expect(hold(INDIA, at(leaves), null)).toEqual({ opensAtMs: at(opens), dueAtMs: at(opens) });
});

test.each(['2026-08-01T10:00', '2026-08-01T15:00', '2026-08-01T20:59:59.999'])('%s: not held', (leaves) => {
  expect(hold(INDIA, at(leaves), null)).toBeNull();
});

test('what is too old before the opening is due soon after that, and many with it', () => {
  expect(hold(INDIA, at('2026-08-01T22:00'), at('2026-08-01T23:04'))!.dueAtMs).toBe(at('2026-08-01T23:15'));
  expect(hold(INDIA, at('2026-08-01T22:00'), at('2026-08-01T23:15'))!.dueAtMs).toBe(at('2026-08-01T23:15'));
  expect(hold(INDIA, at('2026-08-01T22:00'), at('2026-08-02T09:59'))!.dueAtMs).toBe(at('2026-08-02T10:00'));
});

const clock = fc
  .integer({ min: 0, max: 1_439 })
  .map((minute) => `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`);
/** Over midnight too, and in zones whose clocks change, by half an hour as well. */
const window = fc.record({
  start: clock,
  end: clock,
  timezone: fc.constantFrom(IST, 'America/New_York', 'Europe/London', 'Australia/Lord_Howe', 'America/St_Johns'),
});
const windows = fc.array(window, { minLength: 1, maxLength: 2 });
/** Half of them within hours of a change of clocks. */
const moment = fc.oneof(
  fc
    .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
    .map((date) => date.getTime()),
  fc
    .tuple(
      fc.constantFrom(
        '2026-03-08T07:00Z',
        '2026-11-01T06:00Z',
        '2026-03-29T01:00Z',
        '2026-10-25T01:00Z',
        '2026-04-04T15:00Z',
      ),
      fc.integer({ min: -300, max: 300 }),
    )
    .map(([change, minutes]) => Date.parse(change) + minutes * MINUTE_MS),
);

test('a held message is due when its windows are open, or when it is too old; one that is not held leaves in them', () => {
  fc.assert(
    fc.property(windows, moment, fc.option(fc.integer({ min: 1, max: 3_000 })), (all, leavesMs, minutes) => {
      const validUntilMs = minutes === null ? null : leavesMs + minutes * MINUTE_MS;
      const held = hold(all, leavesMs, validUntilMs);
      expect(held === null).toBe(windowState(all, leavesMs).open);
      if (held === null || held.opensAtMs === null) return;
      expect(windowState(all, held.opensAtMs).open).toBe(true);
      expect(windowState(all, held.opensAtMs - 1).open).toBe(false);
      expect(held.dueAtMs).toBeGreaterThanOrEqual(leavesMs);
      expect(held.dueAtMs).toBeLessThanOrEqual(held.opensAtMs);
      if (held.dueAtMs < held.opensAtMs) expect(held.dueAtMs).toBeGreaterThanOrEqual(validUntilMs!);
    }),
    { numRuns: 100 },
  );
});

test('what is shown of it is the moment that holds it', () => {
  fc.assert(
    fc.property(windows, moment, fc.integer({ min: 0, max: 3_000 }), (all, nowMs, minutes) => {
      const leavesMs = nowMs + minutes * MINUTE_MS;
      const held = hold(all, leavesMs, null);
      if (held === null || held.opensAtMs === null) return;
      expect(heldUntilMs(all, held.dueAtMs, nowMs)).toBe(held.opensAtMs);
      // Once it is due, nothing holds it any more.
      expect(heldUntilMs(all, held.dueAtMs, held.dueAtMs)).toBeNull();
    }),
    { numRuns: 100 },
  );
  expect(heldUntilMs(INDIA, null, at('2026-08-01T21:30'))).toBe(at('2026-08-02T10:00'));
  expect(heldUntilMs(INDIA, null, at('2026-08-01T12:00'))).toBeNull();
});
