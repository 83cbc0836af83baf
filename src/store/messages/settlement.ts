/**
 * The tail that every statement which can end a message's life shares: write its callback, move the ledger, say who
 * has to be woken. It follows a CTE `moved (id, slice_id, account_id, webhook_id, was, state, code, reason, at)`.
 */
import { FINAL_STATES } from '../../core/messages/status';
import { BUNDLED_COLUMNS, bundled } from '../webhooks/waiting';
import { openOf } from './ledger';

const isFinal = `state in (${FINAL_STATES.map((state) => `'${state}'`).join(', ')})`;

const event = `case state when 'delivered' then 'delivered' else 'failed' end`;

/**
 * `reported (webhook_id)`: one outbox row per settled message for the webhook that it came with, in the slot `outcome`,
 * and one for each other `standard` webhook of its account that wants the event, in a slot of its own; a second outcome
 * in a slot is refused.
 */
const REPORTED = `
outcome as (
  select id, account_id, webhook_id, 'outcome' as slot, ${event} as event, state, code, reason, at
  from moved where ${isFinal} and webhook_id is not null
  union all
  select m.id, m.account_id, w.id, 'outcome:' || w.id, m.event, m.state, m.code, m.reason, m.at
  from (select *, ${event} as event from moved where ${isFinal}) m
  join webhooks w on w.account_id = m.account_id and w.kind = 'standard' and w.state = 'active'
   and (w.events is null or m.event = any(w.events)) and w.id is distinct from m.webhook_id
),
reported as (
  insert into callbacks (account_id, webhook_id, message_id, slot, event, code, description, occurred_at)
  select account_id, webhook_id, id, slot, event,
         case event when 'failed' then coalesce(code, '900') end, reason, coalesce(at, now())
  from outcome order by id, slot
  on conflict (message_id, slot) do nothing
  returning ${BUNDLED_COLUMNS}
),
${bundled('reported')}`;

const difference = (state: string): string =>
  `(count(*) filter (where state = '${state}') - count(*) filter (where was = '${state}'))::int as ${state}`;

const COUNTERS = [...FINAL_STATES, 'submitted'];

const settled = FINAL_STATES.map((state) => `c.${state}`).join(' + ');
/** Nothing of the slice is open any more. */
const IS_DONE = `${openOf('s')} = ${settled}`;
/** Some of a slice's messages want another leg, or its last one has got its outcome: its workflow has to hear of it. */
const isNews = (wakes: string): string => `(c.refused > 0 or ${wakes} or (${settled} > 0 and ${IS_DONE}))`;

/**
 * `counted (id, open, refused, campaign_id, group_id, wake_seq)`: the slices whose ledger moved, with what is open, how
 * many want another leg, and the number of their newest news.
 */
const counted = (wakes: string): string => `
change as (
  -- The slices are found by key, one after the other, and so locked in this order: statements that meet on several
  -- of them wait for each other, and never in a circle.
  select slice_id, ${COUNTERS.map(difference).join(', ')},
         count(*) filter (where state = 'refused')::int as refused
  from moved group by slice_id order by slice_id
),
counted as (
  update slices s set ${COUNTERS.map((state) => `${state} = s.${state} + c.${state}`).join(', ')},
    wake_due = s.wake_due or ${isNews(wakes)}, wake_seq = s.wake_seq + ${isNews(wakes)}::int,
    look_at = case when ${IS_DONE} then null else s.look_at end,
    outcomes = null
  from change c where s.id = c.slice_id
  returning s.id, s.campaign_id, s.group_id, c.refused, ${openOf('s')} as open, s.wake_seq
)`;

export const SETTLEMENT = `${REPORTED},${counted('false')}`;

/**
 * {@link SETTLEMENT} of a statement that may also leave messages to be sent whose workflow sleeps.
 * @param wakes condition in SQL on `c`, a slice whose ledger moved.
 */
export const settlementWaking = (wakes: string): string => `${REPORTED},${counted(wakes)}`;

/** Reads what {@link SETTLEMENT} did: rows of (kind, id, open, refused, campaign_id, group_id, wake_seq). */
export const SETTLEMENT_RESULT = `
select 'slice' as kind, id::text as id, open, refused, campaign_id, group_id, wake_seq from counted
union all
select distinct 'webhook', webhook_id, 0, 0, null, null::uuid, 0 from reported`;

export interface SettlementRow {
  kind: 'slice' | 'webhook';
  id: string;
  open: number;
  refused: number;
  campaign_id: string | null;
  group_id: string | null;
  wake_seq: number;
}

/** News for the workflow of one slice, or of its group, or of the campaign that it belongs to. */
export interface SliceNews {
  sliceId: string;
  campaignId: string | null;
  /** The group whose workflow looks after it; null = it has one of its own, or a campaign's. */
  groupId: string | null;
  /** Messages without an outcome. */
  open: number;
  /** Messages that a receipt refused and that want another leg. */
  refused: number;
  /** The number of these news among the slice's, or of earlier ones where they are none for its workflow. */
  wakeSeq: number;
}

export interface Settlement {
  slices: SliceNews[];
  /** Webhooks that have something new in their outbox. */
  webhookIds: string[];
}

export const NOTHING_SETTLED: Settlement = { slices: [], webhookIds: [] };

export function toSettlement(rows: SettlementRow[]): Settlement {
  const settlement: Settlement = { slices: [], webhookIds: [] };
  for (const row of rows) {
    if (row.kind === 'webhook') settlement.webhookIds.push(row.id);
    else {
      const { id, campaign_id: campaignId, group_id: groupId, open, refused, wake_seq: wakeSeq } = row;
      settlement.slices.push({ sliceId: id, campaignId, groupId, open, refused, wakeSeq });
    }
  }
  return settlement;
}
