/** The stack that is measured: started anew in a folder of its own, with everything a phase needs to drive it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { LOOPBACK, readConfig } from '../../config';
import { connectDatabase, type Database } from '../../store/database';
import { drawFreePort } from '../embedded/ports';
import { createLogger } from '../logging';
import { startStack } from '../up/stack';

export interface Counts {
  submissions: number;
  accepted: number;
  duplicateIds: number;
}

export interface Bed {
  api: string;
  simulator: string;
  key: string;
  database: Database;
  temporal: Client;
  /** JSON call to the api or the simulator; throws on anything but 2xx. */
  call<T>(method: string, url: string, body?: unknown): Promise<T>;
  counts(): Promise<Counts>;
  /** Port of a process that runs bare Express. */
  bareExpress: number;
  stop(): Promise<void>;
}

export async function makeBed(): Promise<Bed> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'heliograph-bench-'));
  // Postgres may run as another user.
  chmodSync(dataDir, 0o711);
  const ports = [];
  for (let i = 0; i < 5; i++) ports.push(String(await drawFreePort()));
  const [port, simulatorPort, temporalPort, uiPort, metricsPort] = ports;
  const env = {
    ...process.env,
    HELIOGRAPH_DATA_DIR: dataDir,
    HELIOGRAPH_PORT: port,
    HELIOGRAPH_SIMULATOR_PORT: simulatorPort,
    HELIOGRAPH_TEMPORAL_PORT: temporalPort,
    HELIOGRAPH_TEMPORAL_UI_PORT: uiPort,
    HELIOGRAPH_METRICS_PORT: metricsPort,
    LOG_LEVEL: 'error',
    DATABASE_URL: '',
    TEMPORAL_ADDRESS: '',
  };
  // The supervised processes inherit this process's environment.
  Object.assign(process.env, env);
  const config = readConfig(env);
  const stack = await startStack(config, createLogger('bench', 'error'));
  const bare = fork(path.join(__dirname, 'bare-express.js'));
  const [{ port: bareExpress }] = (await once(bare, 'message')) as [{ port: number }];
  const database = connectDatabase({ url: stack.databaseUrl, connections: 2, onError: () => undefined });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const api = `http://${LOOPBACK}:${port}`;
  const simulator = `http://${LOOPBACK}:${simulatorPort}`;

  const call = async <T>(method: string, url: string, body?: unknown): Promise<T> => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${stack.adminKey}`, 'content-type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  };

  return {
    api,
    simulator,
    key: stack.adminKey,
    database,
    temporal: new Client({ connection }),
    call,
    counts: () => call<Counts>('GET', `${simulator}/control/counts`),
    bareExpress,
    async stop() {
      await connection.close();
      await database.close();
      await end(bare);
      await stack.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.disconnect();
  await exited;
}

const POLL_MS = 50;

/** Polls until `done`; throws after `deadlineMs`. */
export async function waitFor(label: string, done: () => Promise<boolean>, deadlineMs: number): Promise<void> {
  const giveUpAt = Date.now() + deadlineMs;
  while (!(await done())) {
    if (Date.now() > giveUpAt) throw new Error(`${label}: not within ${deadlineMs / 1_000} s`);
    await sleep(POLL_MS);
  }
}
