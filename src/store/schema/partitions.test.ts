import { firstUuidv7At, uuidv7, uuidv7Ms } from '../../core/messages/ids';
import { ACCOUNT, claim, storeGateway, storeSlice, startStore, type TestStore } from '../../../test/support/rows';
import { dropPartitions, FORGETTABLE, forgetDropped, makePartitions } from './partitions';

const DAY_MS = 86_400_000;
const YEAR_MS = 366 * DAY_MS;

let store: TestStore;
beforeEach(async () => {
  store = await startStore();
});
afterEach(() => store.stop());

async function partitionsOf(table: string): Promise<string[]> {
  const { rows } = await store.pool.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1`,
    [table],
  );
  return rows.map(({ name }) => name);
}

const lastOf = async (table: string): Promise<string> =>
  (await partitionsOf(table)).filter((name) => !name.endsWith('_first')).at(-1)!;

/** The first partition of messages, and the first id that it doesn't take. */
async function firstEnd(): Promise<{ name: string; until: string }> {
  const { rows } = await store.pool.query<{ name: string; until: string }>(
    `select relname as name, substring(pg_get_expr(relpartbound, oid) from $$ TO \\('([0-9a-f-]+)'$$) as until
     from pg_class where relname = 'messages_first'`,
  );
  return rows[0]!;
}

/** A settled message of that moment, in a slice that has been counted; returns its id. */
async function storeSettled(atMs: number, outcomes: number | null = 1): Promise<string> {
  const { sliceId, ids } = await storeSlice(store.pool, 1);
  const id = firstUuidv7At(atMs);
  await store.pool.query(`update messages set id = $2, state = 'delivered', settled_at = now() where id = $1`, [
    ids[0],
    id,
  ]);
  const slice = firstUuidv7At(atMs - 1);
  await store.pool.query('update slices set id = $2, outcomes = $3, delivered = 1 where id = $1', [
    sliceId,
    slice,
    outcomes,
  ]);
  await store.pool.query('update messages set slice_id = $2 where id = $1', [id, slice]);
  return id;
}

const messages = async (): Promise<string[]> =>
  (await store.pool.query<{ id: string }>('select id from messages order by id')).rows.map(({ id }) => id);

it('there is a partition for whatever comes within a month, and making them again changes nothing', async () => {
  for (let at = Date.now(); at < Date.now() + 2 * YEAR_MS; at += 29 * DAY_MS) {
    await makePartitions(store.pool, at);
    const made = await partitionsOf('messages');
    await makePartitions(store.pool, at);
    expect(await partitionsOf('messages')).toEqual(made);
    await storeSettled(at + 29 * DAY_MS);
  }
  // Eight quarters, and one ahead of them.
  expect((await partitionsOf('messages')).length).toBeGreaterThanOrEqual(8);
  expect((await partitionsOf('attempts')).length).toBe((await partitionsOf('messages')).length);
  expect(await lastOf('messages')).toMatch(/^messages_20\d\dq[1-4]$/);
});

it('a new partition has the keys and the indexes of its table, and room for updates', async () => {
  await makePartitions(store.pool, Date.now() + YEAR_MS);
  for (const table of ['messages', 'attempts', 'receipts', 'callbacks']) {
    const shapes = await store.pool.query<{ name: string; options: string; indexes: string[] }>(
      `select c.relname as name, array_to_string(c.reloptions, ',') as options, array(
         select regexp_replace(pg_get_indexdef(i.indexrelid), '^.* USING ', (indisunique or indisprimary)::text || ' ')
         from pg_index i where i.indrelid = c.oid order by 1) as indexes
       from pg_inherits h join pg_class c on c.oid = h.inhrelid where h.inhparent = $1::regclass`,
      [table],
    );
    const [first, ...others] = shapes.rows;
    expect(others.length).toBeGreaterThan(2);
    for (const { options, indexes } of others) {
      expect(options).toBe(first!.options ?? 'fillfactor=100');
      expect(indexes).toEqual(first!.indexes);
    }
  }
});

it('several processes may make them at once', async () => {
  const others = [store.connect(1), store.connect(1), store.connect(1)];
  await Promise.all(others.map(({ pool }) => makePartitions(pool, Date.now() + YEAR_MS)));
  const names = await partitionsOf('messages');
  expect(new Set(names).size).toBe(names.length);
});

it('what ended before the moment is dropped, with all that was about it, and nothing else', async () => {
  const now = Date.now();
  await makePartitions(store.pool, now + YEAR_MS);
  const gateway = await storeGateway(store);
  const old = await storeSettled(now);
  const { sliceId, ids } = await storeSlice(store.pool, 1);
  await claim(store.pool, sliceId, gateway.id, { limit: 1 });
  await store.pool.query(`update slices set outcomes = 1 where id = $1`, [sliceId]);
  const late = await storeSettled(now + 200 * DAY_MS);
  await store.pool.query(
    `insert into links (code, account_id, message_id, url) values ('old', $1, $2, 'https://a.example'), ('late', $1, $3, 'https://a.example')`,
    [ACCOUNT, old, late],
  );
  // The first one ends with the quarter, which may be tomorrow.
  expect(await dropPartitions(store.pool, uuidv7Ms((await firstEnd()).until) - 1)).toEqual([]);
  expect(await messages()).toEqual([old, ids[0], late].sort());

  expect(await dropPartitions(store.pool, now + 100 * DAY_MS)).toEqual(
    expect.arrayContaining(['messages_first', 'attempts_first']),
  );
  expect(await messages()).toEqual([late]);
  const { rows } = await store.pool.query('select 1 from attempts union all select 1 from callbacks');
  expect(rows).toEqual([]);

  await store.pool.query(
    `insert into campaigns (id, account_id, name, state, body, service, audience, timezone, send_id, created_at, finished_at)
     select id, $1, id, state, 'x', 'P', '{}', 'UTC', gen_random_uuid(), at, case when state = 'finished' then at end
     from (values ('old', 'finished', now()), ('old draft', 'draft', now()), ('late', 'finished', now() + interval '200 days'))
       as c (id, state, at)`,
    [ACCOUNT],
  );
  for (const what of FORGETTABLE) expect(await forgetDropped(store.pool, what)).toBe(false);
  const campaigns = await store.pool.query('select id from campaigns order by id');
  expect(campaigns.rows).toEqual([{ id: 'late' }, { id: 'old draft' }]);
  const slices = await store.pool.query<{ id: string }>('select id from slices');
  expect(slices.rows.map(({ id }) => uuidv7Ms(id))).toEqual([uuidv7Ms(late) - 1]);
  const links = await store.pool.query('select code from links');
  expect(links.rows).toEqual([{ code: 'late' }]);
});

it('nothing is dropped while something of it, or just after it, is under way', async () => {
  const now = Date.now();
  await makePartitions(store.pool, now + YEAR_MS);
  const { name, until } = await firstEnd();
  expect(name).toBe('messages_first');
  // Its message is of the last millisecond of the partition, and the slice of the next one.
  const id = firstUuidv7At(uuidv7Ms(until) - 1);
  const { sliceId, ids } = await storeSlice(store.pool, 1);
  await store.pool.query('update messages set id = $2, slice_id = $3 where id = $1', [
    ids[0],
    id,
    firstUuidv7At(uuidv7Ms(until) + 1),
  ]);
  await store.pool.query('update slices set id = $2 where id = $1', [sliceId, firstUuidv7At(uuidv7Ms(until) + 1)]);
  expect(await dropPartitions(store.pool, now + 300 * DAY_MS)).toEqual([]);
  expect(await messages()).toEqual([id]);
  await store.pool.query('update slices set outcomes = 1');
  expect(await dropPartitions(store.pool, now + 300 * DAY_MS)).not.toEqual([]);
  expect(await messages()).toEqual([]);
});

it('a message is found, claimed and settled in whichever partition it lies', async () => {
  const gateway = await storeGateway(store);
  await makePartitions(store.pool, Date.now() + YEAR_MS);
  const { sliceId, ids } = await storeSlice(store.pool, 4);
  const moved = ids.map((_, i) => firstUuidv7At(Date.now() + i * 90 * DAY_MS));
  for (const [i, id] of ids.entries()) {
    await store.pool.query('update messages set id = $2 where id = $1', [id, moved[i]]);
  }
  const claimed = await claim(store.pool, sliceId, gateway.id, { limit: 4 });
  expect(claimed.map((message) => message.id)).toEqual(moved);
});

it('while a long statement reads, a partition is not dropped, and nobody waits for that', async () => {
  await makePartitions(store.pool, Date.now() + YEAR_MS);
  await storeSettled(Date.now());
  const reader = await store.pool.connect();
  try {
    await reader.query('begin');
    await reader.query('select count(*) from messages');
    await expect(dropPartitions(store.pool, Date.now() + 300 * DAY_MS)).rejects.toMatchObject({ code: '55P03' });
    expect(await messages()).toHaveLength(1);
  } finally {
    await reader.query('rollback');
    reader.release();
  }
  expect(await dropPartitions(store.pool, Date.now() + 300 * DAY_MS)).not.toEqual([]);
});

it('the time of an id is read back', () => {
  expect(uuidv7Ms(firstUuidv7At(1_790_000_000_123))).toBe(1_790_000_000_123);
  expect(uuidv7Ms(uuidv7(4_102_444_800_000))).toBe(4_102_444_800_000);
});
