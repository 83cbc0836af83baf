/** Embedded Temporal: the development server of the Temporal CLI, on a SQLite file in the data folder or in memory. */
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { LOOPBACK } from '../../config';
import { makeDataFolder } from './private-files';
import { launchServer, type ServerProcess } from './server-process';
import { SEARCH_ATTRIBUTES } from '../../workflows/attributes';
import { INDEXED_VALUE_TYPES } from '../../workflows/client/search-attributes';
import { findTemporalBinary, temporalVersion } from './temporal-binary';

const DEFAULT_NAMESPACE = 'default';
const READY_DEADLINE_MS = 60_000;
const POLL_MS = 30;

export interface TemporalOptions {
  /** Heliograph's data folder; `null` keeps everything in memory. */
  dataDir: string | null;
  port: number;
  /** Port of the web UI; `null` leaves it out. */
  uiPort: number | null;
  /** Where the UI has payloads decrypted; absent = it shows them as they are. */
  codecUrl?: string;
  /** TEMPORAL_CLI_PATH; see {@link findTemporalBinary}. */
  cliPath?: string;
  /** Namespaces beside `default`. */
  namespaces?: string[];
}

export interface EmbeddedTemporal extends ServerProcess {
  /** host:port of the gRPC endpoint. */
  address: string;
}

/**
 * Starts a Temporal development server and resolves when its namespaces answer.
 * @throws Error with one sentence naming the remedy.
 */
export async function startTemporal(options: TemporalOptions): Promise<EmbeddedTemporal> {
  const binary = await findTemporalBinary(options.cliPath);
  const namespaces = options.namespaces ?? [];
  const address = `${LOOPBACK}:${options.port}`;
  const files = options.dataDir === null ? undefined : await prepareFiles(options.dataDir, binary);
  const server = await launchServer({
    command: binary,
    args: [
      ...['server', 'start-dev', '--ip', LOOPBACK, '--port', String(options.port), '--log-level', 'error'],
      ...(options.uiPort === null ? ['--headless'] : ['--ui-port', String(options.uiPort)]),
      ...(options.codecUrl === undefined ? [] : ['--ui-codec-endpoint', options.codecUrl]),
      ...(files
        ? ['--db-filename', files.database, ...pragma('journal_mode=wal'), ...pragma('synchronous=normal')]
        : []),
      ...['--dynamic-config-value', 'matching.enableFairness=true'],
      ...namespaces.flatMap((namespace) => ['--namespace', namespace]),
      ...Object.entries(SEARCH_ATTRIBUTES).flatMap(([name, type]) => ['--search-attribute', `${name}=${type}`]),
    ],
    stopSignal: 'SIGTERM',
    logFile: files?.log,
  });
  try {
    await ready(server, address, [DEFAULT_NAMESPACE, ...namespaces], files?.log);
  } catch (error) {
    await server.stop();
    throw error;
  }
  return { ...server, address };
}

function pragma(setting: string): string[] {
  return ['--sqlite-pragma', setting];
}

async function prepareFiles(dataDir: string, binary: string) {
  makeDataFolder(dataDir);
  // The CLI doesn't migrate the file of another version: each version has its own.
  const database = path.join(dataDir, `temporal-${await temporalVersion(binary)}.db`);
  return { database, log: path.join(dataDir, 'temporal.log') };
}

async function ready(server: ServerProcess, address: string, namespaces: string[], logFile?: string): Promise<void> {
  let exit: string | undefined;
  void server.exited.then((reason) => (exit = reason));
  const where = logFile === undefined ? '' : ` (see ${logFile})`;
  const giveUpAt = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    try {
      const connection = await Connection.connect({ address, connectTimeout: '1 second' });
      try {
        for (const namespace of namespaces) {
          await connection.workflowService.describeNamespace({ namespace });
          await mendSearchAttributes(connection, namespace);
        }
        return;
      } finally {
        await connection.close();
      }
    } catch (error) {
      if (exit !== undefined) throw new Error(`Temporal ended at its start: ${exit}${where}.`);
      if (Date.now() > giveUpAt) {
        throw new Error(`Temporal did not answer in ${READY_DEADLINE_MS / 1000} s: ${String(error)}${where}.`);
      }
      await sleep(POLL_MS);
    }
  }
}

/** A file of an earlier release has others, and the flags of the CLI change nothing once one of them differs. */
async function mendSearchAttributes({ operatorService }: Connection, namespace: string): Promise<void> {
  const { customAttributes: known } = await operatorService.listSearchAttributes({ namespace });
  const wanted = Object.entries(SEARCH_ATTRIBUTES).map(([name, type]) => [name, INDEXED_VALUE_TYPES[type]] as const);
  const lacking = wanted.filter(([name, type]) => known?.[name] !== type);
  if (lacking.length === 0) return;
  const searchAttributes = lacking.map(([name]) => name).filter((name) => known?.[name] !== undefined);
  if (searchAttributes.length > 0) await operatorService.removeSearchAttributes({ namespace, searchAttributes });
  await operatorService.addSearchAttributes({ namespace, searchAttributes: Object.fromEntries(lacking) });
}
