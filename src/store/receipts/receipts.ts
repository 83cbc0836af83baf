/** The inbox: receipts are stored, matched and applied in one statement for a whole group of requests. */
import type { Pool } from 'pg';
import type { CallbackProof } from '../../core/gateways/callback-proof';
import type { FailureClass } from '../../core/messages/outcome';
import { statesBefore } from '../../core/messages/status';
import type { NumberHash } from '../../core/accounts/pseudonyms';
import { execute } from '../database';
import { openAttemptsOfMessages } from '../messages/blocks';
import { suppressReported } from '../messages/provider-opt-outs';
import { bundled, TAKEN_OF_WANTED } from '../webhooks/waiting';
import { rawUnlessSensitive } from '../messages/texts';
import { afterFailure, ATTEMPT_AFTER, MESSAGE_AFTER, unlessBlanked } from './lattice';
import { mergeParts } from './parts';
import { applyPlain } from './plain';
import {
  SETTLEMENT,
  SETTLEMENT_RESULT,
  toSettlement,
  type Settlement,
  type SettlementRow,
} from '../messages/settlement';

export interface ReceiptDraft {
  /** A digest over gateway and content, as a UUID: two receipts that say the same are one. */
  dedupe: string;
  gatewayId: string;
  /** Our attempt, when the provider echoed its id; else `providerId` finds it. */
  attempt: { messageId: string; no: number } | null;
  providerId: string | null;
  status: 'pending' | 'delivered' | 'failed' | 'expired';
  /** Set when the report is about one part of a long text; `of` null = as many as the message has segments. */
  part: { no: number; of: number | null } | null;
  /** What a report about a part means for the whole message, once that is known (`parts.ts`); else `status`. */
  effect?: ReceiptDraft['status'];
  class: FailureClass | null;
  clevertap: string | null;
  code: string | null;
  reason: string | null;
  occurredAt: Date | null;
  raw: string;
  /** It says that the person has opted out, see `provider-opt-outs.ts` of the messages. */
  optOut?: true;
  /** How the callback that brought it proved itself; null = it did not, absent = it came by no callback. Not stored. */
  proof?: CallbackProof | null;
}

/**
 * The lattice. `delivered` wins over everything not yet reported, from any attempt; a failure counts only for the
 * newest attempt, and one that another sender ID or account could mend (`sender`, `account`) only refuses it, so that
 * dispatch tries the next leg. Applying a receipt twice changes nothing, because the first time moved the state.
 * The callbacks of a failure are turned into `delivered` while none of them was tried; when one went out, or may have,
 * to whichever webhook, the receipt is late for all of them. A failure that was committed while this statement waited
 * for its message is `unseen`: nothing is done, and the statement has to be run again. So it is with what is `overtaking`
 * the answer of a block, once the attempts of that are open.
 */
const MATCHED = `
  i.dedupe, i.gateway_id, i.message_id, i.attempt_no, i.provider_id, i.status, i.class, i.clevertap, i.code, i.occurred_at,
  i.told, i.part_no, i.part_of, i.opts_out, ${unlessBlanked('i.reason')} as reason, ${unlessBlanked('i.raw')} as raw,
  a.message_id as mid, a.no`;
