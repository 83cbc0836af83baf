/** Test messages on their way from the api to a worker: kept only until one takes them. */
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
    `delete from gateway_tests where id = $1 and created_at > now() - $2 * interval '1 millisecond'
     returning gateway_id, msisdn, body, sender`,
    [id, withinMs],
  );
  if (row === undefined) return null;
  return { id, gatewayId: row.gateway_id, msisdn: row.msisdn, body: row.body, sender: row.sender };
}
