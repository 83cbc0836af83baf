/** What the role may do that the product runs as, when another one owns the tables. */
import type { Pool, PoolClient } from 'pg';
import { transact } from '../database';

/** A role of Postgres. */
export interface Role {
  name: string;
  isSuperuser: boolean;
}

/** Who a connection is. */
export async function readRole(pool: Pool): Promise<Role> {
  const { rows } = await pool.query<Role>(
    `select rolname as name, rolsuper as "isSuperuser" from pg_roles where rolname = current_user`,
  );
  return rows[0]!;
}

/**
 * Lets `role` read and write every row, use the sequences, make and drop partitions, and see which migrations were
 * applied; in what later migrations make, too. Asked by the owner of the tables; may be repeated, by several at once.
 */
export async function grantRuntime(owner: Pool, role: string): Promise<void> {
  await transact(owner, async (client) => {
    // Two grants at once on one table refuse each other; and so would one and a new partition.
    await client.query(`select pg_advisory_xact_lock(hashtextextended('partitions', 0))`);
    const to = await quoted(client, role);
    for (const grant of grantsTo(to, await listTables(client))) await client.query(grant);
  });
}

function grantsTo(to: string, tables: string): string[] {
  const rows = 'select, insert, update, delete';
  return [
    `grant usage on schema public to ${to}`,
    `grant ${rows} on ${tables} to ${to}`,
    `grant select on kysely_migration to ${to}`,
    `grant usage, select on all sequences in schema public to ${to}`,
    `grant execute on function make_partitions(timestamptz), drop_partitions(timestamptz) to ${to}`,
    `alter default privileges in schema public grant ${rows} on tables to ${to}`,
    `alter default privileges in schema public grant usage, select on sequences to ${to}`,
  ];
}

/** All but those in which the migrator keeps what it has done. */
async function listTables(client: PoolClient): Promise<string> {
  const { rows } = await client.query<{ names: string }>(
    `select string_agg(oid::regclass::text, ', ') as names from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relname not like 'kysely%'`,
  );
  return rows[0]!.names;
}

async function quoted(client: PoolClient, role: string): Promise<string> {
  const { rows } = await client.query<{ name: string }>('select quote_ident($1) as name', [role]);
  return rows[0]!.name;
}
