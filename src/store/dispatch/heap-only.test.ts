/** What changes a message's state writes no index: with five of them that would be half of the work of a campaign. */
import {
  CLAIM,
  claim,
  messageOf,
  resultOf,
  startStore,
  storeGateway,
  storeSlice,
  type TestStore,
} from '../../../test/support/rows';
import { writeResults } from './results';

let store: TestStore;
beforeAll(async () => {
  // Postgres counts by connection.
  store = await startStore(1);
});
afterAll(() => store.stop());

async function updatesOf(table: string): Promise<{ updates: number; heapOnly: number }> {
  await store.pool.query('select pg_stat_force_next_flush()');
  const { rows } = await store.pool.query<{ updates: number; heapOnly: number }>(
    `select n_tup_upd::int as updates, n_tup_hot_upd::int as "heapOnly" from pg_stat_user_tables where relname = $1`,
    [`${table}_first`],
  );
  return rows[0]!;
}

it('claims, and the results of attempts, are heap-only updates', async () => {
  const gateway = await storeGateway(store);
  const { sliceId, ids } = await storeSlice(store.pool, 1_000);
  const claimed = await claim(store.pool, sliceId, gateway.id, { limit: 1_000 });
  expect(await updatesOf('messages')).toEqual({ updates: 1_000, heapOnly: 1_000 });
  const results = claimed.map((message) => resultOf(message));
  await writeResults(store.pool, CLAIM, results);
  expect(await updatesOf('attempts')).toEqual({ updates: 1_000, heapOnly: 1_000 });
  // Whether the messages' own are depends on whether old versions can be cleaned away: on nobody looking at them still.
  expect(await messageOf(store.pool, ids.at(-1)!)).toMatchObject({ state: 'submitted' });
});
