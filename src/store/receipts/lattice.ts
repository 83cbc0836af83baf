/**
 * What a receipt makes of its message and its attempt, in SQL, for the statements that apply receipts. `v` is the receipt
 * with `next`, its message's new state.
 */

import { bodyOnceEnded } from '../messages/texts';

/** The new state of the message of a newest attempt that failed. What another leg could mend is refused only. */
export const afterFailure = (receipt: string): string =>
  `case when ${receipt}.class in ('sender', 'account') then 'refused' else ${receipt}.status end`;

/** What a receipt says in words; nothing once attempt `a` is blanked: its person is forgotten, or was to be. */
export const unlessBlanked = (column: string): string => `case when a.blanked_at is null then ${column} end`;

/** The columns of messages `m`. */
export const MESSAGE_AFTER = `
  state = v.next,
  code = case v.next when 'delivered' then null else coalesce(v.clevertap, m.code) end,
  reason = v.reason,
  submitted_at = coalesce(m.submitted_at, now()),
  not_before = null,
  settled_at = case when v.next <> 'refused' then now() end,
  ${bodyOnceEnded(`v.next <> 'refused'`)}`;

/** The columns of attempts `a`. */
export const ATTEMPT_AFTER = `
  state = v.status::attempt_state, settled_at = now(), class = v.class, code = v.code,
  -- The answer may have been lost, or tells no id. One that is there stays, so that the row is updated within its page.
  provider_id = coalesce(a.provider_id, v.provider_id),
  -- What was said of an attempt that was taken (an option that was left out) is not the receipt's to unsay.
  reason = case a.state when 'submitted' then nullif(concat_ws('; ', a.reason, v.reason), '') else v.reason end`;
