/** Messages whose receipt is overdue: asking the provider about them, and trying their next leg. */
import type { Pool, QueryResultRow } from 'pg';
import { execute } from '../database';
import type { FailoverCandidate, LegMove } from './failover';
import { SETTLEMENT } from '../messages/settlement';
import {
  DEADLINE,
  LAST_LOOKUP,
  LOOKED_UP,
  LOOKUP_AT,
  LOOKUPS_BEFORE_LAST,
  OVERDUE_AT,
  UNKNOWN_LOOKUP_SECONDS,
  WAITING,
} from '../messages/waiting';

/** An attempt that the provider is to be asked about. */
export interface DueLookup {
  messageId: string;
  no: number;
  gatewayId: string;
  providerId: string | null;
  msisdn: string;
  body: string;
  /** When its request left. */
  submittedAt: Date;
  /** Its answer was lost: whether the provider has it is not known. */
  unknown: boolean;
  /** Its deadline has passed: what the provider says now decides. */
  last: boolean;
}

/** The gateways over which attempts of a slice left whose look-up is due. @param providers those that can be asked. */
export async function listLookupGateways(pool: Pool, sliceId: string, providers: readonly string[]): Promise<string[]> {
  const rows = await execute<{ gateway_id: string }>(
    pool,
    'list-lookup-gateways',
    `select distinct m.gateway_id ${WAITING} and ${LOOKUP_AT} <= now() order by 1`,
    [sliceId, providers],
  );
  return rows.map((row) => row.gateway_id);
}

/**
 * Takes up to `limit` attempts of a slice over one gateway whose look-up is due. Each is counted as asked: a look-up that fails costs a
 * try, never the slice.
 * @param providers those that can be asked.
 */
export async function takeLookups(
  pool: Pool,
  sliceId: string,
  providers: readonly string[],
  gatewayId: string,
  limit: number,
): Promise<DueLookup[]> {
  const rows = await execute<{
    message_id: string;
    no: number;
    gateway_id: string;
    provider_id: string | null;
    msisdn: string;
    body: string;
    created_at: Date;
    unknown: boolean;
    last: boolean;
  }>(
    pool,
    'take-lookups',
    `with due as (
       select m.id, m.attempts as no, m.msisdn, m.body, m.state = 'submitting' as unknown, ${DEADLINE} <= now() as last
       ${WAITING} and m.gateway_id = $4 and ${LOOKUP_AT} <= now() order by m.id limit $3 for update of m
     )
     update attempts a
     set lookups = case when d.last then greatest(a.lookups, ${LOOKUPS_BEFORE_LAST}) + 1 when d.unknown then greatest(a.lookups + 1,
           (select count(*) from unnest(array[${UNKNOWN_LOOKUP_SECONDS.join(', ')}]) as t (after)
            where a.answered_at + t.after * interval '1 second' <= now())) else a.lookups + 1 end
     from due d where a.message_id = d.id and a.no = d.no
     returning a.message_id, a.no, a.gateway_id, a.provider_id, d.msisdn, d.body, a.created_at, d.unknown, d.last`,
    [sliceId, providers, limit, gatewayId],
  );
  return rows.map((row) => ({
    messageId: row.message_id,
    no: row.no,
    gatewayId: row.gateway_id,
    providerId: row.provider_id,
    msisdn: row.msisdn,
    body: row.body,
    submittedAt: row.created_at,
    unknown: row.unknown,
    last: row.last,
  }));
}

/** The provider has said what it knows of these attempts: it is asked about them no more. */
export async function endLookups(pool: Pool, asked: readonly Pick<DueLookup, 'messageId' | 'no'>[]): Promise<void> {
  if (asked.length === 0) return;
  await execute(
    pool,
    'end-lookups',
    `update attempts a set lookups = ${LAST_LOOKUP} from unnest($1::uuid[], $2::smallint[]) as e (id, no)
     where a.message_id = e.id and a.no = e.no and a.lookups > ${LOOKUPS_BEFORE_LAST}`,
    [asked.map(({ messageId }) => messageId), asked.map(({ no }) => no)],
  );
}

