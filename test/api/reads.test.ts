/** Reads never write: each GET is answered while another session lets no table be written to. */
import type { DatabaseError, PoolClient } from 'pg';
import { allRoutes, fill } from '../support/walk';
import { joinStack, type SharedStack } from '../support/shared';
import { thingOf, type Owner } from '../support/things';
import { until } from '../support/until';

/**
 * Left out: what sends by GET; the stream, which does not end (its queries are those of lists); and the forecast, which
 * a worker makes and keeps with the campaign for whoever asks next.
 */
const LEFT_OUT = new Set(['GET /api/v1/events', 'GET /api/v1/overview/events', 'GET /api/v1/campaigns/:id/forecast']);
const reads = allRoutes().filter(
  ({ name, method, scope }) => method === 'GET' && !['none', 'send'].includes(scope) && !LEFT_OUT.has(name),
);

let stack: SharedStack;
let owner: Owner;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  owner = { accountId: stack.accountId, pool: stack.database.pool, call: (...args) => stack.call(...args) };
  // The secret that numbers are hashed with is made at its first use, once for the deployment.
  await owner.call(
    'GET',
    fill(
      reads.find(({ name }) => name === 'GET /api/v1/why')!,
      {},
    ),
  );
});
afterAll(() => stack.stop());

/** Postgres ended it, since it and another transaction waited for each other. */
const DEADLOCK = '40P01';

/** Locks every table, one after the other. False: what an api had begun to write wanted one of them first. */
async function lockAll(client: PoolClient): Promise<boolean> {
  await client.query('begin');
  const { rows } = await client.query<{ list: string }>(
    `select string_agg(quote_ident(tablename), ', ' order by tablename) as list from pg_tables where schemaname = 'public'`,
  );
  try {
    await client.query(`lock table ${rows[0]!.list} in exclusive mode`);
    return true;
  } catch (error) {
    if ((error as DatabaseError).code !== DEADLOCK) throw error;
    await client.query('rollback');
    return false;
  }
}

/** Runs `work` while every table is locked against writing. */
async function readOnly<T>(work: () => Promise<T>): Promise<T> {
  const client = await stack.database.pool.connect();
  try {
    await until('every table is locked', () => lockAll(client));
    return await work();
  } finally {
    await client.query('rollback');
    client.release();
  }
}

test.each(reads.map((route) => [route.name, route] as const))('%s', async (_, route) => {
  const path = fill(route, route.params.length === 0 ? {} : await thingOf(route).make(owner));
  const { status } = await readOnly(() => owner.call('GET', path));
  expect(status).toBe(200);
});
