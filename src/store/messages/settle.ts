/** When a slice has to be looked at next, and the end of messages whose deadline has passed. */
import type { Pool } from 'pg';
import { execute } from '../database';
import { TOO_OLD, VALID_UNTIL } from './age';
import { isFree } from './blocks';
import { hasOpen } from './ledger';
import { SETTLEMENT, SETTLEMENT_RESULT, toSettlement, type Settlement, type SettlementRow } from './settlement';
import { bodyOnceEnded } from './texts';
import { DEADLINE, LOOKED_UP, LOOKUP_AT, OVERDUE_AT, WAITING, waiting } from './waiting';

const SETTLE_OVERDUE = `
with overdue as (
  select m.id, m.state as was, coalesce(${VALID_UNTIL} <= now(), false) as is_too_old ${WAITING} and ${DEADLINE} <= now() and ${LOOKED_UP} and ${isFree('m', '$1')} order by m.id for update of m
),
moved as (
  update messages m
  set state = case when o.was = 'submitted' then 'expired' when o.was = 'submitting' then 'unknown'
                   when o.is_too_old then 'expired' else 'failed' end::message_state,
      code = case when o.was = 'submitted' then '916' when o.was = 'submitting' then '900'
                  when o.is_too_old then '916' else '904' end,
      reason = case when o.was = 'submitted' then 'no delivery report came before the deadline'
                    when o.was = 'submitting' then 'the provider did not confirm that it took the message'
                    when o.is_too_old then '${TOO_OLD}'
                    else 'no gateway took the message before the deadline' end,
      settled_at = now(), ${bodyOnceEnded()}
  from overdue o where m.id = o.id
  returning m.id, m.slice_id, m.account_id, m.webhook_id, o.was, m.state, m.code, m.reason, m.settled_at as at
),
closed as (
  update attempts a
  set state = case m.state when 'expired' then 'expired' when 'unknown' then 'unknown' else a.state end, settled_at = now()
  from moved m where a.message_id = m.id and a.state in ('submitting', 'submitted', 'unknown')
),
${SETTLEMENT}
${SETTLEMENT_RESULT}`;

/**
 * Settles every message of a slice whose deadline has passed, once the provider has been asked where it can be.
 * @param lookupProviders those that can be asked, see `takeLookups`.
 */
export async function settleOverdue(
  pool: Pool,
  sliceId: string,
  lookupProviders: readonly string[],
): Promise<Settlement> {
  return toSettlement(await execute<SettlementRow>(pool, 'settle-overdue', SETTLE_OVERDUE, [sliceId, lookupProviders]));
}

export interface SliceOutlook {
  /** Messages without an outcome. */
  open: number;
  /** Messages that wait to be sent, now or after their back-off. */
  waiting: number;
  /** Of them, those that could be claimed now. */
  ready: number;
  /** Attempts that the provider is to be asked about now; nothing else becomes of them before that. */
  lookups: number;
  /** When the next back-off, look-up, overdue receipt or deadline is due: epoch milliseconds; null when none is. */
  nextAtMs: number | null;
  /** When this was read. */
  nowMs: number;
}

/** Its last look-up is to be made again: nothing is settled before that, though the deadline has passed. */
const IS_ASKED_AGAIN = `${DEADLINE} <= now() and ${LOOKUP_AT} > now()`;

/** When something becomes of a message for want of a word about it; not before the provider has been asked, where it can be. */
const NEXT_END = `least(${DEADLINE}, ${OVERDUE_AT})`;

/**
 * What is left of a slice, by the clock of Postgres. On a slice of a send, which has a workflow of its own, it notes when
 * that looks again, at the latest.
 * @param lookupProviders as for {@link settleOverdue}.
 * @param later false when all that was submitted of it was submitted a moment ago.
 */
export async function readOutlook(
  pool: Pool,
  sliceId: string,
  lookupProviders: readonly string[],
  later = true,
): Promise<SliceOutlook> {
  const [row] = await execute<{
    open: number;
    waiting: number;
    ready: number;
    lookups: number;
    next_at: Date | null;
    now: Date;
  }>(
    pool,
    'read-outlook',
    `with outlook as (
       select count(*)::int as open,
              count(*) filter (where m.state in ('accepted', 'queued', 'refused'))::int as waiting,
              count(*) filter (where m.state in ('accepted', 'queued', 'refused')
                                 and (m.not_before is null or m.not_before <= now())
                                 and coalesce(${VALID_UNTIL} > now(), true))::int as ready,
              count(*) filter (where ${LOOKUP_AT} <= now())::int as lookups,
              min(case when ${LOOKUP_AT} <= greatest(now(), ${NEXT_END}) or ${IS_ASKED_AGAIN} then null else
                least(${NEXT_END}, case when m.state <> 'submitted' then m.not_before end) end) as wait_at,
              min(${LOOKUP_AT}) filter (where ${LOOKUP_AT} > now()) as lookup_at
       ${waiting('$3::boolean')}
     ),
     -- While some are asked about, what comes due meanwhile is asked about with them.
     next as (
       select open, waiting, ready, lookups, least(wait_at, case when lookups = 0 then lookup_at end) as at from outlook
     ),
     noted as (
       update slices s set look_at = greatest(now(), n.at)
       from next n where s.id = $1 and s.campaign_id is null and ${hasOpen('s')}
     )
     -- Read with milliseconds: never earlier than it is.
     select open, waiting, ready, lookups, at + interval '1 millisecond' as next_at, now() as now from next`,
    [sliceId, lookupProviders, later],
  );
  const { next_at: nextAt, now, ...counts } = row!;
  return { ...counts, nextAtMs: nextAt?.getTime() ?? null, nowMs: now.getTime() };
}