const STATEMENT = `
with incoming as (
  select distinct on (dedupe) * from unnest(
    $1::uuid[], $2::text[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::text[], $11::timestamptz[], $12::text[], $15::text[], $16::smallint[], $17::smallint[],
    $19::boolean[]
  ) as r (dedupe, gateway_id, message_id, attempt_no, provider_id, status, class, clevertap, code,
          reason, occurred_at, raw, told, part_no, part_of, opts_out)
),
matched as (
  select ${MATCHED} from incoming i
  left join attempts a on a.message_id = i.message_id and a.no = i.attempt_no and a.gateway_id = i.gateway_id
  where i.message_id is not null
  union all
  select ${MATCHED} from incoming i
  left join attempts a on a.gateway_id = i.gateway_id and a.provider_id = i.provider_id
  where i.message_id is null
),
best as (
  select distinct on (mid) * from matched where mid is not null and status <> 'pending'
  order by mid, status = 'delivered' desc, no desc, occurred_at
),
held as (
  select b.*, m.state as was, m.attempts, m.slice_id, ${rawUnlessSensitive('b.raw')} as kept from best b join messages m on m.id = b.mid
  order by m.id for update of m
),
overtaking as (
  -- The attempt is that of a try that was none, and its number is on the wire again: what came is about the new one.
  select h.mid from held h
  where h.no > h.attempts and exists (select from blocks k where k.slice_id = h.slice_id and h.mid = any(k.ids))
),
earlier as (
  select k.webhook_id, k.next_try_at as due_at, k.slot, k.message_id, k.state = 'pending' and k.tries = 0 and exists (
      select from due_callbacks d
      where d.webhook_id = k.webhook_id and d.due_at = k.next_try_at and d.slot = k.slot and k.message_id = any(d.message_ids)
    ) as is_untold
  from held h join callbacks k on k.message_id = h.mid and k.slot like 'outcome%'
  where h.status = 'delivered' and h.was = any($14::message_state[])
),
told as (
  select message_id as mid from earlier where not is_untold
),
wanted as (
  select * from earlier where message_id not in (select mid from told)
),
${TAKEN_OF_WANTED},
member as (
  select b.webhook_id, b.due_at, b.slot, b.event, u.id as message_id from bundle b cross join unnest(b.message_ids) u (id)
),
unseen as (
  -- The message moved on while this statement waited for it: what was written with that is not in its snapshot.
  select h.mid from held h
  where h.status = 'delivered' and h.was = any($14::message_state[])
    and h.was <> (select m.state from messages m where m.id = h.mid)
  union all
  -- Its callbacks moved on while this statement waited for their bundle.
  select w.message_id from wanted w
  where (w.webhook_id, w.due_at, w.slot, w.message_id) not in (select webhook_id, due_at, slot, message_id from member)
  union all
  select mid from overtaking
),
flipped as (
  update callbacks c
  set event = 'delivered', code = null, description = h.reason, occurred_at = coalesce(h.occurred_at, now())
  from wanted w join held h on h.mid = w.message_id
  where c.message_id = w.message_id and c.slot = w.slot and w.message_id not in (select mid from unseen)
  returning c.message_id, c.slot
),
-- Others of these bundles wait on as they were.
rebundled as (
  select m.webhook_id, m.due_at, m.slot, m.message_id,
         case when (m.slot, m.message_id) in (select slot, message_id from flipped) then 'delivered' else m.event end as event
  from member m
),
${bundled('rebundled', 'bundled_again')},
verdict as (
  select h.*, case
    when h.status = 'delivered' and h.was = any($13::message_state[]) then 'delivered'
    when h.status = 'delivered' and h.was = any($14::message_state[])
      and h.mid not in (select mid from told) and h.mid not in (select mid from unseen) then 'delivered'
    when h.status <> 'delivered' and h.no = h.attempts and h.was in ('submitting', 'submitted') then ${afterFailure('h')}
    end::message_state as next
  from held h where h.mid not in (select mid from overtaking)
),
unparked as (
  delete from parked_receipts p using matched i
  where p.dedupe = i.dedupe and i.mid is not null and i.mid not in (select mid from unseen)
  returning p.dedupe, p.received_at
),
inbox as (
  insert into receipts (message_id, dedupe, received_at, occurred_at, attempt_no, part_no, part_of, status, disposition,
                        class, code, reason, raw)
  select * from (
    -- One provider id may stand for several attempts; the report is stored once.
    select distinct on (i.dedupe) i.mid, i.dedupe, coalesce(p.received_at, now()), i.occurred_at, i.no, i.part_no, i.part_of,
           i.told, case when v.next is not null then 'applied'
                        when i.status = 'delivered' and v.was = any($14::message_state[]) then 'late' else 'no-change' end,
           i.class, i.code, i.reason,
           case when v.mid is not null then v.kept else (select ${rawUnlessSensitive('i.raw')} from messages m where m.id = i.mid) end
    from matched i left join verdict v on v.mid = i.mid and v.dedupe = i.dedupe left join unparked p on p.dedupe = i.dedupe
    where i.mid is not null and i.mid not in (select mid from unseen)
    order by i.dedupe, i.mid
  ) i order by i.mid, i.dedupe
  on conflict do nothing
),
parked as (
  insert into parked_receipts (dedupe, occurred_at, part_no, part_of, gateway_id, provider_id, status, disposition, class,
                               clevertap, code, reason, raw, opts_out)
  select dedupe, occurred_at, part_no, part_of, gateway_id, provider_id, told, 'parked', class, clevertap, code, reason, raw,
         opts_out
  from matched where mid is null and (message_id is null or $18) order by dedupe
  on conflict do nothing
),
attempted as (
  update attempts a set ${ATTEMPT_AFTER}
  from verdict v
  where a.message_id = v.mid and a.no = v.no and (v.next is not null or v.status = 'delivered')
    and a.state <> 'delivered' and v.mid not in (select mid from unseen)
),
moved as (
  update messages m set ${MESSAGE_AFTER}
  from verdict v where m.id = v.mid and v.next is not null
  returning m.id, m.slice_id, m.account_id, m.webhook_id, v.was, m.state, m.code, m.reason, v.occurred_at as at
),
${SETTLEMENT}
${SETTLEMENT_RESULT}
union all
select 'unseen', i.dedupe::text, 0, 0, null, null, 0 from matched i join unseen u on u.mid = i.mid
union all
select 'unmatched', i.dedupe::text, 0, 0, null, null, 0 from matched i
where i.mid is null and i.message_id is not null
union all
select 'overtaking', i.dedupe::text, 0, 0, null, null, 0 from matched i join overtaking o on o.mid = i.mid`;

