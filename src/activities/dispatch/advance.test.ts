/** What a slice does that waits for a gateway, as the gateway comes back. */
import {
  ACCOUNT,
  SEALER,
  hashNumber,
  messageOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { createHttpClient, type HttpClient } from '../../outbound/client';
import { startVendor, type Vendor } from '../../providers/testing/vendor';
import { releaseHeld } from '../../store/dispatch/failover';
import { advanceSlice } from './advance';
import { createAnswerLog } from './answers';
import { createGateways, type Gateways } from './gateways';
import { GatewayHealthMonitor } from './gateway-health';

let store: TestStore;
let vendor: Vendor;
let http: HttpClient & { close(): Promise<void> };
beforeAll(async () => {
  store = await startStore();
  vendor = await startVendor({ status: 200, headers: { 'content-type': 'application/json' }, body: '{"sid":"SM1"}' });
  http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 4 });
});
afterAll(async () => {
  await http.close();
  await vendor.close();
  await store.stop();
});

const log = { warn: () => undefined };
const never = new AbortController().signal;

/** Of the two cases one is the neighbour: a gateway that nobody mends keeps what it has. */
test.each([
  { mended: true, state: 'submitted', sent: 1 },
  { mended: false, state: 'queued', sent: 0 },
])('a gateway that is mended as its messages are put on hold gets them at once: $mended', async ({ mended, ...seen }) => {
  const gateway = await storeGateway(store, {
    provider: 'twilio',
    credentials: { accountSid: 'AC1', authToken: 'token' },
    baseUrl: vendor.origin,
    sendingPattern: 'loop',
  });
  await store.pool.query(`update gateways set paused_reason = 'no credit' where id = $1`, [gateway.id]);
  const { sliceId, ids } = await storeSlice(store.pool, 1);
  await store.pool.query('update slices set legs = $2 where id = $1', [
    sliceId,
    JSON.stringify([{ gatewayId: gateway.id, sender: 'requested' }]),
  ]);
  const health = new GatewayHealthMonitor({ pool: store.pool, log, onClosed: () => Promise.resolve() });
  const real = createGateways(store, SEALER, 'https://sms.example.com', health, 10);
  let looks = 0;
  const gateways: Gateways = {
    async load(wanted) {
      const loaded = await real.load(wanted);
      // A person mends it in the moment between the look and the hold that follows from it.
      if (mended && ++looks === 1) {
        await store.pool.query('update gateways set paused_reason = null where id = $1', [gateway.id]);
        await releaseHeld(store.pool, ACCOUNT, gateway.id);
      }
      return loaded;
    },
  };
  vendor.seen.length = 0;
  const deps = { database: store, http, gateways, answers: createAnswerLog(store.pool, log), numberHash: hashNumber, wakeRelays: () => undefined, log };
  await advanceSlice(deps, sliceId, never);
  expect({ state: (await messageOf(store.pool, ids[0]!)).state, sent: vendor.seen.length }).toEqual(seen);
}); // prettier-ignore
