/** What statements read, by Postgres' own count: the figure that does not depend on the machine. */
import type { Database } from '../../src/store/database';
import type { TestStore } from './rows';

/** Rows of tables that `work` read, by whatever index. What it wrote is rolled back. */
export async function rowsRead(store: TestStore, work: (database: Database) => Promise<unknown>): Promise<number> {
  // One connection, so that all of it is one transaction: Postgres counts by transaction.
  const database = store.connect(1);
  const count = async (): Promise<number> => {
    const { rows } = await database.pool.query<{ read: string }>(
      `select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) as read from pg_stat_xact_user_tables`,
    );
    return Number(rows[0]!.read);
  };
  await database.pool.query('begin');
  const before = await count();
  await work(database);
  const read = (await count()) - before;
  await database.pool.query('rollback');
  return read;
}
