/** The connection to Postgres: a pool for the hot statements, Kysely over the same pool for everything else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Kysely, PostgresDialect, sql } from 'kysely';
import { Client, Pool, type PoolClient, type PoolConfig, type QueryResultRow } from 'pg';
import { backoffMs, type Backoff } from '../core/time/backoff';
import type { Schema } from './tables';

export interface Database {
  pool: Pool;
  db: Kysely<Schema>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  url: string;
  /** Most connections of this process. */
  connections: number;
  /** A statement that takes longer is given up and rolled back; an answer that is overdue beyond it is not waited for. */
  statementTimeoutMs?: number;
  /** Told about the loss of idle connections, which is how a restart of Postgres shows itself. */
  onError(error: Error): void;
}

/** How long a request may wait for a connection before it is answered 503. */
const CONNECT_TIMEOUT_MS = 4_000;

/** How long after its time a statement's own end is waited for: a Postgres that is frozen or cut off never tells it. */
const OVERDUE_MS = 1_000;

/**
 * Every statement finds its rows by key, whatever the statistics say: a plan that was made while a table was empty
 * would read the whole table until they catch up, a minute into a campaign. Planning anew for each set of parameters
 * would cost more than the statements themselves.
 */
const PLANNING = '-c enable_seqscan=off -c jit=off -c plan_cache_mode=force_generic_plan';

export function connectDatabase(options: DatabaseOptions): Database {
  const config: PoolConfig = {
    connectionString: options.url,
    max: options.connections,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'heliograph',
    options: PLANNING,
    statement_timeout: options.statementTimeoutMs,
    query_timeout: options.statementTimeoutMs === undefined ? undefined : options.statementTimeoutMs + OVERDUE_MS,
    Client: ImpatientClient,
  };
  const pool = new Pool(config);
  pool.on('error', options.onError);
  // The pool listens to idle connections only. Whoever holds a lost one learns it from their statement; unheard, the
  // event would end the process, with everything that others have in hand.
  pool.on('connect', (client) => client.on('error', () => undefined));
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) });
  // Kysely has nothing of its own to close, and would leave the pool open where it was never used.
  return { pool, db, close: () => pool.end() };
}

/**
 * Gives its connection up as soon as an answer is overdue: a rollback would wait behind it as long again, and whoever
 * took the connection next, too.
 */
class ImpatientClient extends Client {
  // Its overloads differ in what they take, and all of them end here.
  override query(...of: unknown[]): never {
    const answer = (super.query as (...of: unknown[]) => unknown).apply(this, of);
    if (answer instanceof Promise) answer.catch((error: unknown) => this.giveUpAfter(error));
    return answer as never;
  }

  /** With a statement under way its socket is closed at once. */
  private giveUpAfter(error: unknown): void {
    if (error instanceof Error && error.message === OVERDUE) void this.end().catch(() => undefined);
  }
}

/** Runs `work` in the transaction that `db` already is, else in one of its own. */
export function inTransaction<T>(db: Kysely<Schema>, work: (tx: Kysely<Schema>) => Promise<T>): Promise<T> {
  return db.isTransaction ? work(db) : db.transaction().execute(work);
}

/** Lost to another transaction, not to a mistake: 40P01 deadlock_detected, 40001 serialization_failure. */
const RETRYABLE_SQLSTATES = new Set(['40P01', '40001']);
const MAX_TRIES = 5;

/**
 * SQLSTATEs that mean "no database now": connection exceptions, out of disk, memory or connections, shutdown, start-up,
 * too slow, failing disks, a standby that is not the primary (yet), which is what a failover leaves behind.
 */
const AWAY_SQLSTATES = /^(08|53|57P0|57014|58|25006)/;
/** Errors of the driver, which have no code. */
const OVERDUE = 'Query read timeout';
const AWAY_MESSAGES = new RegExp(
  `Connection terminated|is not queryable|${OVERDUE}|timeout exceeded when trying to connect`,
);
const AWAY_SOCKET_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOENT', 'EHOSTUNREACH']);

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}

/** True when Postgres could not be reached, as opposed to having refused the statement. */
export function isDatabaseAway(error: unknown): boolean {
  const code = codeOf(error);
  if (AWAY_SQLSTATES.test(code) || AWAY_SOCKET_CODES.has(code)) return true;
  return error instanceof Error && AWAY_MESSAGES.test(error.message);
}

