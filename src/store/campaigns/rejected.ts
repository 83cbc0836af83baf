/** Recipients that a campaign leaves out: the request or its upload rejected them, or their text can't be made. */
import { CompiledQuery, sql, type Kysely } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import { execute } from '../database';
import { DUPLICATE_ROW } from '../audience/upload-rows';
import type { Schema } from '../tables';

export interface RejectedRecipient {
  /** Of a request the index from 1, of an upload the row of the file, of a group the id of the member. */
  position: number;
  /** E.164, or as it was written where it can't be read; empty = there is none. */
  msisdn: string;
  meta: string | null;
  code: string;
  message: string;
}

/** Of those that are rejected at once, and of those whose text can't be made, so many are kept; all are counted. */
export const MAX_KEPT = 10_000;
/** Positions beyond are those of members that no list of rejected recipients has had yet. */
const MAX_POSITION = 2_147_483_647;

const INSERT = `
insert into campaign_recipients (campaign_id, position, msisdn, meta, variables, code, message)
select $1, position, msisdn, meta, '{}', code, message
from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[]) as r (position, msisdn, meta, code, message)
on conflict (campaign_id, position) do update set variables = '{}', code = excluded.code, message = excluded.message`;

/** Keeps rejected recipients with their campaign; one that is among its recipients is left out from then on. */
export async function keepRejected(
  client: PoolClient,
  campaignId: string,
  rejected: readonly RejectedRecipient[],
): Promise<void> {
  await client.query({ name: 'keep-rejected', text: INSERT, values: valuesOf(campaignId, rejected) });
}

/** The same in a transaction of Kysely's. */
export async function insertRejected(
  tx: Kysely<Schema>,
  campaignId: string,
  rejected: readonly RejectedRecipient[],
): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(INSERT, valuesOf(campaignId, rejected)));
}

function valuesOf(campaignId: string, rejected: readonly RejectedRecipient[]): unknown[] {
  const kept = rejected.filter(({ position }) => position <= MAX_POSITION).slice(0, MAX_KEPT);
  return [
    campaignId,
    kept.map((r) => r.position),
    kept.map((r) => r.msisdn),
    kept.map((r) => r.meta),
    kept.map((r) => r.code),
    kept.map((r) => r.message),
  ];
}

/**
 * Keeps the invalid rows of an upload with a campaign that sends to it.
 * @param numberColumn its name: what is wrong with another cell tells no number.
 */
export async function copyInvalidRows(
  tx: Kysely<Schema>,
  campaignId: string,
  uploadId: string,
  numberColumn: string,
): Promise<void> {
  await sql`
    insert into campaign_recipients (campaign_id, position, msisdn, meta, variables, code, message)
    select ${campaignId}, no, case when column_name = ${numberColumn} then value else '' end, null, '{}', 'invalid-row',
           coalesce(column_name || ': ', '') || message
    from (select * from upload_errors where upload_id = ${uploadId}::uuid order by no limit ${2 * MAX_KEPT}) first
    where message <> ${DUPLICATE_ROW} order by no limit ${MAX_KEPT}`.execute(tx);
}

export interface RejectedFilter {
  /** Any of these spellings. */
  msisdns?: readonly string[];
  meta?: string;
  /** Position of the last one of the page before. */
  after?: number;
  limit: number;
}

/** Rejected recipients of a campaign, in the order of its audience. */
export async function listRejected(
  pool: Pool,
  campaignId: string,
  { msisdns, meta, after, limit }: RejectedFilter,
): Promise<RejectedRecipient[]> {
  return execute<RejectedRecipient & Record<string, unknown>>(
    pool,
    'list-rejected',
    `select position, msisdn, meta, code, message from campaign_recipients
     where campaign_id = $1 and code is not null and position > $2
       and ($3::text[] is null or msisdn = any($3)) and ($4::text is null or meta = $4)
     order by position limit $5`,
    [campaignId, after ?? -1, msisdns ?? null, meta ?? null, limit],
  );
}
