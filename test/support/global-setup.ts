/** Once per test run: one Postgres with a migrated template database, one Temporal development server in memory. */
import { rm } from 'node:fs/promises';
import { Client } from 'pg';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startPostgres } from '../../src/main/embedded/postgres';
import { startTemporal } from '../../src/main/embedded/temporal';
import { migrate } from '../../src/main/migrate';
import { databaseNamed } from './database';
import {
  TEMPLATE_DATABASE,
  temporaryFolder,
  TEST_DATABASE_URL,
  TEST_NAMESPACES,
  TEST_TEMPORAL_ADDRESS,
} from './servers';

type StopServers = () => Promise<void>;

declare global {
  var stopTestServers: StopServers | undefined;
}

export default async function setup(): Promise<void> {
  const dataDir = temporaryFolder();
  const stops: StopServers[] = [];
  globalThis.stopTestServers = async () => {
    await Promise.all(stops.map((stop) => stop()));
    await rm(dataDir, { recursive: true, force: true });
  };
  const postgres = async () => {
    const server = await startPostgres({ dataDir, durable: false });
    stops.push(server.stop);
    await makeTemplate(server.url);
    process.env[TEST_DATABASE_URL] = server.url;
  };
  const temporal = async () => {
    const port = await drawFreePort();
    const server = await startTemporal({
      dataDir: null,
      port,
      uiPort: null,
      namespaces: TEST_NAMESPACES,
      cliPath: process.env.TEMPORAL_CLI_PATH,
    });
    stops.push(server.stop);
    process.env[TEST_TEMPORAL_ADDRESS] = server.address;
  };
  const failed = (await Promise.allSettled([postgres(), temporal()])).find((result) => result.status === 'rejected');
  if (failed === undefined) return;
  await globalThis.stopTestServers();
  throw failed.reason;
}

async function makeTemplate(url: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(`create database ${TEMPLATE_DATABASE}`);
  } finally {
    await client.end();
  }
  await migrate(databaseNamed(url, TEMPLATE_DATABASE));
}
