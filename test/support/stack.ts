/** Api, worker and simulator in this process, on a database and ports of their own: what flow tests talk to. */
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { readConfig, type Config } from '../../src/config';
import { seed } from '../../src/main/seed';
import { startApi, type RunningApi } from '../../src/runtime/api';
import type { RuntimeLog } from '../../src/runtime/base';
import { startWorker, type RunningWorker } from '../../src/runtime/worker';
import { startSimulator, type Simulator } from '../../src/simulator/server';
import { connectDatabase, type Database } from '../../src/store/database';
import { checkAnswer } from './contract';
import { createDatabase, type TestDatabase } from './database';
import { drawFreePort } from '../../src/main/embedded/ports';
import { testNamespace } from './servers';
import { quietTemporal, testTemporal } from './temporal';
import { until } from './until';

export const ADMIN_KEY = 'test-admin-key-0123456789abcdef';

/** `npm test` builds it first; bundling anew would cost every test file seconds. */
export const WORKFLOW_BUNDLE = { codePath: path.resolve(__dirname, '../../dist/workflow-bundle.js') };

export interface Answer {
  status: number;
  headers: Headers;
  /** The body as it came. */
  text: string;
  /** The body when it is JSON, else undefined. */
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests read answers of many shapes.
  json: any;
}

export interface TestStack {
  config: Config;
  /** What {@link config} was read from: the environment of processes that join the stack. */
  env: NodeJS.ProcessEnv;
  database: Database;
  simulator: Simulator;
  api: RunningApi;
  /** Lines that were logged as warnings and errors. */
  logged: string[];
  /** Calls the api; fails when the answer is not what the OpenAPI document says. */
  call(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Answer>;
  /** A simulator's control endpoint. */
  control(method: string, path: string, body?: unknown): Promise<Answer>;
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
  /** Waits until nothing of the default account is open; returns its ledger. */
  settled(deadlineMs?: number): Promise<Record<string, number>>;
  stop(): Promise<void>;
}

export interface StackOptions {
  /** Environment on top of the stack's own. */
  env?: Record<string, string>;
  /** Leave the worker out; `startWorker` starts it. */
  worker?: boolean;
  /** Leave the api out; `startApi` starts it, or a process of its own. */
  api?: boolean;
}

export async function startStack(options: StackOptions = {}): Promise<TestStack> {
  quietTemporal();
  const testDatabase: TestDatabase = await createDatabase();
  const simulator = await startSimulator({ port: 0 });
  const port = await drawFreePort();
  const masterKey = randomBytes(32);
  const env: NodeJS.ProcessEnv = {
    DATABASE_URL: testDatabase.url,
    TEMPORAL_ADDRESS: testTemporal(),
    TEMPORAL_NAMESPACE: testNamespace(),
    HELIOGRAPH_MASTER_KEY: masterKey.toString('base64'),
    HELIOGRAPH_ADMIN_KEY: ADMIN_KEY,
    HELIOGRAPH_PORT: String(port),
    HELIOGRAPH_SIMULATOR_PORT: String(simulator.port),
    ...options.env,
  };
  const config = readConfig(env);
  await seed(testDatabase.url, { masterKey, simulatorPort: simulator.port });
  const logged: string[] = [];
  const note = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: RuntimeLog = { info: () => undefined, warn: note, error: note };
  const database = connectDatabase({ url: testDatabase.url, connections: 4, onError: () => undefined });

  let api: RunningApi | undefined;
  let worker: RunningWorker | undefined;
  const request = async (
    base: string,
    method: string,
    where: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Answer> => {
    const isText = typeof body === 'string' || body instanceof URLSearchParams;
    const response = await fetch(base + where, {
      method,
      headers: { ...(isText || body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      body: body === undefined ? undefined : isText ? body : JSON.stringify(body),
    });
    const text = await response.text();
    const isJson = text !== '' && /json/.test(response.headers.get('content-type') ?? '');
    return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : undefined };
  };

  const stack: TestStack = {
    config,
    env,
    database,
    simulator,
    get api() {
      if (api === undefined) throw new Error('the api is stopped');
      return api;
    },
    logged,
    async call(method, where, body, headers = {}) {
      const base = `http://127.0.0.1:${port}`;
      const answer = await request(base, method, where, body, { authorization: `Bearer ${ADMIN_KEY}`, ...headers });
      const { status, text } = answer;
      checkAnswer(method, where, { status, contentType: answer.headers.get('content-type'), body: text });
      return answer;
    },
    control: (method, where, body) => request(simulator.url, method, where, body, {}),
    async startWorker() {
      worker ??= await startWorker(config, log, WORKFLOW_BUNDLE);
    },
    async stopWorker() {
      await worker?.stop();
      worker = undefined;
    },
    async stopApi() {
      await api?.stop();
      api = undefined;
    },
    async startApi() {
      api ??= await startApi(config, log, { metricsPort: 0 });
    },
    async settled(deadlineMs = 30_000) {
      return until(
        'no message is open',
        async () => {
          const { ledger } = (await stack.call('GET', '/api/v1/stats')).json as { ledger: Record<string, number> };
          return ledger.open === 0 && ledger.accepted! > 0 ? ledger : null;
        },
        { deadlineMs },
      );
    },
    async stop() {
      await stack.stopWorker();
      await stack.stopApi();
      await simulator.stop();
      await database.close();
      // Postgres ends a connection a moment after its client did.
      await until('all connections are closed', () => testDatabase.drop().then(() => true));
    },
  };
  if (options.api !== false) await stack.startApi();
  if (options.worker !== false) await stack.startWorker();
  return stack;
}
