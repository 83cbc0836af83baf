import { shareOf, webhookHealth, type WebhookCondition } from './health';

const NONE = { delivered: 0, failed: 0 };
const state = (over: Partial<WebhookCondition>) =>
  webhookHealth({ rests: false, before: 'ok', recent: NONE, hour: NONE, waits: false, ...over });

test('idle, until something is tried or waits', () => {
  expect(state({ before: 'idle' })).toBe('idle');
  expect(state({ before: 'idle', waits: true })).toBe('ok');
  expect(state({ before: 'idle', hour: { delivered: 1, failed: 0 } })).toBe('ok');
});

test('failing while most tries are not taken, and until most of them are again', () => {
  expect(state({ recent: { delivered: 4, failed: 6 } })).toBe('failing');
  expect(state({ recent: { delivered: 6, failed: 4 } })).toBe('ok');
  expect(state({ before: 'failing', recent: { delivered: 6, failed: 4 } })).toBe('failing');
  expect(state({ before: 'failing', recent: { delivered: 8, failed: 2 } })).toBe('ok');
});

test('one that waits hours for its next try is failing meanwhile; once nothing waits it is not', () => {
  expect(state({ before: 'failing', waits: true })).toBe('failing');
  expect(state({ before: 'failing', hour: { delivered: 0, failed: 9 } })).toBe('ok');
  expect(state({ before: 'failing' })).toBe('idle');
});

test('paused, whatever was before', () => {
  expect(state({ rests: true, before: 'failing', recent: { delivered: 0, failed: 9 } })).toBe('paused');
});

test('a share of nothing is unknown', () => {
  expect(shareOf(NONE)).toBeNull();
  expect(shareOf({ delivered: 1, failed: 3 })).toBe(0.25);
});
