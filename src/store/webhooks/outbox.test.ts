import { randomUUID } from 'node:crypto';
import {
  ACCOUNT,
  CLAIM,
  RELAY,
  SEALER,
  WEBHOOK,
  callbacksOf,
  claim,
  claimDue,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  withResult,
  type TestStore,
} from '../../../test/support/rows';
import { bundleAnew } from '../../../test/support/outbox';
import { rowsRead } from '../../../test/support/reads';
import type { Database } from '../database';
import { giveUpOverdue, listOverdueWebhooks, nextCallbackInMs, skipCallbacks } from './outbox';
import {
  claimCallbacks,
  giveBackCallbacks,
  releaseAbandoned,
  releaseClaim,
  writeCallbackResults,
  type CallbackResultDraft,
  type ClaimedCallback,
  type ClaimRequest,
} from './relays';
import type { GatewayRow } from '../gateways/gateways';
import { writeResults } from '../dispatch/results';
import { disableWebhook, ensureWebhook, findWebhook, pauseWebhook, resumeWebhooks } from './webhooks';

let store: TestStore;
let gateway: GatewayRow;
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store);
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('truncate callbacks, due_callbacks, relays'));

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
const answered = (callback: ClaimedCallback, over: Partial<CallbackResultDraft> = {}): CallbackResultDraft => ({
  callback,
  state: 'delivered',
  delayMs: null,
  status: 200,
  error: null,
  ...over,
});

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
const OTHER_RELAY = randomUUID();
const request = (over: Partial<ClaimRequest> = {}): ClaimRequest => ({
  webhookId: WEBHOOK,
  run: RELAY,
  claim: randomUUID(),
  limit: 10,
  freshFirst: true,
  freshAfter: new Date(),
  oldFrom: null,
  ...over,
});

it('an empty outbox has nothing to wait for', async () => {
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBeNull();
  await failed(1);
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBe(0);
  const [callback] = await claimDue(store.pool, WEBHOOK, 10);
  await writeCallbackResults(store.pool, [answered(callback!)]);
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBeNull();
});

it('a message without a webhook reports to nobody', async () => {
  const failed = { attempt: 'refused', message: 'failed' } as const;
  const { message } = await withResult(store.pool, gateway.id, failed, { webhookId: null });
  expect(await callbacksOf(store.pool, message.id)).toEqual([]);
});

it('a claimed callback carries what is sent, and is nobody else’s', async () => {
  const [id] = await failed(1);
  const claimed = await claimDue(store.pool, WEBHOOK, 10);
  expect(claimed).toMatchObject([{ event: 'failed', code: '910', description: 'no', meta: `meta ${id}`, tries: 1 }]);
  expect(await callbacksOf(store.pool, id!)).toEqual(['failed 910 sending']);
  expect(await claimDue(store.pool, WEBHOOK, 10)).toEqual([]);
});

it('takes its own webhook’s callbacks only, at most as many as asked', async () => {
  await failed(3);
  await failed(2, 'wh_other');
  expect(await claimDue(store.pool, WEBHOOK, 2)).toHaveLength(2);
  expect(await claimDue(store.pool, WEBHOOK, 10)).toHaveLength(1);
  expect(await claimDue(store.pool, 'wh_other', 10)).toHaveLength(2);
});

it('what is to be retried waits for its time, and counts its tries', async () => {
  await failed(1);
  const [first] = await claimDue(store.pool, WEBHOOK, 10);
  await writeCallbackResults(store.pool, [
    answered(first!, { state: 'pending', delayMs: 600_000, status: 503, error: 'away' }),
  ]);
  expect(await claimDue(store.pool, WEBHOOK, 10)).toEqual([]);
  const waitMs = (await nextCallbackInMs(store.pool, WEBHOOK))!;
  expect(waitMs).toBeGreaterThan(540_000);
  expect(waitMs).toBeLessThanOrEqual(600_000);
  await store.pool.query('update callbacks set next_try_at = now()');
  await bundleAnew(store.pool);
  expect(await claimDue(store.pool, WEBHOOK, 10)).toMatchObject([{ id: first!.id, tries: 2 }]);
});

