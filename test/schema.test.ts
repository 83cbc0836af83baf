/**
 * `db/schema.sql` shows what the migrations add up to, so that a change of schema is seen in one place.
 * After a new migration: `HELIOGRAPH_WRITE_SCHEMA=1 npx jest test/schema`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { createDatabase } from './support/database';
import { until } from './support/until';

const FILE = path.resolve(__dirname, '../db/schema.sql');

/** Tables, columns, constraints, indexes, enums and functions of the public schema, in a fixed order. */
async function describeSchema(client: Client): Promise<string> {
  // Partitions are as their table is.
  const ours = `n.nspname = 'public' and c.relname not like 'kysely_%' and not c.relispartition`;
  const lines = async (statement: string): Promise<string[]> =>
    (await client.query<{ line: string }>(statement)).rows.map(({ line }) => line);
  const enums = await lines(`
    select format('create type %s as enum (%s);', t.typname,
                  string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder)) as line
    from pg_type t join pg_enum e on e.enumtypid = t.oid group by t.typname order by t.typname`);
  const tables = await lines(`
    select format(E'create table %s (\\n%s\\n)%s;', c.relname, string_agg(part, E',\\n' order by kind, place),
                  ' partition by ' || pg_get_partkeydef(c.oid)) as line
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    cross join lateral (
      select 1 as kind, a.attnum::int as place, format('  %s %s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
        case when a.attnotnull then ' not null' else '' end,
        case when a.attgenerated <> '' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
             when d.adbin is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid)
             when a.attidentity <> '' then ' generated always as identity' else '' end) as part
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      union all
      select 2, row_number() over (order by k.conname)::int, format('  constraint %s %s', k.conname, pg_get_constraintdef(k.oid))
      from pg_constraint k where k.conrelid = c.oid and k.contype <> 'n'
    ) parts
    where c.relkind in ('r', 'p') and ${ours} group by c.oid, c.relname order by c.relname`);
  const indexes = await lines(`
    select regexp_replace(pg_get_indexdef(i.indexrelid), '(ONLY )?public\\.', '') || ';' as line
    from pg_index i join pg_class c on c.oid = i.indrelid join pg_namespace n on n.oid = c.relnamespace
    where (${ours} and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid)
           -- What each partition has for itself.
           or c.relname like '%\\_first' and not exists (select from pg_inherits h where h.inhrelid = i.indexrelid))
    order by 1`);
  const functions = await lines(`
    select replace(pg_get_functiondef(p.oid), 'FUNCTION public.', 'FUNCTION ') || ';' as line
    from pg_proc p where p.pronamespace = 'public'::regnamespace order by p.proname`);
  const head = '-- What db/migrations add up to; test/schema.test.ts keeps it current.';
  return [head, ...enums, ...tables, ...indexes, ...functions].join('\n\n') + '\n';
}

test('db/schema.sql is what the migrations make', async () => {
  const database = await createDatabase();
  const client = new Client({ connectionString: database.url });
  await client.connect();
  const schema = await describeSchema(client);
  await client.end();
  await until('the connection is gone', () => database.drop().then(() => true));
  if (process.env.HELIOGRAPH_WRITE_SCHEMA === '1') writeFileSync(FILE, schema);
  expect(readFileSync(FILE, 'utf8')).toBe(schema);
});
