import fc from 'fast-check';
import { Coalescer } from './coalescer';

const INTERVAL_MS = 500;

interface Call {
  key: string;
  value: number[];
  atMs: number;
  end(): void;
}

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const MAX_PAUSE_MS = 4_000;
const MAX_FAILURES = 6;

/** @param instant calls end at once; else the test ends them. @param getsThrough whether the next call of the key does. */
function harness({
  instant = true,
  concurrency = 10,
  maxKeys = 100,
  getsThrough = (_key: string): boolean => true,
} = {}) {
  const calls: Call[] = [];
  const news = new Coalescer<number[]>(
    (key, value) =>
      new Promise((resolve, reject) => {
        const end = (): void => (getsThrough(key) ? resolve() : reject(new Error('away')));
        calls.push({ key, value, atMs: Date.now(), end });
        if (instant) calls.at(-1)!.end();
      }),
    {
      intervalMs: INTERVAL_MS, concurrency, maxKeys, maxPauseMs: MAX_PAUSE_MS, maxFailures: MAX_FAILURES,
      merge: (earlier, later) => [...earlier, ...later], onError: () => undefined,
    },
  ); // prettier-ignore
  const told = () => calls.map(({ key, value }) => `${key}: ${value.join(' ')}`);
  return { news, calls, told };
}

it('calls at once for the first news, and once an interval for all that came meanwhile', async () => {
  const { news, told } = harness();
  news.add('a', [1]);
  expect(told()).toEqual(['a: 1']);
  news.add('a', [2]);
  news.add('a', [3]);
  await jest.advanceTimersByTimeAsync(INTERVAL_MS - 1);
  expect(told()).toEqual(['a: 1']);
  await jest.advanceTimersByTimeAsync(1);
  expect(told()).toEqual(['a: 1', 'a: 2 3']);
});

it('keys do not wait for each other', () => {
  const { news, told } = harness();
  news.add('a', [1]);
  news.add('b', [2]);
  expect(told()).toEqual(['a: 1', 'b: 2']);
});

it('after a quiet interval the next news goes out at once again', async () => {
  const { news, told } = harness();
  news.add('a', [1]);
  await jest.advanceTimersByTimeAsync(INTERVAL_MS);
  expect(jest.getTimerCount()).toBe(0);
  news.add('a', [2]);
  expect(told()).toEqual(['a: 1', 'a: 2']);
});

it('news that comes while a call is in flight waits for it and an interval', async () => {
  const { news, calls, told } = harness({ instant: false });
  news.add('a', [1]);
  await jest.advanceTimersByTimeAsync(10 * INTERVAL_MS);
  news.add('a', [2]);
  expect(told()).toEqual(['a: 1']);
  calls[0]!.end();
  await jest.advanceTimersByTimeAsync(INTERVAL_MS);
  expect(told()).toEqual(['a: 1', 'a: 2']);
});

it('bounds the calls in flight; who waits for a place goes on merging', async () => {
  const { news, calls, told } = harness({ instant: false, concurrency: 2 });
  for (const key of ['a', 'b', 'c', 'd']) news.add(key, [1]);
  news.add('c', [2]);
  expect(told()).toEqual(['a: 1', 'b: 1']);
  calls[0]!.end();
  await jest.advanceTimersByTimeAsync(0);
  expect(told()).toEqual(['a: 1', 'b: 1', 'c: 1 2']);
});

describe('what does not get through', () => {
  it('is called again with what came meanwhile, in its order, and then goes on as ever', async () => {
    let away = true;
    const { news, told } = harness({ getsThrough: () => !away });
    news.add('a', [1]);
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    news.add('a', [2]);
    away = false;
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(told()).toEqual(['a: 1', 'a: 1 2']);
    news.add('a', [3]);
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(told().slice(2)).toEqual(['a: 3']);
  });

  it('is called after pauses that double up to a bound, so often and no oftener, and forgotten then', async () => {
    const { news, calls } = harness({ getsThrough: () => false });
    news.add('a', [1]);
    await jest.advanceTimersByTimeAsync(100 * MAX_PAUSE_MS);
    const pauses = calls.slice(1).map(({ atMs }, i) => atMs - calls[i]!.atMs);
    expect(pauses).toEqual([1_000, 2_000, 4_000, 4_000, 4_000]);
    expect([calls.length, jest.getTimerCount()]).toEqual([MAX_FAILURES, 0]);
    news.add('a', [2]);
    expect(calls.at(-1)!.value).toEqual([2]);
  });

  it('keeps no other key waiting, and none beyond the bound is taken', async () => {
    const { news, told } = harness({ concurrency: 1, maxKeys: 2, getsThrough: (key) => key !== 'away' });
    news.add('away', [1]);
    news.add('b', [2]);
    news.add('c', [3]);
    news.add('b', [4]);
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(told()).toEqual(['away: 1', 'b: 2 4']);
    await jest.advanceTimersByTimeAsync(INTERVAL_MS);
    news.add('c', [5]);
    await jest.advanceTimersByTimeAsync(0);
    expect(told()).toEqual(['away: 1', 'b: 2 4', 'away: 1', 'c: 5']);
  });
});

it('stop forgets what waits and leaves no timer behind', async () => {
  const { news, calls, told } = harness({ instant: false, concurrency: 1 });
  news.add('a', [1]);
  news.add('a', [2]);
  news.add('b', [3]);
  news.stop();
  calls[0]!.end();
  await jest.advanceTimersByTimeAsync(0);
  expect(jest.getTimerCount()).toBe(0);
  await jest.advanceTimersByTimeAsync(10 * INTERVAL_MS);
  expect(told()).toEqual(['a: 1']);
});

it('loses no news and never calls a key twice within an interval', async () => {
  const steps = fc.array(
    fc.record({ key: fc.constantFrom('a', 'b', 'c'), afterMs: fc.integer({ min: 0, max: 900 }) }),
    { minLength: 1, maxLength: 40 },
  );
  await fc.assert(
    fc.asyncProperty(steps, fc.integer({ min: 1, max: 3 }), async (list, concurrency) => {
      const { news, calls } = harness({ concurrency });
      for (const [i, { key, afterMs }] of list.entries()) {
        await jest.advanceTimersByTimeAsync(afterMs);
        news.add(key, [i]);
      }
      await jest.advanceTimersByTimeAsync(2 * INTERVAL_MS);
      for (const key of ['a', 'b', 'c']) {
        const mine = calls.filter((call) => call.key === key);
        expect(mine.flatMap((call) => call.value)).toEqual(list.flatMap((step, i) => (step.key === key ? [i] : [])));
        mine.slice(1).forEach((call, i) => expect(call.atMs - mine[i]!.atMs).toBeGreaterThanOrEqual(INTERVAL_MS));
      }
    }),
    { numRuns: 50 },
  );
});