it('an answer that comes after the claim was given up changes nothing', async () => {
  const [id] = await failed(1);
  const [callback] = await claimDue(store.pool, WEBHOOK, 10);
  await writeCallbackResults(store.pool, [answered(callback!, { state: 'dead', error: 'gone' })]);
  await writeCallbackResults(store.pool, [answered(callback!)]);
  expect(await callbacksOf(store.pool, id!)).toEqual(['failed 910 dead']);
});

it('that one arrived is believed of a run that has it no longer, unless somebody else answered first', async () => {
  const [late, retold] = await failed(2);
  const claimed = await claimDue(store.pool, WEBHOOK, 10);
  await releaseAbandoned(store.pool, WEBHOOK, OTHER_RELAY, 600_000);
  const [of, ofRetold] = [late, retold].map((id) => claimed.find(({ messageId }) => messageId === id)!);
  await writeCallbackResults(store.pool, [answered(of!), answered(ofRetold!, { state: 'dead', error: 'no' })]);
  expect(await callbacksOf(store.pool, late!)).toEqual(['failed 910 delivered']);
  expect(await callbacksOf(store.pool, retold!)).toEqual(['failed 910 pending']);
});

it('a failure is not believed of a run that has it no longer', async () => {
  const [id] = await failed(1);
  const [callback] = await claimDue(store.pool, WEBHOOK, 10);
  await giveBackCallbacks(store.pool, [callback!]);
  await claimCallbacks(store.pool, request({ run: OTHER_RELAY }));
  await writeCallbackResults(store.pool, [answered(callback!, { state: 'dead', error: 'no' })]);
  expect(await callbacksOf(store.pool, id!)).toEqual(['failed 910 sending']);
});

it('a claim that a crash left behind waits like a lost answer, that of the run itself is left alone', async () => {
  const [old] = await failed(1);
  await claimDue(store.pool, WEBHOOK, 10);
  const [own] = await failed(1);
  await claimCallbacks(store.pool, request({ run: OTHER_RELAY }));
  expect(await releaseAbandoned(store.pool, WEBHOOK, OTHER_RELAY, 600_000)).toBe(false);
  expect(await callbacksOf(store.pool, old!)).toEqual(['failed 910 pending']);
  expect(await callbacksOf(store.pool, own!)).toEqual(['failed 910 sending']);
  expect(await claimDue(store.pool, WEBHOOK, 10)).toEqual([]);
});

it('what is given back is due as before, and its try does not count', async () => {
  await failed(3);
  const unheard = await claimDue(store.pool, WEBHOOK, 1);
  const before = [...unheard, ...(await claimDue(store.pool, WEBHOOK, 10))];
  await releaseClaim(store.pool, unheard[0]!.claim);
  await giveBackCallbacks(store.pool, [before[2]!]);
  expect(await nextCallbackInMs(store.pool, WEBHOOK)).toBe(0);
  const after = await claimDue(store.pool, WEBHOOK, 10);
  expect(after.map(({ id, tries }) => [id, tries])).toEqual([[before[0]!.id, 1], [before[2]!.id, 1]]); // prettier-ignore
});

