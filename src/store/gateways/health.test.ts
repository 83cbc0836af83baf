import { DURATION_BUCKETS } from '../../core/gateways/health';
import {
  CLAIM,
  NO_LATENCY,
  claim,
  requestCounts,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { recordRequests } from './breaker';
import { countGatewayStates, forgetMinutes, noteDegraded, listGatewayHealth, recordReceipts } from './health';
import { pauseGateway } from './gateways';
import { writeResults } from '../dispatch/results';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const newGateway = async (): Promise<string> => (await storeGateway(store)).id;
describe('listGatewayHealth', () => {
  it('adds up what all processes told of the last minutes', async () => {
    const id = await newGateway();
    const latency = NO_LATENCY.map((_, bucket) => (bucket === 3 ? 2 : 0));
    await recordRequests(store.pool, [requestCounts(id, { requests: 2, accepted: 3, refused: 1, latency })]);
    await recordRequests(store.pool, [requestCounts(id, { requests: 2, accepted: 4, latency })]);
    await store.pool.query(
      `insert into gateway_minutes (gateway_id, minute, accepted) values
         ($1, now() - interval '10 minutes', 5), ($1, now() - interval '20 minutes', 1000)`,
      [id],
    );
    const [reading] = await listGatewayHealth(store.pool, [id]);
    expect(reading).toMatchObject({ breaker: 'closed', counts: { accepted: 12, refused: 1 } });
    expect(reading!.counts.latency[3]).toBe(4);
    expect(reading!.counts.latency).toHaveLength(DURATION_BUCKETS);
    expect((await listGatewayHealth(store.pool, null)).map(({ gatewayId }) => gatewayId)).toContain(id);
  });

  it('knows nothing of a gateway that never sent', async () => {
    const [reading] = await listGatewayHealth(store.pool, ['gw_none']);
    expect(reading).toMatchObject({ breaker: 'closed', reason: null, counts: { accepted: 0, latency: NO_LATENCY } });
  });

  it('has the reports and how long they took', async () => {
    const id = await newGateway();
    const { sliceId } = await storeSlice(store.pool, 2);
    const [a, b] = await claim(store.pool, sliceId, id);
    await writeResults(store.pool, CLAIM, [resultOf(a!), resultOf(b!, { providerId: 'p1' })]);
    await store.pool.query(
      `update attempts set answered_at = now() - no * interval '3000 seconds' where message_id = any($1)`,
      [[a!.id, b!.id]],
    );
    const counts = { gatewayId: id, delivered: 2, undelivered: 1, faults: 1 };
    const samples = [
      { gatewayId: id, attempt: { messageId: a!.id, no: 1 }, providerId: null, agoMs: 2_400_000 },
      { gatewayId: id, attempt: null, providerId: 'p1', agoMs: 0 },
      { gatewayId: id, attempt: null, providerId: 'unheard of', agoMs: 0 },
    ];
    await recordReceipts(store.pool, [counts], samples);
    await recordReceipts(store.pool, [counts], []);
    const [reading] = await listGatewayHealth(store.pool, [id]);
    expect(reading!.counts).toMatchObject({ delivered: 4, undelivered: 2, faults: 2 });
    // 600 seconds (up to 1,024) and 3,000 (up to 4,096): the time that the test takes changes neither.
    expect(reading!.counts.receiptDelay.flatMap((n, bucket) => (n > 0 ? [[bucket, n]] : []))).toEqual([
      [10, 1],
      [12, 1],
    ]);
  });
});

it('tells a gateway that becomes degraded from one that is', async () => {
  const id = await newGateway();
  expect(await noteDegraded(store.pool, id, null)).toBe(false);
  expect(await noteDegraded(store.pool, id, 'slow')).toBe(true);
  expect(await noteDegraded(store.pool, id, 'slower')).toBe(false);
  expect(await listGatewayHealth(store.pool, [id])).toMatchObject([{ degraded: 'slower' }]);
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

it('counts active gateways by provider and state', async () => {
  const provider = 'pingbix';
  const [, down, slow, paused] = await Promise.all(Array.from({ length: 5 }, () => storeGateway(store, { provider })));
  await storeGateway(store, { provider, status: 'inactive' });
  await recordRequests(store.pool, [requestCounts(down!.id, { requests: 5, failures: 5, streak: 5 })]);
  await noteDegraded(store.pool, slow!.id, 'slow');
  await pauseGateway(store.db, paused!.id, 'refused');
  const states = (await countGatewayStates(store.pool)).filter((row) => row.provider === provider);
  expect(Object.fromEntries(states.map(({ state, count }) => [state, count]))).toEqual({ up: 2, down: 2, degraded: 1 });
});
