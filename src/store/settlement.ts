/**
 * The tail that every statement which can end a message's life shares: write its callback, move the ledger, say who
 * has to be woken. It follows a CTE `moved (id, slice_id, account_id, webhook_id, was, state, code, reason, at)`.
 */
import { FINAL_STATES } from '../core/status';

const isFinal = `state in (${FINAL_STATES.map((state) => `'${state}'`).join(', ')})`;

/** `reported (webhook_id)`: one outbox row per settled message that has a webhook; a second outcome is refused. */
const REPORTED = `
reported as (
  insert into callbacks (account_id, webhook_id, message_id, event, code, description, occurred_at)
  select account_id, webhook_id, id, case state when 'delivered' then 'delivered' else 'failed' end,
         case state when 'delivered' then null else coalesce(code, '900') end, reason, coalesce(at, now())
  from moved where ${isFinal} and webhook_id is not null order by id
  on conflict (message_id, slot) do nothing
  returning webhook_id
)`;

const difference = (state: string): string =>
  `(count(*) filter (where state = '${state}') - count(*) filter (where was = '${state}'))::int as ${state}`;

/** `counted (id, open, refused)`: the slices whose ledger moved, with what is open and how many want another leg. */
const COUNTED = `
change as (
  select slice_id, ${FINAL_STATES.map(difference).join(', ')},
         count(*) filter (where state = 'refused')::int as refused
  from moved group by slice_id
),
counted as (
  update slices s set ${FINAL_STATES.map((state) => `${state} = s.${state} + c.${state}`).join(', ')},
    wake_due = s.wake_due or c.refused > 0 or s.total =
      ${FINAL_STATES.map((state) => `s.${state} + c.${state}`).join(' + ')}
  from change c where s.id = c.slice_id
  returning s.id, c.refused, s.total - ${FINAL_STATES.map((state) => `s.${state}`).join(' - ')} as open
)`;

export const SETTLEMENT = `${REPORTED},${COUNTED}`;

/** Reads what {@link SETTLEMENT} did: rows of (kind, id, open, refused). */
export const SETTLEMENT_RESULT = `
select 'slice' as kind, id::text as id, open, refused from counted
union all
select distinct 'webhook', webhook_id, 0, 0 from reported`;

export interface SettlementRow {
  kind: 'slice' | 'webhook';
  id: string;
  open: number;
  refused: number;
}

/** News for one slice's workflow. */
export interface SliceNews {
  sliceId: string;
  /** Messages without an outcome. */
  open: number;
  /** Messages that a receipt refused and that want another leg. */
  refused: number;
}

export interface Settlement {
  slices: SliceNews[];
  /** Webhooks that have something new in their outbox. */
  webhookIds: string[];
}

export function toSettlement(rows: SettlementRow[]): Settlement {
  const settlement: Settlement = { slices: [], webhookIds: [] };
  for (const row of rows) {
    if (row.kind === 'webhook') settlement.webhookIds.push(row.id);
    else settlement.slices.push({ sliceId: row.id, open: row.open, refused: row.refused });
  }
  return settlement;
}
