/** The composition root: what api and worker are made of. Everything else gets its collaborators handed in. */
import fs from 'node:fs';
import type { Server } from 'node:http';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { NativeConnection, Worker, type WorkerOptions, type WorkflowBundleOption } from '@temporalio/worker';
import { createActivities } from './activities';
import { sweepOnce } from './activities/sweep';
import { createAccounts } from './api/accounts';
import { createAuthenticator } from './api/auth';
import { createWebhookTargets } from './api/clevertap/webhook-targets';
import { createIngress } from './api/ingress/ingress';
import { createApp, createHttpServer } from './api/server';
import { ConfigError, type Config } from './config';
import { createProviderHttp } from './providers/http';
import { createInbox } from './receipts/inbox';
import { connectDatabase, type Database } from './store/database';
import { createSealer, type Sealer } from './store/seal';
import { clearWakeDue } from './store/slices';
import { createWorkflows, type Workflows } from './workflows/client';
import { TASK_QUEUES } from './workflows/contract';

/** What the composition root logs through; a pino logger fits. */
export interface RuntimeLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

const API_CONNECTIONS = 10;
const WORKER_CONNECTIONS = 16;
/** Sockets to one provider or webhook host; a gateway's `maxInFlight` bounds it further. */
const MAX_CONNECTIONS_PER_ORIGIN = 1_000;
const TEMPORAL_PROBE_MS = 2_000;
/** Tries of one call within some 2 s; whoever calls tries again on its own terms. */
const TEMPORAL_ATTEMPTS = 5;
const TIMER_SLACK_MS = 100;

interface Base {
  database: Database;
  sealer: Sealer;
  workflows: Workflows;
  connection: Connection;
  close(): Promise<void>;
}

/** Temporal's address, namespace, TLS and API key: the `TEMPORAL_*` variables, as all Temporal tools read them. */
function temporalOptions(config: Config) {
  const { connectionOptions, namespace } = loadClientConnectConfig();
  const address = config.temporal.address ?? connectionOptions.address;
  if (address === undefined) throw new ConfigError('TEMPORAL_ADDRESS is not set: name the Temporal server');
  return { connectionOptions: { ...connectionOptions, address }, namespace: namespace ?? config.temporal.namespace };
}

function createBase(config: Config, log: RuntimeLog, connections: number): Base {
  if (config.databaseUrl === undefined) throw new ConfigError('DATABASE_URL is not set: name the database');
  if (config.masterKey === undefined)
    throw new ConfigError('HELIOGRAPH_MASTER_KEY is not set: openssl rand -base64 32');
  const database = connectDatabase({
    url: config.databaseUrl,
    connections,
    onError: (err) => log.warn({ err }, 'a database connection was lost'),
  });
  const { connectionOptions, namespace } = temporalOptions(config);
  // Lazy: the api accepts sends while Temporal is away.
  const { address, apiKey, metadata, tls } = connectionOptions as {
    address: string;
    apiKey?: string;
    metadata?: Record<string, string>;
    tls?: boolean;
  };
  const retries = closableRetries();
  const connection = Connection.lazy({ address, apiKey, metadata, tls, interceptors: [retries.interceptor] });
  const workflows = createWorkflows({
    client: new Client({ connection, namespace }),
    onWoken: (ids) => clearWakeDue(database.pool, ids),
    onError: (err) => log.warn({ err }, 'Temporal could not be told; the sweep will'),
  });
  return {
    database,
    sealer: createSealer(config.masterKey),
    workflows,
    connection,
    async close() {
      await workflows.stop();
      await retries.end();
      await connection.close();
      await database.close();
    },
  };
}

/**
 * The SDK's retries of a call, which can be ended: one that strikes after its connection was closed throws from a timer,
 * and that would end the process.
 */
function closableRetries() {
  const { delayFunction, retryableDecider } = defaultGrpcRetryOptions({ maxAttempts: TEMPORAL_ATTEMPTS });
  let ended = false;
  let lastRetryAtMs = 0;
  const interceptor = makeGrpcRetryInterceptor({
    retryableDecider: (attempt, status) => !ended && retryableDecider(attempt, status),
    delayFunction(attempt, status) {
      const delayMs = delayFunction(attempt, status);
      lastRetryAtMs = Math.max(lastRetryAtMs, Date.now() + delayMs);
      return delayMs;
    },
  });
  return {
    interceptor,
    /** Resolves once the retries that are already planned have begun; there are no further ones. */
    async end(): Promise<void> {
      ended = true;
      const waitMs = lastRetryAtMs - Date.now();
      if (waitMs > -TIMER_SLACK_MS) await delay(waitMs + TIMER_SLACK_MS);
    },
  };
}

export interface RunningApi {
  /** The port it listens on. */
  port: number;
  stop(): Promise<void>;
}

/**
 * Starts the api: listens, and starts what was committed without a workflow.
 * @param options.port overrides the configured port; 0 draws a free one.
 */
