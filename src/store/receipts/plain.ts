/**
 * The receipt that nearly all are: final, about a whole text, naming by our id the newest attempt of a message that waits
 * for just this. There is nothing to weigh, so its statement is short. It writes what the one for all (`receipts.ts`)
 * would have written.
 */
import type { Pool } from 'pg';
import { execute, isUniqueViolation } from '../database';
import { SETTLEMENT, SETTLEMENT_RESULT, type SettlementRow } from '../messages/settlement';
import { rawUnlessSensitive } from '../messages/texts';
import { afterFailure, ATTEMPT_AFTER, MESSAGE_AFTER, unlessBlanked } from './lattice';
import type { ReceiptDraft } from './receipts';

/**
 * Messages are updated as they are found, one after the other in the order of their ids, without a lock before. One that
 * was written meanwhile is looked at again as it is by then, and left if it waits no more.
 */
const STATEMENT = `
with incoming as (
  select * from unnest(
    $1::uuid[], $2::text[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::timestamptz[], $11::text[], $12::text[]
  ) as r (dedupe, gateway_id, message_id, attempt_no, status, class, clevertap, code, reason, occurred_at, raw, provider_id)
),
moved as (
  update messages m set ${MESSAGE_AFTER}
  from (
    select i.dedupe, i.message_id, i.attempt_no, i.status, i.class, i.clevertap, i.code, i.occurred_at,
           i.provider_id,
           ${unlessBlanked('i.reason')} as reason, ${unlessBlanked('i.raw')} as raw,
           (case i.status when 'delivered' then 'delivered' else ${afterFailure('i')} end)::message_state as next
    from incoming i join attempts a on a.message_id = i.message_id and a.no = i.attempt_no
    where a.gateway_id = i.gateway_id and a.state = 'submitted'
    order by i.message_id
  ) v
  where m.id = v.message_id and m.state = 'submitted' and m.attempts = v.attempt_no
  returning m.id, m.slice_id, m.account_id, m.webhook_id, 'submitted'::message_state as was, m.state, m.code, m.reason,
            v.occurred_at as at, v.dedupe, v.attempt_no, v.status, v.class, v.code as reported_code, v.provider_id,
            ${rawUnlessSensitive('v.raw')} as raw
),
attempted as (
  update attempts a set ${ATTEMPT_AFTER}
  from (select id, attempt_no, status, class, reported_code as code, reason, provider_id from moved) v
  where a.message_id = v.id and a.no = v.attempt_no and a.state <> 'delivered'
),
inbox as (
  insert into receipts (message_id, dedupe, occurred_at, attempt_no, status, disposition, class, code, reason, raw)
  select id, dedupe, at, attempt_no, status, 'applied', class, reported_code, reason, raw from moved
),
${SETTLEMENT}
${SETTLEMENT_RESULT}
union all
select 'left', dedupe::text, 0, 0, null, null, 0 from incoming where message_id not in (select id from moved)`;

type PlainRow = SettlementRow | { kind: 'left'; id: string };

/** Applies those of the receipts that are plain. @returns the others, in their order, and what was settled. */
export async function applyPlain(
  pool: Pool,
  receipts: readonly ReceiptDraft[],
): Promise<{ rows: SettlementRow[]; left: readonly ReceiptDraft[] }> {
  const plain = plainOf(receipts);
  if (plain.length === 0) return { rows: [], left: receipts };
  const rows: SettlementRow[] = [];
  const applied = new Set(plain);
  const byDedupe = new Map(plain.map((receipt) => [receipt.dedupe, receipt]));
  try {
    for (const row of await applyOnce(pool, plain)) {
      if (row.kind === 'left') applied.delete(byDedupe.get(row.id)!);
      else rows.push(row);
    }
  } catch (error) {
    // One of them came before, when its message did not wait for it. Nothing of this statement was done.
    if (!isUniqueViolation(error, /^receipts_\w+_pkey$/)) throw error;
    return { rows: [], left: receipts };
  }
  return { rows, left: receipts.filter((receipt) => !applied.has(receipt)) };
}

/** What may be plain, as far as can be told without its rows. */
function plainOf(receipts: readonly ReceiptDraft[]): ReceiptDraft[] {
  const times = new Map<string, number>();
  for (const { attempt } of receipts)
    if (attempt !== null) times.set(attempt.messageId, (times.get(attempt.messageId) ?? 0) + 1);
  // Of several that came together about a message it has to be said which one counts.
  return receipts.filter(
    ({ attempt, part, status }) =>
      attempt !== null && times.get(attempt.messageId) === 1 && part === null && status !== 'pending',
  );
}

function applyOnce(pool: Pool, receipts: readonly ReceiptDraft[]): Promise<PlainRow[]> {
  const column = <T>(of: (receipt: ReceiptDraft) => T): T[] => receipts.map(of);
  return execute<PlainRow>(pool, 'apply-plain-receipts', STATEMENT, [
    column((r) => r.dedupe),
    column((r) => r.gatewayId),
    column((r) => r.attempt!.messageId),
    column((r) => r.attempt!.no),
    column((r) => r.status),
    column((r) => r.class),
    column((r) => r.clevertap),
    column((r) => r.code),
    column((r) => r.reason),
    column((r) => r.occurredAt),
    column((r) => r.raw),
    column((r) => r.providerId),
  ]);
}
