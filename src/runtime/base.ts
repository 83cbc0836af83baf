/** What api and worker share: Postgres, Temporal, sealing. */
import { Client, type Connection } from '@temporalio/client';
import type { DataConverter, PayloadCodec } from '@temporalio/common';
import { ConfigError, type Config } from '../config';
import { createDeploymentSecret } from '../store/accounts/deployment-secret';
import { createPersonalHash, createPersonalKey, type PersonalHash } from '../store/accounts/personal-hash';
import { pseudonymsLoader, type LoadPseudonyms, type NumberHash } from '../core/accounts/pseudonyms';
import { connectDatabase, type Database } from '../store/database';
import { createKeyring, type Keyring } from '../core/accounts/keyring';
import { createSealer, type Sealer } from '../store/seal';
import { findOpenCampaign } from '../store/campaigns/looks';
import { listGroups } from '../store/messages/groups';
import { clearWakeDue, findOpenSlice } from '../store/messages/slices';
import { createWorkflows, type Workflows } from '../workflows/client';
import { toSendInput } from '../workflows/contract';
import { createDataConverter } from './data-converter';
import { createPayloadCodec } from './payload-codec';
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
  ring: Keyring;
  /** Keyed hashes of numbers. */
  personalHash: PersonalHash;
  numberHash: NumberHash;
  loadPseudonyms: LoadPseudonyms;
  /** Encrypts what Temporal is given. */
  codec: PayloadCodec;
  /** With that codec, for clients and workers alike. */
  dataConverter: DataConverter;
  workflows: Workflows;
  connection: Connection;
  /** Of Temporal. */
  namespace: string;
  /** Makes another pool of connections to the same database; closed with the rest. */
  connect(pool: PoolSize): Database;
  close(): Promise<void>;
}

export interface PoolSize {
  connections: number;
  statementTimeoutMs?: number;
}

/** @throws ConfigError naming what is not set, KeyringError when the master keys are no ring. */
export function createBase(config: Config, log: RuntimeLog, pool: PoolSize): Base {
  if (config.databaseUrl === undefined) throw new ConfigError('DATABASE_URL is not set: name the database');
  if (config.masterKeys === undefined)
    throw new ConfigError('HELIOGRAPH_MASTER_KEY is not set: openssl rand -base64 32');
  const ring = createKeyring(config.masterKeys);
  const sealer = createSealer(ring);
  const { databaseUrl: url } = config;
  const databases: Database[] = [];
  const connect = (size: PoolSize): Database => {
    const made = connectDatabase({
      url,
      ...size,
      onError: (err) => log.warn({ err }, 'a database connection was lost'),
    });
    databases.push(made);
    return made;
  };
  const database = connect(pool);
  const personalKey = createPersonalKey(database, sealer);
  const personalHash = createPersonalHash(personalKey);
  const temporal = temporalSettings(config.temporal);
  const codec = createPayloadCodec(createDeploymentSecret(database, sealer, 'temporal-payloads'));
  const dataConverter = createDataConverter(codec);
  const { connection, close: closeConnection } = connectTemporal(temporal);
  const workflows = createWorkflows({
    publicUrl: config.publicUrl,
    client: new Client({ connection, namespace: temporal.namespace, dataConverter }),
    openWork: {
      async slice(id) {
        const slice = await findOpenSlice(database.pool, id);
        if (slice === null) return null;
        const [group] = await listGroups(database.pool, [slice]);
        return toSendInput(group!);
      },
      campaign: (id) => findOpenCampaign(database.pool, id),
    },
    onWoken: (heard) => clearWakeDue(database.pool, heard),
    onError: (err) => log.warn({ err }, 'Temporal could not be told; it will be, at the latest by maintenance'),
    onAttributesRefused: (err) =>
      log.warn(
        { err },
        'Temporal refuses search attributes; workflows start without: see "The Temporal UI" in docs/operations.md',
      ),
  });
  return {
    database,
    sealer,
    ring,
    personalHash,
    numberHash: (e164) => personalHash('number', e164),
    loadPseudonyms: pseudonymsLoader(personalKey),
    codec,
    dataConverter,
    workflows,
    connection,
    namespace: temporal.namespace,
    connect,
    async close() {
      await workflows.stop();
      await closeConnection();
      await Promise.all(databases.map((made) => made.close()));
    },
  };
}
