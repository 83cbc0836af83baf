/**
 * What the open messages of a slice wait for, and until when: parts of the statements about waiting. `$1` is the slice,
 * `$2` the providers that can be asked what became of an attempt.
 */

import { VALID_UNTIL } from './age';

/**
 * How long a message may wait for a gateway that takes it: from when it was due; of a campaign, from when no gateway took
 * anything of it any more.
 */
export const HOLD_DEADLINE_SECONDS = 86_400;

/** A provider may know a message some seconds after it took it; seconds after the attempt became unknown. */
export const UNKNOWN_LOOKUP_SECONDS = [0, 15, 60, 300] as const;
/**
 * The last look-up is that at the deadline; one that is not answered is made again, so many seconds after the deadline. A
 * worker may die with it, or the provider be away for a moment.
 */
export const LAST_LOOKUP_SECONDS = [0, 15, 60] as const;
/** Count of look-ups from which the provider is not asked about an attempt any more. */
export const LAST_LOOKUP = 9;
/** Count of those before the last one, at most. */
export const LOOKUPS_BEFORE_LAST = LAST_LOOKUP - LAST_LOOKUP_SECONDS.length;

/**
 * The open messages of a slice with all that decides how long they wait.
 * @param later SQL: false while nothing that was submitted can have been asked about, nor be overdue: then only attempts
 * whose answer was lost are read, which spares a search for every message.
 */
export const waiting = (later: string): string => `
  from slices s
  join messages m on m.slice_id = s.id
  left join campaigns c on c.id = s.campaign_id
  left join gateways g on g.id = m.gateway_id
  left join attempts a on a.no = m.attempts and a.message_id =
    case when m.state = 'submitting'
           or m.state = 'submitted' and ${later} and (g.failover_after_seconds is not null or g.provider = any($2::text[]))
         then m.id end
    and (m.state = 'submitted' or a.state = 'unknown' or m.not_before is not null)
  where s.id = $1 and m.state in ('accepted', 'queued', 'submitting', 'submitted', 'refused')`;

export const WAITING = waiting('true');

/**
 * When a message stops waiting: for its receipt, the gateway's deadline after it was submitted (or after its attempt
 * became unknown, or was sent first, when it is to be sent again); for a usable gateway, a day after it was due, and one
 * of a campaign with all others of it (`store/campaigns/hold.ts`), and no longer than it is good. None of these begins
 * anew.
 */
export const DEADLINE = `
  case m.state
    when 'submitted' then m.submitted_at + g.receipt_deadline_seconds * interval '1 second'
    when 'submitting' then case a.state when 'submitting' then a.created_at else a.answered_at end
                           + g.receipt_deadline_seconds * interval '1 second'
    else least(${VALID_UNTIL},
               case when c.id is not null then c.hold_until
                    else coalesce(s.due_at, s.created_at) + ${HOLD_DEADLINE_SECONDS} * interval '1 second' end)
  end`;

/**
 * When the provider is asked next. Of a submitted message: when the next leg would be tried, or half of the deadline
 * has passed; and at the deadline. Of an unknown attempt: a few times in its first minutes, and at the deadline. Until
 * that last look-up is answered, or was tried often enough, nothing is settled.
 */
export const LOOKUP_AT = `
  case when g.provider = any($2::text[]) and (m.state = 'submitted' or a.state = 'unknown') then
    case when m.state = 'submitted' and coalesce(a.lookups, 0) = 0 then
           m.submitted_at + least(g.failover_after_seconds, g.receipt_deadline_seconds / 2.0) * interval '1 second'
         when m.state = 'submitting' and a.lookups < ${UNKNOWN_LOOKUP_SECONDS.length} then
           least(a.answered_at + (array[${UNKNOWN_LOOKUP_SECONDS.join(', ')}])[a.lookups + 1] * interval '1 second', ${DEADLINE})
         when a.lookups < ${LAST_LOOKUP} then ${DEADLINE}
           + (array[${LAST_LOOKUP_SECONDS.join(', ')}])[greatest(a.lookups - ${LOOKUPS_BEFORE_LAST}, 0) + 1] * interval '1 second'
    end
  end`;

/** When a submitted message is overdue, so that the next leg is tried. Once for each attempt. */
export const OVERDUE_AT = `
  case when m.state = 'submitted' and a.overdue_at is null then
    m.submitted_at + g.failover_after_seconds * interval '1 second'
  end`;

/**
 * True unless a look-up is due, or the last one has had no answer yet: the provider is asked before a missing receipt
 * decides anything.
 */
export const LOOKED_UP = `
  case when ${LOOKUP_AT} is null then true else ${LOOKUP_AT} > now() and ${DEADLINE} > now() end`;
