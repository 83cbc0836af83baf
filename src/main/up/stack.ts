/** The whole product on one machine: Postgres, Temporal, simulator, worker and api, started in this order. */
import path from 'node:path';
import { Client } from 'pg';
import { LOOPBACK, type Config } from '../../config';
import { drawFreePort, portIsFree } from '../embedded/ports';
import { startPostgres } from '../embedded/postgres';
import { startTemporal } from '../embedded/temporal';
import type { Logger } from '../logging';
import { migrate } from '../migrate';
import { seed } from '../seed';
import { checkPorts } from './check-ports';
import { childService } from './child';
import { environmentOf } from './child-environment';
import { newAdminKey, newMasterKey, openDataFolder } from './data-folder';
import { findMasterKeys, masterKeyVariables } from './master-keys';
import { Supervisor, type RestartPolicy } from './supervisor';

const DATABASE_DEADLINE_MS = 10_000;
/**
 * Batches of 4 MB become garbage as soon as they are stored. With Node's 16 MB for young objects much of that is copied
 * before it dies; with 32 MB batch ingress takes about a tenth more per second.
 */
const API_FLAGS = ['--max-semi-space-size=32'];

/** A running stack. */
export interface Stack {
  adminKey: string;
  databaseUrl: string;
  temporalAddress: string;
  /** What the worker was told: enough for another one. */
  workerEnvironment: NodeJS.ProcessEnv;
  /** Stops api, worker, simulator, Temporal and Postgres, in this order. */
  stop(): Promise<void>;
}

/**
 * Starts everything that `config` doesn't say is elsewhere, and keeps it running.
 * @param signal Aborting it ends an unfinished start.
 * @param policy How soon what died starts again.
 * @throws Error with a sentence naming the remedy; what was started already is stopped again.
 */
export async function startStack(
  config: Config,
  logger: Logger,
  signal?: AbortSignal,
  policy?: RestartPolicy,
): Promise<Stack> {
  const folder = await openDataFolder(config.dataDir);
  const supervisor = new Supervisor(logger, policy, folder.record);
  const stop = async () => {
    await supervisor.stop();
    await folder.release();
  };
  const abort = () => void supervisor.stop();
  signal?.addEventListener('abort', abort);
  try {
    signal?.throwIfAborted();
    await checkPorts(config);
    const adminKey = config.adminKey ?? folder.secret('admin.key', newAdminKey);
    const masterKeys = findMasterKeys(config, (file) => folder.secret(file, newMasterKey));
    const database = await provideDatabase(config, supervisor);
    const databaseUrl = database.url;
    const temporalAddress = config.temporal.address ?? (await superviseTemporal(config, supervisor));
    const problem = await migrate(database.url, database.ownerUrl);
    if (problem !== null) logger.warn(problem);
    await seed(database.url, { masterKeys, simulatorPort: config.simulatorPort });

    const env = {
      ...process.env,
      DATABASE_URL: databaseUrl,
      TEMPORAL_ADDRESS: temporalAddress,
      ...(config.temporal.address === undefined ? { TEMPORAL_UI_URL: uiUrlOf(config) } : {}),
      HELIOGRAPH_ADMIN_KEY: adminKey,
      ...masterKeyVariables(masterKeys),
    };
    const entry = (name: string) => path.join(__dirname, '..', `${name}.js`);
    if (config.simulatorPort !== undefined) {
      await supervisor.start(childService('simulator', entry('simulator'), environmentOf('simulator', env)));
    }
    const ownMetrics = { HELIOGRAPH_METRICS_PORT: String(await workerMetricsPort(config)) };
    const workerEnv = { ...environmentOf('worker', env), ...ownMetrics };
    await supervisor.start(childService('worker', entry('worker'), workerEnv));
    await supervisor.start(childService('api', entry('api'), environmentOf('api', env), { nodeFlags: API_FLAGS }));
    return { adminKey, databaseUrl, temporalAddress, workerEnvironment: workerEnv, stop };
  } catch (error) {
    await stop();
    throw error;
  } finally {
    signal?.removeEventListener('abort', abort);
  }
}

interface StackDatabase {
  /** As the role that the product runs as. */
  url: string;
  /** As the role that owns the tables. */
  ownerUrl: string;
}

async function provideDatabase(config: Config, supervisor: Supervisor): Promise<StackDatabase> {
  const { databaseUrl: url, databaseOwnerUrl } = config;
  if (url === undefined) return supervisePostgres(config, supervisor);
  await checkDatabase('DATABASE_URL', url);
  if (databaseOwnerUrl !== undefined) await checkDatabase('HELIOGRAPH_DATABASE_OWNER_URL', databaseOwnerUrl);
  return { url, ownerUrl: databaseOwnerUrl ?? url };
}

async function supervisePostgres(config: Config, supervisor: Supervisor): Promise<StackDatabase> {
  let [url, ownerUrl] = ['', ''];
  // A restart must come back where the others look for it.
  let port = config.postgresPort;
  await supervisor.start({
    name: 'postgres',
    start: async () => {
      const postgres = await startPostgres({ dataDir: config.dataDir, port });
      ({ url, ownerUrl, port } = postgres);
      return postgres;
    },
  });
  return { url, ownerUrl };
}

async function superviseTemporal(config: Config, supervisor: Supervisor): Promise<string> {
  const { port, uiPort, cliPath } = config.temporal;
  let address = '';
  await supervisor.start({
    name: 'temporal',
    start: async () => {
      const codecUrl = `${config.publicUrl}/codec`;
      const temporal = await startTemporal({ dataDir: config.dataDir, port, uiPort, cliPath, codecUrl });
      ({ address } = temporal);
      return temporal;
    },
  });
  return address;
}

/** Of the development server, unless it is reached by another address from where people are. */
function uiUrlOf({ temporal: { uiUrl, uiPort } }: Config): string {
  return uiUrl ?? `http://${LOOPBACK}:${uiPort}`;
}

async function checkDatabase(variable: string, url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: DATABASE_DEADLINE_MS });
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    throw new Error(
      `The database of ${variable} does not answer (${message || code}): start it or correct ${variable}.`,
    );
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Api and worker each serve metrics; the worker's are on the port after the api's, or elsewhere when that is in use. */
async function workerMetricsPort(config: Config): Promise<number> {
  const next = config.metricsPort + 1;
  const reserved = [config.port, config.simulatorPort];
  return next < 65_536 && !reserved.includes(next) && (await portIsFree(next)) ? next : drawFreePort();
}
