/** What api and worker share: Postgres, Temporal, sealing. */
import { Client, type Connection } from '@temporalio/client';
import { ConfigError, type Config } from '../config';
import { connectDatabase, type Database } from '../store/database';
import { createSealer, type Sealer } from '../store/seal';
import { clearWakeDue } from '../store/messages/slices';
import { createWorkflows, type Workflows } from '../workflows/client';
import { connectTemporal, temporalSettings } from './temporal';

/** What the composition root logs through; a pino logger fits. */
export interface RuntimeLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface Base {
  database: Database;
  sealer: Sealer;
  /** 32 bytes. */
  masterKey: Buffer;
  workflows: Workflows;
  connection: Connection;
  close(): Promise<void>;
}

/** @throws ConfigError naming what is not set. */
export function createBase(
  config: Config,
  log: RuntimeLog,
  pool: { connections: number; statementTimeoutMs?: number },
): Base {
  if (config.databaseUrl === undefined) throw new ConfigError('DATABASE_URL is not set: name the database');
  if (config.masterKey === undefined)
    throw new ConfigError('HELIOGRAPH_MASTER_KEY is not set: openssl rand -base64 32');
  const database = connectDatabase({
    url: config.databaseUrl,
    ...pool,
    onError: (err) => log.warn({ err }, 'a database connection was lost'),
  });
  const temporal = temporalSettings(config.temporal);
  const { connection, close: closeConnection } = connectTemporal(temporal);
  const workflows = createWorkflows({
    client: new Client({ connection, namespace: temporal.namespace }),
    onWoken: (heard) => clearWakeDue(database.pool, heard),
    onError: (err) => log.warn({ err }, 'Temporal could not be told; the sweep will'),
  });
  return {
    database,
    sealer: createSealer(config.masterKey),
    masterKey: config.masterKey,
    workflows,
    connection,
    async close() {
      await workflows.stop();
      await closeConnection();
      await database.close();
    },
  };
}
