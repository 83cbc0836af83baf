/** The lists of columns against the schema, and against `docs/privacy.md`. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { startStore, type TestStore } from '../../../test/support/rows';
import { IMPERSONAL, PERSONAL } from './personal-data';

let store: TestStore;
beforeAll(async () => {
  store = await startStore(1);
});
afterAll(() => store.stop());

/** Of these types a value can't be a number with its `+`, nor a text. Arrays are of the type of their elements. */
const TELL_NOTHING = ['bool', 'int2', 'int4', 'int8', 'float4', 'float8', 'numeric', 'timestamptz', 'uuid'];

interface Column {
  name: string;
  isPartition: boolean;
}

/** Columns of all tables, partitions included, whose type can hold a person: `table.column`. */
async function listColumns(): Promise<Column[]> {
  const { rows } = await store.pool.query<{ name: string; partition_of: string | null }>(
    `select coalesce(p.relname, c.relname) || '.' || a.attname as name, p.relname as partition_of
     from pg_attribute a
     join pg_class c on c.oid = a.attrelid and c.relkind in ('r', 'p', 'm', 'v', 'f')
     join pg_namespace n on n.oid = c.relnamespace and n.nspname not in ('pg_catalog', 'information_schema', 'pg_toast')
     join pg_type t on t.oid = a.atttypid
     left join pg_type e on e.oid = t.typelem and t.typcategory = 'A'
     left join pg_inherits i on i.inhrelid = c.oid left join pg_class p on p.oid = i.inhparent
     where a.attnum > 0 and not a.attisdropped
       and not coalesce(e.typname, t.typname) = any($1::text[]) and coalesce(e.typtype, t.typtype) <> 'e'`,
    [TELL_NOTHING],
  );
  return rows.map(({ name, partition_of }) => ({ name, isPartition: partition_of !== null }));
}

const namesOf = (lists: Readonly<Record<string, object>>): string[] =>
  Object.entries(lists).flatMap(([table, columns]) => Object.keys(columns).map((column) => `${table}.${column}`));
const personal = namesOf(PERSONAL);
const impersonal = namesOf(IMPERSONAL);

test('every column that could hold a person is on one list', async () => {
  const columns = await listColumns();
  expect(columns.filter(({ isPartition }) => isPartition).length).toBeGreaterThan(20);
  const listed = new Set([...personal, ...impersonal]);
  expect([...new Set(columns.map(({ name }) => name))].filter((name) => !listed.has(name))).toEqual([]);
});

test('none is on both', () => {
  const other = new Set(impersonal);
  expect(personal.filter((name) => other.has(name))).toEqual([]);
});

test('every name on them is still there', async () => {
  const there = new Set((await listColumns()).map(({ name }) => name));
  expect([...personal, ...impersonal].filter((name) => !there.has(name))).toEqual([]);
});

test.each([
  ['a text', 'text'],
  ['JSON', 'jsonb'],
  ['bytes', 'bytea'],
  ['an array', 'text[]'],
  ['a bounded text', 'varchar(20)'],
])('a new column is missed: %s', async (_, type) => {
  await store.pool.query(`alter table clicks add column phone ${type}`);
  try {
    const listed = new Set([...personal, ...impersonal]);
    expect((await listColumns()).map(({ name }) => name).filter((name) => !listed.has(name))).toEqual(['clicks.phone']);
  } finally {
    await store.pool.query('alter table clicks drop column phone');
  }
});

test('the index by which each is found is there, on its table or on that of its messages', async () => {
  const { rows } = await store.pool.query<{ name: string; on: string }>(
    `select i.relname as name, c.relname as on from pg_index x
     join pg_class i on i.oid = x.indexrelid join pg_class c on c.oid = x.indrelid`,
  );
  const tableOf = new Map(rows.map(({ name, on }) => [name, on]));
  const wrong = Object.entries(PERSONAL).flatMap(([table, columns]) =>
    Object.entries(columns).flatMap(([column, { index }]) =>
      tableOf.get(index) === table ? [] : [`${table}.${column}: ${index}`],
    ),
  );
  expect(wrong).toEqual([]);
});

const PAGE = path.resolve(__dirname, '../../../docs/privacy.md');
const [BEGIN, END] = ['<!-- columns -->', '<!-- /columns -->'];

/** The first list as the page shows it. After a change: `HELIOGRAPH_WRITE_DOCS=1 npx jest personal-data`, and prettier. */
const table = (): string[][] =>
  Object.entries(PERSONAL).flatMap(([name, columns]) =>
    Object.entries(columns).map(([column, { holds, walked, erased, kept }]) => [
      `\`${name}.${column}\``,
      holds,
      walked ? `${erased} (pages)` : erased,
      kept,
    ]),
  );

test('docs/privacy.md shows them', () => {
  const page = readFileSync(PAGE, 'utf8');
  const [before, rest = ''] = page.split(BEGIN);
  const [shown = '', after = ''] = rest.split(END);
  const rows = shown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .slice(2)
    .map((line) =>
      line
        .slice(1, -1)
        .split('|')
        .map((cell) => cell.trim()),
    );
  if (process.env.HELIOGRAPH_WRITE_DOCS === '1') {
    const head = ['| Where | Holds | An erasure leaves | Kept |', '| --- | --- | --- | --- |'];
    const lines = [...head, ...table().map((cells) => `| ${cells.join(' | ')} |`)];
    writeFileSync(PAGE, `${before}${BEGIN}\n\n${lines.join('\n')}\n\n${END}${after}`);
    return;
  }
  expect(rows).toEqual(table());
});
