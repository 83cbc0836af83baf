/**
 * Postgres that is there and says nothing: frozen, or behind a network that swallows. Its own time-outs don't strike
 * then. Every request is answered all the same, before CleverTap gives up, and what comes later is as if nothing had been.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { readConfig } from '../../src/config';
import { makeVictim, type Victim } from '../../src/main/chaos/victim';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startPostgres, type EmbeddedPostgres } from '../../src/main/embedded/postgres';
import { migrate } from '../../src/main/migrate';
import { seed } from '../../src/main/seed';
import { startApi, type RunningApi } from '../../src/runtime/api';
import { connectDatabase, isDatabaseAway, transact, type Database } from '../../src/store/database';
import { keepPayloadSecret } from '../support/seal';
import { ADMIN_KEY, temporaryFolder, testNamespace } from '../support/servers';
import { testTemporal } from '../support/temporal';

/** CleverTap’s time-out; whoever waits longer waits for an answer that nobody reads. */
const DEADLINE_MS = 15_000;
/** More than the api has connections: some wait for one. */
const AT_ONCE = 12;

const dataDir = temporaryFolder();
let postgres: EmbeddedPostgres;
let victim: Victim;
let database: Database;
/** By which it is told how long two statements in a row take that nobody answers. */
let other: Database;
let api: RunningApi;
const accounts: string[] = [];

beforeAll(async () => {
  const port = await drawFreePort();
  victim = makeVictim(
    { name: 'postgres', start: async () => (postgres = await startPostgres({ dataDir, port, durable: false })) },
    async () => {
      const { rows } = await database.pool.query<{ pid: number }>('select pid from pg_stat_activity');
      return rows.map(({ pid }) => pid);
    },
  );
  await victim.service.start();
  await migrate(postgres.url, postgres.ownerUrl);
  const masterKey = randomBytes(32);
  await seed(postgres.url, { masterKeys: [{ key: masterKey }], simulatorPort: 9 });
  const patience = { statementTimeoutMs: 1_500, onError: () => undefined };
  [database, other] = [0, 1].map(() => connectDatabase({ url: postgres.url, connections: 2, ...patience })) as [
    Database,
    Database,
  ];
  const config = readConfig({
    DATABASE_URL: postgres.url,
    TEMPORAL_ADDRESS: testTemporal(),
    TEMPORAL_NAMESPACE: testNamespace(),
    HELIOGRAPH_MASTER_KEY: masterKey.toString('base64'),
    HELIOGRAPH_ADMIN_KEY: ADMIN_KEY,
  });
  await keepPayloadSecret(postgres.url, config);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  api = await startApi(config, log, { port: 0, metricsPort: 0 });
  for (const name of ['one', 'two']) accounts.push(await makeAccount(name));
});
afterEach(() => victim.thaw());
afterAll(async () => {
  await api.stop();
  await database.close();
  await other.close();
  await postgres.stop();
  await rm(dataDir, { recursive: true, force: true });
});

async function makeAccount(name: string): Promise<string> {
  const { id } = (await (await call('POST', '/accounts', { name })).json()) as { id: string };
  return id;
}

/** @returns what was answered; rejects when nothing was within the deadline. */
const call = (method: string, path: string, body?: object, account = 'default') =>
  fetch(`http://127.0.0.1:${api.port}${path.startsWith('/accounts') || path.startsWith('/supp') ? '/api/v1' : ''}${path}`, {
    method,
    headers: { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'x-account-id': account },
    body: body === undefined ? undefined : JSON.stringify(body),
    signal: AbortSignal.timeout(DEADLINE_MS),
  }); // prettier-ignore

/** Of the suppression of each account. */
const ids = new Map<string, string>();
const lift = (account: string) => call('DELETE', `/suppressions/${ids.get(account)}`, undefined, account);
const suppress = (account: string) => call('POST', '/suppressions', { to: '+919800000001' }, account);
/** @returns the status; notes the id. */
async function suppressed(account: string): Promise<number> {
  const answer = await suppress(account);
  const { id } = (await answer.json()) as { id: string };
  ids.set(account, id);
  return answer.status;
}

test('every request is answered in time, of whichever account; when it thaws all goes on', async () => {
  for (const account of accounts) expect(await suppressed(account)).toBe(201);
  await victim.freeze();

  const [one, two] = accounts as [string, string];
  const send = { to: '+919800000002', message: 'Hello' };
  const answers = await Promise.all([
    ...Array.from({ length: AT_ONCE }, () => lift(one)),
    ...[lift(two), suppress(two), call('POST', '/clevertap/v1/messages', send)],
    call('POST', `/callbacks/${'nobodys-'.repeat(4)}`, {}),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(503));
  for (const answer of answers) expect(await answer.json()).toMatchObject({ code: 'unavailable' });
  expect((await call('GET', '/healthz')).status).toBe(200);

  victim.thaw();
  for (const account of accounts) {
    // What was not confirmed may have been carried out all the same, as with a lost connection.
    await lift(account);
    expect(await suppressed(account)).toBe(201);
    expect((await lift(account)).status).toBe(204);
  }
}, 120_000);

/** Ways to be in a statement when Postgres falls silent; each must end without waiting for a rollback in vain. */
const HOLDERS: Record<string, () => Promise<unknown>> = {
  'a statement': () => database.pool.query('select 1'),
  'a transaction': () => transact(database.pool, (client) => client.query('select 1')),
  'a transaction of the query builder': () =>
    database.db.transaction().execute((tx) => tx.selectFrom('accounts').select('id').execute()),
};

/** Two open connections of the other pool: a statement each. */
async function openTwo(): Promise<void> {
  const clients = [await other.pool.connect(), await other.pool.connect()];
  for (const client of clients) client.release();
}

/** Resolves once a statement on one of them was given up. */
const unanswered = (): Promise<unknown> => other.pool.query('select 1').catch(() => undefined);

test.each(Object.keys(HOLDERS))('%s fails as "away", once, and its connection is given up', async (name) => {
  // Open connections, so that it is the statement that nobody answers.
  await database.pool.query('select 1');
  await openTwo();
  await victim.freeze();
  const outcome = await Promise.race([
    HOLDERS[name]!().then(
      () => 'done',
      (error: unknown) => ({ isAway: isDatabaseAway(error), open: database.pool.totalCount - database.pool.idleCount }),
    ),
    // As long as a statement and a rollback behind it would take. No clock tells it: the machine may be as slow as it likes.
    unanswered()
      .then(unanswered)
      .then(() => 'no end'),
  ]);
  expect(outcome).toMatchObject({ isAway: true });
  victim.thaw();
  expect((await database.pool.query('select 1 as one')).rows).toEqual([{ one: 1 }]);
});
