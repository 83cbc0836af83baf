/** Test messages: one message of one slice over one gateway, in the ledger as others are. */
import { sql, type Kysely } from 'kysely';
import type { Pool, QueryResultRow } from 'pg';
import type { Leg } from '../../core/gateways/route';
import { uuidv7 } from '../../core/messages/ids';
import { execute } from '../database';
import type { MessageOptions, Schema } from '../tables';

export interface GatewayTestDraft {
  accountId: string;
  gatewayId: string;
  /** E.164. */
  msisdn: string;
  body: string;
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  encoding: 'gsm7' | 'ucs2';
  segments: number;
  priority: number;
  /** For so many milliseconds a worker may take it; later it is too old. */
  goodMs: number;
}

/** The send workflow comes so long after a worker may have taken a test, to await what becomes of it. */
const AFTER_MS = 10_000;

/** Leaves a test for a worker. Returns the message's id. */
export async function insertGatewayTest(tx: Kysely<Schema>, draft: GatewayTestDraft): Promise<string> {
  const id = uuidv7();
  const sliceId = uuidv7();
  const leg: Leg = {
    gatewayId: draft.gatewayId,
    sender: draft.sender === null ? 'requested' : { name: draft.sender },
  };
  const { accountId: account_id, goodMs } = draft;
  const inMs = (ms: number) => sql<Date>`now() + ${ms} * interval '1 millisecond'`;
  await tx
    .insertInto('slices')
    .values({
      id: sliceId,
      account_id,
      due_at: inMs(goodMs + AFTER_MS),
      priority: draft.priority,
      state: 'sealed',
      legs: JSON.stringify([leg]),
      total: 1,
      is_test: true,
    })
    .execute();
  await tx
    .insertInto('messages')
    .values({
      id,
      slice_id: sliceId,
      account_id,
      send_id: uuidv7(),
      msisdn: draft.msisdn,
      body: draft.body,
      sender: draft.sender,
      service: draft.service,
      options: draft.options === null ? null : JSON.stringify(draft.options),
      encoding: draft.encoding,
      segments: draft.segments,
      valid_until: inMs(goodMs),
    })
    .execute();
  return id;
}

/** A test that a worker has taken: nobody else sends it. */
export interface GatewayTest {
  id: string;
  /** Number of its attempt. */
  no: number;
  msisdn: string;
  body: string;
  sender: string | null;
  options: MessageOptions | null;
  encoding: 'gsm7' | 'ucs2';
}

interface TestRow extends QueryResultRow, Omit<GatewayTest, 'no'> {
  attempts: number;
}

/**
 * Takes a test, whatever the state of its gateway: it may be tried before it is used. Null when it is taken, or too old to
 * be awaited any more.
 * @param claim names the attempt's owner.
 */
export async function takeGatewayTest(
  pool: Pool,
  id: string,
  gatewayId: string,
  claim: string,
): Promise<GatewayTest | null> {
  const [row] = await execute<TestRow>(
    pool,
    'take-gateway-test',
    `with taken as (
       update messages m set state = 'submitting', attempts = m.attempts + 1, gateway_id = $2
       from slices s
       where m.id = $1 and s.id = m.slice_id and s.is_test and m.state = 'accepted' and m.valid_until > now()
       returning m.id, m.attempts, m.account_id, m.msisdn, m.body, m.sender, m.options, m.encoding
     ),
     opened as (
       insert into attempts (message_id, no, account_id, gateway_id, leg, sender, claim)
       select id, attempts, account_id, $2, 0, sender, $3 from taken
     )
     select id, attempts, msisdn, body, sender, options, encoding from taken`,
    [id, gatewayId, claim],
  );
  if (row === undefined) return null;
  const { attempts, ...test } = row;
  return { ...test, no: attempts };
}

/** What the provider said of a test; null = it said nothing, or nobody asked it. */
export async function readGatewayTestAnswer(pool: Pool, id: string): Promise<string | null> {
  const [row] = await execute<{ answer: string | null }>(
    pool,
    'read-gateway-test-answer',
    `select reason || coalesce(' (' || code || ')', '') as answer from attempts where message_id = $1 order by no desc limit 1`,
    [id],
  );
  return row?.answer ?? null;
}
