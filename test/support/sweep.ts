/** Looking for a person in a whole database: every column of every table, whatever its type. */
import type { Pool } from 'pg';

/** Rows that have one of the needles, as `table {row}`. A needle of digits is found however they are written. */
export async function findAnywhere(pool: Pool, needles: readonly string[]): Promise<string[]> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name from pg_class c
     join pg_namespace n on n.oid = c.relnamespace
     where c.relkind = 'r' and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const { rows } = await pool.query<Record<string, unknown>>(`select * from ${name}`);
    for (const row of rows) {
      const holds = Object.values(row).some((value) => needles.some((needle) => isIn(needle, value)));
      if (holds) found.push(`${name} ${JSON.stringify(row)}`);
    }
  }
  return found.sort();
}

function isIn(needle: string, value: unknown): boolean {
  if (value === null || value instanceof Date) return false;
  const text = Buffer.isBuffer(value)
    ? value.toString('utf8')
    : typeof value === 'string'
      ? value
      : JSON.stringify(value);
  return /^\d+$/.test(needle) ? text.replaceAll(/[^0-9A-Za-z]/g, '').includes(needle) : text.includes(needle);
}
