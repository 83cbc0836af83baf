import { HOLD_PATIENCE_MS, MAX_HOLD_MS, holdFor, holdReason } from './hold';

test.each([
  ['none', undefined, 0],
  ['in the past', -5_000, 0],
  ['garbage', Number.NaN, 0],
  ['a second', 1_000, 1_000],
  ['a year', 31_536_000_000, MAX_HOLD_MS],
  ['no end', Number.POSITIVE_INFINITY, MAX_HOLD_MS],
])('a pause of %s', (_, asked, kept) => {
  expect(holdFor(asked)).toBe(kept);
});

test('messages are patient for less than the longest pause', () => {
  expect(HOLD_PATIENCE_MS).toBeLessThan(MAX_HOLD_MS);
});

test('the reason says until when, and what the provider said', () => {
  expect(holdReason(Date.UTC(2026, 0, 2, 3, 4, 5, 678), 'too many requests')).toBe(
    'the provider asks to wait until 2026-01-02T03:04:05Z: too many requests',
  );
});
