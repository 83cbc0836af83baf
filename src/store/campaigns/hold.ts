/**
 * A campaign of which no gateway takes anything: why, and until when it waits. Its clock begins with the first run that
 * sent nothing, and is set back by nothing but a message that a gateway took; while its windows are closed, or a person
 * paused it, the clock stands.
 */
import type { Pool } from 'pg';
import { DISPATCHING_STATES, type CampaignState } from '../../core/campaigns/campaign';
import type { FinalState } from '../../core/messages/status';
import { execute, transact } from '../database';
import { CAMPAIGN_UNTIL, TOO_OLD } from '../messages/age';
import { isFree } from '../messages/blocks';
import {
  SETTLEMENT,
  SETTLEMENT_RESULT,
  toSettlement,
  type Settlement,
  type SettlementRow,
} from '../messages/settlement';
import { bodyOnceEnded } from '../messages/texts';
import { HOLD_DEADLINE_SECONDS } from '../messages/waiting';

/** How a run of slices went. */
export interface RunOutcome {
  /** Why none of the messages leave; null = they do, or there are none. */
  held: string | null;
  /** A gateway took messages. */
  taken: boolean;
  /** Messages are left that wait to be sent. */
  waits: boolean;
}

/** So begins the reason of a campaign that no gateway takes; the gateway's own follows. */
export const WAITS = 'waits: ';

/** Notes on a campaign how a run of its slices went; writes only what is new. */
export async function noteRun(pool: Pool, id: string, { held, taken, waits }: RunOutcome): Promise<void> {
  await execute(
    pool,
    'note-run',
    `update campaigns
     set reason = case when $2::text is not null then '${WAITS}' || $2::text when reason like '${WAITS}%' then null else reason end,
         hold_until = case when not $3::boolean and $4::boolean then
           coalesce(hold_until, now() + coalesce(hold_left_seconds, ${HOLD_DEADLINE_SECONDS}) * interval '1 second')
           when not $3 then hold_until end,
         hold_left_seconds = case when not $3 and not $4 then hold_left_seconds end
     where id = $1 and state = any($5::text[])
       and ($2::text is not null and reason is distinct from '${WAITS}' || $2::text
            or $2::text is null and reason like '${WAITS}%'
            or $3 and (hold_until is not null or hold_left_seconds is not null)
            or not $3 and $4 and hold_until is null)`,
    [id, held, taken, waits, DISPATCHING_STATES],
  );
}

/** Stops the clock: no message could leave now, whatever the gateways do. */
export async function stopHoldClock(pool: Pool, id: string): Promise<void> {
  await execute(
    pool,
    'stop-hold-clock',
    `update campaigns set hold_until = null,
       hold_left_seconds = greatest(0, floor(extract(epoch from hold_until - now())))::integer
     where id = $1 and hold_until is not null`,
    [id],
  );
}

/** Has the clock go on where it was stopped. */
export async function resumeHoldClock(pool: Pool, id: string): Promise<void> {
  await execute(
    pool,
    'resume-hold-clock',
    `update campaigns set hold_until = now() + hold_left_seconds * interval '1 second', hold_left_seconds = null
     where id = $1 and hold_left_seconds is not null`,
    [id],
  );
}

/**
 * Settles what waits to be sent in up to `limit` slices of a campaign of which no gateway took anything for too long.
 * @returns slices in none of which anything is left to settle are not in it.
 */
export function settleHeld(pool: Pool, id: string, limit: number): Promise<Settlement> {
  return settleWaiting(pool, id, limit, HELD);
}

/** The same, of one whose messages are too old to leave, also while it is paused. */
export function settleTooOld(pool: Pool, id: string, limit: number): Promise<Settlement> {
  return settleWaiting(pool, id, limit, OLD);
}

/** Why the messages of a campaign `c` that wait are given up, and what becomes of them. */
interface End {
  name: string;
  /** In SQL. */
  since: string;
  states: readonly CampaignState[];
  outcome: readonly [state: FinalState, code: string, reason: string];
}

const HELD: End = {
  name: 'held',
  since: 'c.hold_until',
  states: DISPATCHING_STATES,
  outcome: ['failed', '904', 'no gateway took the message before the deadline'],
};
const OLD: End = {
  name: 'too-old',
  since: CAMPAIGN_UNTIL,
  states: [...DISPATCHING_STATES, 'paused'],
  outcome: ['expired', '916', TOO_OLD],
};

async function settleWaiting(pool: Pool, id: string, limit: number, end: End): Promise<Settlement> {
  return transact(pool, async (client) => {
    const { rows: taken } = await client.query<{ id: string }>({
      name: `take-${end.name}`,
      text: takeOver(end.since),
      values: [id, limit, end.states],
    });
    const { rows } = await client.query<SettlementRow>({
      name: 'settle-waiting',
      text: SETTLE_WAITING,
      values: [taken.map((row) => row.id), ...end.outcome],
    });
    return toSettlement(rows);
  });
}

/** A run that has them claims no more of them, and what it has claimed is in blocks that the next statement sees. */
const takeOver = (since: string): string => `
with over as (
  select s.id from slices s
  where s.campaign_id = $1
    and exists (select 1 from campaigns c where c.id = $1 and ${since} <= now() and c.state = any($3::text[]))
    and exists (select 1 from messages m where m.slice_id = s.id and m.state in ('accepted', 'queued', 'refused')
                  and ${isFree('m', 's.id')})
  order by s.no limit $2 for update
)
update slices s set owner = null from over where s.id = over.id returning s.id`;

const SETTLE_WAITING = `
with held as (
  select m.id, m.state as was from messages m
  where m.slice_id = any($1::uuid[]) and m.state in ('accepted', 'queued', 'refused') and ${isFree('m', 'm.slice_id')}
  order by m.id for update of m
),
moved as (
  update messages m set state = $2::message_state, code = $3, reason = $4, settled_at = now(), ${bodyOnceEnded()}
  from held h where m.id = h.id
  returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
),
${SETTLEMENT}
${SETTLEMENT_RESULT}`;
