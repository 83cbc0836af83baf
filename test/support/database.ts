/** A database per test file: a copy of the migrated template, made in some 50 ms in memory, and in 300 ms on a disk. */
import { randomBytes } from 'node:crypto';
import { Client, type Pool } from 'pg';
import { OWNER } from '../../src/main/embedded/postgres-roles';
import { fact, TEMPLATE_DATABASE, TEST_DATABASE_URL, TEST_RUNTIME_URL } from './servers';

export interface TestDatabase {
  /** As the superuser: for what tests do themselves. */
  url: string;
  /** As the role that the product runs as. */
  runtimeUrl: string;
  /** Removes the database. Connections that are still open are a leak, and an error that says so. */
  drop(): Promise<void>;
}

/**
 * Makes an empty, migrated database. Close your pools before `drop`.
 */
export async function createDatabase(): Promise<TestDatabase> {
  const name = `test_${randomBytes(8).toString('hex')}`;
  await administer(`create database ${name} template ${TEMPLATE_DATABASE} owner ${OWNER}`);
  return {
    url: databaseNamed(fact(TEST_DATABASE_URL), name),
    runtimeUrl: databaseNamed(fact(TEST_RUNTIME_URL), name),
    drop: () => administer(`drop database ${name}`),
  };
}

/** The same server's connection string for another database. */
export function databaseNamed(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** Messages that are on their way to a provider, or of which nobody knows whether they were: in blocks, or as attempts. */
export async function listUnderWay(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ id: string }>(
    `select message_id as id from attempts where state = 'submitting' union all select unnest(ids) from blocks`,
  );
  return rows.map(({ id }) => id);
}

async function administer(statement: string): Promise<void> {
  const client = new Client({ connectionString: fact(TEST_DATABASE_URL) });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
