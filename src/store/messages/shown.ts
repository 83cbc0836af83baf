/** Messages as they are shown: a row with its slice's part, and with the attempt that counts. */
import { sql, type RawBuilder, type Selectable, type SqlBool } from 'kysely';
import type { SendWindow } from '../../core/time/window';
import { CLAIMABLE_STATES, type MessageState } from '../../core/messages/status';
import type { MessagesTable } from '../tables';
import { isFree, isUnderWay } from './blocks';

/** The gateway is that of the attempt that counts, or the one that a message waits for. */
export type MessageRow = Selectable<MessagesTable> & {
  due_at: Date | null;
  campaign_id: string | null;
  group_id: string | null;
  /** Within which it leaves; null = at any time. */
  windows: SendWindow[] | null;
  /** It tries a gateway. */
  is_test: boolean;
  /** The attempt that delivered, else the newest one; null = there is none yet. */
  attempt: ShownAttempt | null;
  /** Ids of the message that it was sent again as, and of the one that it is a repetition of. */
  resent_as: string | null;
  resend_of: string | null;
};

export interface ShownAttempt {
  no: number;
  sender: string | null;
  /** The vendor's id; null = none was told. */
  provider_id: string | null;
  /** Of its gateway. */
  provider: string;
}

/** A row as it is read: with the gateway over which a claim that has it sends it. */
export interface FoundRow extends Omit<MessageRow, 'attempt'> {
  sent_over: string | null;
  sent_under: string | null;
  delivered_over: string | null;
  attempt_no: number | null;
  attempt_sender: string | null;
  provider_id: string | null;
  provider: string | null;
}

/** What `m` is sent over and under by a claim that has it. */
const SENDING = `
left join lateral (
  select b.gateway_id as sent_over, case when b.imposed then b.sender else coalesce(m.sender, b.sender) end as sent_under
  from blocks b where ${isUnderWay('m')} and b.slice_id = m.slice_id and m.id = any(b.ids) limit 1
) b on true`;

/** One that an earlier attempt delivered was delivered by that, whatever came after it. */
const ATTEMPT = `
left join lateral (
  select a.no as attempt_no, a.sender as attempt_sender, a.provider_id, g.provider,
         case when a.state = 'delivered' then a.gateway_id end as delivered_over
  from attempts a left join gateways g on g.id = a.gateway_id
  where a.message_id = m.id order by a.state = 'delivered' desc, a.no desc limit 1
) a on true`;

/** Columns and joins of a {@link FoundRow}, over a message `m` and its slice `s`. */
export const SHOWN_COLUMNS = sql.raw(`
  m.*, s.due_at, s.campaign_id, s.group_id, s.windows, s.is_test, b.sent_over, b.sent_under,
  a.attempt_no, a.attempt_sender, a.provider_id, a.provider, a.delivered_over,
  (select resent_as from resends r where r.message_id = m.id) as resent_as,
  (select message_id from resends r where r.resent_as = m.id) as resend_of`);
export const SHOWN_JOINS = sql.raw(SENDING + ATTEMPT);

export function toShown(found: FoundRow): MessageRow {
  const { sent_over, sent_under, delivered_over, attempt_no, attempt_sender, provider_id, provider, ...row } = found;
  if (sent_over !== null) {
    const attempt = { no: row.attempts + 1, sender: sent_under, provider_id: null, provider: '' };
    return { ...row, state: 'submitting', gateway_id: sent_over, attempt };
  }
  const attempt =
    attempt_no === null ? null : { no: attempt_no, sender: attempt_sender, provider_id, provider: provider ?? '' };
  return { ...row, gateway_id: delivered_over ?? row.gateway_id, attempt };
}

/** The messages `m` of a state. */
export function hasState(state: MessageState): RawBuilder<SqlBool> {
  if (state === 'submitting') return sql`${sql.raw(isUnderWay('m'))}`;
  const hasRow = sql<SqlBool>`m.state = ${state}`;
  if (!(CLAIMABLE_STATES as readonly MessageState[]).includes(state)) return hasRow;
  return sql`(${hasRow} and ${sql.raw(isFree('m', 'm.slice_id'))})`;
}

/** Those that are shown with this gateway. Most have one attempt at most, and need no other row for that. */
export const isOverGateway = (gatewayId: string): RawBuilder<SqlBool> => sql`(
  case when m.state = 'delivered' and m.attempts > 1 then (
         select a.gateway_id from attempts a
         where a.message_id = m.id order by a.state = 'delivered' desc, a.no desc limit 1)
       else coalesce((select b.gateway_id from blocks b
                      where ${sql.raw(isUnderWay('m'))} and b.slice_id = m.slice_id and m.id = any(b.ids)), m.gateway_id)
  end = ${gatewayId})`;

/** Those that are shown with this sender ID. */
export const isUnderSender = (sender: string): RawBuilder<SqlBool> => sql`(
  coalesce(
    (select case when b.imposed then b.sender else coalesce(m.sender, b.sender) end from blocks b
     where ${sql.raw(isUnderWay('m'))} and b.slice_id = m.slice_id and m.id = any(b.ids)),
    (select a.sender from attempts a
     where m.attempts > 0 and a.message_id = m.id order by a.state = 'delivered' desc, a.no desc limit 1),
    m.sender) = ${sender})`;

/** Those whose own code (CleverTap's) this is, or the vendor's of one of their attempts. */
export const hasCode = (code: string): RawBuilder<SqlBool> => sql`(
  m.code = ${code}
  or m.attempts > 0 and exists (select from attempts a where a.message_id = m.id and a.code = ${code}))`;
