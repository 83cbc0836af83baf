import { Lanes, SLICE_CAPACITY, type OpenSlice } from './lanes';
import { Starter } from './starter';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const tick = (ms: number) => jest.advanceTimersByTimeAsync(ms);

/** A starter on a Temporal that the test can take away, or keep from answering. */
function harness(options: { ratePerSecond?: number; burst?: number } = {}) {
  const lanes = new Lanes();
  const temporal = { away: false, answer: undefined as Promise<void> | undefined };
  const tried: string[] = [];
  /** The same, start by start. */
  const groups: string[][] = [];
  const marked: string[][] = [];
  const errors: unknown[] = [];
  let serial = 0;
  const starter = new Starter({
    lanes,
    async start(slices) {
      tried.push(...slices.map(({ id }) => id));
      groups.push(slices.map(({ id }) => id));
      await temporal.answer;
      if (temporal.away) throw new Error('no Temporal');
    },
    onStarted: (ids) => Promise.resolve(void marked.push(ids)),
    onError: (error) => void errors.push(error),
    ...options,
  });
  /** A slice of its own lane with that many messages. */
  const slice = (messages = 1, dueAt: Date | null = null): OpenSlice => {
    const lane = { accountId: `account ${++serial}`, dueAt, priority: 1 };
    let placed = lanes.place(lane, Date.now());
    for (let i = 1; i < messages; i++) placed = lanes.place(lane, Date.now());
    return placed;
  };
  const laneOf = ({ accountId, dueAt, priority }: OpenSlice) => ({ accountId, dueAt, priority });
  const joins = (open: OpenSlice) => lanes.place(laneOf(open), Date.now()) === open;
  return { starter, temporal, tried, groups, marked, errors, slice, joins };
}

it('starts a burst one by one, then as many a second as its rate: all that wait share the next start', async () => {
  const { starter, groups, slice } = harness({ ratePerSecond: 10, burst: 3 });
  const slices = Array.from({ length: 10 }, () => slice());
  for (const one of slices) starter.offer(one);
  await tick(0);
  const ids = slices.map(({ id }) => id);
  expect(groups).toEqual([[ids[0]], [ids[1]], [ids[2]]]);
  await tick(99);
  expect(groups).toHaveLength(3);
  await tick(1);
  expect(groups.slice(3)).toEqual([ids.slice(3)]);
});

it('a thousand accounts wait for no more than a start for each fifty of them', async () => {
  const { starter, groups, tried, slice } = harness({ ratePerSecond: 10, burst: 1 });
  for (let i = 0; i < 1_001; i++) starter.offer(slice());
  await tick(2_000);
  expect(tried).toHaveLength(1_001);
  expect(groups).toHaveLength(21);
});

it('what is urgent starts before bulk, and shares no start with it, nor a scheduled one with anything', async () => {
  const { starter, groups, slice } = harness({ ratePerSecond: 10, burst: 1 });
  starter.offer(slice());
  const bulk = [slice(), slice()].map((one) => Object.assign(one, { priority: 5 }));
  const scheduled = slice(1, new Date(Date.now() + 30_000));
  const urgent = [slice(), slice()];
  for (const one of [...bulk, ...urgent, scheduled]) starter.offer(one);
  await tick(300);
  expect(groups.slice(1)).toEqual([urgent.map(({ id }) => id), [scheduled.id], bulk.map(({ id }) => id)]);
});

it('a group whose start failed is started again as it was: perhaps it runs', async () => {
  const { starter, temporal, groups, slice } = harness({ ratePerSecond: 10, burst: 1 });
  starter.offer(slice());
  starter.offer(slice());
  starter.offer(slice());
  await tick(0);
  temporal.away = true;
  await tick(100);
  const [, group] = groups;
  expect(group).toHaveLength(2);
  starter.offer(slice());
  temporal.away = false;
  await tick(2_000);
  expect(groups.slice(2)).toEqual([group, [expect.any(String)]]);
});

it('a slice can be joined while it waits for a token, and no more once it was started', async () => {
  const { starter, tried, slice, joins } = harness({ ratePerSecond: 10, burst: 1 });
  const [first, second] = [slice(), slice()];
  starter.offer(first);
  starter.offer(second);
  starter.offer(second);
  await tick(0);
  expect(joins(first)).toBe(false);
  expect(joins(second)).toBe(true);
  await tick(1_000);
  expect(joins(second)).toBe(false);
  expect(tried).toEqual([first.id, second.id]);
});

