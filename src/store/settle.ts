/** What a slice waits for next, and the end of waiting. */
import type { Pool } from 'pg';
import { execute } from './database';
import { SETTLEMENT, SETTLEMENT_RESULT, toSettlement, type Settlement, type SettlementRow } from './settlement';

/** How long a message may wait for a gateway that takes it, from when it was due. */
export const HOLD_DEADLINE_SECONDS = 86_400;

/**
 * When a message stops waiting: for its receipt, the gateway's deadline after it was submitted (or after its attempt
 * became unknown); for a usable gateway, a day after it was due.
 */
const DEADLINE = `
  case m.state
    when 'submitted' then m.submitted_at + g.receipt_deadline_seconds * interval '1 second'
    when 'submitting' then a.answered_at + g.receipt_deadline_seconds * interval '1 second'
    else coalesce(s.due_at, s.created_at) + ${HOLD_DEADLINE_SECONDS} * interval '1 second'
  end`;

const WAITING = `
  from slices s
  join messages m on m.slice_id = s.id
  left join gateways g on g.id = m.gateway_id
  left join attempts a on a.message_id = m.id and a.no = m.attempts and a.state = 'unknown' and m.state = 'submitting'
  where s.id = $1 and m.state in ('accepted', 'queued', 'submitting', 'submitted', 'refused')`;

const SETTLE_OVERDUE = `
with overdue as (
  select m.id, m.state as was ${WAITING} and ${DEADLINE} <= now() order by m.id for update of m
),
moved as (
  update messages m
  set state = case o.was when 'submitted' then 'expired' when 'submitting' then 'unknown' else 'failed' end::message_state,
      code = case o.was when 'submitted' then '916' when 'submitting' then '900' else '904' end,
      reason = case o.was when 'submitted' then 'no delivery report came before the deadline'
                          when 'submitting' then 'the provider did not confirm that it took the message'
                          else 'no gateway took the message before the deadline' end,
      settled_at = now()
  from overdue o where m.id = o.id
  returning m.id, m.slice_id, m.account_id, m.webhook_id, o.was, m.state, m.code, m.reason, m.settled_at as at
),
closed as (
  update attempts a set state = case m.state when 'expired' then 'expired' else a.state end, settled_at = now()
  from moved m where a.message_id = m.id and a.state in ('submitted', 'unknown')
),
${SETTLEMENT}
${SETTLEMENT_RESULT}`;

/** Settles every message of a slice whose deadline has passed. */
export async function settleOverdue(pool: Pool, sliceId: string): Promise<Settlement> {
  return toSettlement(await execute<SettlementRow>(pool, 'settle-overdue', SETTLE_OVERDUE, [sliceId]));
}

export interface SliceOutlook {
  /** Messages without an outcome. */
  open: number;
  /** Messages that could be claimed now. */
  ready: number;
  /** Until the next back-off or deadline passes; null when nothing is open. Never below 0. */
  waitMs: number | null;
}

/** What is left of a slice, by the clock of Postgres. */
export async function readOutlook(pool: Pool, sliceId: string): Promise<SliceOutlook> {
  const [row] = await execute<{ open: number; ready: number; wait_ms: string | null }>(
    pool,
    'read-outlook',
    `select count(*)::int as open,
            count(*) filter (where m.state in ('accepted', 'queued', 'refused')
                               and (m.not_before is null or m.not_before <= now()))::int as ready,
            ceil(extract(epoch from min(
              least(${DEADLINE}, case when m.state <> 'submitted' then m.not_before end)) - now()) * 1000) as wait_ms
     ${WAITING}`,
    [sliceId],
  );
  return {
    open: row!.open,
    ready: row!.ready,
    waitMs: row!.wait_ms === null ? null : Math.max(0, Number(row!.wait_ms)),
  };
}