/** A failover takes some seconds: the first tries come soon, later ones leave the new server room. */
const AWAY_BACKOFF: Backoff = { baseMs: 100, maxMs: 2_000 };

/**
 * Does what may be repeated again and again, with back-off, until Postgres is back: for what is known here and nowhere
 * else. Whether an earlier try was committed is not known.
 * @throws what `work` throws for another reason than an absent database.
 */
export async function outlastAbsence<T>(work: () => Promise<T>): Promise<T> {
  for (let failures = 1; ; failures++) {
    try {
      return await work();
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      await sleep(backoffMs(AWAY_BACKOFF, failures, Math.random()));
    }
  }
}

/** True when Postgres gave a statement up because it took too long. */
export function isStatementTimeout(error: unknown): boolean {
  return codeOf(error) === '57014';
}

/**
 * True when Postgres refused values as such: data exceptions, broken constraints, limits of the program. The same
 * values are refused whenever they come again.
 */
export function isDataRefused(error: unknown): boolean {
  return /^(22|23|54)/.test(codeOf(error));
}

/** The SQLSTATE of an error; empty when it is none of Postgres. */
export function sqlStateOf(error: unknown): string {
  const code = codeOf(error);
  return /^[0-9A-Z]{5}$/.test(code) ? code : '';
}

/**
 * True when a unique constraint (of that name, if given) refused the statement. Of a partitioned table it is told by the
 * name of the partition's: a pattern.
 */
export function isUniqueViolation(error: unknown, constraint?: string | RegExp): boolean {
  if (codeOf(error) !== '23505') return false;
  const { constraint: broken = '' } = error as { constraint?: string };
  if (constraint instanceof RegExp) return constraint.test(broken);
  return constraint === undefined || broken === constraint;
}

/** True when a value has a NUL: no text and no JSON of Postgres can hold one. */
export function isUnstorableText(error: unknown): boolean {
  return codeOf(error) === '22021' || codeOf(error) === '22P05';
}

/**
 * Runs a prepared statement (planned once per connection under `name`) as its own transaction, again when a deadlock
 * or a serialization failure ended it.
 */
export async function execute<Row extends QueryResultRow>(
  pool: Pool,
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  return retrying(async () => (await pool.query<Row>({ name, text, values })).rows);
}

/**
 * {@link execute} under the locks of names, each of which one transaction holds at a time: the statement sees everything
 * that was committed under one of them before.
 * @param locks in the order that all who take several of them agree on.
 */
export async function executeLocked<Row extends QueryResultRow>(
  pool: Pool,
  locks: readonly string[],
  name: string,
  text: string,
  values: unknown[],
): Promise<Row[]> {
  return transact(pool, async (client) => {
    // A statement of their own, so that the snapshot of the next one is taken under the locks.
    await client.query({
      name: 'lock',
      text: 'select pg_advisory_xact_lock(hashtextextended(name, 0)) from unnest($1::text[]) name',
      values: [locks],
    });
    return (await client.query<Row>({ name, text, values })).rows;
  });
}

/**
 * Runs `work` in a transaction, again from its beginning when a deadlock or a serialization failure ended it. A
 * connection that can't even roll back is given up.
 */
export async function transact<T>(pool: Pool, work: (client: PoolClient) => Promise<T>): Promise<T> {
  return retrying(async () => {
    const client = await pool.connect();
    let failure: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(client);
      await client.query('commit');
      return result;
    } catch (error) {
      await client.query('rollback').catch((lost: Error) => (failure = lost));
      throw error;
    } finally {
      client.release(failure);
    }
  });
}

async function retrying<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (tried === MAX_TRIES || !RETRYABLE_SQLSTATES.has(codeOf(error))) throw error;
    }
  }
}

/** The clock of Postgres, which is the one that deadlines and windows are judged by, at this moment: in a transaction too. */
export async function readClock(db: Kysely<Schema>): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select clock_timestamp() as now`.execute(db);
  return rows[0]!.now;
}

/** The same, in epoch milliseconds. */
export async function readClockMs(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ now: Date }>('select clock_timestamp() as now');
  return rows[0]!.now.getTime();
}
