/** Test messages on their way from the api to a worker, kept until one takes them; and back what the provider said. */
import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import { uuidv7 } from '../../core/messages/ids';
import { execute } from '../database';
import type { Schema } from '../tables';

export interface GatewayTestDraft {
  gatewayId: string;
  /** E.164. */
  msisdn: string;
  body: string;
  sender: string | null;
}

export interface GatewayTest extends GatewayTestDraft {
  id: string;
}

/** Leaves a test for a worker, and forgets those that no worker came for within an hour. Returns its id. */
export async function insertGatewayTest(tx: Kysely<Schema>, draft: GatewayTestDraft): Promise<string> {
  const id = uuidv7();
  await tx
    .deleteFrom('gateway_tests')
    .where('created_at', '<', sql<Date>`now() - interval '1 hour'`)
    .execute();
  await tx
    .insertInto('gateway_tests')
    .values({ id, gateway_id: draft.gatewayId, msisdn: draft.msisdn, body: draft.body, sender: draft.sender })
    .execute();
  return id;
}

/** Takes a test: whoever gets it is the only one who does. Null when it is taken, or too old to be awaited any more. */
export async function takeGatewayTest(pool: Pool, id: string, withinMs: number): Promise<GatewayTest | null> {
  const [row] = await execute<{ gateway_id: string; msisdn: string; body: string; sender: string | null }>(
    pool,
    'take-gateway-test',
    `with test as (
       select id, gateway_id, msisdn, body, sender from gateway_tests
       where id = $1 and taken_at is null and created_at > now() - $2 * interval '1 millisecond' for update
     ),
     taken as (update gateway_tests g set taken_at = now(), msisdn = '', body = '' from test t where g.id = t.id)
     select gateway_id, msisdn, body, sender from test`,
    [id, withinMs],
  );
  if (row === undefined) return null;
  return { id, gatewayId: row.gateway_id, msisdn: row.msisdn, body: row.body, sender: row.sender };
}

/** Leaves what the provider said of a test for who waits for it. */
export async function writeGatewayTestAnswer(pool: Pool, id: string, answer: string): Promise<void> {
  await execute(pool, 'write-gateway-test-answer', 'update gateway_tests set answer = $2 where id = $1', [id, answer]);
}

/** What the provider said of a test, which is over then; null = it said nothing, or nobody asked it. */
export async function endGatewayTest(pool: Pool, id: string): Promise<string | null> {
  const [row] = await execute<{ answer: string | null }>(
    pool,
    'end-gateway-test',
    'delete from gateway_tests where id = $1 returning answer',
    [id],
  );
  return row?.answer ?? null;
}
