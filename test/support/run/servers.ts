/** The servers of one test run, in Jest's own process: each is started once, whichever projects ask for it. */
import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { drawFreePort } from '../../../src/main/embedded/ports';
import { startPostgres, type EmbeddedPostgres } from '../../../src/main/embedded/postgres';
import { OWNER } from '../../../src/main/embedded/postgres-roles';
import { startTemporal } from '../../../src/main/embedded/temporal';
import { migrate } from '../../../src/main/migrate';
import { databaseNamed } from '../database';
import {
  namespacesOf,
  TEMPLATE_DATABASE,
  temporaryFolder,
  TEST_DATABASE_URL,
  TEST_RUNTIME_URL,
  TEST_PRODUCTS_URL,
  TEST_TEMPORAL_ADDRESS,
} from '../servers';
import { serveProducts } from './products';

type Stop = () => Promise<void>;

let postgres: Promise<Stop> | undefined;
let temporal: Promise<Stop> | undefined;
let products: Promise<Stop> | undefined;

/** One Postgres with a migrated template database. */
export async function providePostgres(): Promise<void> {
  await (postgres ??= launchPostgres());
}

/**
 * One Temporal development server in memory, and the product for whoever asks for it.
 * @param jestWorkers How many files run side by side.
 */
export async function provideTemporal(jestWorkers: number): Promise<void> {
  await (temporal ??= launchTemporal(jestWorkers));
}

/** The product as `npm start` runs it: started when the first test file of a Jest worker asks for it. */
export async function provideProducts(): Promise<void> {
  await (products ??= launchProducts());
}

/** Stops all that was started, in the order in which one needs the other. Harmless when nothing was. */
export async function stopServers(): Promise<void> {
  const started = [products, temporal, postgres];
  [products, temporal, postgres] = [undefined, undefined, undefined];
  for (const server of started) await server?.then((stop) => stop()).catch(() => undefined);
}

async function launchPostgres(): Promise<Stop> {
  const dataDir = temporaryFolder();
  const remove = () => rm(dataDir, { recursive: true, force: true });
  const server = await startPostgres({ dataDir, durable: false }).catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  process.env[TEST_DATABASE_URL] = server.superuserUrl;
  process.env[TEST_RUNTIME_URL] = server.url;
  await makeTemplate(server);
  return async () => {
    await server.stop();
    await remove();
  };
}

async function launchTemporal(jestWorkers: number): Promise<Stop> {
  const server = await startTemporal({
    dataDir: null,
    port: await drawFreePort(),
    uiPort: null,
    namespaces: namespacesOf(jestWorkers),
    cliPath: process.env.TEMPORAL_CLI_PATH,
  });
  process.env[TEST_TEMPORAL_ADDRESS] = server.address;
  return server.stop;
}

async function launchProducts(): Promise<Stop> {
  const { url, stop } = await serveProducts();
  process.env[TEST_PRODUCTS_URL] = url;
  return stop;
}

async function makeTemplate({ url, ownerUrl, superuserUrl }: EmbeddedPostgres): Promise<void> {
  const client = new Client({ connectionString: superuserUrl });
  await client.connect();
  try {
    await client.query(`create database ${TEMPLATE_DATABASE} owner ${OWNER}`);
  } finally {
    await client.end();
  }
  await migrate(databaseNamed(url, TEMPLATE_DATABASE), databaseNamed(ownerUrl, TEMPLATE_DATABASE));
}
