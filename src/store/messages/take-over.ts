/**
 * Deciding over messages that wait to be sent, beside the runs that may be about to claim them. The slices are taken over
 * first: a run that has one claims no more of it, and what it has claimed by then is in blocks, which the next statement
 * sees. So whoever decides either has the message, or finds that it is on its way.
 */
import { CompiledQuery, sql, type Kysely } from 'kysely';
import type { PoolClient } from 'pg';
import type { Leg } from '../../core/gateways/route';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import type { Schema } from '../tables';
import { isFree } from './blocks';
import { SETTLEMENT_RESULT, settlementWaking, toSettlement, type Settlement, type SettlementRow } from './settlement';
import { bodyOnceEnded } from './texts';

const list = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ');

const TAKE_OVER = `
update slices s set owner = null from (select id from slices where id = any($1::uuid[]) order by id for update) held
where s.id = held.id`;

/** A transaction, of the pool's or of Kysely's. */
type Transaction = PoolClient | Kysely<Schema>;

async function run<Row>(tx: Transaction, name: string, text: string, values: unknown[]): Promise<Row[]> {
  if ('executeQuery' in tx) return (await tx.executeQuery(CompiledQuery.raw(text, values))).rows as Row[];
  return (await tx.query<Row & object>({ name, text, values })).rows;
}

const settleAs = (state: 'cancelled' | 'suppressed'): string => `
with held as (
  select m.id, m.state as was from messages m
  where m.id = any($1::uuid[]) and m.state in (${list(CLAIMABLE_STATES)}) and ${isFree('m', 'm.slice_id')}
  order by m.id for update of m
),
moved as (
  update messages m set state = '${state}', code = $2, reason = $3, settled_at = now(),
    ${bodyOnceEnded()}
  from held h where m.id = h.id
  returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
),
${settlementWaking('true')}
${SETTLEMENT_RESULT}`;
const SETTLE = { cancelled: settleAs('cancelled'), suppressed: settleAs('suppressed') };

/** How messages end that have not left. */
export interface Ending {
  state: 'cancelled' | 'suppressed';
  /** CleverTap's. */
  code: string;
  reason: string;
}

/** A message that waits, and its slice. */
export interface Waiting {
  id: string;
  slice_id: string;
}

/**
 * Ends messages that wait to be sent; those that were claimed meanwhile stay.
 * @returns what was settled: no slices when none of them was.
 */
export async function endWaiting(
  tx: Transaction,
  waiting: readonly Waiting[],
  { state, code, reason }: Ending,
): Promise<Settlement> {
  await run(tx, 'take-over-slices', TAKE_OVER, [waiting.map((row) => row.slice_id)]);
  const ids = waiting.map((row) => row.id);
  return toSettlement(await run<SettlementRow>(tx, `end-as-${state}`, SETTLE[state], [ids, code, reason]));
}

const MOVE = `
with held as (
  select m.id, m.state as was from messages m
  where m.id = $1 and m.state in (${list(CLAIMABLE_STATES)}, 'refused') and ${isFree('m', 'm.slice_id')}
  for update of m
),
moved as (
  update messages m
  set state = 'queued', leg = $2, gateway_id = $3, transients = 0, not_before = null, code = null, reason = null
  from held h where m.id = h.id
  returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
),
${settlementWaking('true')}
${SETTLEMENT_RESULT}`;

/** Gives one waiting message another leg, from which it may leave at once. @returns as {@link endWaiting}. */
export async function moveWaiting(
  tx: Kysely<Schema>,
  waiting: Waiting,
  leg: { index: number; gatewayId: string },
): Promise<Settlement> {
  await run(tx, 'take-over-slices', TAKE_OVER, [[waiting.slice_id]]);
  return toSettlement(await run<SettlementRow>(tx, 'move-waiting', MOVE, [waiting.id, leg.index, leg.gatewayId]));
}

/** The legs of a message's slice, and on which of them it was refused; null = dispatch has not looked at it yet. */
export async function readRoute(
  db: Kysely<Schema>,
  { id, slice_id }: Waiting,
): Promise<{ legs: Leg[]; refused: number[] } | null> {
  const { rows } = await sql<{ legs: Leg[] | null; refused: number[] }>`
    select s.legs, array(select a.leg from attempts a where a.message_id = ${id} and a.state = 'refused') as refused
    from slices s where s.id = ${slice_id}`.execute(db);
  const { legs, refused } = rows[0]!;
  return legs === null ? null : { legs, refused };
}
