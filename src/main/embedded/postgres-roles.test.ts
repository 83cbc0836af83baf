/** What the product may do in its database, and what it may not: Postgres as `npm start` runs it. */
import { rmSync } from 'node:fs';
import path from 'node:path';
import { Client, type DatabaseError } from 'pg';
import { temporaryFolder } from '../../../test/support/servers';
import { connectDatabase, type Database } from '../../store/database';
import { migrate } from '../../store/schema/migrate';
import { dropPartitions, makePartitions } from '../../store/schema/partitions';
import { startPostgres, type EmbeddedPostgres } from './postgres';

const YEAR_MS = 366 * 86_400_000;
const REFUSED = '42501';

let folder: string;
let postgres: EmbeddedPostgres;
let runtime: Database;
const opened: Database[] = [];
const open = (url: string): Database => {
  const database = connectDatabase({ url, connections: 2, onError: () => undefined });
  opened.push(database);
  return database;
};
const start = () => startPostgres({ dataDir: path.join(folder, 'data'), durable: false });
const stop = async (): Promise<void> => {
  for (const database of opened.splice(0)) await database.close();
  await postgres.stop();
};

beforeAll(async () => {
  folder = temporaryFolder();
  postgres = await start();
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true, force: true });
});

/** The SQLSTATE that a statement ends with; empty when it is carried out. It leaves nothing. */
async function outcomeOf(url: string, statement: string): Promise<string> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    if (!statement.startsWith('alter system')) await client.query('begin');
    await client.query(statement);
    return '';
  } catch (error) {
    return (error as DatabaseError).code ?? String(error);
  } finally {
    await client.query('rollback');
    await client.end();
  }
}

const FORBIDDEN = [
  `copy (select 1) to program 'id'`,
  `create temporary table stolen (line text)`,
  `do $$ begin create table public.stolen (line text); end $$`,
  `create schema stolen`,
  `create function stolen() returns int language sql as 'select 1'`,
  `alter table messages add column stolen text`,
  `alter table accounts disable trigger all`,
  `create index stolen on accounts (name)`,
  `drop table accounts`,
  `drop table messages_first`,
  `truncate messages`,
  `comment on table accounts is 'stolen'`,
  `drop function make_partitions(timestamptz)`,
  `insert into kysely_migration values ('9999_future', '')`,
  `delete from kysely_migration`,
  `select * from pg_authid`,
  `select pg_read_file('/etc/passwd')`,
  `select pg_ls_dir('/')`,
  `select lo_import('/etc/passwd')`,
  `create role stolen superuser`,
  `alter role heliograph_runtime superuser`,
  `set role heliograph_owner`,
  `set role heliograph`,
  `set session authorization heliograph`,
  `alter system set shared_buffers = '1MB'`,
  `create extension plpython3u`,
  `alter database heliograph owner to heliograph_runtime`,
];

test('the product owns nothing, makes nothing and reads nothing that is not its rows', async () => {
  expect(await migrate(postgres.url, postgres.ownerUrl)).toBeNull();
  const outcomes = await Promise.all(FORBIDDEN.map(async (each) => [each, await outcomeOf(postgres.url, each)]));
  expect(outcomes.filter(([, code]) => code !== REFUSED)).toEqual([]);
  expect(await outcomeOf(postgres.url, 'insert into accounts (id, name) values ($$acme$$, $$Acme$$)')).toBe('');

  runtime = open(postgres.url);
  const roles = await runtime.pool.query(
    `select rolname, rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls as has_more
     from pg_roles where rolname in ('heliograph_owner', 'heliograph_runtime') order by 1`,
  );
  expect(roles.rows).toEqual([
    { rolname: 'heliograph_owner', has_more: false },
    { rolname: 'heliograph_runtime', has_more: false },
  ]);
  const owned = await runtime.pool.query<{ owner: string }>(
    `select distinct relowner::regrole::text as owner from pg_class where relnamespace = 'public'::regnamespace`,
  );
  expect(owned.rows).toEqual([{ owner: 'heliograph_owner' }]);
});

