/** The counts of callbacks against all of them, through everything that becomes of one. */
import { ACCOUNT, claimDue, SEALER, sendDue, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { bundleAnew, SHOWN_STATE } from '../../../test/support/outbox';
import { readCallbackCounts } from './callback-counts';
import { replayCallback, replayCallbacks } from './callbacks';
import { giveUpOverdue, skipCallbacks } from './outbox';
import {
  giveBackCallbacks,
  releaseAbandoned,
  releaseClaim,
  writeCallbackResults,
  type CallbackResultDraft,
  type ClaimedCallback,
} from './relays';
import { deleteWebhook, ensureWebhook } from './webhooks';

let store: TestStore;
const webhooks: string[] = [];
beforeAll(async () => {
  store = await startStore();
  for (const name of ['one', 'two']) {
    const draft = {
      accountId: ACCOUNT,
      kind: 'clevertap',
      url: `https://in1.cb.wzrkt.com/${name}`,
      isDefault: false,
    } as const;
    webhooks.push((await ensureWebhook(store.db, SEALER, draft)).webhook.id);
  }
});
afterAll(() => store.stop());

/** Queues so many callbacks; returns their ids. */
async function queue(count: number, event = 'delivered', webhookId = webhooks[0]!): Promise<string[]> {
  const { ids } = await storeSlice(store.pool, count);
  const { rows } = await store.pool.query<{ id: string }>(
    `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at)
     select $1, $2, m, $3, now() from unnest($4::uuid[]) m returning id`,
    [ACCOUNT, webhookId, event, ids],
  );
  await bundleAnew(store.pool);
  return rows.map(({ id }) => id);
}

/** What is counted is what there is; returns it as `event state` -> count. */
async function counts(): Promise<Record<string, number>> {
  const read = await readCallbackCounts(store.pool, ACCOUNT);
  const { rows } = await store.pool.query(
    `select event, ${SHOWN_STATE} as state, count(*)::int as count from callbacks c where account_id = $1
     group by 1, 2 order by 1, 2`,
    [ACCOUNT],
  );
  expect(read).toEqual(rows);
  return Object.fromEntries(read.map(({ event, state, count }) => [`${event} ${state}`, count]));
}

const results = (callbacks: ClaimedCallback[], state: CallbackResultDraft['state']): CallbackResultDraft[] =>
  callbacks.map((callback) => ({ callback, state, delayMs: state === 'pending' ? 0 : null, status: 200, error: null }));

const rowOf = ({ messageId, slot }: ClaimedCallback) => ({ message_id: messageId, slot });

it('follow a callback from state to state', async () => {
  const [webhookId] = webhooks as [string];
  expect(await counts()).toEqual({});
  await queue(6);
  await queue(4, 'failed');
  expect(await counts()).toEqual({ 'delivered pending': 6, 'failed pending': 4 });
  const claimed = await claimDue(store.pool, webhookId, 7);
  const unheard = await claimDue(store.pool, webhookId, 10);
  expect(await counts()).toEqual({ 'delivered sending': 6, 'failed sending': 4 });
  await giveBackCallbacks(store.pool, unheard.slice(1));
  await releaseClaim(store.pool, unheard[0]!.claim);
  expect(await counts()).toEqual({ 'delivered sending': 6, 'failed sending': 1, 'failed pending': 3 });
  const written = [
    ...results(claimed.slice(0, 2), 'delivered'),
    ...results(claimed.slice(2, 3), 'dead'),
    ...results(claimed.slice(3, 4), 'skipped'),
    ...results(claimed.slice(4, 5), 'pending'),
  ];
  // Written again, as after a lost answer, it is not counted again.
  for (let i = 0; i < 2; i++) await writeCallbackResults(store.pool, written);
  expect(await counts()).toEqual({
    'delivered delivered': 2, 'delivered dead': 1, 'delivered skipped': 1, 'delivered pending': 1, 'delivered sending': 1,
    'failed sending': 1, 'failed pending': 3,
  }); // prettier-ignore
  await releaseAbandoned(store.pool, webhookId, crypto.randomUUID(), 0);
  // One of a run that has it no longer is believed to have arrived.
  await writeCallbackResults(store.pool, results(claimed.slice(6, 7), 'delivered'));
  expect(await counts()).toMatchObject({ 'delivered pending': 2, 'failed pending': 3, 'failed delivered': 1 });
  await store.pool.query(
    `update callbacks set next_try_at = now() - interval '2 hours' where event = 'failed' and state = 'pending'`,
  );
  await bundleAnew(store.pool);
  await giveUpOverdue(store.pool, webhookId, 3_600_000, 'away');
  expect(await counts()).toMatchObject({ 'failed dead': 3, 'failed delivered': 1 });
  await skipCallbacks(store.pool, webhookId, 'gone');
  expect(await counts()).toEqual({
    'delivered delivered': 2, 'delivered dead': 1, 'delivered skipped': 3, 'failed dead': 3, 'failed delivered': 1,
  }); // prettier-ignore

  expect(await replayCallback(store.db, rowOf(claimed[2]!), ['dead'])).toBe(true);
  expect(await replayCallback(store.db, rowOf(claimed[2]!), ['dead'])).toBe(false);
  expect(await counts()).toMatchObject({ 'delivered pending': 1, 'delivered skipped': 3 });
  expect(await replayCallbacks(store.db, { accountId: ACCOUNT, state: 'dead', after: null })).toMatchObject({
    replayed: 3,
  });
  expect(await counts()).toEqual({
    'delivered delivered': 2, 'delivered skipped': 3, 'delivered pending': 1, 'failed delivered': 1, 'failed pending': 3,
  }); // prettier-ignore
});

it('are those of all webhooks of the account, and of one that was deleted before anything of it ended', async () => {
  const before = await counts();
  await queue(5, 'clicked', webhooks[1]);
  await store.db.transaction().execute((tx) => deleteWebhook(tx, ACCOUNT, webhooks[1]!));
  expect(await counts()).toEqual({ ...before, 'clicked pending': 5 });
  await skipCallbacks(store.pool, webhooks[1]!, 'gone');
  expect(await counts()).toEqual({ ...before, 'clicked skipped': 5 });
  expect(await readCallbackCounts(store.pool, 'another')).toEqual([]);
});

it('are right after relays and replays at the same time', async () => {
  await queue(300);
  const pools = [store, store.connect(2)];
  const relays = pools.map(async ({ pool }) => {
    while ((await sendDue(pool, webhooks[0]!, 20)).length > 0);
  });
  const replays = Array.from({ length: 10 }, () =>
    replayCallbacks(store.db, { accountId: ACCOUNT, state: 'skipped', after: null }),
  );
  await Promise.all([...relays, ...replays]);
  await sendDue(store.pool, webhooks[0]!, 500);
  const after = await counts();
  expect(after['delivered delivered']).toBeGreaterThanOrEqual(300);
  expect(after['delivered pending']).toBeUndefined();
});
