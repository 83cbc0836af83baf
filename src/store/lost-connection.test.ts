/** A connection that is lost while somebody holds it: their work fails as "away", the process and all others go on. */
import { sql } from 'kysely';
import { createDatabase, type TestDatabase } from '../../test/support/database';
import { until } from '../../test/support/until';
import { connectDatabase, isDatabaseAway, transact, type Database } from './database';

let database: TestDatabase;
let held: Database;
let other: Database;
beforeAll(async () => {
  database = await createDatabase();
  held = connectDatabase({ url: database.url, connections: 1, onError: () => undefined });
  other = connectDatabase({ url: database.url, connections: 1, onError: () => undefined });
});
afterAll(async () => {
  await held.close();
  await other.close();
  await until('all connections are closed', () => database.drop().then(() => true));
});

/** Ends the connection as a restart of Postgres does, and waits until nothing is left of it. */
async function terminate(pid: number): Promise<void> {
  await other.pool.query('select pg_terminate_backend($1)', [pid]);
  await until('the connection is gone', async () => {
    const { rowCount } = await other.pool.query('select from pg_stat_activity where pid = $1', [pid]);
    return rowCount === 0;
  });
}

const PID = 'select pg_backend_pid() as pid';

/** Ways to hold a connection; each ends in a statement over it, after `lose` has cut it. */
const HOLDERS: Record<string, (lose: (pid: number) => Promise<unknown>) => Promise<unknown>> = {
  'a transaction, between two statements': (lose) =>
    transact(held.pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>(PID);
      await lose(rows[0]!.pid);
      await client.query('select 1');
    }),
  'a transaction, in the middle of a statement': (lose) =>
    transact(held.pool, async (client) => {
      const { rows } = await client.query<{ pid: number }>(PID);
      await Promise.all([client.query('select pg_sleep(60)'), lose(rows[0]!.pid)]);
    }),
  'a transaction of the query builder': (lose) =>
    held.db.transaction().execute(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx);
      await lose(rows[0]!.pid);
      await sql`select 1`.execute(tx);
    }),
};

test.each(Object.keys(HOLDERS))('%s', async (name) => {
  const failure: unknown = await HOLDERS[name]!(terminate).then(
    () => 'nothing failed',
    (error: unknown) => error,
  );
  expect({ failure, isAway: isDatabaseAway(failure) }).toMatchObject({ isAway: true });
  expect((await held.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
