/**
 * Parked receipts: those that matched no attempt when they came. A provider that knows a message by its own id only can
 * report it before the answer that tells us this id is written; the two commits can also miss each other, so maintenance
 * looks once more.
 */
import type { Pool } from 'pg';
import { NIL_UUID } from '../../core/messages/ids';
import type { FailureClass } from '../../core/messages/outcome';
import type { NumberHash } from '../../core/accounts/pseudonyms';
import { execute } from '../database';
import { applyWeighed, type ReceiptDraft } from './receipts';
import { NOTHING_SETTLED, type Settlement } from '../messages/settlement';

interface ParkedRow {
  dedupe: string;
  gateway_id: string;
  provider_id: string;
  status: ReceiptDraft['status'];
  class: FailureClass | null;
  clevertap: string | null;
  code: string | null;
  reason: string | null;
  occurred_at: Date | null;
  raw: string;
  part_no: number | null;
  part_of: number | null;
  opts_out: boolean;
}

const COLUMNS = `r.dedupe, r.gateway_id, r.provider_id, r.status, r.class, r.clevertap, r.code, r.reason, r.occurred_at, r.raw, r.part_no, r.part_of,
  r.opts_out`;

/**
 * Applies what is parked under these provider ids of a gateway, which have just been written.
 * @param numberHash as of `applyReceipts`.
 */
export async function replayParked(
  pool: Pool,
  gatewayId: string,
  providerIds: string[],
  numberHash?: NumberHash,
): Promise<Settlement> {
  const rows = await execute<ParkedRow>(
    pool,
    'read-parked',
    `select ${COLUMNS} from parked_receipts r
     where r.disposition = 'parked' and r.gateway_id = $1 and r.provider_id = any($2::text[])`,
    [gatewayId, providerIds],
  );
  return replay(pool, rows, numberHash);
}

/** Parked receipts that came so recently are looked at by every turn of the duty. */
const RECENT = `interval '10 minutes'`;
/** Whatever has not matched by then never will: deadlines are a few days at most. */
const KEPT = `interval '7 days'`;

const KNOWN = `join attempts a on a.gateway_id = r.gateway_id and a.provider_id = r.provider_id`;

/** Up to `limit` recent parked receipts whose attempt is known by now. */
export async function listParkedKnown(pool: Pool, limit: number): Promise<ReceiptDraft[]> {
  const rows = await execute<ParkedRow>(
    pool,
    'list-parked-known',
    `select ${COLUMNS} from parked_receipts r ${KNOWN}
     where r.disposition = 'parked' and r.received_at > now() - ${RECENT} limit $1`,
    [limit],
  );
  return rows.map(toDraft);
}

/**
 * A page of older parked receipts, oldest first, and those of it whose attempt is known by now.
 * @param after where the page before ended; null for the first page.
 * @param limit receipts that the page looks at.
 * @returns `last`: where this page ended; null = there are no more.
 */
export async function listOldParked(
  pool: Pool,
  after: string | null,
  limit: number,
): Promise<{ receipts: ReceiptDraft[]; last: string | null }> {
  const [receivedAt = '-infinity', dedupe = NIL_UUID] = after?.split('|') ?? [];
  const rows = await execute<ParkedRow & { is_known: boolean; place: string }>(
    pool,
    'list-old-parked',
    `with page as (
       select * from parked_receipts
       where disposition = 'parked' and received_at <= now() - ${RECENT}
         and (received_at, dedupe) > ($1::timestamptz, $2::uuid)
       order by received_at, dedupe limit $3
     )
     select ${COLUMNS}, a.message_id is not null as is_known, r.received_at || '|' || r.dedupe as place
     from page r left join lateral (
       select message_id from attempts where gateway_id = r.gateway_id and provider_id = r.provider_id limit 1
     ) a on true
     order by r.received_at, r.dedupe`,
    [receivedAt, dedupe, limit],
  );
  return {
    receipts: rows.filter((row) => row.is_known).map(toDraft),
    last: rows.length < limit ? null : rows.at(-1)!.place,
  };
}

/** Takes receipts that can't be applied from among those that are looked at. @param reason without a quote of them. */
export async function refuseParked(pool: Pool, receipt: ReceiptDraft, reason: string): Promise<void> {
  await execute(
    pool,
    'refuse-parked',
    `update parked_receipts set disposition = 'refused', reason = $2 where dedupe = $1 and disposition = 'parked'`,
    [receipt.dedupe, reason],
  );
}

/** Deletes up to `limit` receipts that never found their message, or were refused, days ago. @returns how many. */
export async function forgetUnmatched(pool: Pool, limit: number): Promise<number> {
  const [row] = await execute<{ gone: number }>(
    pool,
    'forget-unmatched',
    `with gone as (
       delete from parked_receipts where dedupe = any(array(
         select dedupe from parked_receipts where received_at < now() - ${KEPT}
         order by received_at, dedupe limit $1))
       returning 1
     )
     select count(*)::int as gone from gone`,
    [limit],
  );
  return row!.gone;
}

/** Of a gateway: whoever has its callback URL and reports what never was fills no disk with it. */
export const MAX_UNMATCHED = 100_000;

/**
 * Deletes up to `limit` receipts that never found their message of gateways that have more than `most` of them: their
 * oldest.
 * @returns how many.
 */
export async function trimUnmatched(pool: Pool, limit: number, most = MAX_UNMATCHED): Promise<number> {
  const [row] = await execute<{ gone: number }>(
    pool,
    'trim-unmatched',
    `with excess as (
       select g.id, (
         select received_at from parked_receipts p where p.gateway_id = g.id order by received_at desc offset $2 limit 1
       ) as until
       from gateways g
     ),
     gone as (
       delete from parked_receipts where dedupe = any(array(
         select p.dedupe from excess e cross join lateral (
           select dedupe from parked_receipts where gateway_id = e.id and received_at <= e.until
           order by received_at limit $1
         ) p
         where e.until is not null limit $1))
       returning 1
     )
     select count(*)::int as gone from gone`,
    [limit, most],
  );
  return row!.gone;
}

async function replay(pool: Pool, rows: ParkedRow[], numberHash: NumberHash | undefined): Promise<Settlement> {
  return rows.length === 0 ? NOTHING_SETTLED : applyWeighed(pool, rows.map(toDraft), numberHash);
}

function toDraft(row: ParkedRow): ReceiptDraft {
  return {
    dedupe: row.dedupe,
    gatewayId: row.gateway_id,
    attempt: null,
    providerId: row.provider_id,
    status: row.status,
    class: row.class,
    clevertap: row.clevertap,
    code: row.code,
    reason: row.reason,
    occurredAt: row.occurred_at,
    raw: row.raw,
    part: row.part_no === null ? null : { no: row.part_no, of: row.part_of },
    ...(row.opts_out ? { optOut: true } : {}),
  };
}
