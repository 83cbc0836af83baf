import { SLICE_SPAN_MS } from '../../store/messages/accept';
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

it('a slice takes messages for an hour, however long before its time it was begun', () => {
  const lanes = new Lanes();
  const scheduled = lane({ dueAt: inMs(86_400_000) });
  const first = lanes.place(scheduled, NOW_MS);
  expect(lanes.place(scheduled, NOW_MS + SLICE_SPAN_MS)).toBe(first);
  expect(lanes.place(scheduled, NOW_MS + SLICE_SPAN_MS + 1)).not.toBe(first);
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

describe('what is kept in memory', () => {
  /** 50,000 lanes with times of their own, one a second from a minute on. */
  const COUNT = 50_000;
  const filled = (): Lanes => {
    const lanes = new Lanes();
    for (let i = 0; i < COUNT; i++) lanes.place(lane({ dueAt: inMs(60_000 + i * 1_000) }), NOW_MS);
    return lanes;
  };

  it('no lane whose time has passed', () => {
    const lanes = filled();
    expect(lanes.size).toBe(COUNT);
    lanes.place(lane(), NOW_MS + 60_000 + (COUNT / 2) * 1_000);
    // Half of them, but for those of the last seconds, and the one of now.
    expect(lanes.size).toBeGreaterThan(COUNT / 2 - 100);
    expect(lanes.size).toBeLessThanOrEqual(COUNT / 2 + 61);
    lanes.place(lane(), NOW_MS + 120_000 + COUNT * 1_000);
    expect(lanes.size).toBe(1);
  });

  it('a lane that was closed, and opened again for the same time, is there until its time', () => {
    const lanes = new Lanes();
    const later = lane({ dueAt: inMs(600_000) });
    lanes.close(lanes.place(later, NOW_MS));
    expect(lanes.size).toBe(0);
    const slice = lanes.place(later, NOW_MS + 1_000);
    expect(lanes.place(later, NOW_MS + 300_000)).toBe(slice);
    lanes.place(lane(), NOW_MS + 700_000);
    expect(lanes.size).toBe(1);
  });

  it('of very many lanes, the newest', () => {
    const lanes = new Lanes(100);
    const first = lanes.place(lane({ dueAt: inMs(60_000) }), NOW_MS);
    const last = Array.from({ length: 100 }, (_, i) => lanes.place(lane({ dueAt: inMs(120_000 + i) }), NOW_MS)).at(-1);
    expect(lanes.size).toBe(100);
    expect(lanes.place(lane({ dueAt: inMs(120_099) }), NOW_MS)).toBe(last);
    // Left out of memory, not of time: the next message for it begins another slice.
    expect(lanes.place(lane({ dueAt: inMs(60_000) }), NOW_MS)).not.toBe(first);
  });
});
