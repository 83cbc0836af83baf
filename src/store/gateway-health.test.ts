import { randomUUID } from 'node:crypto';
import { DURATION_BUCKETS } from '../core/health';
import { CLAIM, claim, resultOf, startStore, storeGateway, storeSlice, type TestStore } from '../../test/support/rows';
import {
  BREAKER,
  endProbe,
  forgetMinutes,
  hurryProbe,
  noteDegraded,
  readHealth,
  takeProbe,
  tellBeats,
  tellReports,
  type GatewayBeat,
} from './gateway-health';
import { writeResults } from './results';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const EMPTY = Array.from({ length: DURATION_BUCKETS }, () => 0);
const newGateway = async (): Promise<string> => (await storeGateway(store)).id;
const beat = (gatewayId: string, over: Partial<GatewayBeat> = {}): GatewayBeat => ({
  gatewayId,
  requests: 0,
  failures: 0,
  streak: 0,
  accepted: 0,
  refused: 0,
  latency: EMPTY,
  reason: null,
  ...over,
});
const fail = (gatewayId: string, count: number) =>
  tellBeats(store.pool, [
    beat(gatewayId, { requests: count, failures: count, streak: count, reason: 'the provider answered HTTP 503' }),
  ]);
const succeed = (gatewayId: string, count = 1) => tellBeats(store.pool, [beat(gatewayId, { requests: count })]);
const wait = async (gatewayId: string): Promise<number> => {
  const { readings } = await succeed(gatewayId, 0);
  return readings[0]!.waitMs;
};
const endWait = (gatewayId: string) =>
  store.pool.query(`update gateway_health set open_until = now() where gateway_id = $1`, [gatewayId]);

describe('the breaker', () => {
  it('opens after failures in a row, counted over all processes, and one process opens it', async () => {
    const id = await newGateway();
    expect((await fail(id, BREAKER.failures - 2)).opened).toEqual([]);
    const both = await Promise.all([fail(id, 1), fail(id, 1)]);
    expect(both.flatMap(({ opened }) => opened)).toMatchObject([
      { gatewayId: id, breaker: 'open', reason: 'the provider answered HTTP 503' },
    ]);
    expect((await fail(id, 10)).opened).toEqual([]);
    const ms = await wait(id);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(BREAKER.openSeconds * 1_000);
  });

  it('stays closed while failures are not in a row and few', async () => {
    const id = await newGateway();
    for (let round = 0; round < 3; round++) {
      await fail(id, BREAKER.failures - 1);
      const { opened, readings } = await succeed(id, 20);
      expect({ opened, breaker: readings[0]!.breaker }).toEqual({ opened: [], breaker: 'closed' });
    }
  });

  it('opens when half of a window fails, and forgets an old window', async () => {
    const half = (gatewayId: string) => beat(gatewayId, { requests: 20, failures: 10, streak: 1 });
    const [id, slow] = [await newGateway(), await newGateway()];
    expect((await tellBeats(store.pool, [half(id)])).opened).toHaveLength(1);
    await tellBeats(store.pool, [beat(slow, { requests: 18, failures: 9, streak: 1 })]);
    await store.pool.query(`update gateway_health set window_at = now() - interval '1 minute' where gateway_id = $1`, [
      slow,
    ]);
    expect((await tellBeats(store.pool, [beat(slow, { requests: 2, failures: 1, streak: 1 })])).opened).toEqual([]);
  });

  it('lets one probe through when the wait is over, however many ask', async () => {
    const id = await newGateway();
    await fail(id, BREAKER.failures);
    expect(await takeProbe(store.pool, id, randomUUID())).toBe(false);
    await endWait(id);
    const asked = await Promise.all(Array.from({ length: 8 }, () => takeProbe(store.pool, id, randomUUID())));
    expect(asked.filter(Boolean)).toHaveLength(1);
    // A probe whose worker died.
    await endWait(id);
    expect(await takeProbe(store.pool, id, randomUUID())).toBe(true);
  });

  it('closes after a probe that was answered, and starts to count anew', async () => {
    const id = await newGateway();
    await fail(id, 50);
    await endWait(id);
    const probe = randomUUID();
    await takeProbe(store.pool, id, probe);
    expect(await endProbe(store.pool, id, randomUUID(), 'answered')).toBe(false);
    expect(await endProbe(store.pool, id, probe, 'answered')).toBe(true);
    const { readings, opened } = await fail(id, 1);
    expect(readings).toMatchObject([{ breaker: 'closed', waitMs: 0 }]);
    expect(opened).toEqual([]);
  });

  it('opens for twice as long after each failed probe, up to a bound', async () => {
    const id = await newGateway();
    await fail(id, BREAKER.failures);
    const waits = [await wait(id)];
    for (let round = 0; round < 6; round++) {
      await endWait(id);
      const probe = randomUUID();
      expect(await takeProbe(store.pool, id, probe)).toBe(true);
      await endProbe(store.pool, id, probe, 'failed');
      waits.push(await wait(id));
    }
    expect(waits.map((ms) => Math.ceil(ms / 5_000) * 5)).toEqual([5, 10, 20, 40, 80, 120, 120]);
  });

  it('is probed at once when a person has changed the gateway', async () => {
    const id = await newGateway();
    await fail(id, BREAKER.failures);
    await hurryProbe(store.pool, id);
    expect(await takeProbe(store.pool, id, randomUUID())).toBe(true);
  });

  it('leaves an unused probe to the next one', async () => {
    const id = await newGateway();
    await fail(id, BREAKER.failures);
    await endWait(id);
    const probe = randomUUID();
    await takeProbe(store.pool, id, probe);
    await endProbe(store.pool, id, probe, 'unused');
    expect(await takeProbe(store.pool, id, randomUUID())).toBe(true);
  });
});

