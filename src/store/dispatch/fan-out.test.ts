/** One message, several webhooks: each hears the outcome once, and all hear the same. */
import { bundleAnew, SHOWN_STATE } from '../../../test/support/outbox';
import {
  ACCOUNT,
  FAILED,
  numberHash,
  PSEUDONYMS,
  SEALER,
  WEBHOOK,
  messageOf,
  receiptOf,
  startStore,
  storeGateway,
  sendDue,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { listOverdueWebhooks, skipCallbacks } from '../webhooks/outbox';
import type { GatewayRow } from '../gateways/gateways';
import { storeInbound } from '../messages/opt-outs';
import { applyReceipts } from '../receipts/receipts';
import { disableWebhook, ensureWebhook } from '../webhooks/webhooks';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('truncate callbacks, webhooks'));

async function webhook(name: string, events: string[] | null = null, accountId = ACCOUNT): Promise<string> {
  const url = `https://${name}.example.com/`;
  const draft = { accountId, kind: 'standard' as const, url, isDefault: false, events, secret: 'whsec_AAAA' };
  return (await ensureWebhook(store.db, SEALER, draft)).webhook.id;
}

async function submitted(webhookId: string | null = WEBHOOK) {
  return (await withResult(store.pool, gateway.id, {}, { webhookId })).message;
}
const report = (message: { id: string; no: number }, receipt: Parameters<typeof receiptOf>[2]) =>
  applyReceipts(store.pool, [receiptOf(gateway.id, message, receipt)]);
const DELIVERED = { status: 'delivered' } as const;

/** `webhook event state` of a message's callbacks. */
async function told(messageId: string): Promise<string[]> {
  const { rows } = await store.pool.query<{ text: string }>(
    `select concat_ws(' ', webhook_id, event, ${SHOWN_STATE}) as text from callbacks c where message_id = $1 order by id`,
    [messageId],
  );
  return rows.map(({ text }) => text).sort();
}

const relay = (webhookId: string) => sendDue(store.pool, webhookId, 100);

it('every active standard webhook of the account that wants the event hears of it, and so does the message’s own', async () => {
  const all = await webhook('all');
  const failures = await webhook('failures', ['failed']);
  const disabled = await webhook('disabled');
  await disableWebhook(store.db, disabled, 'test');
  await store.pool.query(`insert into accounts (id, name) values ('other', 'other') on conflict do nothing`);
  await webhook('foreign', null, 'other');
  const message = await submitted();
  expect((await report(message, DELIVERED)).webhookIds.sort()).toEqual([all, WEBHOOK].sort());
  expect(await told(message.id)).toEqual([`${all} delivered pending`, `${WEBHOOK} delivered pending`].sort());
  const other = await submitted();
  expect((await report(other, FAILED)).webhookIds.sort()).toEqual([all, failures, WEBHOOK].sort());
});

it('one that is the message’s own hears once', async () => {
  const own = await webhook('own');
  const message = await submitted(own);
  await report(message, DELIVERED);
  expect(await told(message.id)).toEqual([`${own} delivered pending`]);
});

it('a message without a webhook of its own is told to those that want all', async () => {
  const all = await webhook('all');
  const message = await submitted(null);
  await report(message, FAILED);
  expect(await told(message.id)).toEqual([`${all} failed pending`]);
  await report(message, DELIVERED);
  expect(await told(message.id)).toEqual([`${all} delivered pending`]);
});

it('a failure that nobody was told yet turns into delivered for all', async () => {
  const all = await webhook('all');
  const deliveries = await webhook('deliveries', ['delivered']);
  const message = await submitted();
  await report(message, FAILED);
  await report(message, DELIVERED);
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  const expected = [all, deliveries, WEBHOOK].map((id) => `${id} delivered pending`);
  expect(await told(message.id)).toEqual(expected.sort());
});

it.each(['its own webhook', 'another one'])('a failure that %s was told of stays one, for all', async (who) => {
  const all = await webhook('all');
  const message = await submitted();
  await report(message, FAILED);
  const teller = who === 'another one' ? all : WEBHOOK;
  await relay(teller);
  await report(message, DELIVERED);
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed' });
  const states = [all, WEBHOOK].map((id) => `${id} failed ${id === teller ? 'delivered' : 'pending'}`);
  expect(await told(message.id)).toEqual(states.sort());
});

it('one webhook that is told while the turn waits for it keeps all as they are', async () => {
  const all = await webhook('all');
  const message = await submitted();
  await report(message, FAILED);
  const client = await store.pool.connect();
  await client.query('begin');
  await client.query(
    `with gone as (delete from due_callbacks where webhook_id = $1 returning *)
     insert into relays (claim, slot, run, webhook_id, message_ids)
     select gen_random_uuid(), slot, gen_random_uuid(), webhook_id, message_ids from gone`,
    [all],
  );
  const turned = report(message, DELIVERED);
  await until('the receipt waits for the row', async () => {
    const { rows } = await store.pool.query(
      `select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows.length > 0;
  });
  await client.query('commit');
  client.release();
  await turned;
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'failed' });
  expect(await told(message.id)).toEqual([`${all} failed sending`, `${WEBHOOK} failed pending`].sort());
});

it('a reply goes to all that want it, once', async () => {
  const all = await webhook('all');
  await webhook('failures', ['failed']);
  const message = await submitted();
  const reply = {
    dedupe: Buffer.from(message.id),
    accountId: ACCOUNT,
    gatewayId: gateway.id,
    msisdn: '+919800000001',
    toNumber: '5555',
    body: 'Thanks',
    meaning: 'reply' as const,
    proof: null,
    receivedAt: null,
    toldApart: true,
    numberHash: numberHash('+919800000001'),
    authentic: true,
    evidence: {},
  };
  expect((await storeInbound(store.pool, [reply], PSEUDONYMS)).sort()).toEqual([all, WEBHOOK].sort());
  expect(await storeInbound(store.pool, [reply], PSEUDONYMS)).toEqual([]);
  expect(await told(message.id)).toEqual([`${all} replied pending`, `${WEBHOOK} replied pending`].sort());
});

it('what waits for a disabled webhook is not overdue; what waited for a deleted one is skipped', async () => {
  const all = await webhook('all');
  const message = await submitted(null);
  await report(message, FAILED);
  await store.pool.query(`update callbacks set next_try_at = now() - interval '1 hour'`);
  await bundleAnew(store.pool);
  expect(await listOverdueWebhooks(store.pool, 60_000)).toEqual([all]);
  await disableWebhook(store.db, all, 'test');
  expect(await listOverdueWebhooks(store.pool, 60_000)).toEqual([]);
  await skipCallbacks(store.pool, all, 'gone');
  expect(await told(message.id)).toEqual([`${all} failed skipped`]);
});
