/** What keeps `npm start` from starting: one sentence each, and nothing left running. */
import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { pino } from 'pino';
import { temporaryFolder } from '../../../test/support/servers';
import { LOOPBACK, readConfig, type Config } from '../../config';
import { drawFreePort } from '../embedded/ports';
import { openDataFolder } from './data-folder';
import { startStack } from './stack';

let folder: string;
beforeEach(() => (folder = temporaryFolder()));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const PORTS = [
  'HELIOGRAPH_PORT',
  'HELIOGRAPH_METRICS_PORT',
  'HELIOGRAPH_SIMULATOR_PORT',
  'HELIOGRAPH_TEMPORAL_PORT',
  'HELIOGRAPH_TEMPORAL_UI_PORT',
];

async function config(changes: NodeJS.ProcessEnv = {}): Promise<Config> {
  const environment: NodeJS.ProcessEnv = { HELIOGRAPH_DATA_DIR: path.join(folder, 'data') };
  for (const name of PORTS) environment[name] = String(await drawFreePort());
  return readConfig({ ...environment, ...changes });
}

const start = (settings: Config) => startStack(settings, pino({ level: 'silent' }));

test('taken and doubled ports, all at once, each with its variable', async () => {
  const taken = net.createServer();
  await new Promise<void>((resolve) => taken.listen(0, LOOPBACK, resolve));
  const { port } = taken.address() as net.AddressInfo;
  const settings = await config({
    HELIOGRAPH_PORT: String(port),
    HELIOGRAPH_TEMPORAL_PORT: '23',
    HELIOGRAPH_TEMPORAL_UI_PORT: '23',
  });
  await expect(start(settings)).rejects.toThrow(
    `port ${port} (HELIOGRAPH_PORT) is taken; stop what uses it or set HELIOGRAPH_PORT\n` +
      'HELIOGRAPH_TEMPORAL_PORT and HELIOGRAPH_TEMPORAL_UI_PORT are both 23; give them different ports',
  );
  await new Promise((resolve) => taken.close(resolve));
  expect(existsSync(path.join(settings.dataDir, 'postgres'))).toBe(false);
});

test.each([
  ['a file', 'ENOTDIR'],
  ['on a file system that takes none', 'ENOENT'],
])('a data folder that is %s', async (kind, code) => {
  const file = path.join(folder, 'file');
  writeFileSync(file, '');
  const dataDir = kind === 'a file' ? file : '/proc/heliograph/data';
  const settings = await config({ HELIOGRAPH_DATA_DIR: dataDir });
  await expect(start(settings)).rejects.toThrow(
    `The data folder ${dataDir} can't be used (${code}): make it a folder that this user can write, or set HELIOGRAPH_DATA_DIR.`,
  );
});

test('no Temporal to be had: Postgres, already started, is stopped again', async () => {
  const program = path.join(folder, 'temporal');
  writeFileSync(program, '#!/bin/sh\nexit 1\n');
  chmodSync(program, 0o755);
  const settings = await config({ TEMPORAL_CLI_PATH: program });
  await expect(start(settings)).rejects.toThrow(`${program} is no Temporal CLI`);
  expect(existsSync(path.join(settings.dataDir, 'postgres', 'PG_VERSION'))).toBe(true);
  expect(existsSync(path.join(settings.dataDir, 'postgres', 'postmaster.pid'))).toBe(false);
  expect(existsSync(path.join(settings.dataDir, 'supervisor.json'))).toBe(false);
});

test('a DATABASE_URL where nothing answers', async () => {
  const port = await drawFreePort();
  const settings = await config({
    DATABASE_URL: `postgres://u:p@${LOOPBACK}:${port}/x`,
    TEMPORAL_ADDRESS: 'temporal:7233',
  });
  await expect(start(settings)).rejects.toThrow(
    /^The database of DATABASE_URL does not answer \(.*ECONNREFUSED.*\): start it/,
  );
});

test('a data folder in use by a living supervisor is left alone, one of a dead one is taken over', async () => {
  const dataDir = path.join(folder, 'data');
  const first = await openDataFolder(dataDir);
  const record = path.join(dataDir, 'supervisor.json');
  const supervisor = { pid: process.ppid, commandLine: commandLine(process.ppid) };
  writeFileSync(record, JSON.stringify({ supervisor, children: [] }));
  await expect(openDataFolder(dataDir)).rejects.toThrow(`is in use by process ${process.ppid}: stop it, or set`);
  writeFileSync(record, JSON.stringify({ supervisor: { ...supervisor, commandLine: 'node gone.js' }, children: [] }));
  const second = await openDataFolder(dataDir);
  expect(first.secret('admin.key', () => 'one')).toBe('one');
  expect(second.secret('admin.key', () => 'two')).toBe('one');
  await second.release();
  expect(existsSync(record)).toBe(false);
});

function commandLine(pid: number): string {
  return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim();
}
