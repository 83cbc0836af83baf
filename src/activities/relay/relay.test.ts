/** The relay against a real Postgres and an endpoint on loopback. */
import type { Pool, QueryConfig } from 'pg';
import { PROCESSED, startCleverTap, type CleverTapEndpoint } from '../../../test/support/clevertap';
import { ACCOUNT, SEALER, startStore, storeSlice, type TestStore } from '../../../test/support/rows';
import { bundleAnew } from '../../../test/support/outbox';
import { until } from '../../../test/support/until';
import { createHttpClient } from '../../outbound/client';
import { deleteWebhook, ensureWebhook, findWebhook, pauseWebhook, type Webhook } from '../../store/webhooks/webhooks';
import { relayOutbox, type RelayDeps } from './relay';

let store: TestStore;
let endpoint: CleverTapEndpoint;
let webhook: Webhook;
const warned: string[] = [];
const http = createHttpClient({ allow: ['127.0.0.1'], maxConnectionsPerOrigin: 100 });
beforeAll(async () => {
  store = await startStore(8);
});
afterAll(async () => {
  await http.close();
  await store.stop();
});
beforeEach(async () => {
  endpoint = await startCleverTap();
  const draft = { accountId: ACCOUNT, kind: 'clevertap' as const, url: endpoint.url, isDefault: false };
  ({ webhook } = await ensureWebhook(store.db, SEALER, draft));
  warned.length = 0;
});
afterEach(() => endpoint.stop());

const depsOn = (pool: Pool): RelayDeps => ({
  database: { ...store, pool },
  http,
  sealer: SEALER,
  log: { warn: (fields, message) => void warned.push(`${message} ${JSON.stringify(fields)}`) },
});
const relay = (stopping = new AbortController().signal, pool: Pool = store.pool) =>
  relayOutbox(depsOn(pool), webhook.id, stopping);

/** So many delivered outcomes that have been due for so long; returns their metas. */
async function due(count: number, minutes = 0, meta?: string): Promise<string[]> {
  const { ids } = await storeSlice(store.pool, count, {
    webhookId: webhook.id,
    ...(meta === undefined ? {} : { meta }),
  });
  await store.pool.query(
    `insert into callbacks (account_id, webhook_id, message_id, event, occurred_at, next_try_at)
     select $1, $2, id, 'delivered', now(), now() - $4 * interval '1 minute' - no * interval '1 millisecond'
     from unnest($3::uuid[]) with ordinality as m (id, no)`,
    [ACCOUNT, webhook.id, ids, minutes],
  );
  await bundleAnew(store.pool);
  return ids.map((id) => meta ?? `meta ${id}`);
}
interface Row {
  state: string;
  tries: number;
  last_error: string | null;
}
const rows = async (): Promise<Row[]> =>
  (await store.pool.query<Row>('select state, tries, last_error from callbacks where webhook_id = $1', [webhook.id]))
    .rows;
/** How many there are in each state and number of tries. */
async function counts(): Promise<Record<string, number>> {
  const result: Record<string, number> = {};
  for (const { state, tries } of await rows()) result[`${state} ${tries}`] = (result[`${state} ${tries}`] ?? 0) + 1;
  return result;
}
const pauseOf = async () => (await findWebhook(store.db, SEALER, webhook.id))!.pause;
const metasOf = (post: { meta: string }[]) => post.map(({ meta }) => meta);

/** The endpoint keeps posts unanswered until they are released, and answers those after it at once. */
function hold(): () => void {
  const held: (() => void)[] = [];
  endpoint.answer = () => new Promise((resolve) => held.push(() => resolve(PROCESSED)));
  return () => {
    endpoint.answer = () => PROCESSED;
    for (const release of held) release();
  };
}

test('a fresh outcome goes with the next posts, however long the backlog, which goes on beside it', async () => {
  await due(2_000, 60);
  const release = hold();
  const running = relay();
  await until('all places are taken', () => endpoint.open === 4);
  const fresh = await due(150);
  release();
  expect(await running).toEqual({ waitMs: null });
  const places = endpoint.posts.flatMap((post, i) => (metasOf(post).some((meta) => fresh.includes(meta)) ? [i] : []));
  expect(places.length).toBeGreaterThan(0);
  expect(places.at(-1)!).toBeLessThan(4 + 4);
  expect(endpoint.mostOpen).toBe(4);
  expect([...endpoint.received.values()]).toEqual(Array(2_150).fill(1));
  expect(endpoint.posts.length).toBeLessThanOrEqual(23);
});

