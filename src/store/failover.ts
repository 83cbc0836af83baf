/** Moving messages between the legs of their route, outside a submission. */
import type { Pool } from 'pg';
import type { FailureClass } from '../core/outcome';
import { CLAIMABLE_STATES } from '../core/status';
import { execute } from './database';
import { SETTLEMENT, SETTLEMENT_RESULT, toSettlement, type Settlement, type SettlementRow } from './settlement';

/** Where a message goes that was refused on `leg` by a failure of `class`; null = nowhere, it has failed. */
export interface RefusalMove {
  leg: number;
  class: FailureClass;
  nextLeg: number | null;
}

/** Gives every message that a receipt refused its next leg, or its end. */
export async function resolveRefused(pool: Pool, sliceId: string, moves: RefusalMove[]): Promise<Settlement> {
  const rows = await execute<SettlementRow>(
    pool,
    'resolve-refused',
    `with route as (
       select * from unnest($2::smallint[], $3::text[], $4::smallint[]) as r (leg, class, next_leg)
     ),
     held as (
       select m.id, m.leg, m.attempts from messages m where m.slice_id = $1 and m.state = 'refused'
       order by m.id for update
     ),
     moved as (
       update messages m
       set state = case when r.next_leg is null then 'failed' else 'queued' end::message_state,
           leg = coalesce(r.next_leg, m.leg), transients = 0,
           settled_at = case when r.next_leg is null then now() end
       from held h join attempts a on a.message_id = h.id and a.no = h.attempts
       join route r on r.leg = h.leg and r.class = a.class
       where m.id = h.id
       returning m.id, m.slice_id, m.account_id, m.webhook_id, 'refused'::message_state as was, m.state, m.code,
                 m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     ${SETTLEMENT_RESULT}`,
    [sliceId, moves.map((m) => m.leg), moves.map((m) => m.class), moves.map((m) => m.nextLeg)],
  );
  return toSettlement(rows);
}

/** Moves the waiting messages of one leg to another. Returns how many moved. */
export async function moveLeg(pool: Pool, sliceId: string, from: number, to: number): Promise<number> {
  const rows = await execute(
    pool,
    'move-leg',
    `update messages set leg = $3, transients = 0, not_before = null
     where slice_id = $1 and leg = $2 and state = any($4::message_state[]) returning 1`,
    [sliceId, from, to, CLAIMABLE_STATES],
  );
  return rows.length;
}

/** Marks the waiting messages of a leg that can't be used now: they stay queued, visibly, and are looked at again. */
export async function holdLeg(
  pool: Pool,
  sliceId: string,
  leg: number,
  gatewayId: string,
  reason: string,
  delayMs: number,
): Promise<void> {
  await execute(
    pool,
    'hold-leg',
    `update messages set state = 'queued', gateway_id = $3, reason = $4,
       not_before = now() + $5 * interval '1 millisecond'
     where slice_id = $1 and leg = $2 and state = any($6::message_state[])
       and (not_before is null or not_before <= now())`,
    [sliceId, leg, gatewayId, reason, delayMs, CLAIMABLE_STATES],
  );
}

/** The gateway takes messages again: those that were held for it may be claimed at once. Returns their slices. */
export async function releaseHeld(pool: Pool, accountId: string, gatewayId: string): Promise<string[]> {
  const rows = await execute<{ slice_id: string }>(
    pool,
    'release-held',
    `with released as (
       update messages m set not_before = null
       from slices s
       where s.account_id = $1 and s.total > s.delivered + s.failed + s.expired + s.suppressed + s.cancelled + s.unknown
         and m.slice_id = s.id and m.gateway_id = $2 and m.state = 'queued'
       returning m.slice_id
     )
     select distinct slice_id from released`,
    [accountId, gatewayId],
  );
  return rows.map((row) => row.slice_id);
}