const REPORTABLE_LATER = ['failed', 'expired', 'unknown'];
const BEFORE_DELIVERED = statesBefore('delivered').filter((state) => !REPORTABLE_LATER.includes(state));

/**
 * Stores and applies receipts: those that are plain (see `plain.ts`) in one statement, the others by {@link applyWeighed}.
 * Numbers that have opted out by what they say are suppressed before, so that whoever finds such a receipt applied finds
 * that too.
 * @param numberHash absent = none of them says so.
 * @returns the slices and webhooks that have news; a slice may be told of twice.
 */
export async function applyReceipts(
  pool: Pool,
  receipts: readonly ReceiptDraft[],
  numberHash?: NumberHash,
): Promise<Settlement> {
  await obeyOptOuts(pool, receipts, numberHash);
  const { rows, left } = await applyPlain(pool, receipts);
  return toSettlement([...rows, ...(left.length > 0 ? await weigh(pool, left) : [])]);
}

/**
 * Stores and applies receipts of whatever kind in one statement and transaction, those about parts of a text after
 * {@link mergeParts}. A receipt that matches no attempt is parked (see `parked.ts`), one that came before is ignored; a
 * receipt can only reach attempts of its own gateway. One that names an attempt which is still in a block has it opened.
 * @param numberHash as of {@link applyReceipts}.
 * @returns the slices and webhooks that have news.
 */
export async function applyWeighed(
  pool: Pool,
  receipts: readonly ReceiptDraft[],
  numberHash?: NumberHash,
): Promise<Settlement> {
  await obeyOptOuts(pool, receipts, numberHash);
  return toSettlement(await weigh(pool, receipts));
}

