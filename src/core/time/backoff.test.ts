import fc from 'fast-check';
import { CLEVERTAP_BACKOFF, SUBMIT_BACKOFF, WEBHOOK_SCHEDULE_MS, backoffMs, scheduledMs } from './backoff';

it('doubles from its base to its maximum', () => {
  const waits = [1, 2, 3, 4, 9, 10, 1_000].map((failures) => backoffMs(SUBMIT_BACKOFF, failures));
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 256_000, 300_000, 300_000]);
});

it('lets CleverTap rest for ten minutes at least, and six hours at most', () => {
  expect(backoffMs(CLEVERTAP_BACKOFF, 1)).toBe(600_000);
  expect(backoffMs(CLEVERTAP_BACKOFF, 12)).toBe(6 * 3_600_000);
});

it('spreads over a quarter more, never less than the plain back-off', () => {
  expect(backoffMs(SUBMIT_BACKOFF, 3, 1)).toBe(5_000);
  const failures = fc.integer({ min: 1, max: 100 });
  fc.assert(
    fc.property(failures, fc.double({ min: 0, max: 1, noNaN: true }), (count, random) => {
      const plain = backoffMs(SUBMIT_BACKOFF, count);
      const spread = backoffMs(SUBMIT_BACKOFF, count, random);
      expect(spread).toBeGreaterThanOrEqual(plain);
      expect(spread).toBeLessThanOrEqual(plain * 1.25);
    }),
  );
});

it('tries a customer webhook ten times over three days, as Standard Webhooks publishes it', () => {
  const waits = Array.from({ length: 10 }, (_, i) => scheduledMs(WEBHOOK_SCHEDULE_MS, i + 1));
  const hour = 3_600_000;
  expect(waits).toEqual([
    5_000, 300_000, 1_800_000, 2 * hour, 5 * hour, 10 * hour, 14 * hour, 20 * hour, 24 * hour, null,
  ]); // prettier-ignore
  expect(scheduledMs(WEBHOOK_SCHEDULE_MS, 2, 1)).toBe(330_000);
});
