/** Whom the api and its metrics listen to: on a developer's machine only that machine. */
import net from 'node:net';
import os from 'node:os';
import { startApi, type RunningApi } from '../../src/runtime/api';
import { readConfig } from '../../src/config';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startStack, type TestStack } from '../support/stack';

/** Where nobody listens that is told at once: long enough that no pause of this process ends what would be answered. */
const CONNECT_MS = 20_000;
const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** Addresses of this machine that are not 127.0.0.1: of its networks, and where the system has it, another loopback one. */
const others = [
  ...Object.values(os.networkInterfaces()).flatMap((all) => all ?? []),
  { address: '127.0.0.2', family: 'IPv4', internal: process.platform !== 'linux' },
].flatMap(({ address, family, internal }) => (family === 'IPv4' && !internal ? [address] : []));

let stack: TestStack;
beforeAll(async () => (stack = await startStack({ worker: false, api: false })));
afterAll(() => stack.stop());

let api: RunningApi | undefined;
afterEach(async () => {
  await api?.stop();
  api = undefined;
});

/** Which of the two answer there. */
async function answering(host: string, ports: Record<string, number>): Promise<string[]> {
  const found = await Promise.all(
    Object.entries(ports).map(async ([name, port]) => ((await connects(host, port)) ? [name] : [])),
  );
  return found.flat();
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = net.connect({ host, port, timeout: CONNECT_MS });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
    socket.once('timeout', () => end(false));
  });
}

async function start(env: NodeJS.ProcessEnv): Promise<Record<'api' | 'metrics', number>> {
  const ports = { api: await drawFreePort(), metrics: await drawFreePort() };
  api = await startApi(readConfig({ ...stack.env, ...env }), log, { port: ports.api, metricsPort: ports.metrics });
  return ports;
}

test('by itself it listens on 127.0.0.1 alone', async () => {
  const ports = await start({});
  expect(await answering('127.0.0.1', ports)).toEqual(['api', 'metrics']);
  for (const host of others) expect([host, ...(await answering(host, ports))]).toEqual([host]);
});

test('HELIOGRAPH_BIND opens the api and HELIOGRAPH_METRICS_BIND the metrics, each for itself', async () => {
  const open = await start({ HELIOGRAPH_BIND: '0.0.0.0' });
  for (const host of others) expect([host, ...(await answering(host, open))]).toEqual([host, 'api']);
  await api!.stop();
  const watched = await start({ HELIOGRAPH_METRICS_BIND: '0.0.0.0' });
  for (const host of others) expect([host, ...(await answering(host, watched))]).toEqual([host, 'metrics']);
});
