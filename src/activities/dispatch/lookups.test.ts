/** What becomes of attempts whose answer was lost, over a vendor that can be asked but knows no id of ours. */
import { randomUUID } from 'node:crypto';
import {
  SEALER,
  claim,
  countersOf,
  hashNumber,
  messageOf,
  receiptOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { createHttpClient, type HttpClient } from '../../outbound/client';
import { startVendor, type Answer, type Vendor } from '../../providers/testing/vendor';
import { readClockMs } from '../../store/database';
import { applyReceipts } from '../../store/receipts/receipts';
import { advanceSlice, type DispatchDeps } from './advance';
import { createAnswerLog } from './answers';
import { createGateways } from './gateways';
import { GatewayHealthMonitor } from './gateway-health';
import { createLookups, type Lookups } from './lookups';

const PUBLIC_URL = 'https://sms.example.com';
const SID = `SM${'0123456789abcdef'.repeat(2)}`;
let store: TestStore;
let vendor: Vendor;
let http: HttpClient & { close(): Promise<void> };
let deps: DispatchDeps;
let logged: string[];
let lookups: Lookups;

beforeAll(async () => {
  store = await startStore();
  vendor = await startVendor({ status: 500 });
  http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 4 });
  const log = { warn: (_: object, message: string) => void logged.push(message) };
  const health = new GatewayHealthMonitor({ pool: store.pool, log, onClosed: () => Promise.resolve() });
  const gateways = createGateways(store, SEALER, PUBLIC_URL, health, 10);
  lookups = createLookups({ database: store, http, gateways, numberHash: hashNumber, log }, 10);
  deps = {
    database: store,
    http,
    gateways,
    answers: createAnswerLog(store.pool, log),
    numberHash: hashNumber,
    wakeRelays: () => undefined,
    log,
  };
});
afterAll(async () => {
  await http.close();
  await vendor.close();
  await store.stop();
});
beforeEach(() => {
  vendor.seen.length = 0;
  logged = [];
});

const answer = (body: object, status = 200): Answer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
/** A message of Twilio's list that fits what was sent. */
const listed = (over: object = {}) => ({
  sid: SID,
  to: '+919800000001',
  body: 'Hello',
  direction: 'outbound-api',
  date_created: new Date().toUTCString(),
  status: 'sent',
  error_code: null,
  ...over,
});
const neverPosted = () => expect(vendor.seen.filter(({ method }) => method !== 'GET')).toEqual([]);

/** A worker claimed the message, and died before it wrote what the provider answered. */
async function killedWorker() {
  const gateway = await storeGateway(store, {
    provider: 'twilio',
    credentials: { accountSid: 'AC1', authToken: 'token' },
    baseUrl: vendor.origin,
    sendingPattern: 'loop',
    fallbackSender: null,
  });
  const { sliceId, ids } = await storeSlice(store.pool, 1);
  await store.pool.query('update slices set legs = $2 where id = $1', [
    sliceId,
    JSON.stringify([{ gatewayId: gateway.id, sender: 'requested' }]),
  ]);
  const [message] = await claim(store.pool, sliceId, gateway.id, { claim: randomUUID() });
  return { gateway, sliceId, id: ids[0]!, message: message! };
}
const never = new AbortController().signal;
/** As the workflow of a send does: what is to be asked about is asked about, and looked at again. */
async function advance(sliceId: string) {
  const first = await advanceSlice(deps, sliceId, never);
  if (!first.lookUp) return first;
  expect(await lookups.ask(sliceId, () => undefined, never)).toBeNull();
  return advanceSlice(deps, sliceId, never);
}
const attemptOf = async (id: string) =>
  (await store.pool.query('select state, provider_id, lookups from attempts where message_id = $1', [id])).rows;

it('one that the provider has is submitted, under the provider’s id, and its receipt counts', async () => {
  const { sliceId, id, gateway, message } = await killedWorker();
  vendor.answers = [answer({ messages: [listed()] })];
  await advance(sliceId);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'submitted', attempts: 1 });
  expect(await attemptOf(id)).toMatchObject([{ state: 'submitted', provider_id: SID.toLowerCase() }]);
  await applyReceipts(store.pool, [receiptOf(gateway.id, message, { attempt: null, providerId: SID.toLowerCase() })]);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered' });
  neverPosted();
});

it('one that the provider has delivered is delivered', async () => {
  const { sliceId, id } = await killedWorker();
  vendor.answers = [answer({ messages: [listed({ status: 'delivered' })] })];
  expect(await advance(sliceId)).toMatchObject({ open: 0 });
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered', attempts: 1 });
  const { kept, counted } = await countersOf(store.pool, sliceId);
  expect(kept).toEqual(counted);
  neverPosted();
});

it.each([
  ['does not know', () => answer({ messages: [] }), []],
  ['can’t tell from another', () => answer({ messages: [listed(), listed({ sid: `SM${'f'.repeat(32)}` })] }), []],
  ['is not asked, as it does not answer', () => ({ status: 503 }), [/could not be asked/]],
] as const)(
  'one that the provider %s stays unknown, is asked about again, and is never sent again',
  async (_, make, log) => {
    const { sliceId, id } = await killedWorker();
    vendor.answers = [make()];
    const beforeMs = await readClockMs(store.pool);
    const { dueAtMs } = await advance(sliceId);
    const afterMs = await readClockMs(store.pool);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'submitting', attempts: 1 });
    expect(await attemptOf(id)).toMatchObject([{ state: 'unknown', lookups: 1 }]);
    // 15 s after it was called unknown, to the millisecond that it is rounded to.
    expect(dueAtMs).toBeGreaterThanOrEqual(beforeMs + 15_000);
    expect(dueAtMs).toBeLessThanOrEqual(afterMs + 15_001);
    expect(logged).toEqual(log.map((line) => expect.stringMatching(line)));

    // The list knows it at the next look.
    vendor.answers = [answer({ messages: [listed({ status: 'undelivered', error_code: 30003 })] })];
    await store.pool.query(`update attempts set answered_at = answered_at - interval '15 s' where message_id = $1`, [
      id,
    ]);
    await advance(sliceId);
    expect(await messageOf(store.pool, id)).toMatchObject({ state: 'failed', attempts: 1 });
    neverPosted();
  },
);

it('the last look-up, at the deadline, is made again where it got no answer, and what it says then counts', async () => {
  const { sliceId, id } = await killedWorker();
  vendor.answers = [answer({ messages: [listed()] })];
  await advance(sliceId);
  const pass = (seconds: number) =>
    store.pool.query(`update messages set submitted_at = submitted_at - $2 * interval '1 s' where id = $1`, [
      id,
      seconds,
    ]);
  await pass(3_600);
  vendor.answers = [{ status: 503 }];
  const beforeMs = await readClockMs(store.pool);
  const { dueAtMs } = await advance(sliceId);
  const afterMs = await readClockMs(store.pool);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'submitted' });
  expect(dueAtMs).toBeGreaterThanOrEqual(beforeMs + 14_000);
  expect(dueAtMs).toBeLessThanOrEqual(afterMs + 15_001);
  await pass(15);
  vendor.answers = [answer({ ...listed({ status: 'delivered' }), messages: [listed({ status: 'delivered' })] })];
  await advance(sliceId);
  expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered' });
});
