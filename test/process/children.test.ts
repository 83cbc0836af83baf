/** What `npm start` gives its children, and what it leaves on the disk: the built supervisor, as a shell starts it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { drawFreePort } from '../../src/main/embedded/ports';
import { temporaryFolder } from '../support/servers';
import { until } from '../support/until';

const UP = path.join(__dirname, '..', '..', 'dist', 'main', 'up.js');

let folder: string;
beforeAll(() => (folder = temporaryFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
});

const MASTER_KEYS = `new:${randomBytes(32).toString('base64')},old:${randomBytes(32).toString('base64')}`;
const ADMIN_KEY = `admin_${randomBytes(24).toString('base64url')}`;
const FOREIGN = 'a-secret-of-another-program';

/** The whole environment of the supervisor. */
async function environment(dataDir: string): Promise<NodeJS.ProcessEnv> {
  const { PATH, HOME, TEMPORAL_CLI_PATH } = process.env;
  const env: NodeJS.ProcessEnv = { PATH, HOME, TEMPORAL_CLI_PATH, LANG: 'C.UTF-8', TZ: 'UTC' };
  for (const name of ['', 'METRICS_', 'SIMULATOR_', 'TEMPORAL_', 'TEMPORAL_UI_']) {
    env[`HELIOGRAPH_${name}PORT`] = String(await drawFreePort());
  }
  return {
    ...env,
    ...{ HELIOGRAPH_DATA_DIR: dataDir, HELIOGRAPH_MASTER_KEYS: MASTER_KEYS, HELIOGRAPH_ADMIN_KEY: ADMIN_KEY },
    ...{ HELIOGRAPH_PUBLIC_URL: 'https://sms.example.com', HELIOGRAPH_KEEP_MONTHS: '12', LOG_LEVEL: 'warn' },
    ...{ NODE_ENV: 'development', AWS_SECRET_ACCESS_KEY: FOREIGN, PGAPPNAME: 'ours' },
  };
}

interface Up {
  process: ChildProcess;
  exited: Promise<unknown>;
}

/** Runs `npm start`'s program under a umask until it is ready. */
async function runUntilBanner(env: NodeJS.ProcessEnv, umask: string): Promise<Up> {
  const child = spawn('/bin/sh', ['-c', `umask ${umask}; exec "$0" "$@"`, process.execPath, UP], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  await until('the banner', () => output.includes('curl ') || child.exitCode !== null);
  if (child.exitCode !== null) throw new Error(`npm start ended: ${output}`);
  return { process: child, exited };
}

interface Process {
  /** As on record; undefined = it is none of the five. */
  name?: string;
  commandLine: string;
  environment: Record<string, string>;
}

/** All descendants of the supervisor, with the environment that each was started with. */
function descendants(of: number, dataDir: string): Process[] {
  const record = JSON.parse(readFileSync(path.join(dataDir, 'supervisor.json'), 'utf8')) as {
    children: { name: string; pid: number }[];
  };
  const found: Process[] = [];
  const parents = new Map<number, number>();
  for (const pid of readdirSync('/proc').map(Number).filter(Boolean)) {
    try {
      const [, parent] = /\) \S+ (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))!;
      parents.set(pid, Number(parent));
    } catch {
      continue; // It has just ended.
    }
  }
  for (const pid of parents.keys()) {
    let above = parents.get(pid);
    while (above !== undefined && above !== of) above = parents.get(above);
    if (above !== of) continue;
    try {
      const entries = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
      found.push({
        name: record.children.find((child) => child.pid === pid)?.name,
        commandLine: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' '),
        environment: Object.fromEntries(entries.map((entry) => /^([^=]*)=?(.*)$/s.exec(entry)!.slice(1, 3))),
      });
    } catch {
      // It has just ended, as backends of Postgres do. One of the five would be missed.
    }
  }
  return found;
}

/** `mode path` of everything in the data folder that somebody else may read, write or pass. */
function openToOthers(dataDir: string): string[] {
  const entries = readdirSync(dataDir, { recursive: true, encoding: 'utf8' }).map((name) => path.join(dataDir, name));
  return entries.flatMap((entry) => {
    // Servers run: a file of theirs may have gone since it was listed.
    const mode = statSync(entry, { throwIfNoEntry: false })?.mode ?? 0;
    return (mode & 0o077) === 0 ? [] : [`${(mode & 0o777).toString(8)} ${path.relative(dataDir, entry)}`];
  });
}

