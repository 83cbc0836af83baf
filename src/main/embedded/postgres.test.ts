import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Client } from 'pg';
import { temporaryFolder } from '../../../test/support/servers';
import { startPostgres } from './postgres';
import { commandLineOf } from './server-process';

let folder: string;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const start = () => startPostgres({ dataDir: path.join(folder, 'data'), durable: false });

async function query<Row extends object>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}

test('data, port and password outlive a SIGKILL of the server', async () => {
  const first = await start();
  await query(first.ownerUrl, 'create table kept as select 42 as answer');
  process.kill(first.pid, 'SIGKILL');
  expect(await first.exited).toBe('SIGKILL');
  const second = await start();
  expect(second.url).toBe(first.url);
  expect(await query(second.ownerUrl, 'select answer from kept')).toEqual([{ answer: 42 }]);
  await second.stop();
});

test('a server left behind on the same folder is stopped: there are never two', async () => {
  const left = await start();
  const next = await start();
  expect(await commandLineOf(left.pid)).toBeUndefined();
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await next.stop();
});

test('a pid file whose number belongs to another process now is no obstacle, and that process lives', async () => {
  const first = await start();
  await first.stop();
  const file = path.join(folder, 'data', 'postgres', 'postmaster.pid');
  writeFileSync(file, `${process.pid}\n${path.dirname(file)}\n`);
  const next = await start();
  expect(await query(next.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  await next.stop();
});

test('settings this product relies on', async () => {
  const server = await start();
  const rows = await query<{ name: string; setting: string }>(
    server.url,
    `select name, setting from pg_settings where name in ('max_connections', 'synchronous_commit', 'server_encoding', 'TimeZone') order by name`,
  );
  await server.stop();
  expect(rows).toEqual([
    { name: 'TimeZone', setting: 'UTC' },
    { name: 'max_connections', setting: '100' },
    { name: 'server_encoding', setting: 'UTF8' },
    { name: 'synchronous_commit', setting: 'on' },
  ]);
});

test('a folder made by another major version is named, with the remedy', async () => {
  const cluster = path.join(folder, 'data', 'postgres');
  mkdirSync(cluster, { recursive: true });
  writeFileSync(path.join(cluster, 'PG_VERSION'), '15\n');
  await expect(start()).rejects.toThrow(
    /was made by Postgres 15, this is 18: move the folder away or set DATABASE_URL/,
  );
});
