/** `npm start` as a whole: the built supervisor on free ports and a folder of its own. */
import { spawn, type ChildProcess } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { drawFreePort } from '../../src/main/embedded/ports';
import { commandLineOf } from '../../src/main/embedded/server-process';
import { temporaryFolder } from '../support/servers';
import { until } from '../support/until';

const ROOT = path.join(__dirname, '..', '..');
const UP = [process.execPath, path.join(ROOT, 'dist', 'main', 'up.js')];
/** npm stands between the signal and the supervisor: its script must be the supervisor itself, not a shell. */
const NPM_START = ['npm', 'start'];

let folder: string;
let env: NodeJS.ProcessEnv;
let base: string;

beforeAll(async () => {
  folder = temporaryFolder();
  env = { ...process.env, HELIOGRAPH_DATA_DIR: path.join(folder, 'data'), LOG_LEVEL: 'warn', NODE_ENV: 'development' };
  for (const name of ['', 'METRICS_', 'SIMULATOR_', 'TEMPORAL_', 'TEMPORAL_UI_']) {
    env[`HELIOGRAPH_${name}PORT`] = String(await drawFreePort());
  }
  base = `http://127.0.0.1:${env.HELIOGRAPH_PORT}`;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Up {
  process: ChildProcess;
  output(): string;
  exited: Promise<number | null>;
}

const started: ChildProcess[] = [];
afterEach(() => {
  for (const child of started.splice(0))
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL');
});

function run(command: string[], changes: NodeJS.ProcessEnv = {}): Up {
  const child = spawn(command[0]!, command.slice(1), {
    cwd: ROOT,
    env: { ...env, ...changes },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  started.push(child);
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (output += String(chunk)));
  // Not `exit`: what it said last may come behind it.
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  return { process: child, output: () => output, exited };
}

async function runUntilBanner(command = UP): Promise<Up> {
  const up = run(command);
  await until('the banner', () => up.output().includes('curl ') || up.process.exitCode !== null);
  if (up.process.exitCode !== null) throw new Error(`npm start ended: ${up.output()}`);
  return up;
}

/** Every process that the supervisor of our data folder has on record, by name. */
function recorded(): Record<string, number> {
  const file = path.join(env.HELIOGRAPH_DATA_DIR!, 'supervisor.json');
  const { children } = JSON.parse(readFileSync(file, 'utf8')) as { children: { name: string; pid: number }[] };
  return Object.fromEntries(children.map(({ name, pid }) => [name, pid]));
}

async function alive(pids: number[]): Promise<string[]> {
  const lines = await Promise.all(pids.map(commandLineOf));
  return lines.filter((line) => line !== undefined);
}

test('starts, restarts what is killed, stops without a trace, and finds its data again', async () => {
  const up = await runUntilBanner(NPM_START);
  expect((await fetch(`${base}/readyz`)).status).toBe(200);
  const key = /Admin key +(\S+)/.exec(up.output())![1]!;

  const first = await until('all five on record', () => Object.keys(recorded()).length === 5 && recorded());
  expect(Object.keys(first)).toEqual(['postgres', 'temporal', 'simulator', 'worker', 'api']);
  for (const name of ['simulator', 'worker', 'api']) {
    expect(await commandLineOf(first[name]!)).toMatch(new RegExp(`dist/main/${name}\\.js$`));
  }
  process.kill(first.worker!, 'SIGKILL');
  process.kill(first.postgres!, 'SIGKILL');
  const second = await until('both are back', () => {
    const now = recorded();
    return now.worker && now.postgres && now.worker !== first.worker && now.postgres !== first.postgres && now;
  });
  await until('ready again', async () => (await fetch(`${base}/readyz`)).status === 200);

  up.process.kill('SIGTERM');
  expect(await up.exited).toBe(0);
  expect(await alive([...Object.values(first), ...Object.values(second)])).toEqual([]);

  const again = await runUntilBanner();
  expect(again.output()).toContain(key);
  const answer = await fetch(`${base}/api/v1/messages?meta=none`, { headers: { Authorization: `Bearer ${key}` } });
  expect(answer.status).toBe(200);
  again.process.kill('SIGTERM');
  expect(await again.exited).toBe(0);
}, 400_000);

test('nothing outlives a supervisor that is killed, and a start right after it works', async () => {
  const up = await runUntilBanner();
  const first = await until('all five on record', () => Object.keys(recorded()).length === 5 && recorded());
  up.process.kill('SIGKILL');
  const next = await runUntilBanner();
  expect(await alive(Object.values(first))).toEqual([]);
  const second = await until('all five on record', () => Object.keys(recorded()).length === 5 && recorded());
  next.process.kill('SIGKILL');
  await until('all are gone', async () => (await alive(Object.values(second))).length === 0);
}, 300_000);

test('a wrong environment ends at once with every problem by name', async () => {
  const up = run(UP, { HELIOGRAPH_PORT: 'x', HELIOGRAPH_ADMIN_KEY: 'short' });
  expect(await up.exited).toBe(1);
  expect(up.output()).toMatch(
    /HELIOGRAPH_PORT must be a port number.*\n.*HELIOGRAPH_ADMIN_KEY must have 24 characters/,
  );
});