it('fresh ones come first, the backlog from where the claim before stopped', async () => {
  await failed(6);
  const ages = [50, 40, 30, 20, 3, 2];
  const { rows } = await store.pool.query<{ id: string }>('select id from callbacks order by id');
  for (const [i, { id }] of rows.entries()) {
    await store.pool.query(`update callbacks set next_try_at = now() - $2 * interval '1 minute' where id = $1`, [
      id,
      ages[i],
    ]);
  }
  await bundleAnew(store.pool);
  const takes = async (over: Partial<ClaimRequest>) => {
    const claimed = await claimCallbacks(store.pool, request(over));
    await giveBackCallbacks(store.pool, claimed);
    return claimed.map(
      ({ id, isFresh }) => `${ages[rows.findIndex((row) => row.id === id)]}${isFresh ? ' fresh' : ''}`,
    );
  };
  const freshAfter = ago(10);
  expect(await takes({ limit: 3, freshAfter })).toEqual(['50', '3 fresh', '2 fresh']);
  expect(await takes({ limit: 1, freshAfter })).toEqual(['3 fresh']);
  expect(await takes({ limit: 2, freshFirst: false, freshAfter })).toEqual(['50', '40']);
  expect(await takes({ limit: 2, freshFirst: false, freshAfter, oldFrom: ago(35) })).toEqual(['30', '20']);
});

it('a callback whose message is gone, or whose time no date can hold, does not keep the others back', async () => {
  const [gone, infinite, late] = await failed(3);
  await store.pool.query('delete from messages where id = $1', [gone]);
  await store.pool.query(`update callbacks set occurred_at = 'infinity' where message_id = $1`, [infinite]);
  await store.pool.query(`update callbacks set occurred_at = '290000-01-01' where message_id = $1`, [late]);
  const claimed = await claimDue(store.pool, WEBHOOK, 10);
  expect(claimed.map(({ msisdn }) => msisdn)).toEqual([null, '+919800000001', '+919800000001']);
  for (const { occurredAt } of claimed) expect(occurredAt.toISOString()).toMatch(/^20\d\d-/);
});

it('housekeeping goes in steps of a thousand', async () => {
  await failed(1_001);
  expect(await skipCallbacks(store.pool, WEBHOOK, 'gone')).toBe(true);
  expect(await skipCallbacks(store.pool, WEBHOOK, 'gone')).toBe(false);
  const { rows } = await store.pool.query('select distinct state, last_error from callbacks');
  expect(rows).toEqual([{ state: 'skipped', last_error: 'gone' }]);
});

it('only what was due for that long is given up', async () => {
  const [old, young] = await failed(2);
  await store.pool.query(`update callbacks set next_try_at = now() - interval '8 days' where message_id = $1`, [old]);
  await bundleAnew(store.pool);
  expect(await giveUpOverdue(store.pool, WEBHOOK, 7 * 86_400_000, 'too long')).toBe(false);
  expect(await callbacksOf(store.pool, old!)).toEqual(['failed 910 dead']);
  expect(await callbacksOf(store.pool, young!)).toEqual(['failed 910 pending']);
});

it('names the webhooks whose relay seems to have missed its signal', async () => {
  await failed(1);
  await failed(1, 'wh_late');
  await failed(1, 'wh_stuck');
  await claimDue(store.pool, 'wh_stuck', 10);
  await store.pool.query(
    `update callbacks set next_try_at = now() - interval '2 minutes' where webhook_id = 'wh_late'`,
  );
  await store.pool.query(`update relays set created_at = now() - interval '2 minutes'`);
  await bundleAnew(store.pool);
  expect((await listOverdueWebhooks(store.pool, 60_000)).sort()).toEqual(['wh_late', 'wh_stuck']);
});

