/** Caps of an account: the same text, or too many texts, to one number are suppressed up to the moment of sending. */
import type { Pool } from 'pg';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { execute } from '../database';
import { isFree } from './blocks';
import { SETTLEMENT, SETTLEMENT_RESULT, toSettlement, type Settlement, type SettlementRow } from './settlement';
import { bodyOnceEnded } from './texts';

/** Null = that one is off. */
export interface Caps {
  duplicateContentMinutes: number | null;
  frequency: { count: number; hours: number } | null;
}

/** The caps as parameters of {@link recentOf}: minutes, hours. */
export const capParameters = ({ duplicateContentMinutes, frequency }: Caps): (number | null)[] => [
  duplicateContentMinutes,
  frequency?.hours ?? null,
];

/**
 * What else went, or goes, to the number of a message `m`: `repeated`, the same text within the minutes of one
 * parameter; `recent`, how many within the hours of another. What a provider took counts, whatever became of it, and
 * what is on its way there; of those that wait in the same slice the earlier ones, which go first.
 */
export const recentOf = (states: string, minutes: string, hours: string): string => `
select coalesce(bool_or(o.body = m.body and o.at > now() - ${minutes}::int * interval '1 minute'), false) as repeated,
       count(*) filter (where o.at > now() - ${hours}::int * interval '1 hour') as recent
from (
  select p.body, case when p.state = 'submitting' then now()
                      when p.state = any(${states}::message_state[]) and p.slice_id = m.slice_id and p.id < m.id then now()
                      when p.state = 'unknown' then coalesce(p.submitted_at, p.settled_at)
                      else p.submitted_at end as at
  from messages p where p.account_id = m.account_id and p.msisdn = m.msisdn and p.id <> m.id
) o`;

/** CleverTap's codes: 918 the same text again (its own rule says 30 minutes), 917 dropped because the client asked. */
const REPEATED = '918';
const TOO_MANY = '917';

const SETTLE_CAPPED = `
with held as (
  select m.id, m.state as was, c.repeated from messages m
  cross join lateral (${recentOf('$2', '$3', '$4')}) c
  where m.slice_id = $1 and m.state = any($2::message_state[]) and ${isFree('m', '$1')} and (c.repeated or c.recent >= $5::int)
  order by m.id for update of m
),
moved as (
  update messages m set state = 'suppressed', settled_at = now(), ${bodyOnceEnded()},
    code = case when h.repeated then '${REPEATED}' else '${TOO_MANY}' end,
    reason = case when h.repeated then 'the same text went to this number within ' || $3::int || ' minutes'
                  else $5::int || ' messages went to this number within ' || $4::int || ' hours' end
  from held h where m.id = h.id
  returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
),
${SETTLEMENT}
${SETTLEMENT_RESULT}`;

/** Settles the waiting messages of a slice that its account's caps hold back: the claim leaves them out. */
export async function settleCapped(pool: Pool, sliceId: string, caps: Caps): Promise<Settlement> {
  const values = [sliceId, CLAIMABLE_STATES, ...capParameters(caps), caps.frequency?.count ?? null];
  return toSettlement(await execute<SettlementRow>(pool, 'settle-capped', SETTLE_CAPPED, values));
}
