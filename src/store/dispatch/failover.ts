/** Moving messages between the legs of their route, outside a submission. */
import type { Pool, QueryResultRow } from 'pg';
import type { FailureClass } from '../../core/messages/outcome';
import { DISPATCHING_STATES } from '../../core/campaigns/campaign';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { execute } from '../database';
import { isFree } from '../messages/blocks';
import { hasOpen, isCurrent } from '../messages/ledger';
import { bodyOnceEnded } from '../messages/texts';
import type { MessageOptions } from '../tables';
import {
  SETTLEMENT,
  SETTLEMENT_RESULT,
  toSettlement,
  type Settlement,
  type SettlementRow,
} from '../messages/settlement';
import type { SliceOwner } from '../messages/slices';

/** A message whose newest attempt brought it nowhere, with what decides which leg it may take next. */
export interface FailoverCandidate {
  id: string;
  /** Number of that attempt. */
  no: number;
  leg: number;
  /** The attempt's sender ID. */
  sender: string | null;
  /** The sender ID that the message asked for. */
  own: string | null;
  service: string;
  msisdn: string;
  segments: number;
  options: MessageOptions | null;
}

/** A message whose newest attempt a receipt refused. */
export interface RefusedMessage extends FailoverCandidate {
  class: FailureClass;
}

/** The refused messages of a slice, which want another leg. */
export async function listRefused(pool: Pool, sliceId: string): Promise<RefusedMessage[]> {
  return execute<RefusedMessage & QueryResultRow>(
    pool,
    'list-refused',
    `select m.id, m.attempts as no, m.leg, a.class, a.sender, m.sender as own, m.service, m.msisdn, m.segments, m.options
     from messages m join attempts a on a.message_id = m.id and a.no = m.attempts
     where m.slice_id = $1 and m.state = 'refused' order by m.id`,
    [sliceId],
  );
}

/** The leg that a message goes to. */
export interface LegMove {
  id: string;
  /** The attempt that it leaves: a message that has moved on meanwhile stays as it is. */
  no: number;
  /** Null = there is none. */
  nextLeg: number | null;
}

/** Gives messages that a receipt refused their next leg; one without a next leg has failed. */
export async function resolveRefused(pool: Pool, moves: readonly LegMove[]): Promise<Settlement> {
  const rows = await execute<SettlementRow>(
    pool,
    'resolve-refused',
    `with route as (
       select * from unnest($1::uuid[], $2::smallint[], $3::smallint[]) as r (id, no, next_leg)
     ),
     held as (
       select m.id from messages m where m.id = any($1::uuid[]) order by m.id for update
     ),
     moved as (
       update messages m
       set state = case when r.next_leg is null then 'failed' else 'queued' end::message_state,
           leg = coalesce(r.next_leg, m.leg), transients = 0,
           settled_at = case when r.next_leg is null then now() end,
           ${bodyOnceEnded('r.next_leg is null')}
       from held h join route r on r.id = h.id
       where m.id = h.id and m.state = 'refused' and m.attempts = r.no
       returning m.id, m.slice_id, m.account_id, m.webhook_id, 'refused'::message_state as was, m.state, m.code,
                 m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     ${SETTLEMENT_RESULT}`,
    [moves.map((m) => m.id), moves.map((m) => m.no), moves.map((m) => m.nextLeg)],
  );
  return toSettlement(rows);
}

/** Refusals that the same gateway would repeat. */
const REPEATED_REFUSALS: readonly FailureClass[] = ['sender', 'content', 'recipient'];

/**
 * Moves the waiting messages of one leg to another. Returns how many moved.
 * @param to `notRefusedBy`: a message that this gateway refused stays; null = all of them move.
 */
export async function moveLeg(
  pool: Pool,
  sliceId: string,
  from: number,
  { leg, notRefusedBy }: { leg: number; notRefusedBy: string | null },
): Promise<number> {
  const rows = await execute(
    pool,
    'move-leg',
    `update messages m set leg = $3, transients = 0, not_before = null
     where m.slice_id = $1 and m.leg = $2 and m.state = any($4::message_state[]) and ${isFree('m', '$1')}
       and ($5::text is null or not exists (
         select 1 from attempts a where a.message_id = m.id and a.gateway_id = $5 and a.class = any($6::text[])))
     returning 1`,
    [sliceId, from, leg, CLAIMABLE_STATES, notRefusedBy, REPEATED_REFUSALS],
  );
  return rows.length;
}

/**
 * Marks the waiting messages of a leg that can't be used now: they stay queued, visibly, and are looked at again.
 * @returns whether there were any.
 */
export async function holdLeg(
  pool: Pool,
  sliceId: string,
  leg: number,
  gatewayId: string,
  reason: string,
  delayMs: number,
): Promise<boolean> {
  const rows = await execute(
    pool,
    'hold-leg',
    `update messages m set state = 'queued', gateway_id = $3, reason = $4,
       not_before = now() + $5 * interval '1 millisecond'
     where m.slice_id = $1 and m.leg = $2 and m.state = any($6::message_state[]) and ${isFree('m', '$1')}
       and (m.not_before is null or m.not_before <= now())
     returning 1`,
    [sliceId, leg, gatewayId, reason, delayMs, CLAIMABLE_STATES],
  );
  return rows.length > 0;
}

/** The gateway of a leg takes messages again: those of a slice that were held for it may be claimed. Returns how many. */
export async function releaseLeg(pool: Pool, sliceId: string, leg: number, gatewayId: string): Promise<number> {
  const rows = await execute(
    pool,
    'release-leg',
    `update messages m set not_before = null
     where m.slice_id = $1 and m.leg = $2 and m.gateway_id = $3 and m.state = 'queued' and ${isFree('m', '$1')}
     returning 1`,
    [sliceId, leg, gatewayId],
  );
  return rows.length;
}

/** In the SQL itself, so that the index of live campaigns is known to have them. */
const RUNNING = DISPATCHING_STATES.map((state) => `'${state}'`).join(', ');

/**
 * The gateway takes messages again: those that were held for it, or for another that takes none, may be claimed at once.
 * Returns the slices that have something to do; campaigns hold their messages themselves, so all that run are among them:
 * their slices are looked at by `lookAtOnce`.
 */
export async function releaseHeld(pool: Pool, accountId: string, gatewayId: string): Promise<SliceOwner[]> {
  const rows = await execute<{ slice_id: string; campaign_id: string | null; group_id: string | null }>(
    pool,
    'release-held',
    `with released as (
       update messages m set not_before = null
       from slices s
       where s.account_id = $1 and ${isCurrent('s')} and ${hasOpen('s')}
         and m.slice_id = s.id
         and m.gateway_id in (
           select g.id from gateways g
           where g.account_id = $1
             and (g.id = $2 or g.status <> 'active' or g.paused_reason is not null or g.deleted_at is not null)
         )
         and (m.state = 'queued' or m.state = 'submitting' and m.not_before is not null)
       returning m.slice_id, s.campaign_id, s.group_id
     )
     select distinct slice_id, campaign_id, group_id from released where campaign_id is null
     union all
     select distinct on (c.id) s.id, c.id, null::uuid from campaigns c join slices s on s.campaign_id = c.id
     where c.account_id = $1 and c.state in (${RUNNING})`,
    [accountId, gatewayId],
  );
  return rows.map((row) => ({ sliceId: row.slice_id, campaignId: row.campaign_id, groupId: row.group_id }));
}
