/** The stack that is measured: started anew in a folder of its own, with everything a phase needs to drive it. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { LOOPBACK, readConfig } from '../../config';
import { connectDatabase, type Database } from '../../store/database';
import { drawFreePort } from '../embedded/ports';
import { createLogger } from '../logging';
import { childService } from '../up/child';
import { startStack, type Stack } from '../up/stack';
import { killWorker, readCpuTimes, readRssMb, type CpuTimes } from './processes';

const DAY_SECONDS = 86_400;

export interface Counts {
  submissions: number;
  accepted: number;
  duplicateIds: number;
  maxSubmissionsPerSecond: number;
  /** ISO 8601; null before there are any. */
  firstSubmissionAt: string | null;
  lastSubmissionAt: string | null;
}

export interface Bed {
  api: string;
  simulator: string;
  key: string;
  database: Database;
  temporal: Client;
  /** JSON call to the api or the simulator; throws on anything but 2xx. */
  call<T>(method: string, url: string, body?: unknown, headers?: Record<string, string>): Promise<T>;
  /** Bytes of write-ahead log that Postgres has written until now. */
  walBytes(): Promise<number>;
  /** Bytes of tables and indexes. */
  storedBytes(): Promise<number>;
  counts(): Promise<Counts>;
  /** What came to the plain endpoint that the raw figures are measured against, in the form of {@link counts}. */
  sinkCounts(): Promise<Counts>;
  /** The gateway that leads to the simulator. */
  readGateway(): Promise<{ id: string; baseUrl: string }>;
  /** Changes settings of the gateway that leads to the simulator. */
  gateway(settings: object): Promise<void>;
  /** The simulator forgets everything and obeys this; messages are kept only when it says so. */
  script(script: object): Promise<void>;
  /** Resident memory of worker and api together, MB. Linux only. */
  rssMb(): Promise<number>;
  /** CPU time of the stack's processes until now; empty where it can't be read. */
  cpuTimes(): Promise<CpuTimes>;
  /** Ends the worker as a crash does. */
  killWorker(): Promise<void>;
  /** Starts a second worker process; resolves with what stops it. */
  startWorker(): Promise<() => Promise<void>>;
  /** Port of a process that runs bare Express. */
  bareExpress: number;
  stop(): Promise<void>;
}

export async function makeBed(): Promise<Bed> {
  const dataDir = mkdtempSync(path.join(os.tmpdir(), 'heliograph-bench-'));
  const env = await ownEnvironment(dataDir);
  // The supervised processes inherit this process's environment.
  Object.assign(process.env, env);
  const config = readConfig(env);
  const stack = await startStack(config, createLogger('bench', 'error'));
  const bare = fork(path.join(__dirname, 'bare-express.js'));
  const [{ port: bareExpress }] = (await once(bare, 'message')) as [{ port: number }];
  const database = connectDatabase({ url: stack.databaseUrl, connections: 2, onError: () => undefined });
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const api = `http://${LOOPBACK}:${env.HELIOGRAPH_PORT}`;
  const simulator = `http://${LOOPBACK}:${env.HELIOGRAPH_SIMULATOR_PORT}`;
  const call = createCaller(stack.adminKey);

  const readGateway = async () => {
    const { items } = await call<{ items: { id: string; baseUrl: string }[] }>('GET', `${api}/api/v1/gateways`);
    return items[0]!;
  };
  const { id } = await readGateway();
  const gateway = async (settings: object): Promise<void> => {
    // Where it leads to changes with its login only.
    const login = 'baseUrl' in settings ? { credentials: { apiKey: 'simulator' } } : {};
    await call('PATCH', `${api}/api/v1/gateways/${id}`, { ...settings, ...login });
  };
  // Messages without a receipt stay open: their deadlines must not fall into what is measured after them.
  await gateway({ receiptDeadlineSeconds: DAY_SECONDS });

  return {
    api,
    simulator,
    key: stack.adminKey,
    database,
    temporal: new Client({ connection }),
    call,
    async walBytes() {
      const { rows } = await database.pool.query<{ bytes: string }>(
        `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0') as bytes`,
      );
      return Number(rows[0]!.bytes);
    },
    storedBytes: () => sizeOfTables(database),
    counts: () => call<Counts>('GET', `${simulator}/control/counts`),
    async sinkCounts() {
      type Sink = { requests: number; firstAt: number | null; lastAt: number | null };
      const { requests, firstAt, lastAt } = await call<Sink>('GET', `${simulator}/control/sink`);
      const iso = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
      const [firstSubmissionAt, lastSubmissionAt] = [iso(firstAt), iso(lastAt)];
      const rest = { duplicateIds: 0, maxSubmissionsPerSecond: 0, firstSubmissionAt, lastSubmissionAt };
      return { submissions: requests, accepted: requests, ...rest };
    },
    readGateway,
    gateway,
    async script(script) {
      await call('POST', `${simulator}/control/reset`);
      await call('PUT', `${simulator}/control/script`, { record: false, ...script });
    },
    rssMb: () => readRssMb(dataDir),
    cpuTimes: () => readCpuTimes(dataDir),
    killWorker: () => killWorker(dataDir),
    async startWorker() {
      const worker = await startSecondWorker(stack);
      return () => worker.stop();
    },
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

async function sizeOfTables({ pool }: Database): Promise<number> {
  const { rows } = await pool.query<{ bytes: string }>(
    `select sum(pg_total_relation_size(oid)) as bytes from pg_class
     where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  return Number(rows[0]!.bytes);
}

/** Everything in `dataDir` and on free ports, with embedded servers, beside whatever else runs on this machine. */
async function ownEnvironment(dataDir: string) {
  const ports = [];
  for (let i = 0; i < 5; i++) ports.push(String(await drawFreePort()));
  const [port, simulatorPort, temporalPort, uiPort, metricsPort] = ports;
  return {
    ...process.env,
    NODE_ENV: 'development',
    HELIOGRAPH_ADMIN_KEY: '',
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
}

function createCaller(adminKey: string): Bed['call'] {
  return async <T>(method: string, url: string, body?: unknown, headers: Record<string, string> = {}): Promise<T> => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json', ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${url} answered ${response.status}: ${text.slice(0, 300)}`);
    return JSON.parse(text) as T;
  };
}

async function startSecondWorker({ workerEnvironment }: Stack) {
  const env = { ...workerEnvironment, HELIOGRAPH_METRICS_PORT: String(await drawFreePort()) };
  return childService('worker', path.join(__dirname, '../worker.js'), env).start();
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
