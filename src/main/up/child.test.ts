import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pino } from 'pino';
import { temporaryFolder } from '../../../test/support/servers';
import { until } from '../../../test/support/until';
import { commandLineOf } from '../embedded/server-process';
import { childService } from './child';
import { Supervisor } from './supervisor';

let folder: string;
beforeAll(() => (folder = temporaryFolder()));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function entry(name: string, script: string): string {
  const file = path.join(folder, name);
  writeFileSync(file, script);
  return file;
}

const STAYS = `setInterval(() => {}, 1000); process.send({ type: 'ready' });`;

test('a killed child comes back as another process, and is gone after the stop', async () => {
  const running = new Map<string, number>();
  const supervisor = new Supervisor(pino({ level: 'silent' }), undefined, async (all) => {
    running.clear();
    for (const { name, pid } of all) running.set(name, pid);
  });
  await supervisor.start(childService('worker', entry('worker.js', STAYS), process.env));
  const first = running.get('worker')!;
  expect(await commandLineOf(first)).toMatch(/worker\.js$/);
  process.kill(first, 'SIGKILL');
  const second = await until('another worker', () => {
    const pid = running.get('worker');
    return pid !== undefined && pid !== first && pid;
  });
  await supervisor.stop();
  expect(await commandLineOf(second)).toBeUndefined();
});

test('a child that will not stop is killed', async () => {
  const stubborn = entry('stubborn.js', `process.on('SIGTERM', () => {}); ${STAYS}`);
  const child = await childService('stubborn', stubborn, process.env, {
    deadlines: { readyMs: 30_000, stopMs: 100 },
  }).start();
  await child.stop();
  expect(await child.exited).toBe('SIGKILL');
});

test.each([
  ['says why it failed', `process.send({ type: 'failed', message: 'no disk' });`, 'api could not start: no disk'],
  ['ends before it is ready', 'process.exit(3);', 'api could not start: ended before it was ready (exit code 3)'],
  ['is never ready', 'setInterval(() => {}, 1000);', 'api could not start: was not ready within 300 ms'],
])('a child that %s is an error and is gone', async (_, script, message) => {
  const readyMs = script.startsWith('setInterval') ? 300 : 30_000;
  const service = childService('api', entry('api.js', script), process.env, { deadlines: { readyMs, stopMs: 1_000 } });
  await expect(service.start()).rejects.toThrow(message);
});
