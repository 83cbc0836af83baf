import { atOneMoment, startStore, type TestStore } from '../../../test/support/rows';
import type { Pool } from 'pg';
import { reservePlaces, shrinkRate } from './rates';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** Milliseconds until the first of the next `count` places of one rate. */
async function reserveRate(pool: Pool, key: string, perSecond: number, count: number): Promise<number> {
  return (await reservePlaces(pool, [{ key, perSecond }], count, null)).waitMs;
}

/** Up to when a rate is spoken for: milliseconds, to the microsecond. */
async function reservedToMs(key: string): Promise<number> {
  const { rows } = await store.pool.query<{ ms: string }>(
    'select extract(epoch from reserved_to) * 1000 as ms from rate_leases where key = $1',
    [key],
  );
  return Number(rows[0]!.ms);
}

it('the first places of a rate that rests are free at once', async () => {
  expect(await reserveRate(store.pool, 'fresh', 10, 5)).toBe(0);
  await store.pool.query(`update rate_leases set reserved_to = now() - interval '1 hour' where key = 'fresh'`);
  const { rows } = await store.pool.query<{ ms: string }>('select extract(epoch from clock_timestamp()) * 1000 as ms');
  expect(await reserveRate(store.pool, 'fresh', 10, 5)).toBe(0);
  // What was not used in that hour is not made up for.
  expect(await reservedToMs('fresh')).toBeGreaterThanOrEqual(Number(rows[0]!.ms) + 500);
});

it('each further one comes after all before it', async () => {
  await reserveRate(store.pool, 'queue', 1, 1_000);
  const waits = [];
  for (let i = 0; i < 3; i++) waits.push(await reserveRate(store.pool, 'queue', 1, 1_000));
  // A reservation is 1,000 s long: the time that the test takes rounds away.
  expect(waits.map((ms) => Math.round(ms / 1_000_000))).toEqual([1, 2, 3]);
});

it('keys have nothing to do with each other', async () => {
  await reserveRate(store.pool, 'busy', 1, 1_000);
  expect(await reserveRate(store.pool, 'idle', 1, 1_000)).toBe(0);
});

it('reservations made at the same time never overlap and lose no time', async () => {
  const pools = [store, store.connect(4), store.connect(4)];
  await reserveRate(store.pool, 'race', 1, 1_000);
  const from = await reservedToMs('race');
  const waits = await Promise.all(
    Array.from({ length: 30 }, (_, i) => reserveRate(pools[i % 3]!.pool, 'race', 1, 1_000)),
  );
  const places = waits.map((ms) => Math.round(ms / 1_000_000)).sort((a, b) => a - b);
  expect(places).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
  expect((await reservedToMs('race')) - from).toBeCloseTo(30_000_000, 0);
});

it('no second holds more than the rate, whoever reserved it', async () => {
  const RATE = 40;
  const pools = [store, store.connect(1)];
  const placesMs: number[] = [];
  for (let i = 0; i < 60; i++) {
    const count = 1 + ((i * 7) % 5);
    await reserveRate(pools[i % 2]!.pool, 'window', RATE, count);
    const endMs = await reservedToMs('window');
    // As dispatch spreads them: one after the other, 1000 / rate apart.
    for (let n = count; n > 0; n--) placesMs.push(endMs - (n * 1_000) / RATE);
  }
  for (const [i, from] of placesMs.entries()) {
    // A hundredth of a millisecond for the rounding of timestamps.
    const within = placesMs.slice(i).filter((at) => at < from + 1_000 - 0.01);
    expect(within.length).toBeLessThanOrEqual(RATE);
  }
});

it('takes nothing when the first place is further ahead than asked for', async () => {
  const rates = [{ key: 'ahead', perSecond: 1 }];
  await reservePlaces(store.pool, rates, 1_000, null);
  const before = await reservedToMs('ahead');
  const refused = await reservePlaces(store.pool, rates, 1, 500_000);
  expect(refused.taken).toBe(false);
  // 1,000 s: the time that the test takes rounds away.
  expect(Math.round(refused.waitMs / 100_000)).toBe(10);
  expect(await reservedToMs('ahead')).toBe(before);
  expect((await reservePlaces(store.pool, rates, 1, 1_500_000)).taken).toBe(true);
});

it('several rates give a place that all of them have free, each for its own stretch', async () => {
  await reserveRate(store.pool, 'slow', 1, 1_000);
  const both = await reservePlaces(
    store.pool,
    [
      { key: 'slow', perSecond: 1 },
      { key: 'fast', perSecond: 10 },
    ],
    10,
    null,
  );
  expect(Math.round(both.waitMs / 100_000)).toBe(10);
  expect(both.everyMs).toBeCloseTo(1_000);
  const apart = (await reservedToMs('slow')) - (await reservedToMs('fast'));
  expect(Math.round(apart / 1_000)).toBe(9);
});

it('a shrunk rate goes on with half of itself, and grows back', async () => {
  await reserveRate(store.pool, 'shrunk', 100, 100);
  const rest = await atOneMoment(store, async (pool) => {
    await shrinkRate(pool, 'shrunk');
    await shrinkRate(pool, 'shrunk');
    return reservePlaces(pool, [{ key: 'shrunk', perSecond: 100 }], 10, null);
  });
  // Told twice in one moment, halved once: 20 ms instead of 10.
  expect(rest.everyMs).toBeCloseTo(20);
  await store.pool.query(
    `update rate_leases set share_at = now() - interval '1 minute', reserved_to = now() where key = 'shrunk'`,
  );
  expect((await reservePlaces(store.pool, [{ key: 'shrunk', perSecond: 100 }], 10, null)).everyMs).toBeCloseTo(10);
});