it('a slice whose last commit ends after its start is not started again, least of all with others', async () => {
  const { starter, groups, slice } = harness({ ratePerSecond: 10, burst: 1 });
  const [first, second, third] = [slice(), slice(), slice()];
  starter.offer(first);
  await tick(0);
  for (const one of [first, second, third]) starter.offer(one);
  await tick(1_000);
  expect(groups).toEqual([[first.id], [second.id, third.id]]);
});

it('a scheduled slice stays open after its start, until dispatch seals it', async () => {
  const { starter, tried, slice, joins } = harness();
  const scheduled = slice(1, new Date(Date.now() + 60_000));
  starter.offer(scheduled);
  await tick(0);
  expect(tried).toEqual([scheduled.id]);
  expect(joins(scheduled)).toBe(true);
});

it('a slice that is due later than in a minute is left to maintenance, however full', async () => {
  const { starter, tried, slice } = harness();
  const later = slice(SLICE_CAPACITY, new Date(Date.now() + 60_001));
  starter.offer(later);
  await tick(0);
  expect(tried).toEqual([]);
  await tick(1);
  starter.offer(later);
  await tick(0);
  expect(tried).toEqual([later.id]);
});

it('a full slice needs no token: nobody could join it', async () => {
  const { starter, tried, slice } = harness({ ratePerSecond: 1, burst: 1 });
  for (let i = 0; i < 5; i++) starter.offer(slice(SLICE_CAPACITY));
  await tick(0);
  expect(tried).toHaveLength(5);
  const partial = slice();
  starter.offer(partial);
  await tick(0);
  expect(tried).toContain(partial.id);
});

it('starts at most eight at the same time', async () => {
  const { starter, temporal, tried, slice } = harness({ burst: 20 });
  let answer = (): void => undefined;
  temporal.answer = new Promise((resolve) => (answer = resolve));
  for (let i = 0; i < 12; i++) starter.offer(slice());
  await tick(60_000);
  expect(tried).toHaveLength(8);
  answer();
  await tick(0);
  expect(tried).toHaveLength(12);
});

it('tells which workflows run, together', async () => {
  const { starter, marked, slice } = harness();
  const slices = [slice(), slice(), slice()];
  for (const one of slices) starter.offer(one);
  await tick(249);
  expect(marked).toEqual([]);
  await tick(1);
  expect(marked).toEqual([slices.map(({ id }) => id)]);
});

it('keeps trying while Temporal is away, says so, and starts everything once it is back', async () => {
  const { starter, temporal, tried, marked, errors, slice } = harness();
  temporal.away = true;
  const slices = [slice(), slice(), slice()];
  for (const one of slices) starter.offer(one);
  expect(starter.reachable).toBe(true);
  await tick(0);
  expect(starter.reachable).toBe(false);
  expect(errors[0]).toEqual(new Error('no Temporal'));
  const before = tried.length;
  await tick(999);
  expect(tried).toHaveLength(before);
  await tick(1);
  expect(tried.length).toBeGreaterThan(before);
  temporal.away = false;
  await tick(2_000);
  expect(starter.reachable).toBe(true);
  expect(marked.flat().sort()).toEqual(slices.map(({ id }) => id).sort());
});

describe('stop', () => {
  it('tells what was started, starts nothing more and leaves no timer', async () => {
    const { starter, tried, marked, slice } = harness({ ratePerSecond: 1, burst: 1 });
    const first = slice();
    starter.offer(first);
    starter.offer(slice());
    await tick(0);
    await starter.stop();
    expect(marked).toEqual([[first.id]]);
    expect(jest.getTimerCount()).toBe(0);
    starter.offer(slice());
    await tick(60_000);
    expect(tried).toEqual([first.id]);
  });

  it.each([true, false])('a start that ends after it (refused: %s) sets no timer going', async (away) => {
    const { starter, temporal, slice } = harness();
    let answer = (): void => undefined;
    temporal.answer = new Promise((resolve) => (answer = resolve));
    starter.offer(slice());
    await tick(0);
    await starter.stop();
    temporal.away = away;
    answer();
    await tick(0);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('a failure to tell is reported, not thrown', async () => {
    const errors: unknown[] = [];
    const starter = new Starter({
      lanes: new Lanes(),
      start: () => Promise.resolve(),
      onStarted: () => Promise.reject(new Error('no database')),
      onError: (error) => void errors.push(error),
    });
    starter.offer(new Lanes().place({ accountId: 'acme', dueAt: null, priority: 1 }, Date.now()));
    await tick(0);
    await starter.stop();
    expect(errors).toEqual([new Error('no database')]);
  });
});