test('rows of every table can be read and written, those of later migrations and partitions, too', async () => {
  const owner = open(postgres.ownerUrl);
  await owner.pool.query('create table later (id serial primary key)');
  await makePartitions(runtime.pool, Date.now() + YEAR_MS);
  const { rows } = await runtime.pool.query<{ name: string }>(
    `select c.relname as name from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'kysely%'
       and not (select bool_and(has_table_privilege(c.oid, p)) from unnest(array['select', 'insert', 'update', 'delete']) p)`,
  );
  expect(rows).toEqual([]);
  expect(await outcomeOf(postgres.url, 'insert into later default values')).toBe('');
  expect(await outcomeOf(postgres.url, 'drop table later')).toBe(REFUSED);
  await owner.pool.query('drop table later');
});

const quarters = async (): Promise<string[]> => {
  const { rows } = await runtime.pool.query<{ name: string }>(`select name from partitions_of('messages')`);
  return rows.map(({ name }) => name);
};

test('partitions are made and dropped by the product, in no other way', async () => {
  const before = await quarters();
  expect(before.length).toBeGreaterThan(4);
  expect(await dropPartitions(runtime.pool, Date.now() + 100 * 86_400_000)).toEqual(
    ['messages', 'attempts', 'receipts', 'callbacks'].map((table) => `${table}_first`),
  );
  expect(await quarters()).toEqual(before.slice(1));
  await expect(makePartitions(runtime.pool, Date.UTC(9_999, 0))).rejects.toMatchObject({ code: '22023' });
  // A table of one's own in the way of the one that the function means.
  expect(await outcomeOf(postgres.url, 'create temporary table slices (id uuid, outcomes int)')).toBe(REFUSED);
  const paths = await runtime.pool.query<{ name: string; config: string[] }>(
    `select proname as name, proconfig as config from pg_proc where pronamespace = 'public'::regnamespace and prosecdef order by 1`,
  );
  expect(paths.rows.map(({ name, config }) => [name, config[0]])).toEqual([
    ['drop_partitions', 'search_path=pg_catalog, pg_temp'],
    ['make_partitions', 'search_path=pg_catalog, pg_temp'],
  ]);
});

test('one role for everything works, and is told', async () => {
  expect(await migrate(postgres.ownerUrl)).toMatch(
    /^The role heliograph_owner of DATABASE_URL owns the tables: give migrations one of their own with HELIOGRAPH_DATABASE_OWNER_URL/,
  );
  expect(await migrate(postgres.superuserUrl)).toMatch(/^The role heliograph of DATABASE_URL is a superuser/);
  expect(await migrate(postgres.superuserUrl, postgres.ownerUrl)).toMatch(/is a superuser/);
});

test('a data folder of before, whose tables are a superuser’s, is handed over with all that is in it', async () => {
  await open(postgres.ownerUrl).pool.query('drop schema public cascade');
  const superuser = open(postgres.superuserUrl);
  for (const statement of [
    'alter database heliograph owner to heliograph',
    'create schema public authorization pg_database_owner',
    'grant all on schema public to public',
    'drop owned by heliograph_owner, heliograph_runtime',
    'drop role heliograph_owner, heliograph_runtime',
  ]) {
    await superuser.pool.query(statement);
  }
  await migrate(postgres.superuserUrl);
  await superuser.pool.query(`insert into accounts (id, name) values ('acme', 'Acme')`);
  await stop();
  for (const role of ['owner', 'runtime']) rmSync(path.join(folder, 'data', `postgres.${role}.password`));

  postgres = await start();
  expect(await migrate(postgres.url, postgres.ownerUrl)).toBeNull();
  runtime = open(postgres.url);
  const { rows } = await runtime.pool.query('select id from accounts order by id');
  expect(rows).toEqual([{ id: 'acme' }, { id: 'default' }]);
  const others = await runtime.pool.query(
    `select relname from pg_class where relnamespace = 'public'::regnamespace and relowner <> 'heliograph_owner'::regrole
     union all select proname from pg_proc where pronamespace = 'public'::regnamespace and proowner <> 'heliograph_owner'::regrole
     union all select typname from pg_type where typnamespace = 'public'::regnamespace and typowner <> 'heliograph_owner'::regrole`,
  );
  expect(others.rows).toEqual([]);
  const outcomes = await Promise.all(FORBIDDEN.map(async (each) => [each, await outcomeOf(postgres.url, each)]));
  expect(outcomes.filter(([, code]) => code !== REFUSED)).toEqual([]);
  await makePartitions(runtime.pool, Date.now() + 2 * YEAR_MS);
  expect((await quarters()).length).toBeGreaterThan(8);
});
