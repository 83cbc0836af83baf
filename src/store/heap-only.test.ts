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
} from '../../test/support/rows';
import { writeResults } from './results';

let store: TestStore;
beforeAll(async () => {
  // Postgres counts by connection.
  store = await startStore(1);
});
afterAll(() => store.stop());

const COUNTED = `select relname, n_tup_upd::int as updates, n_tup_hot_upd::int as heap_only
                 from pg_stat_user_tables where relname in ('messages', 'attempts') order by relname`;

it('claims and results of a whole slice are heap-only updates', async () => {
  const gateway = await storeGateway(store);
  const { sliceId, ids } = await storeSlice(store.pool, 1_000);
  for (let after: string | null = null; ;) {
    const block = await claim(store.pool, sliceId, gateway.id, { limit: 100, after });
    if (block.length === 0) break;
    const results = block.map((message) => resultOf(message));
    await writeResults(store.pool, CLAIM, results);
    after = block.at(-1)!.id;
  }
  expect(await messageOf(store.pool, ids.at(-1)!)).toMatchObject({ state: 'submitted' });
  await store.pool.query('select pg_stat_force_next_flush()');
  const { rows } = await store.pool.query(COUNTED);
  expect(rows).toEqual([
    { relname: 'attempts', updates: 1_000, heap_only: 1_000 },
    { relname: 'messages', updates: 2_000, heap_only: 2_000 },
  ]);
});