/** An unknown attempt that the provider turned out to have. */
export interface FoundAttempt {
  messageId: string;
  no: number;
  /** Normalised; null = the provider keeps ours. */
  providerId: string | null;
}

/** The provider has these attempts: they are submitted, and wait for their receipts from when they became unknown. */
export async function confirmFound(pool: Pool, found: readonly FoundAttempt[]): Promise<void> {
  if (found.length === 0) return;
  await execute(
    pool,
    'confirm-found',
    `with found as (
       select * from unnest($1::uuid[], $2::smallint[], $3::text[]) as f (id, no, provider_id)
     ),
     held as (
       select m.id, m.attempts, m.state from messages m where m.id = any($1::uuid[]) order by m.id for update
     ),
     confirmed as (
       update attempts a
       set state = 'submitted', provider_id = coalesce(f.provider_id, a.provider_id), class = null, code = null,
           reason = null, lookups = 0
       from found f where a.message_id = f.id and a.no = f.no and a.state = 'unknown'
       returning a.message_id, a.no, a.answered_at
     ),
     moved as (
       update messages m set state = 'submitted', submitted_at = c.answered_at, code = null, reason = null
       from confirmed c join held h on h.id = c.message_id
       where m.id = c.message_id and h.state = 'submitting' and h.attempts = c.no
       returning m.id, m.slice_id, m.account_id, m.webhook_id, h.state as was, m.state, m.code, m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     select from moved`,
    [found.map((f) => f.messageId), found.map((f) => f.no), found.map((f) => f.providerId)],
  );
}

/** The submitted messages of a slice whose next leg is to be tried for want of a receipt: the provider was asked first, where it can be. */
export async function listOverdue(
  pool: Pool,
  sliceId: string,
  providers: readonly string[],
): Promise<FailoverCandidate[]> {
  return execute<FailoverCandidate & QueryResultRow>(
    pool,
    'list-overdue',
    `select m.id, m.attempts as no, m.leg, a.sender, m.sender as own, m.service, m.msisdn, m.segments, m.options
     ${WAITING} and ${OVERDUE_AT} <= now() and ${LOOKED_UP} order by m.id`,
    [sliceId, providers],
  );
}

/**
 * Moves overdue messages to their next leg and closes the attempts they leave; should one of these be delivered after
 * all, it still counts. One without a next leg stays, and waits for its receipt until the deadline. What was settled or
 * moved meanwhile stays as it is.
 * @returns how many moved.
 */
export async function moveOverdue(pool: Pool, moves: readonly LegMove[]): Promise<number> {
  if (moves.length === 0) return 0;
  const rows = await execute<{ moved: number }>(
    pool,
    'move-overdue',
    `with route as (
       select * from unnest($1::uuid[], $2::smallint[], $3::smallint[]) as r (id, no, next_leg)
     ),
     held as (
       select m.id, m.state, m.attempts from messages m where m.id = any($1::uuid[]) order by m.id for update
     ),
     overdue as (
       select r.* from route r join held h on h.id = r.id where h.state = 'submitted' and h.attempts = r.no
     ),
     closed as (
       update attempts a
       set overdue_at = now(), state = case when o.next_leg is null then a.state else 'expired' end,
           settled_at = case when o.next_leg is not null then now() end,
           reason = case when o.next_leg is null then a.reason else 'no delivery report came in time' end
       from overdue o where a.message_id = o.id and a.no = o.no and a.state = 'submitted'
     ),
     moved as (
       update messages m
       set state = 'queued', leg = o.next_leg, transients = 0, not_before = null,
           reason = 'no delivery report came in time: the next leg is tried'
       from overdue o where m.id = o.id and o.next_leg is not null
       returning m.id, m.slice_id, m.account_id, m.webhook_id, 'submitted'::message_state as was, m.state, m.code,
                 m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     select count(*)::int as moved from moved`,
    [moves.map((m) => m.id), moves.map((m) => m.no), moves.map((m) => m.nextLeg)],
  );
  return rows[0]!.moved;
}
