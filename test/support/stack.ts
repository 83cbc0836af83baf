/**
 * Api, worker and simulator in this process, on a database and ports of their own: for tests that stop or configure one
 * of them, or count what is not of one account. All others join what runs already: `shared.ts`.
 */
import { randomBytes } from 'node:crypto';
import { readConfig, type Config } from '../../src/config';
import { seed } from '../../src/main/seed';
import { startApi, type RunningApi } from '../../src/runtime/api';
import type { RuntimeLog } from '../../src/runtime/base';
import { startWorker, type RunningWorker } from '../../src/runtime/worker';
import { startSimulator, type Simulator } from '../../src/simulator/server';
import { connectDatabase } from '../../src/store/database';
import { callerOf, request, settledBy, type Client } from './client';
import { createDatabase, type TestDatabase } from './database';
import { drawFreePort } from '../../src/main/embedded/ports';
import { keepPayloadSecret } from './seal';
import { ADMIN_KEY, testNamespace, WORKFLOW_BUNDLE } from './servers';
import { endWorkflows, quietTemporal, testTemporal } from './temporal';
import { until } from './until';

export type { Answer } from './client';

export interface TestStack extends Client {
  /** What api and worker have. */
  config: Config;
  simulator: Simulator;
  api: RunningApi;
  /** Lines that were logged as warnings and errors. */
  logged: string[];
  startWorker(): Promise<void>;
  stopWorker(): Promise<void>;
  stopApi(): Promise<void>;
  startApi(): Promise<void>;
  /** Api and worker end, and start again with changes of their environment, which stay. */
  restart(changes: Record<string, string>): Promise<void>;
}

export interface StackOptions {
  /** Environment on top of the stack's own. */
  env?: Record<string, string>;
  /** By which way api and worker reach their database; the stack's own `database` goes there directly. */
  databaseUrl?(url: string): Promise<string>;
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
  const env: NodeJS.ProcessEnv = {
    DATABASE_URL: (await options.databaseUrl?.(testDatabase.runtimeUrl)) ?? testDatabase.runtimeUrl,
    TEMPORAL_ADDRESS: testTemporal(),
    TEMPORAL_NAMESPACE: testNamespace(),
    HELIOGRAPH_MASTER_KEY: randomBytes(32).toString('base64'),
    HELIOGRAPH_ADMIN_KEY: ADMIN_KEY,
    HELIOGRAPH_PORT: String(port),
    HELIOGRAPH_SIMULATOR_PORT: String(simulator.port),
    ...options.env,
  };
  let config = readConfig(env);
  await seed(testDatabase.runtimeUrl, { masterKeys: config.masterKeys!, simulatorPort: simulator.port });
  await keepPayloadSecret(testDatabase.runtimeUrl, config);
  const logged: string[] = [];
  const note = (fields: object, message: string): void => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: RuntimeLog = { info: () => undefined, warn: note, error: note };
  const database = connectDatabase({ url: testDatabase.url, connections: 4, onError: () => undefined });
  // As accounts that tests make: whatever the time of day.
  await database.pool.query(`update accounts set promotional_outside_window = 'send' where id = 'default'`);

  let api: RunningApi | undefined;
  let worker: RunningWorker | undefined;
  const url = `http://127.0.0.1:${port}`;
  const call = callerOf(url);

  const stack: TestStack = {
    url,
    get config() {
      return config;
    },
    env,
    database,
    simulator,
    get api() {
      if (api === undefined) throw new Error('the api is stopped');
      return api;
    },
    logged,
    call,
    control: (method, where, body) => request(simulator.url, method, where, body),
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
    async restart(changes) {
      await stack.stopWorker();
      await stack.stopApi();
      config = readConfig(Object.assign(env, changes));
      await stack.startApi();
      await stack.startWorker();
    },
    settled: settledBy(call),
    async stop() {
      await stack.stopWorker();
      await stack.stopApi();
      await endWorkflows(stack);
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