test('the oldest go among fresh ones, however many there are', async () => {
  const old = new Set(await due(100, 60));
  await due(1_500);
  await relay();
  const place = endpoint.posts.findIndex((post) => metasOf(post).some((meta) => old.has(meta)));
  expect(place).toBeLessThan(4 + 4);
});

test('two outcomes of one meta and event don’t share a post', async () => {
  await due(2, 0, 'twice');
  await due(3);
  await relay();
  expect(endpoint.posts.map(({ length }) => length).sort()).toEqual([1, 4]);
  expect(await counts()).toEqual({ 'delivered 1': 5 });
});

test('a claim whose answer was lost with its connection is posted, once', async () => {
  await due(350);
  let lost = 0;
  const losing = new Proxy(store.pool, {
    get(pool, property) {
      if (property !== 'query') return Reflect.get(pool, property) as unknown;
      return async (query: QueryConfig) => {
        const result = await pool.query(query);
        if (query.name !== 'claim-callbacks' || ++lost > 2) return result;
        throw Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' });
      };
    },
  });
  expect(await relay(undefined, losing)).toEqual({ waitMs: null });
  expect(lost).toBeGreaterThan(2);
  expect(await counts()).toEqual({ 'delivered 1': 350 });
  expect([...endpoint.received.values()]).toEqual(Array(350).fill(1));
});

test('an endpoint that nothing reaches: all wait untried, and probes come at longer and longer pauses', async () => {
  await due(20);
  await endpoint.stop();
  const first = await relay();
  expect(first).toEqual({ waitMs: expect.any(Number), resting: true });
  expect(first.waitMs).toBeGreaterThanOrEqual(5_000);
  expect(first.waitMs).toBeLessThanOrEqual(6_250);
  expect(await counts()).toEqual({ 'pending 0': 20 });
  expect(await pauseOf()).toMatchObject({ reason: expect.stringContaining('ECONNREFUSED'), probes: 1 });
  expect(warned).toHaveLength(1);
  for (const least of [10_000, 20_000, 40_000]) {
    await store.pool.query('update webhooks set probe_at = now() where id = $1', [webhook.id]);
    expect((await relay()).waitMs).toBeGreaterThanOrEqual(least);
  }
  expect(await counts()).toEqual({ 'pending 0': 20 });
  expect(warned).toHaveLength(1);
});

test('before its time nothing is probed', async () => {
  await due(3);
  await pauseWebhook(store.db, webhook.id, { reason: 'away', probeInMs: 60_000 });
  expect(await relay()).toEqual({ waitMs: expect.any(Number), resting: true });
  expect(endpoint.posts).toEqual([]);
});

test('a probe that is taken ends the pause, and all the others follow at once', async () => {
  await due(120);
  await pauseWebhook(store.db, webhook.id, { reason: 'away', probeInMs: 0 });
  expect(await relay()).toEqual({ waitMs: null });
  const [probe, ...others] = endpoint.posts.map(({ length }) => length);
  // Those that follow go over connections of their own: any of them may come first.
  expect([probe, ...others.sort((a, b) => b - a)]).toEqual([1, 100, 19]);
  expect(await pauseOf()).toBeNull();
});

test('with nothing to probe with, a paused webhook waits for news', async () => {
  await pauseWebhook(store.db, webhook.id, { reason: 'away', probeInMs: 60_000 });
  expect(await relay()).toEqual({ waitMs: null });
  await due(1, -30);
  expect(await relay()).toEqual({ waitMs: expect.any(Number) });
});

test.each([
  ['a year', '31536000', 900_000],
  ['seconds', '120', 120_000],
  ['the past', 'Thu, 01 Jan 2015 00:00:00 GMT', 5_000],
  ['garbage', 'soon', 5_000],
])('Retry-After of %s', async (_, after, least) => {
  await due(150);
  endpoint.answer = () => ({ status: 429, headers: { 'retry-after': after } });
  const { waitMs } = await relay();
  expect(waitMs).toBeGreaterThanOrEqual(least);
  expect(waitMs).toBeLessThanOrEqual(900_000);
  expect((await rows()).every(({ state }) => state === 'pending')).toBe(true);
});