describe('readHealth', () => {
  it('adds up what all processes told of the last minutes', async () => {
    const id = await newGateway();
    const latency = EMPTY.map((_, bucket) => (bucket === 3 ? 2 : 0));
    await tellBeats(store.pool, [beat(id, { requests: 2, accepted: 3, refused: 1, latency })]);
    await tellBeats(store.pool, [beat(id, { requests: 2, accepted: 4, latency })]);
    await store.pool.query(
      `insert into gateway_minutes (gateway_id, minute, accepted) values
         ($1, now() - interval '10 minutes', 5), ($1, now() - interval '20 minutes', 1000)`,
      [id],
    );
    const [reading] = await readHealth(store.pool, [id]);
    expect(reading).toMatchObject({ breaker: 'closed', counts: { accepted: 12, refused: 1 } });
    expect(reading!.counts.latency[3]).toBe(4);
    expect(reading!.counts.latency).toHaveLength(DURATION_BUCKETS);
    expect((await readHealth(store.pool, null)).map(({ gatewayId }) => gatewayId)).toContain(id);
  });

  it('knows nothing of a gateway that never sent', async () => {
    const [reading] = await readHealth(store.pool, ['gw_none']);
    expect(reading).toMatchObject({ breaker: 'closed', reason: null, counts: { accepted: 0, latency: EMPTY } });
  });

  it('has the reports and how long they took', async () => {
    const id = await newGateway();
    const { sliceId } = await storeSlice(store.pool, 2);
    const [a, b] = await claim(store.pool, sliceId, id);
    await writeResults(store.pool, CLAIM, [resultOf(a!), resultOf(b!, { providerId: 'p1' })]);
    await store.pool.query(
      `update attempts set answered_at = now() - no * interval '100 seconds' where message_id = any($1)`,
      [[a!.id, b!.id]],
    );
    const counts = { gatewayId: id, delivered: 2, undelivered: 1, faults: 1 };
    const samples = [
      { gatewayId: id, attempt: { messageId: a!.id, no: 1 }, providerId: null, agoMs: 90_000 },
      { gatewayId: id, attempt: null, providerId: 'p1', agoMs: 0 },
      { gatewayId: id, attempt: null, providerId: 'unheard of', agoMs: 0 },
    ];
    await tellReports(store.pool, [counts], samples);
    await tellReports(store.pool, [counts], []);
    const [reading] = await readHealth(store.pool, [id]);
    expect(reading!.counts).toMatchObject({ delivered: 4, undelivered: 2, faults: 2 });
    // Ten seconds (up to 16) and a hundred (up to 128).
    expect(reading!.counts.reportDelay.flatMap((n, bucket) => (n > 0 ? [[bucket, n]] : []))).toEqual([
      [4, 1],
      [7, 1],
    ]);
  });
});

it('tells a gateway that becomes degraded from one that is', async () => {
  const id = await newGateway();
  expect(await noteDegraded(store.pool, id, null)).toBe(false);
  expect(await noteDegraded(store.pool, id, 'slow')).toBe(true);
  expect(await noteDegraded(store.pool, id, 'slower')).toBe(false);
  expect(await readHealth(store.pool, [id])).toMatchObject([{ degraded: 'slower' }]);
  expect(await noteDegraded(store.pool, id, null)).toBe(true);
});

it('forgets what is older than a day', async () => {
  const id = await newGateway();
  await store.pool.query(
    `insert into gateway_minutes (gateway_id, minute) values ($1, now() - interval '25 hours'), ($1, now() - interval '23 hours')`,
    [id],
  );
  await forgetMinutes(store.pool);
  const { rows } = await store.pool.query('select 1 from gateway_minutes where gateway_id = $1', [id]);
  expect(rows).toHaveLength(1);
});