/** Suppresses the numbers of receipts that say so, where they find their attempts. */
async function obeyOptOuts(
  pool: Pool,
  receipts: readonly ReceiptDraft[],
  numberHash: NumberHash | undefined,
): Promise<void> {
  const told = receipts.filter(({ optOut }) => optOut);
  if (told.length === 0) return;
  if (numberHash === undefined)
    throw new Error('receipts that tell opt-outs are applied without a hash for their records');
  await openAttempts(pool, told);
  await suppressReported(pool, told, numberHash);
}

async function weigh(pool: Pool, receipts: readonly ReceiptDraft[]): Promise<SettlementRow[]> {
  const rows: SettlementRow[] = [];
  const parts = receipts.filter(({ part }) => part !== null);
  if (parts.length > 0) await openAttempts(pool, parts);
  let hasOpened = false;
  for (let left = await mergeParts(pool, receipts); left.length > 0;) {
    const answer = await applyOnce(pool, left, hasOpened);
    const again = new Set<string>();
    const early = new Set<string>();
    for (const row of answer) {
      if (!isMark(row)) {
        rows.push(row);
        continue;
      }
      // Once: the block of an attempt that was sent is there before the request leaves.
      if (row.kind === 'unmatched' && hasOpened) continue;
      if (row.kind !== 'unseen') early.add(row.id);
      again.add(row.id);
    }
    if (early.size > 0) {
      hasOpened = true;
      await openAttempts(
        pool,
        left.filter(({ dedupe }) => early.has(dedupe)),
      );
    }
    // States only move forward, and what is opened is in its block no more: so this ends.
    left = left.filter((receipt) => again.has(receipt.dedupe));
  }
  return rows;
}

function openAttempts(pool: Pool, receipts: readonly ReceiptDraft[]): Promise<void> {
  return openAttemptsOfMessages(
    pool,
    receipts.flatMap(({ attempt }) => attempt?.messageId ?? []),
  );
}

/** What the statement says of a receipt, by its dedupe. */
interface ReceiptMark {
  kind: 'unseen' | 'unmatched' | 'overtaking';
  id: string;
}
type ReceiptRow = SettlementRow | ReceiptMark;

const MARKS: readonly string[] = ['unseen', 'unmatched', 'overtaking'] satisfies ReceiptMark['kind'][];
const isMark = (row: ReceiptRow): row is ReceiptMark => MARKS.includes(row.kind);

/** @param parksAll also those that name an attempt of ours; else it may be in a block. */
async function applyOnce(pool: Pool, receipts: readonly ReceiptDraft[], parksAll: boolean): Promise<ReceiptRow[]> {
  const column = <T>(of: (receipt: ReceiptDraft) => T): T[] => receipts.map(of);
  return execute<ReceiptRow>(pool, 'apply-receipts', STATEMENT, [
    column((r) => r.dedupe),
    column((r) => r.gatewayId),
    column((r) => r.attempt?.messageId ?? null),
    column((r) => r.attempt?.no ?? null),
    column((r) => r.providerId),
    column((r) => r.effect ?? r.status),
    column((r) => r.class),
    column((r) => r.clevertap),
    column((r) => r.code),
    column((r) => r.reason),
    column((r) => r.occurredAt),
    column((r) => r.raw),
    BEFORE_DELIVERED,
    REPORTABLE_LATER,
    column((r) => r.status),
    column((r) => r.part?.no ?? null),
    column((r) => r.part?.of ?? null),
    parksAll,
    column((r) => r.optOut === true),
  ]);
}

/**
 * Keeps a receipt that can't be stored as it is, without what may be wrong with it: what came, and why it was refused.
 * It changes nothing.
 * @param reason without a quote of what came.
 */
export async function storeRefused(pool: Pool, receipt: ReceiptDraft, reason: string): Promise<void> {
  const { dedupe, gatewayId, status, raw } = receipt;
  await execute(
    pool,
    'store-refused-receipt',
    `insert into parked_receipts (dedupe, gateway_id, status, disposition, reason, raw)
     values ($1, $2, $3, 'refused', $4, $5) on conflict (dedupe) do nothing`,
    [dedupe, gatewayId, status, reason, raw],
  );
}