test('a partial answer that does not say which: the post is dead at once, with an alert, and others go on', async () => {
  await due(100);
  let posts = 0;
  const partial = { status: 'partial_success', data: { processed_events: 60, unprocessed_events: 40 } };
  endpoint.answer = () => (posts++ === 0 ? { status: 200, body: partial } : PROCESSED);
  await relay();
  const fresh = await due(3);
  await relay();
  expect(await counts()).toEqual({ 'dead 1': 100, 'delivered 1': 3 });
  expect((await rows()).find(({ state }) => state === 'dead')!.last_error).toBe(
    'CleverTap processed a part, and did not say which',
  );
  expect(warned).toEqual([expect.stringContaining('callbacks given up')]);
  expect(endpoint.posts.map(({ length }) => length)).toEqual([100, 3]);
  expect([...endpoint.received.keys()]).toEqual(expect.arrayContaining(fresh.map((meta) => `delivered ${meta}`)));
});

test('a success that counts less than was posted is told to the operator', async () => {
  await due(2);
  await store.pool.query(`update callbacks set event = 'failed', code = '900' where ctid = (select ctid from callbacks where webhook_id = $1 limit 1)`, [webhook.id]); // prettier-ignore
  await relay();
  expect(await counts()).toEqual({ 'delivered 1': 2 });
  expect(warned).toEqual([expect.stringContaining('it processed 1 of 2')]);
});

test('after twelve tries one is given up, with the last reason', async () => {
  await due(1);
  endpoint.answer = () => ({ status: 200, body: { status: 'ERROR' } });
  await store.pool.query('update callbacks set tries = 11 where webhook_id = $1', [webhook.id]);
  await relay();
  expect(await rows()).toEqual([
    { state: 'dead', tries: 12, last_error: 'given up after 12 tries: CleverTap processed nothing' },
  ]);
});

test('what an endpoint has refused for a week is given up; the younger ones go on waiting', async () => {
  await due(1, 8 * 24 * 60);
  await due(1, 6 * 24 * 60);
  await pauseWebhook(store.db, webhook.id, { reason: 'away', probeInMs: 60_000 });
  await relay();
  expect(await counts()).toEqual({ 'dead 0': 1, 'pending 0': 1 });
});

test('a worker that stops: what is under way counts as a lost answer, what was not posted is due as before', async () => {
  await due(2, 0, 'a');
  await due(2, 0, 'b');
  await due(4, 0, 'c');
  const release = hold();
  const stopping = new AbortController();
  const running = relay(stopping.signal);
  // 8 records of one claim, 4 posts: {a b c}, {a b c}, {c}, {c}.
  await until('all places are taken', () => endpoint.open === 4);
  await due(100);
  stopping.abort();
  await running;
  release();
  expect(await counts()).toEqual({ 'pending 1': 8, 'pending 0': 100 });
  expect(await pauseOf()).toBeNull();
});

test('what a run that died had in hand waits like a lost answer; what waited for a deleted webhook is skipped', async () => {
  await due(2);
  await store.pool.query(
    `insert into relays (claim, slot, run, webhook_id, message_ids)
     select gen_random_uuid(), slot, gen_random_uuid(), webhook_id, array[message_id] from callbacks
     where id = (select min(id) from callbacks where webhook_id = $1)`,
    [webhook.id],
  );
  await bundleAnew(store.pool);
  await relay();
  expect(await counts()).toEqual({ 'pending 1': 1, 'delivered 1': 1 });
  await deleteWebhook(store.db, ACCOUNT, webhook.id);
  expect(await relay()).toEqual({ waitMs: null });
  expect(await counts()).toEqual({ 'skipped 1': 1, 'delivered 1': 1 });
});

test('a callback that can’t be written is given up alone', async () => {
  await due(12);
  // No object of any version of ours, but what is stored outlives versions.
  await store.pool.query(
    `update callbacks set event = 'replied', detail = '7' where id = (select min(id) from callbacks where webhook_id = $1)`,
    [webhook.id],
  );
  await relay();
  expect(await counts()).toEqual({ 'dead 1': 1, 'delivered 1': 11 });
});
