import { randomUUID } from 'node:crypto';
import { requestCounts, startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import { BREAKER, endProbe, hurryProbe, takeProbe, recordRequests } from './breaker';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

const newGateway = async (): Promise<string> => (await storeGateway(store)).id;
const fail = (gatewayId: string, count: number) =>
  recordRequests(store.pool, [
    requestCounts(gatewayId, {
      requests: count,
      failures: count,
      streak: count,
      reason: 'the provider answered HTTP 503',
    }),
  ]);
const succeed = (gatewayId: string, count = 1) =>
  recordRequests(store.pool, [requestCounts(gatewayId, { requests: count })]);
const wait = async (gatewayId: string): Promise<number> => {
  const { readings } = await succeed(gatewayId, 0);
  return readings[0]!.waitMs;
};
/** For how long it was opened, from the moment of its opening on. */
const openedFor = async (gatewayId: string): Promise<number> => {
  const { rows } = await store.pool.query<{ seconds: number }>(
    'select extract(epoch from open_until - changed_at)::float8 as seconds from gateway_health where gateway_id = $1',
    [gatewayId],
  );
  return rows[0]!.seconds;
};
/** The wait takes longer than any test. */
const prolongWait = (gatewayId: string) =>
  store.pool.query(`update gateway_health set open_until = now() + interval '1 hour' where gateway_id = $1`, [
    gatewayId,
  ]);
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
    expect(await openedFor(id)).toBe(BREAKER.openSeconds);
    await prolongWait(id);
    const ms = await wait(id);
    expect(ms).toBeGreaterThan(0);
    expect(ms).toBeLessThanOrEqual(3_600_000);
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
    const half = (gatewayId: string) => requestCounts(gatewayId, { requests: 20, failures: 10, streak: 1 });
    const [id, slow] = [await newGateway(), await newGateway()];
    expect((await recordRequests(store.pool, [half(id)])).opened).toHaveLength(1);
    await recordRequests(store.pool, [requestCounts(slow, { requests: 18, failures: 9, streak: 1 })]);
    await store.pool.query(`update gateway_health set window_at = now() - interval '1 minute' where gateway_id = $1`, [
      slow,
    ]);
    expect(
      (await recordRequests(store.pool, [requestCounts(slow, { requests: 2, failures: 1, streak: 1 })])).opened,
    ).toEqual([]);
  });

  it('lets one probe through when the wait is over, however many ask', async () => {
    const id = await newGateway();
    await fail(id, BREAKER.failures);
    await prolongWait(id);
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
    const waits = [await openedFor(id)];
    for (let round = 0; round < 6; round++) {
      await endWait(id);
      const probe = randomUUID();
      expect(await takeProbe(store.pool, id, probe)).toBe(true);
      await endProbe(store.pool, id, probe, 'failed');
      waits.push(await openedFor(id));
    }
    expect(waits).toEqual([5, 10, 20, 40, 80, 120, 120]);
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
