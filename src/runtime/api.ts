/** The api process, composed. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from '@temporalio/client';
import { startUnstarted } from '../activities/maintenance/starts';
import { Turn } from '../activities/maintenance/turn';
import { createAccounts } from '../api/http/account-context';
import { createAuthenticator } from '../api/http/auth';
import { createWebhookTargets } from '../api/ingress/webhook-targets';
import { createEventStreams } from '../api/resources/events/streams';
import { createIdempotency } from '../api/http/idempotency';
import { createIngress } from '../api/ingress/ingress';
import { createKeys } from '../api/http/keys';
import { createMetrics } from '../api/http/metrics';
import { createWorkflowLinks } from '../api/http/workflow-link';
import { createApp, createHttpServer } from '../api/server';
import type { Config } from '../config';
import { createAccessTokens } from '../core/accounts/access-token';
import { createInbox } from '../receipts/inbox';
import { markImportStarted } from '../store/audience/upload-rows';
import { countGatewayStates } from '../store/gateways/health';
import type { ImportInput } from '../workflows/contract';
import { createBase, type Base, type RuntimeLog } from './base';

/** For what people ask and change. */
const API_CONNECTIONS = 10;
/**
 * For sends and receipts, and all that is asked before one is stored (its key, its account, its webhook): slow questions
 * use up their own connections. Few are enough, because commits are grouped.
 */
const INTAKE_CONNECTIONS = 8;
/** With the wait for a connection below CleverTap's 15 s: a 503 in time is better than an answer nobody waits for. */
const STATEMENT_TIMEOUT_MS = 9_000;
const TEMPORAL_PROBE_MS = 2_000;
/** How often idle connections are closed while a process stops: a client that keeps one would hold it up. */
const IDLE_SWEEP_MS = 50;
/** Callers and providers come from outside; what faces them is up to the network in front. */
const EVERYWHERE = '0.0.0.0';

export interface RunningApi {
  /** The port it listens on. */
  port: number;
  stop(): Promise<void>;
}

/**
 * Starts the api: listens, and starts what was committed without a workflow.
 * @param options override the configured ports; 0 draws a free one.
 */
export async function startApi(
  config: Config,
  log: RuntimeLog,
  options: { port?: number; metricsPort?: number } = {},
): Promise<RunningApi> {
  const base = createBase(config, log, { connections: API_CONNECTIONS, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const { database, sealer, pseudonyms, workflows, connection } = base;
  const intake = base.connect({ connections: INTAKE_CONNECTIONS, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const ingress = createIngress({
    database: intake,
    workflows,
    pseudonyms,
    onError: (err) => log.warn({ err }, 'a workflow could not be started; its messages wait in Postgres'),
  });
  const inbox = createInbox({
    database: intake,
    sealer,
    pseudonyms,
    publicUrl: config.publicUrl,
    wake: (news) => workflows.wake(news),
    wakeRelays: (ids) => workflows.wakeRelays(ids),
    onRefused: (err, { gatewayId }) =>
      log.warn({ err, gatewayId }, 'a receipt can’t be stored and was refused; those beside it are stored'),
  });
  const metrics = createMetrics(() => countGatewayStates(database.pool));
  const keys = createKeys(intake, (err) => log.warn({ err }, 'the last use of a key could not be noted'));
  const tokens = createAccessTokens(base.masterKey);
  const events = createEventStreams(database, (err) => log.warn({ err }, 'live events could not be read'));
  const auth = createAuthenticator({ keys, tokens, adminKey: config.adminKey });
  const app = createApp({
    database,
    sealer,
    pseudonyms,
    auth,
    idempotency: createIdempotency({ database: intake, sealer, log }),
    keys,
    tokens,
    accounts: createAccounts(intake),
    webhooks: createWebhookTargets(intake, sealer, config.outboundAllow),
    ingress,
    inbox,
    events,
    wake: (news) => workflows.wake(news),
    startImport: importStarter(base, log),
    testGateway: (input) => workflows.testGateway(input),
    wakeRelays: (ids) => workflows.wakeRelays(ids),
    resumeRelays: (ids) => workflows.resumeRelays(ids),
    campaigns: {
      start: (input) => workflows.startCampaign(input),
      command: (id, wanted) => workflows.commandCampaign(id, wanted),
      forecast: (input) => workflows.makeForecast(input),
      followSeries: (series) => workflows.followSeries(series),
    },
    workflowLink: createWorkflowLinks(config.temporal.uiUrl, base.namespace),
    publicUrl: config.publicUrl,
    metrics,
    outboundAllow: config.outboundAllow,
    temporalProblem: () => probe(connection),
    log,
  });
  const server = createHttpServer(app);
  const silent = trackSilent(server);
  const metricsSilent = trackSilent(metrics.server);
  await listen(metrics.server, options.metricsPort ?? config.metricsPort, EVERYWHERE);
  const port = await listen(server, options.port ?? config.port, EVERYWHERE);
  const stopStarting = startLeftBehind(base, log);
  return {
    port,
    async stop() {
      stopStarting();
      events.stop();
      await closeServer(server, silent);
      await closeServer(metrics.server, metricsSilent);
      await ingress.stop();
      await base.close();
    },
  };
}

/** Starts imports; one that can't be started now maintenance starts later. */
function importStarter({ workflows, database }: Base, log: RuntimeLog) {
  return (upload: ImportInput): void =>
    void workflows
      .startImport(upload)
      .then(() => markImportStarted(database.pool, upload.uploadId))
      .catch((err: unknown) => log.warn({ err }, 'an import could not be started; maintenance will'));
}

/** An earlier api may have confirmed messages and died before it started their workflows. @returns how to stop it */
function startLeftBehind(base: Base, log: RuntimeLog): () => void {
  const stopping = new AbortController();
  startUnstarted(base, new Turn('starts', log, stopping.signal), 0).catch((err: unknown) =>
    log.warn({ err }, 'what has no workflow could not be started; maintenance will'),
  );
  return () => stopping.abort();
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

/**
 * Stops taking connections, lets requests under way finish, and closes the others: those that are idle, or become idle
 * then, and those on which nothing was asked yet, which Node would wait for.
 */
async function closeServer(server: Server, silent: ReadonlySet<Socket>): Promise<void> {
  const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
  try {
    await new Promise<void>((resolve, reject) => {
      server.close((error) => (error ? reject(error) : resolve()));
      server.closeIdleConnections();
      for (const socket of silent) socket.destroy();
    });
  } finally {
    clearInterval(sweep);
  }
}

/** The server's connections on which no request has come yet: clients open some ahead of need. */
function trackSilent(server: Server): ReadonlySet<Socket> {
  const silent = new Set<Socket>();
  server.on('connection', (socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return silent;
}