/** Nobody but this user gets into the data folder; as root, the user that Postgres runs as passes. */
function expectClosed(dataDir: string): void {
  expect(openToOthers(dataDir)).toEqual([]);
  const { mode, gid } = statSync(dataDir);
  if (process.getuid!() === 0) {
    expect((mode & 0o777).toString(8)).toBe('710');
    expect(gid).toBe(statSync(path.join(dataDir, 'postgres')).gid);
  } else {
    expect((mode & 0o777).toString(8)).toBe('700');
  }
  const files = readdirSync(dataDir);
  for (const expected of [/^temporal-.*\.db$/, /-wal$/, /-shm$/, /^postgres\.log$/, /^postgres\.owner\.password$/]) {
    expect(files).toContainEqual(expect.stringMatching(expected));
  }
}

const SYSTEM = ['HOME', 'LANG', 'PATH', 'TZ'];
const NODE_CHILD = ['NODE_CHANNEL_FD', 'NODE_CHANNEL_SERIALIZATION_MODE'];
const BOTH = [
  ...['DATABASE_URL', 'HELIOGRAPH_MASTER_KEYS', 'HELIOGRAPH_METRICS_PORT', 'HELIOGRAPH_PORT', 'HELIOGRAPH_PUBLIC_URL'],
  ...['HELIOGRAPH_SIMULATOR_PORT', 'LOG_LEVEL', 'NODE_ENV', 'PGAPPNAME', 'TEMPORAL_ADDRESS'],
];
const EXPECTED: Record<string, string[]> = {
  postgres: SYSTEM,
  temporal: SYSTEM,
  simulator: [...SYSTEM, ...NODE_CHILD, 'HELIOGRAPH_SIMULATOR_PORT', 'LOG_LEVEL'],
  worker: [...SYSTEM, ...NODE_CHILD, ...BOTH, 'HELIOGRAPH_KEEP_MONTHS'],
  api: [...SYSTEM, ...NODE_CHILD, ...BOTH, 'HELIOGRAPH_ADMIN_KEY', 'HELIOGRAPH_DATA_DIR', 'TEMPORAL_UI_URL'],
};

test('each child gets what it needs, and its files are nobody else’s', async () => {
  const dataDir = path.join(folder, 'loose');
  const up = await runUntilBanner(await environment(dataDir), '022');
  const processes = descendants(up.process.pid!, dataDir);
  const named = new Map(processes.flatMap((each) => (each.name === undefined ? [] : [[each.name, each.environment]])));
  expect([...named.keys()].sort()).toEqual(Object.keys(EXPECTED).sort());
  for (const [name, variables] of Object.entries(EXPECTED)) {
    expect([name, Object.keys(named.get(name)!).sort()]).toEqual([name, [...variables].sort()]);
  }
  // Backends of Postgres, and the shells that end the servers when the supervisor is killed.
  const others = processes.filter(({ name }) => name === undefined);
  expect(others.length).toBeGreaterThan(4);
  const secret = (file: string) => readFileSync(path.join(dataDir, file), 'utf8').trim();
  const holders = (value: string) =>
    processes.filter(({ environment: env }) => Object.values(env).some((each) => each.includes(value)));
  const names = (value: string) =>
    holders(value)
      .map(({ name, commandLine }) => name ?? commandLine)
      .sort();
  expect(names(MASTER_KEYS.split(',')[1]!)).toEqual(['api', 'worker']);
  expect(names(ADMIN_KEY)).toEqual(['api']);
  expect(names(secret('postgres.runtime.password'))).toEqual(['api', 'worker']);
  expect(names(secret('postgres.owner.password'))).toEqual([]);
  expect(names(secret('postgres.password'))).toEqual([]);
  expect(names(FOREIGN)).toEqual([]);
  expectClosed(dataDir);
  up.process.kill('SIGTERM');
  expect(await up.exited).toBe(0);

  // As a release of before left them.
  for (const name of readdirSync(dataDir)) {
    if (/^temporal|^postgres\.(port|log)/.test(name)) chmodSync(path.join(dataDir, name), 0o644);
  }
  chmodSync(dataDir, 0o711);
  const again = await runUntilBanner(await environment(dataDir), '022');
  expectClosed(dataDir);
  again.process.kill('SIGTERM');
  expect(await again.exited).toBe(0);
}, 400_000);

test('a strict umask is no obstacle', async () => {
  const dataDir = path.join(folder, 'deep', 'strict');
  const env = await environment(dataDir);
  const up = await runUntilBanner(env, '077');
  expectClosed(dataDir);
  expect((await fetch(`http://127.0.0.1:${env.HELIOGRAPH_PORT}/readyz`)).status).toBe(200);
  up.process.kill('SIGTERM');
  expect(await up.exited).toBe(0);
}, 300_000);
