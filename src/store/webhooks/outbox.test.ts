import {
  CLAIM,
  WEBHOOK,
  callbacksOf,
  claim,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import {
  claimCallbacks,
  listOverdueWebhooks,
  nextCallbackInMs,
  releaseAbandoned,
  writeCallbackResults,
  type CallbackResultDraft,
} from './outbox';
import type { GatewayRow } from '../gateways/gateways';
import { writeResults } from '../dispatch/results';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('truncate callbacks'));

/** So many failed messages whose outcome waits; returns their ids. */
async function failed(count: number, webhookId = WEBHOOK): Promise<string[]> {
  const { sliceId, ids } = await storeSlice(store.pool, count, { webhookId });
  const claimed = await claim(store.pool, sliceId, gateway.id);
  const refusal = {
    attempt: 'refused',
    message: 'failed',
    class: 'recipient',
    clevertap: '910',
    reason: 'no',
  } as const;
  await writeResults(
    store.pool,
    CLAIM,
    claimed.map((message) => resultOf(message, refusal)),
  );
  return ids;
}
const answered = (id: string, over: Partial<CallbackResultDraft> = {}): CallbackResultDraft => ({
  id,
  state: 'delivered',
  delayMs: null,
  status: 200,
  error: null,
  ...over,
});

it('an empty outbox has nothing to wait for', async () => {
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBeNull();
  await failed(1);
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBe(0);
  const [callback] = await claimCallbacks(store.pool, WEBHOOK, 10);
  await writeCallbackResults(store.pool, [answered(callback!.id)]);
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBeNull();
});

it('a message without a webhook reports to nobody', async () => {
  const { sliceId, ids } = await storeSlice(store.pool, 1, { webhookId: null });
  const [message] = await claim(store.pool, sliceId, gateway.id);
  await writeResults(store.pool, CLAIM, [resultOf(message!, { attempt: 'refused', message: 'failed' })]);
  expect(await callbacksOf(store.pool, ids[0]!)).toEqual([]);
});

it('a claimed callback carries what is told, and is nobody else’s', async () => {
  const [id] = await failed(1);
  const claimed = await claimCallbacks(store.pool, WEBHOOK, 10);
  expect(claimed).toMatchObject([{ event: 'failed', code: '910', description: 'no', meta: `meta ${id}`, tries: 1 }]);
  expect(await callbacksOf(store.pool, id!)).toEqual(['failed 910 sending']);
  expect(await claimCallbacks(store.pool, WEBHOOK, 10)).toEqual([]);
});

it('takes its own webhook’s callbacks only, at most as many as asked', async () => {
  await failed(3);
  await failed(2, 'wh_other');
  expect(await claimCallbacks(store.pool, WEBHOOK, 2)).toHaveLength(2);
  expect(await claimCallbacks(store.pool, WEBHOOK, 10)).toHaveLength(1);
  expect(await claimCallbacks(store.pool, 'wh_other', 10)).toHaveLength(2);
});

it('what is to be retried waits for its time, and counts its tries', async () => {
  await failed(1);
  const [first] = await claimCallbacks(store.pool, WEBHOOK, 10);
  await writeCallbackResults(store.pool, [
    answered(first!.id, { state: 'pending', delayMs: 600_000, status: 503, error: 'away' }),
  ]);
  expect(await claimCallbacks(store.pool, WEBHOOK, 10)).toEqual([]);
  const waitMs = (await nextCallbackInMs(store.pool, WEBHOOK))!;
  expect(waitMs).toBeGreaterThan(540_000);
  expect(waitMs).toBeLessThanOrEqual(600_000);
  await store.pool.query('update callbacks set next_try_at = now()');
  expect(await claimCallbacks(store.pool, WEBHOOK, 10)).toMatchObject([{ id: first!.id, tries: 2 }]);
});

it('an answer that comes after the claim was given up changes nothing', async () => {
  const [id] = await failed(1);
  const [callback] = await claimCallbacks(store.pool, WEBHOOK, 10);
  await writeCallbackResults(store.pool, [answered(callback!.id, { state: 'dead', error: 'gone' })]);
  await writeCallbackResults(store.pool, [answered(callback!.id)]);
  expect(await callbacksOf(store.pool, id!)).toEqual(['failed 910 dead']);
});

it('a claim that a crash left behind waits like a lost answer, a living one is left alone', async () => {
  const [old, young] = await failed(2);
  await claimCallbacks(store.pool, WEBHOOK, 10);
  await store.pool.query(`update callbacks set claimed_at = now() - interval '2 minutes' where message_id = $1`, [old]);
  await releaseAbandoned(store.pool, WEBHOOK, 60_000, 600_000);
  expect(await callbacksOf(store.pool, old!)).toEqual(['failed 910 pending']);
  expect(await callbacksOf(store.pool, young!)).toEqual(['failed 910 sending']);
  expect(await claimCallbacks(store.pool, WEBHOOK, 10)).toEqual([]);
});

it('names the webhooks whose relay seems to have missed its signal', async () => {
  await failed(1);
  await failed(1, 'wh_late');
  await failed(1, 'wh_stuck');
  await claimCallbacks(store.pool, 'wh_stuck', 10);
  await store.pool.query(
    `update callbacks set next_try_at = now() - interval '2 minutes', claimed_at = claimed_at - interval '2 minutes'
     where webhook_id in ('wh_late', 'wh_stuck')`,
  );
  expect((await listOverdueWebhooks(store.pool, 60_000)).sort()).toEqual(['wh_late', 'wh_stuck']);
});

it('of many that claim at the same time each gets its own', async () => {
  const ids = await failed(100);
  const pools = [store, store.connect(4), store.connect(4)];
  const claims = Array.from({ length: 20 }, (_, i) => claimCallbacks(pools[i % 3]!.pool, WEBHOOK, 10));
  const taken = (await Promise.all(claims)).flat();
  taken.push(...(await claimCallbacks(store.pool, WEBHOOK, 100)));
  expect(taken).toHaveLength(ids.length);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(ids.length);
});