export async function startApi(
  config: Config,
  log: RuntimeLog,
  options: { port?: number; host?: string } = {},
): Promise<RunningApi> {
  const base = createBase(config, log, API_CONNECTIONS);
  const { database, sealer, workflows, connection } = base;
  const ingress = createIngress({
    database,
    workflows,
    onError: (err) => log.warn({ err }, 'a workflow could not be started; its messages wait in Postgres'),
  });
  const inbox = createInbox({
    database,
    sealer,
    wake: (news) => workflows.wake(news),
    wakeRelays: (ids) => workflows.wakeRelays(ids),
  });
  const app = createApp({
    database,
    sealer,
    auth: createAuthenticator(database, config.adminKey),
    accounts: createAccounts(database),
    webhooks: createWebhookTargets(database, sealer, config.outboundAllow),
    ingress,
    inbox,
    wake: (news) => workflows.wake(news),
    publicUrl: config.publicUrl,
    outboundAllow: config.outboundAllow,
    temporalProblem: () => probe(connection),
    log,
  });
  const server = createHttpServer(app);
  const port = await listen(server, options.port ?? config.port, options.host ?? '0.0.0.0');
  // An earlier api may have confirmed messages and died before it started their workflows.
  void sweepOnce({ database, workflows }, 0).catch((err: unknown) =>
    log.warn({ err }, 'the sweep at the start failed; the regular one will repeat it'),
  );
  return {
    port,
    async stop() {
      await closeServer(server);
      await ingress.stop();
      await base.close();
    },
  };
}

async function probe(connection: Connection): Promise<string | null> {
  try {
    await connection.withDeadline(Date.now() + TEMPORAL_PROBE_MS, () => connection.workflowService.getSystemInfo({}));
    return null;
  } catch (error) {
    return `Temporal does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

/** Stops taking connections, lets requests under way finish, closes idle ones. */
function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeIdleConnections();
  });
}

export interface RunningWorker {
  stop(): Promise<void>;
  /** Rejects when a worker fails for good. */
  done: Promise<void>;
}

/** A workflow bundle that the build made; else workers bundle at their start, which takes seconds. */
const PREBUILT_BUNDLE = path.join(__dirname, 'workflow-bundle.js');

/** Slices that one worker process dispatches at the same time, per kind: enough to fill gateways, few enough to stay fair. */
const CONCURRENT_SLICES = 6;
const CONCURRENT_RELAYS = 20;
const MAX_CACHED_WORKFLOWS = 500;
/** In-flight provider requests get this long to be answered and written when the process stops. */
const SHUTDOWN_GRACE = '5s';

export async function startWorker(
  config: Config,
  log: RuntimeLog,
  workflowBundle?: WorkflowBundleOption,
): Promise<RunningWorker> {
  const base = createBase(config, log, WORKER_CONNECTIONS);
  const http = createProviderHttp({ allow: config.outboundAllow, maxConnectionsPerOrigin: MAX_CONNECTIONS_PER_ORIGIN });
  const { connectionOptions, namespace } = temporalOptions(config);
  const connection = await NativeConnection.connect(connectionOptions);
  const activities = createActivities({ ...base, http, publicUrl: config.publicUrl, log });
  const common: Omit<WorkerOptions, 'taskQueue'> = {
    connection,
    namespace,
    shutdownGraceTime: SHUTDOWN_GRACE,
    shutdownForceTime: '9s',
    activityTaskPollerBehavior: { type: 'simple-maximum', maximum: 2 },
  };
  const activityWorker = (taskQueue: string, maxConcurrentActivityTaskExecutions: number) =>
    Worker.create({ ...common, taskQueue, activities, maxConcurrentActivityTaskExecutions });
  const workers = await Promise.all([
    Worker.create({
      ...common,
      taskQueue: TASK_QUEUES.workflows,
      ...workflowSource(workflowBundle),
      maxCachedWorkflows: MAX_CACHED_WORKFLOWS,
      workflowTaskPollerBehavior: { type: 'simple-maximum', maximum: 4 },
    }),
    activityWorker(TASK_QUEUES.transactional, CONCURRENT_SLICES),
    activityWorker(TASK_QUEUES.bulk, CONCURRENT_SLICES),
    activityWorker(TASK_QUEUES.relay, CONCURRENT_RELAYS),
  ]);
  await base.workflows.ensureMaintenance();
  const done = Promise.all(workers.map((worker) => worker.run())).then(() => undefined);
  return {
    done,
    async stop() {
      for (const worker of workers) {
        if (worker.getState() === 'RUNNING') worker.shutdown();
      }
      await done;
      await connection.close();
      await http.close();
      await base.close();
    },
  };
}

function workflowSource(
  bundle: WorkflowBundleOption | undefined,
): Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath'> {
  if (bundle !== undefined) return { workflowBundle: bundle };
  if (fs.existsSync(PREBUILT_BUNDLE)) return { workflowBundle: { codePath: PREBUILT_BUNDLE } };
  return { workflowsPath: path.join(__dirname, 'workflows') };
}
