/** What api, worker and simulator have in common: how a process starts, stops and fails. Runs the built module. */
import { fork } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { temporaryFolder } from '../support/servers';

const LIFECYCLE = path.join(__dirname, '..', '..', 'dist', 'main', 'lifecycle.js');

let folder: string;
beforeAll(() => (folder = temporaryFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Outcome {
  code: number | null;
  output: string;
  /** What the process told its supervisor. */
  messages: unknown[];
}

/** Runs `start` as a process's start function; `onReady` acts on it once it is ready. */
async function run(
  start: string,
  onReady: 'SIGTERM' | 'disconnect' | 'nothing',
  env: NodeJS.ProcessEnv = {},
): Promise<Outcome> {
  const file = path.join(folder, 'process.js');
  writeFileSync(file, `require(${JSON.stringify(LIFECYCLE)}).runProcess('thing', async () => { ${start} });`);
  const child = fork(file, [], { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  const outcome: Outcome = { code: null, output: '', messages: [] };
  // Not the event `close`: Node leaves it out after a disconnect.
  const ends = [child.stdout!, child.stderr!].map((stream) => {
    stream.on('data', (chunk: Buffer) => (outcome.output += String(chunk)));
    return new Promise((resolve) => stream.once('end', resolve));
  });
  child.on('message', (message) => {
    outcome.messages.push(message);
    if (onReady === 'SIGTERM') {
      child.kill('SIGTERM');
      child.kill('SIGTERM');
    }
    if (onReady === 'disconnect') child.disconnect();
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  await Promise.all(ends);
  return { ...outcome, code };
}

const STAYS = `setInterval(() => {}, 1000); return { stop: async () => { process.stdout.write('STOPPED'); } };`;

test.each(['SIGTERM', 'disconnect'] as const)('%s stops it once, with exit code 0', async (cause) => {
  const { code, output, messages } = await run(STAYS, cause);
  expect(messages).toEqual([{ type: 'ready' }]);
  expect(output.match(/STOPPED/g)).toHaveLength(1);
  expect(code).toBe(0);
});

test('a failing start tells the supervisor why and ends with exit code 1', async () => {
  const { code, messages } = await run(`throw new Error('the disk is full');`, 'nothing');
  expect(messages).toEqual([{ type: 'failed', message: 'the disk is full' }]);
  expect(code).toBe(1);
});

test('without a supervisor the same is one sentence on standard error', async () => {
  const { code, output } = await run(`process.disconnect(); throw new Error('the disk is full');`, 'nothing');
  expect(output).toContain('thing could not start: the disk is full\n');
  expect(code).toBe(1);
});

test('a wrong environment is told like a failing start', async () => {
  const { code, messages } = await run(STAYS, 'nothing', { HELIOGRAPH_PORT: 'x' });
  const message = expect.stringContaining('HELIOGRAPH_PORT must be a port number') as string;
  expect(messages).toEqual([{ type: 'failed', message }]);
  expect(code).toBe(1);
});

test('a rejection that nobody handles ends the process, so that it is restarted', async () => {
  const { code, output } = await run(
    `setTimeout(() => { void Promise.reject(new Error('lost')); }); ${STAYS}`,
    'nothing',
  );
  expect(output).toMatch(/"message":"lost".*unhandled rejection/);
  expect(code).toBe(1);
});

test('a stop that fails is exit code 1', async () => {
  const stop = `setInterval(() => {}, 1000); return { stop: async () => { throw new Error('stuck'); } };`;
  const { code, output } = await run(stop, 'SIGTERM');
  expect(output).toContain('could not stop cleanly');
  expect(code).toBe(1);
});
