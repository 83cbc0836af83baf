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

/** A cache whose loads end when the test says so. */
function slowHarness() {
  const cache = new TtlCache<string>(TTL_MS);
  const loads: { succeed(value: string): void; fail(error: Error): void }[] = [];
  const load = () => new Promise<string>((succeed, fail) => loads.push({ succeed, fail }));
  return { cache, loads, get: (key = 'a') => cache.get(key, load) };
}

/** Lets what a load answered become known. */
async function landed(): Promise<void> {
  for (let i = 0; i < 5; i++) await Promise.resolve();
}

it('loads once for all who ask meanwhile', async () => {
  const { loads, get } = slowHarness();
  const asked = [get(), get(), get()];
  expect(loads).toHaveLength(1);
  loads[0]!.succeed('one');
  expect(await Promise.all([...asked, get()])).toEqual(['one', 'one', 'one', 'one']);
  expect(loads).toHaveLength(1);
});

it('reads anew what is asked for in the second half of its time; nobody waits, and one reader does it', async () => {
  const { loads, get } = slowHarness();
  const first = get();
  loads[0]!.succeed('old');
  await first;
  jest.advanceTimersByTime(TTL_MS / 2 - 1);
  expect(await get()).toBe('old');
  expect(loads).toHaveLength(1);
  jest.advanceTimersByTime(1);
  expect(await Promise.all([get(), get()])).toEqual(['old', 'old']);
  expect(loads).toHaveLength(2);
  loads[1]!.succeed('new');
  await landed();
  expect(await get()).toBe('new');
});

it('a value that is read anew in vain serves until its time is over', async () => {
  const { loads, get } = slowHarness();
  const first = get();
  loads[0]!.succeed('old');
  await first;
  jest.advanceTimersByTime(TTL_MS - 1);
  expect(await get()).toBe('old');
  loads[1]!.fail(new Error('away'));
  await landed();
  jest.advanceTimersByTime(1);
  const late = get();
  loads[2]!.fail(new Error('still away'));
  await expect(late).rejects.toThrow('still away');
});

it('a value is as old as the beginning of its reading', async () => {
  const { loads, get } = slowHarness();
  const first = get();
  jest.advanceTimersByTime(TTL_MS - 1);
  loads[0]!.succeed('slow');
  expect(await first).toBe('slow');
  jest.advanceTimersByTime(1);
  void get();
  expect(loads).toHaveLength(2);
});

it('nobody joins a reading that has taken as long as a value lives', async () => {
  const { loads, get } = slowHarness();
  const stuck = get();
  jest.advanceTimersByTime(TTL_MS);
  const next = get();
  loads[1]!.succeed('new');
  expect(await next).toBe('new');
  loads[0]!.succeed('old');
  expect(await stuck).toBe('old');
  expect(await get()).toBe('new');
});

it('what was being read when it was to be forgotten is not kept, nor given to who asks later', async () => {
  const { cache, loads, get } = slowHarness();
  const before = get();
  cache.forget('a');
  const after = get();
  loads[0]!.succeed('old');
  loads[1]!.succeed('new');
  expect(await Promise.all([before, after, get()])).toEqual(['old', 'new', 'new']);
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

test('values beyond the bound put out the one that was read longest ago, not all', async () => {
  const cache = new TtlCache<string>(60_000, 3);
  const loads: string[] = [];
  const get = (key: string) => cache.get(key, () => Promise.resolve(loads.push(key)).then(() => key));
  for (const key of ['a', 'b', 'c', 'd']) await get(key);
  for (const key of ['b', 'c', 'd', 'a']) await get(key);
  expect(loads).toEqual(['a', 'b', 'c', 'd', 'a']);
});
