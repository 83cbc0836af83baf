/** Which slices need a workflow and have none. */
import { messageDraft, sliceDraft, startStore, type TestStore } from '../../../test/support/rows';
import { acceptMessages } from './accept';
import { markStarted, takeUnstarted } from './slices';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

/** A slice of one message that is due so many seconds from now; null = at once. */
async function storeDue(seconds: number | null): Promise<string> {
  const dueAt = seconds === null ? null : new Date(Date.now() + seconds * 1_000);
  const slice = sliceDraft({ dueAt });
  await acceptMessages(store.pool, [slice], [messageDraft(slice.id)]);
  return slice.id;
}

const unstarted = async (olderThanMs = 0, limit = 100): Promise<string[]> =>
  (await takeUnstarted(store.pool, olderThanMs, null, limit)).map(({ id }) => id);

it('those whose time is near or has come, in its order; none that is due later than in a minute', async () => {
  const later = await storeDue(3_600);
  const soon = await storeDue(30);
  const now = await storeDue(null);
  const past = await storeDue(-30);
  expect(await unstarted()).toEqual([past, now, soon]);
  const page = await takeUnstarted(store.pool, 0, null, 2);
  expect(page.map(({ id }) => id)).toEqual([past, now]);
  expect((await takeUnstarted(store.pool, 0, page.at(-1)!.place, 2)).map(({ id }) => id)).toEqual([soon]);
  expect(await unstarted(60_000)).toEqual([]);
  await store.pool.query(`update slices set due_at = now() + interval '59 seconds' where id = $1`, [later]);
  expect(await unstarted()).toEqual([past, now, soon, later]);
  await markStarted(store.pool, [past, soon]);
  expect(await unstarted()).toEqual([now, later]);
});

it('finds them by their time, however many wait for later', async () => {
  await store.pool.query(
    `insert into slices (id, account_id, due_at, priority, total)
     select gen_random_uuid(), 'default', now() + interval '1 day', 1, 1 from generate_series(1, 5000)`,
  );
  const { rows } = await store.pool.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, costs off, timing off, summary off)
     select id from slices where started_at is null and campaign_id is null and created_at < now()
       and coalesce(due_at, created_at) < now() + interval '1 minute'
       and (coalesce(due_at, created_at), id) > ('-infinity'::timestamptz, '00000000-0000-0000-0000-000000000000'::uuid)
     order by coalesce(due_at, created_at), id limit 100`,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  expect(plan).toContain('slices_due');
  expect(plan).not.toContain('Rows Removed by Filter');
});
