import { DURATION_BUCKETS } from '../../core/gateways/health';
import { ACCOUNT, startStore, storeGateway, type TestStore } from '../../../test/support/rows';
import { testTurn } from '../../../test/support/maintenance';
import { recordRequests } from '../../store/gateways/breaker';
import { recordReceipts } from '../../store/gateways/health';
import { listGateways } from '../../store/gateways/gateways';
import { reviewGatewayHealth } from './gateway-health-review';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

it('marks a gateway whose requests or reports go wrong, once, and takes the mark back', async () => {
  const [well, badReports, slow] = [await storeGateway(store), await storeGateway(store), await storeGateway(store)];
  const logged: string[] = [];
  const review = () =>
    reviewGatewayHealth(
      { database: store, log: { warn: (_, message) => void logged.push(message) } },
      testTurn('health').turn,
    );
  const degraded = async () => {
    const rows = await listGateways(store.db, ACCOUNT);
    return rows.filter((row) => row.degraded).map(({ id }) => id);
  };
  const beat = (gatewayId: string, bucket: number) => {
    const latency = Array.from({ length: DURATION_BUCKETS }, (_, i) => (i === bucket ? 30 : 0));
    return { gatewayId, requests: 30, failures: 0, streak: 0, accepted: 30, refused: 0, latency, reason: null };
  };
  await recordRequests(store.pool, [beat(well.id, 5), beat(slow.id, 15)]);
  await recordReceipts(store.pool, [{ gatewayId: badReports.id, delivered: 10, undelivered: 20, faults: 20 }], []);
  await review();
  await review();
  expect((await degraded()).sort()).toEqual([badReports.id, slow.id].sort());
  expect(logged).toEqual(Array(2).fill('gateway degraded: others of its priority are tried first'));

  await store.pool.query(`update gateway_minutes set minute = minute - interval '16 minutes'`);
  await review();
  expect(await degraded()).toEqual([]);
  expect(logged.slice(2)).toEqual(Array(2).fill('gateway up: it works well again'));
});
