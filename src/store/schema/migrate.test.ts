import { Client } from 'pg';
import { createDatabase, type TestDatabase } from '../../../test/support/database';
import { until } from '../../../test/support/until';
import { migrate } from './migrate';

let database: TestDatabase;
let client: Client;
beforeEach(async () => {
  database = await createDatabase();
  client = new Client({ connectionString: database.url });
  await client.connect();
});
afterEach(async () => {
  await client.end();
  await until('all connections are closed', () => database.drop().then(() => true));
});

const applied = async () => {
  const { rows } = await client.query<{ name: string; timestamp: string }>(
    'select * from kysely_migration order by name',
  );
  return rows;
};
const tables = async () => {
  const { rows } = await client.query<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' order by 1`,
  );
  return rows.map(({ name }) => name);
};

it('twice is harmless: nothing is applied again, nothing is lost', async () => {
  await client.query(`insert into accounts (id, name) values ('acme', 'Acme')`);
  const before = await applied();
  await migrate(database.url);
  expect(await applied()).toEqual(before);
  const { rows } = await client.query('select id from accounts order by id');
  expect(rows).toEqual([{ id: 'acme' }, { id: 'default' }]);
});

it('several processes may start on an empty database at the same time', async () => {
  const [expected, before] = [await tables(), await applied()];
  await client.query('drop schema public cascade; create schema public');
  await Promise.all(Array.from({ length: 4 }, () => migrate(database.url)));
  expect(await tables()).toEqual(expected);
  expect((await applied()).map(({ name }) => name)).toEqual(before.map(({ name }) => name));
  const { rows } = await client.query('select id from accounts');
  expect(rows).toEqual([{ id: 'default' }]);
});

it('a database of a newer version is refused, with the remedy, and left as it is', async () => {
  await client.query(`insert into kysely_migration values ('9999_future', now()::text)`);
  const before = await applied();
  await expect(migrate(database.url)).rejects.toThrow(
    /^The database was migrated by a newer Heliograph than this one: run that version .*9999_future/,
  );
  expect(await applied()).toEqual(before);
});

it('a migration that fails says which one, and why', async () => {
  await client.query('drop schema public cascade; create schema public; create table accounts (id int)');
  await expect(migrate(database.url)).rejects.toThrow(
    'Migration 0001_initial failed: relation "accounts" already exists',
  );
  expect(await tables()).not.toContain('messages');
});
