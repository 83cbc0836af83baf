import { startStore, type TestStore } from '../../../test/support/rows';
import { reservePlaces } from '../../store/dispatch/rates';
import { createPacer, type PacerOptions } from './pacer';

let store: TestStore;
let serial = 0;
beforeAll(async () => {
  store = await startStore(6);
});
afterAll(() => store.stop());

const key = (): string => `rate ${serial++}`;

function pacerOf(over: Partial<PacerOptions> = {}) {
  return createPacer({
    pool: store.pool,
    limits: [],
    urgent: false,
    hold: { untilMs: 0 },
    stopping: new AbortController().signal,
    ...over,
  });
}

/** Up to when a rate is spoken for, in seconds from now. */
async function reservedSeconds(rate: string): Promise<number> {
  const { rows } = await store.pool.query<{ seconds: number }>(
    `select extract(epoch from reserved_to - clock_timestamp())::float8 as seconds from rate_leases where key = $1`,
    [rate],
  );
  return rows[0]!.seconds;
}

it('without a rate everything leaves at once, and nothing is reserved', async () => {
  const pacer = pacerOf({ limits: [{ key: 'none', perSecond: () => null }] });
  expect(pacer.leaseSize).toBe(Number.POSITIVE_INFINITY);
  expect(await pacer.next(1_000)).toBe(true);
  expect((await store.pool.query(`select from rate_leases where key = 'none'`)).rowCount).toBe(0);
});

it('a block is no larger than the slowest of the limits and the targetRate allows for one lease', () => {
  const limits = [{ key: key(), perSecond: () => 1_000 }];
  expect(pacerOf({ limits }).leaseSize).toBe(98);
  expect(pacerOf({ limits, targetRate: { key: key(), perSecond: () => 200 } }).leaseSize).toBe(19);
  expect(pacerOf({ limits, targetRate: { key: key(), perSecond: () => null } }).leaseSize).toBe(98);
});

it('a campaign’s targetRate is kept beside the gateway’s rate', async () => {
  const [hard, soft] = [key(), key()];
  const limits = [{ key: hard, perSecond: () => 1_000 }];
  const pacer = pacerOf({ limits, targetRate: { key: soft, perSecond: () => 100 } });
  const began = performance.now();
  for (let i = 0; i < 30; i++) expect(await pacer.next(1)).toBe(true);
  // 29 places of 10 ms lie between the first and the last.
  expect(performance.now() - began).toBeGreaterThanOrEqual(280);
});

it('the rate may change while it is kept', async () => {
  let perSecond: number | null = 1;
  const pacer = pacerOf({ targetRate: { key: key(), perSecond: () => perSecond } });
  expect(await pacer.next(1)).toBe(true);
  const second = pacer.next(1);
  perSecond = null;
  expect(await second).toBe(true);
  expect(pacer.leaseSize).toBe(Number.POSITIVE_INFINITY);
  expect(await pacer.next(500)).toBe(true);
});

it('bulk reserves no further ahead than some tenths of a second; what is urgent queues at once, before it', async () => {
  const rate = key();
  const limits = [{ key: rate, perSecond: () => 100 }];
  const stop = new AbortController();
  const bulk = Array.from({ length: 4 }, () => pacerOf({ limits, stopping: stop.signal }));
  const working = bulk.map(async (pacer) => {
    while (await pacer.next(1)) expect(await reservedSeconds(rate)).toBeLessThan(0.3);
  });
  const urgent = pacerOf({ limits, urgent: true });
  for (let i = 0; i < 5; i++) expect(await urgent.next(1)).toBe(true);
  stop.abort();
  await Promise.all(working);

  // Urgent ones take their place however far ahead it is; bulk waits until it is near.
  await reservePlaces(store.pool, [{ key: rate, perSecond: 1 }], 1_000, null);
  const waiting = new AbortController();
  const [late, patient] = [
    pacerOf({ limits, urgent: true, stopping: waiting.signal }).next(50),
    pacerOf({ limits, stopping: waiting.signal }).next(50),
  ];
  const before = await reservedSeconds(rate);
  expect(before).toBeGreaterThan(90);
  waiting.abort();
  expect(await Promise.all([late, patient])).toEqual([false, false]);
});

it('told to stop, it lets nothing more leave', async () => {
  const stop = new AbortController();
  const pacer = pacerOf({ limits: [{ key: key(), perSecond: () => 1 }], stopping: stop.signal });
  expect(await pacer.next(1)).toBe(true);
  const [second, third] = [pacer.next(1), pacer.next(1)];
  stop.abort();
  expect(await Promise.all([second, third])).toEqual([false, false]);
  const unlimited = pacerOf({ stopping: stop.signal });
  expect(await unlimited.next(1)).toBe(false);
});

it('a short pause of the gateway is waited out, a long one is not: nothing stands behind it', async () => {
  const began = performance.now();
  const hold = { untilMs: began + 150 };
  expect(await pacerOf({ hold }).next(1)).toBe(true);
  expect(performance.now() - began).toBeGreaterThanOrEqual(140);

  hold.untilMs = performance.now() + 600_000;
  const held = pacerOf({ hold });
  expect(await held.next(1)).toBe(false);
  expect(held.awayMs).toBeGreaterThan(50_000);
});

it('a turn that is too far away is refused, urgent or not, and takes no place of the rate', async () => {
  for (const urgent of [true, false]) {
    const rate = key();
    const limits = [{ key: rate, perSecond: () => 1 }];
    await reservePlaces(store.pool, [{ key: rate, perSecond: 1 }], 300, null);
    const before = await reservedSeconds(rate);
    const pacer = pacerOf({ limits, urgent });
    expect(await pacer.next(1)).toBe(false);
    expect(pacer.awayMs).toBeGreaterThan(20_000);
    expect(await reservedSeconds(rate)).toBeLessThanOrEqual(before);
  }
});

it('a provider that says "too many" gets half of the rate from then on', async () => {
  const rate = key();
  const rated = pacerOf({ limits: [{ key: rate, perSecond: () => 1_000 }] });
  await rated.next(1);
  await rated.slowDown();
  const { rows } = await store.pool.query('select share::float8 from rate_leases where key = $1', [rate]);
  expect(rows).toEqual([{ share: expect.closeTo(0.5, 1) }]);
});
