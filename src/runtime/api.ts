/** The api process, composed. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Connection } from '@temporalio/client';
import { startUnstarted } from '../activities/maintenance/starts';
import { Turn } from '../activities/maintenance/turn';
import { createAccounts } from '../api/http/account-context';
import { createAuthenticator } from '../api/http/auth';
import { createClientAddresses } from '../api/http/client-address';
import { createEndedSessions } from '../api/http/ended-sessions';
import { createFailures } from '../api/http/failures';
import { createWebhookTargets } from '../api/ingress/webhook-targets';
import { createEventStreams } from '../api/resources/events/streams';
import { createOverviews } from '../api/resources/overview/overviews';
import { createIdempotency } from '../api/http/idempotency';
import { createIngress, type Ingress } from '../api/ingress/ingress';
import { createKeys } from '../api/http/keys';
import { createRequestLog, type RequestLog } from '../api/ingress/request-log';
import { createMetrics, type Gauged } from '../api/http/metrics';
import { createReadiness } from '../api/http/readiness';
import { createWorkflowLinks, workflowsUrlOf } from '../api/http/workflow-link';
import type { ApiDeps } from '../api/deps';
import { createApp, createHttpServer } from '../api/server';
import type { Config } from '../config';
import { adminKeyWeakness } from '../config/key-strength';
import { createAccessTokens } from '../core/accounts/access-token';
import { createConsoleSessions } from '../core/accounts/console-session';
import { adminKeyId } from '../core/accounts/admin-key';
import { ByteBudget } from '../core/concurrency/byte-budget';
import { TtlCache } from '../core/concurrency/ttl-cache';
import type { Finding } from '../core/deployment/finding';
import { createInbox, type Inbox } from '../receipts/inbox';
import { countOpenAlerts } from '../store/accounts/alerts';
import { markImportStarted } from '../store/audience/upload-rows';
import { sealCallbackTokens } from '../store/gateways/callback-tokens';
import { readClockMs, type Database } from '../store/database';
import { countGatewayStates } from '../store/gateways/health';
import { countWaitingCallbacks, countWebhookStates } from '../store/webhooks/health';
import { createBase, type Base, type RuntimeLog } from './base';
import { createDoctor, type Doctor } from './doctor';
import { temporalSettings } from './temporal';

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
const DOCTOR_MS = 5_000;
/**
 * Memory for bodies. Of those who have shown a key one account may have half, which is eight of the largest; strangers
 * have what a hundred of them need to show one.
 */
const BODY_BYTES = { known: 64 * 1_048_576, strangers: 24 * 1_048_576 };
/** How often idle connections are closed while a process stops: a client that keeps one would hold it up. */
const IDLE_SWEEP_MS = 50;

type Starters = 'wake' | 'startImport' | 'testGateway' | 'wakeRelays' | 'resumeRelays' | 'campaigns';

export interface RunningApi {
  /** The port it listens on. */
  port: number;
  metricsPort: number;
  /** Of bodies that are read or in use. */
  bufferedBytes(): number;
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
  const { database, sealer } = base;
  const intake = base.connect({ connections: INTAKE_CONNECTIONS, statementTimeoutMs: STATEMENT_TIMEOUT_MS });
  const ingress = ingressOf(base, intake, log);
  const inbox = startInbox(base, intake, config.publicUrl, log);
  const metrics = createMetrics(gaugesOf(base));
  const keys = createKeys(intake, (err) => log.warn({ err }, 'the last use of a key could not be noted'));
  const tokens = createAccessTokens(base.ring);
  const live = liveOf(base, log);
  const workflowsUrl = workflowsUrlOf(config.temporal.uiUrl, base.namespace);
  const accounts = createAccounts(intake);
  const requests = logOfRequests(base, accounts, log);
  const addresses = createClientAddresses(config.trustedProxies);
  const bodies = makeBodies();
  const auth = createAuthenticator({
    keys,
    tokens,
    sessions: createConsoleSessions(base.ring),
    endedSessions: createEndedSessions(intake),
    accounts,
    addresses,
    failures: createFailures(log, metrics),
    adminKey: adminKeyOf(config, base, log),
  });
  const app = createApp({
    database,
    sealer,
    numberHash: base.numberHash,
    loadPseudonyms: base.loadPseudonyms,
    auth,
    addresses,
    bodies,
    idempotency: createIdempotency({ database: intake, sealer, log }),
    keys,
    tokens,
    accounts,
    webhooks: createWebhookTargets(intake, sealer, config),
    ingress,
    requests,
    inbox,
    ...live,
    ...startersOf(base, log),
    histories: { codec: base.codec, uiUrl: config.temporal.uiUrl },
    workflowsUrl,
    workflowLink: createWorkflowLinks(workflowsUrl),
    publicUrl: config.publicUrl,
    metrics,
    outboundAllow: config.outboundAllow,
    limits: config.accountLimits,
    readiness: readinessOf(base),
    doctor: doctorOf(base, config),
    log,
  });
  const server = createHttpServer(app, undefined, { isProxy: (socket) => addresses.isProxy(socket) });
  const [silent, metricsSilent] = [trackSilent(server), trackSilent(metrics.server)];
  const metricsPort = await listen(metrics.server, options.metricsPort ?? config.metricsPort, config.metricsBind);
  const port = await listen(server, options.port ?? config.port, config.bind);
  const stopStarting = startLeftBehind(base, log);
  return {
    port,
    metricsPort,
    bufferedBytes: () => bodies.known.used + bodies.strangers.used,
    async stop() {
      stopStarting();
      live.events.stop();
      live.overviews.streams.stop();
      await closeServer(server, silent);
      await closeServer(metrics.server, metricsSilent);
      await ingress.stop();
      await requests.stop();
      await base.close();
    },
  };
}

