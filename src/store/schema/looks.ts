/** What the doctor looks at of a database: its migrations, its partitions, and by which keys its values are sealed. */
import fs from 'node:fs/promises';
import type { Pool } from 'pg';
import { uuidv7Ms } from '../../core/messages/ids';
import type { SchemaFacts, SealingKey } from '../../core/deployment/servers';
import { execute, sqlStateOf } from '../database';
import { SEALED, type SealedColumn } from '../seal';
import { MIGRATIONS } from './migrate';

/** Values of each sealed column that are looked at, so that the answer comes at once whatever the table holds. */
const LOOKED_AT = 5_000;
const UNDEFINED_TABLE = '42P01';
const NOT_ALLOWED = '42501';

/** Compares the migrations of this version with those that were applied. */
export async function readSchemaState(pool: Pool): Promise<SchemaFacts> {
  const known = (await fs.readdir(MIGRATIONS))
    .filter((file) => file.endsWith('.sql'))
    .map((file) => file.slice(0, -'.sql'.length))
    .sort();
  const applied = await readApplied(pool);
  if (applied === null) return { missing: [], unknown: [], newest: null };
  return {
    missing: known.filter((name) => !applied.has(name)),
    unknown: [...applied].filter((name) => !known.includes(name)),
    newest: known.at(-1) ?? null,
  };
}

/** Names of the migrations that were applied; null = this role may not look. */
async function readApplied(pool: Pool): Promise<Set<string> | null> {
  try {
    const rows = await execute<{ name: string }>(pool, 'read-applied', 'select name from kysely_migration', []);
    return new Set(rows.map(({ name }) => name));
  } catch (error) {
    if (sqlStateOf(error) === UNDEFINED_TABLE) return new Set();
    if (sqlStateOf(error) === NOT_ALLOWED) return null;
    throw error;
  }
}

/** When the last partition of messages ends, in epoch milliseconds; what has no end but a default partition is not ours. */
export async function readPartitionsEndMs(pool: Pool): Promise<number> {
  const rows = await execute<{ key: string | null }>(
    pool,
    'read-partitions-end',
    `select max(until_key::text) as key from partitions_of('messages')`,
    [],
  );
  return uuidv7Ms(rows[0]?.key ?? '00000000-0000-7000-8000-000000000000');
}

/** By which master keys the sealed values of each column were sealed; of large tables, a part. */
export async function readSealingKeys(pool: Pool): Promise<SealingKey[]> {
  const parts = (Object.values(SEALED) as SealedColumn[]).map(
    ({ table, column }) =>
      `select '${table}.${column}' as column, split_part(value, '.', 2) as "keyId", count(*)::int as count
       from (select ${column} as value from ${table} where ${column} is not null limit ${LOOKED_AT}) t group by 2`,
  );
  return execute<SealingKey>(pool, 'read-sealing-keys', parts.join(' union all '), []);
}
