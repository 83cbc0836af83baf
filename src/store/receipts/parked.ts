/**
 * Parked receipts: those that matched no attempt when they came. A provider that knows a message by its own id only can
 * report it before the answer that tells us this id is written; the two commits can also miss each other, so the sweep
 * looks once more.
 */
import type { Pool } from 'pg';
import type { FailureClass } from '../../core/messages/outcome';
import { execute } from '../database';
import { applyReceipts, type ReceiptDraft } from './receipts';
import { NOTHING_SETTLED, type Settlement } from '../messages/settlement';

interface ParkedRow {
  dedupe: Buffer;
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
}

const COLUMNS = `r.dedupe, r.gateway_id, r.provider_id, r.status, r.class, r.clevertap, r.code, r.reason, r.occurred_at, r.raw, r.part_no, r.part_of`;

/** Applies what is parked under these provider ids of a gateway, which have just been written. */
export async function replayParked(pool: Pool, gatewayId: string, providerIds: string[]): Promise<Settlement> {
  const rows = await execute<ParkedRow>(
    pool,
    'read-parked',
    `select ${COLUMNS} from receipts r
     where r.disposition = 'parked' and r.gateway_id = $1 and r.provider_id = any($2::text[])`,
    [gatewayId, providerIds],
  );
  return replay(pool, rows);
}

/** Applies up to `limit` parked receipts whose attempt is known by now. */
export async function replayFound(pool: Pool, limit: number): Promise<Settlement> {
  const rows = await execute<ParkedRow>(
    pool,
    'find-parked',
    `select ${COLUMNS} from receipts r
     join attempts a on a.gateway_id = r.gateway_id and a.provider_id = r.provider_id
     where r.disposition = 'parked' limit $1`,
    [limit],
  );
  return replay(pool, rows);
}

async function replay(pool: Pool, rows: ParkedRow[]): Promise<Settlement> {
  if (rows.length === 0) return NOTHING_SETTLED;
  const drafts = rows.map((row): ReceiptDraft => ({
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
  }));
  return applyReceipts(pool, drafts);
}