const ingressOf = ({ workflows, loadPseudonyms }: Base, database: Database, log: RuntimeLog): Ingress =>
  createIngress({
    database,
    workflows,
    loadPseudonyms,
    onError: (err) => log.warn({ err }, 'a workflow could not be started; its messages wait in Postgres'),
  });

/** Receipts and texts of phones have the pool of the ingress. */
function startInbox(
  { sealer, workflows, numberHash, loadPseudonyms }: Base,
  database: Database,
  publicUrl: string,
  log: RuntimeLog,
): Inbox {
  return createInbox({
    database,
    sealer,
    loadPseudonyms,
    publicUrl,
    numberHash,
    wake: (news) => workflows.wake(news),
    wakeRelays: (ids) => workflows.wakeRelays(ids),
    onRefused: (err, { gatewayId }) =>
      log.warn({ err, gatewayId }, 'a receipt can’t be stored and was refused; those beside it are stored'),
    onUnlisted: (gatewayId, word) =>
      log.warn({ gatewayId, word }, 'the provider says what no table has: it changes nothing (docs/providers)'),
  });
}

/** Beside the ingress: what is refused takes no connection from what is accepted. */
const logOfRequests = ({ database }: Base, accounts: ApiDeps['accounts'], log: RuntimeLog): RequestLog =>
  createRequestLog({
    database,
    accounts,
    onError: (err) => log.warn({ err }, 'refused requests could not be written down; they are counted'),
  });

/** What is read once for all who watch it. */
const liveOf = ({ database, sealer }: Base, log: RuntimeLog): Pick<ApiDeps, 'events' | 'overviews'> => ({
  events: createEventStreams(database, (err) => log.warn({ err }, 'live events could not be read')),
  overviews: createOverviews(database, sealer, (err) => log.warn({ err }, 'an overview could not be read')),
});

const gaugesOf = ({ database: { pool } }: Base): Gauged => ({
  gateways: () => countGatewayStates(pool),
  webhooks: () => countWebhookStates(pool),
  callbacks: () => countWaitingCallbacks(pool),
  alerts: () => countOpenAlerts(pool),
});

const makeBodies = () => ({ known: new ByteBudget(BODY_BYTES.known), strangers: new ByteBudget(BODY_BYTES.strangers) });

const readinessOf = ({ database, connection }: Base) =>
  createReadiness({ postgres: () => askPostgres(database), temporal: () => askTemporal(connection) });

/** Whoever asks: servers and machine are looked at every few seconds at most. */
function doctorOf({ database, sealer, connection, namespace, workflows }: Base, config: Config): Doctor {
  const looks = new TtlCache<Finding[]>(DOCTOR_MS);
  const doctor = createDoctor({
    config,
    keys: config.masterKeys ?? [],
    database,
    sealer,
    temporal: { connection, namespace, address: temporalSettings(config.temporal).options.address },
    searchAttributeProblems: () => workflows.searchAttributeProblems(),
    nowMs: Date.now,
  });
  return { account: doctor.account, deployment: () => looks.get('', doctor.deployment) };
}

/** The admin key of the environment, under the id that stands for it in the audit. */
function adminKeyOf({ adminKey: key }: Config, { ring }: Base, log: RuntimeLog) {
  if (key === undefined) return undefined;
  const weakness = adminKeyWeakness(key);
  if (weakness !== null) log.warn({ weakness }, 'HELIOGRAPH_ADMIN_KEY is easy to guess: openssl rand -base64 32');
  return { key, id: adminKeyId(key, ring.keyFor('admin key id')) };
}

/** What routes start and wake. */
function startersOf({ workflows, database }: Base, log: RuntimeLog): Pick<ApiDeps, Starters> {
  return {
    wake: (news) => workflows.wake(news),
    startImport: (upload) =>
      void workflows
        .startImport(upload)
        .then(() => markImportStarted(database.pool, upload.uploadId))
        .catch((err: unknown) => log.warn({ err }, 'an import could not be started; maintenance will')),
    testGateway: (input) => workflows.testGateway(input),
    wakeRelays: (ids) => workflows.wakeRelays(ids),
    resumeRelays: (ids) => workflows.resumeRelays(ids),
    campaigns: {
      start: (input) => workflows.startCampaign(input),
      command: (id, wanted) => workflows.commandCampaign(id, wanted),
      forecast: (input) => workflows.makeForecast(input),
      followSeries: (series) => workflows.followSeries(series),
    },
  };
}

/**
 * An earlier api may have confirmed messages and died before it started their workflows; an earlier version left tokens of
 * callback URLs as they are. @returns how to stop it
 */
function startLeftBehind(base: Base, log: RuntimeLog): () => void {
  const stopping = new AbortController();
  startUnstarted(base, new Turn('starts', log, stopping.signal), 0).catch((err: unknown) =>
    log.warn({ err }, 'what has no workflow could not be started; maintenance will'),
  );
  // Until it is done, and where Postgres is away, they work as they are.
  sealCallbackTokens(base.database.db, base.sealer).catch((err: unknown) =>
    log.warn({ err }, 'tokens of callback URLs could not be sealed; the next start will'),
  );
  return () => stopping.abort();
}

async function askPostgres({ pool }: Database): Promise<string | null> {
  try {
    await readClockMs(pool);
    return null;
  } catch (error) {
    return `Postgres does not answer: ${error instanceof Error ? error.message : String(error)}`;
  }
}

async function askTemporal(connection: Connection): Promise<string | null> {
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
