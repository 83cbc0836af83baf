import { TtlCache } from './ttl-cache';

const TTL_MS = 1_000;

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** A cache of numbers, each load giving the next one. */
function harness() {
  const cache = new TtlCache<number>(TTL_MS);
  let loads = 0;
  const load = () => Promise.resolve(++loads);
  return { cache, load, get: (key: string, keep?: (value: number) => boolean) => cache.get(key, load, keep) };
}

it('uses a value until its time is over, then loads it anew', async () => {
  const { get } = harness();
  expect([await get('a'), await get('b'), await get('a')]).toEqual([1, 2, 1]);
  jest.advanceTimersByTime(TTL_MS - 1);
  expect(await get('a')).toBe(1);
  jest.advanceTimersByTime(1);
  expect([await get('a'), await get('a')]).toEqual([3, 3]);
});

it('loads again what is to be forgotten, and nothing else', async () => {
  const { cache, get } = harness();
  await get('a');
  await get('b');
  cache.forget('a');
  expect([await get('a'), await get('b')]).toEqual([3, 2]);
});

it('keeps what it is told to keep', async () => {
  const { get } = harness();
  const even = (value: number) => value % 2 === 0;
  expect([await get('a', even), await get('a', even), await get('a', even)]).toEqual([1, 2, 2]);
});

it('keeps nothing of a load that fails', async () => {
  const { cache, get } = harness();
  await expect(cache.get('a', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await get('a')).toBe(1);
});

it('keeps null like any other value', async () => {
  const cache = new TtlCache<string | null>(TTL_MS);
  await cache.get('a', () => Promise.resolve(null));
  expect(await cache.get('a', () => Promise.resolve('found'))).toBeNull();
});

it('does not grow without end', async () => {
  const { get } = harness();
  for (let i = 0; i < 10_000; i++) await get(`key ${i}`);
  expect(await get('key 0')).toBe(1);
  await get('one more');
  expect(await get('key 0')).toBe(10_002);
});
