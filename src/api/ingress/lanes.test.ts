import { Lanes, SLICE_CAPACITY, type Lane } from './lanes';

const NOW_MS = Date.parse('2026-08-01T10:00:00Z');
const lane = (over: Partial<Lane> = {}): Lane => ({ accountId: 'acme', dueAt: null, priority: 1, ...over });
const inMs = (ms: number) => new Date(NOW_MS + ms);

it('a new slice carries its lane, and is new until it was committed', () => {
  const dueAt = inMs(60_000);
  const slice = new Lanes().place(lane({ dueAt, priority: 5 }), NOW_MS);
  expect(slice).toMatchObject({ isNew: true, accountId: 'acme', dueAt, priority: 5, room: SLICE_CAPACITY - 1 });
});

it('messages of one lane share a slice until it is full', () => {
  const lanes = new Lanes();
  const ids = Array.from({ length: 2 * SLICE_CAPACITY + 1 }, () => lanes.place(lane(), NOW_MS).id);
  expect(SLICE_CAPACITY).toBe(1_000);
  expect(new Set(ids).size).toBe(3);
  expect(new Set(ids.slice(0, SLICE_CAPACITY)).size).toBe(1);
  expect(new Set(ids.slice(SLICE_CAPACITY, 2 * SLICE_CAPACITY)).size).toBe(1);
});

it.each([
  ['account', { accountId: 'other' }],
  ['priority', { priority: 5 }],
  ['time', { dueAt: inMs(60_000) }],
])('a different %s is a different lane', (_, over) => {
  const lanes = new Lanes();
  expect(lanes.place(lane(over), NOW_MS).id).not.toBe(lanes.place(lane(), NOW_MS).id);
});

it('equal times are one lane, though they are different objects', () => {
  const lanes = new Lanes();
  const first = lanes.place(lane({ dueAt: inMs(60_000) }), NOW_MS);
  expect(lanes.place(lane({ dueAt: inMs(60_000) }), NOW_MS)).toBe(first);
  expect(lanes.place(lane({ dueAt: inMs(60_001) }), NOW_MS)).not.toBe(first);
});

it('a scheduled slice takes no more messages two seconds before its time', () => {
  const lanes = new Lanes();
  const scheduled = lane({ dueAt: inMs(10_000) });
  const first = lanes.place(scheduled, NOW_MS);
  expect(lanes.place(scheduled, NOW_MS + 8_000)).toBe(first);
  const late = lanes.place(scheduled, NOW_MS + 8_001);
  expect(late).not.toBe(first);
  expect(late.isNew).toBe(true);
});

it('nothing joins a closed slice; closing an older one leaves the open one open', () => {
  const lanes = new Lanes();
  const first = lanes.place(lane(), NOW_MS);
  lanes.close(first);
  const second = lanes.place(lane(), NOW_MS);
  expect(second).not.toBe(first);
  lanes.close(first);
  expect(lanes.place(lane(), NOW_MS)).toBe(second);
});