it('a paused webhook is overdue once its probe is', async () => {
  const draft = { accountId: ACCOUNT, kind: 'clevertap' as const, url: 'https://in1.cb.wzrkt.com/x', isDefault: false };
  const { webhook } = await ensureWebhook(store.db, SEALER, draft);
  await failed(1, webhook.id);
  await store.pool.query(`update callbacks set next_try_at = now() - interval '2 minutes'`);
  await bundleAnew(store.pool);
  expect(await pauseWebhook(store.db, webhook.id, { reason: 'away', probeInMs: 1_000 })).toBe(true);
  expect(await listOverdueWebhooks(store.pool, 60_000)).toEqual([]);
  expect(await pauseWebhook(store.db, webhook.id, { reason: 'still away', probeInMs: -120_000 })).toBe(false);
  expect(await listOverdueWebhooks(store.pool, 60_000)).toEqual([webhook.id]);
  const paused = await findWebhook(store.db, SEALER, webhook.id);
  expect(paused!.pause).toMatchObject({ reason: 'still away', probes: 2 });
  await resumeWebhooks(store.db, [webhook.id]);
  expect((await findWebhook(store.db, SEALER, webhook.id))!.pause).toBeNull();
  await disableWebhook(store.db, webhook.id, 'gone');
  expect(await pauseWebhook(store.db, webhook.id, { reason: 'away', probeInMs: 1_000 })).toBe(false);
});

it('of many that claim at the same time each gets its own', async () => {
  const ids = await failed(100);
  const pools = [store, store.connect(4), store.connect(4)];
  const claims = Array.from({ length: 20 }, (_, i) => claimDue(pools[i % 3]!.pool, WEBHOOK, 10));
  const taken = (await Promise.all(claims)).flat();
  taken.push(...(await claimDue(store.pool, WEBHOOK, 100)));
  expect(taken).toHaveLength(ids.length);
  expect(new Set(taken.map(({ id }) => id)).size).toBe(ids.length);
});

test('in a long outbox each statement reads about as many rows as it takes', async () => {
  const insert = (webhookId: string, state: string, count: number, age: string) =>
    store.pool.query(
      `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at, state, tries, next_try_at)
       select $1, $2, uuidv7(), 'delivered', now(), $3, 0, now() - n * $5::interval
       from generate_series(1, $4) n`,
      [ACCOUNT, webhookId, state, count, age],
    );
  await insert(WEBHOOK, 'pending', 20_000, '2 seconds');
  await insert(WEBHOOK, 'delivered', 20_000, '2 seconds');
  for (const other of ['wh_a', 'wh_b', 'wh_z']) await insert(other, 'pending', 5_000, '1 hour');
  await bundleAnew(store.pool);
  await insert(WEBHOOK, 'pending', 3_000, '1 second');
  await store.pool.query(
    `insert into relays (claim, slot, run, webhook_id, message_ids)
     select gen_random_uuid(), 'outcome', gen_random_uuid(), $1, array_agg(message_id)
     from (select message_id, row_number() over () / 100 as part from callbacks order by id desc limit 3000) c group by part`,
    [WEBHOOK],
  );
  // As autovacuum leaves it, which may come to one of the tables in the midst of the above.
  await store.pool.query('analyze callbacks, due_callbacks, relays');
  const reads: [string, (database: Database) => Promise<unknown>, number][] = [
    ['claim', ({ pool }) => claimCallbacks(pool, request({ limit: 100 })), 600],
    ['claim of fresh ones', ({ pool }) => claimCallbacks(pool, request({ limit: 100, freshAfter: ago(5) })), 600],
    ['claim further up', ({ pool }) => claimCallbacks(pool, request({ limit: 100, freshFirst: false, oldFrom: ago(30) })), 600],
    ['release', ({ pool }) => releaseAbandoned(pool, WEBHOOK, RELAY, 600_000), 3_000],
    ['skip', ({ pool }) => skipCallbacks(pool, WEBHOOK, 'gone'), 3_000],
    ['give up', ({ pool }) => giveUpOverdue(pool, WEBHOOK, 60_000, 'late'), 3_000],
    ['next', ({ pool }) => nextCallbackInMs(pool, WEBHOOK), 10],
    ['overdue', ({ pool }) => listOverdueWebhooks(pool, 60_000), 50],
  ]; // prettier-ignore
  for (const [name, work, most] of reads) {
    const read = await rowsRead(store, work);
    expect([name, read > 0 && read <= most ? 'bounded' : read]).toEqual([name, 'bounded']);
  }
});
