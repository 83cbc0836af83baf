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
  /** Its values for the text, which another text may do with; absent = none, or those that it came with. */
  variables?: Record<string, string>;
}

/** Of the recipients that a campaign leaves out, so many are told with it, with their reasons; all are counted. */
export const MAX_PROBLEMS = 100;
/** Of those that are rejected at once, and of those whose text can't be made, so many are kept; all are counted. */
export const MAX_KEPT = 10_000;
/** Positions beyond are those of members that no list of rejected recipients has had yet. */
const MAX_POSITION = 2_147_483_647;

const INSERT = `
insert into campaign_recipients (campaign_id, position, msisdn, meta, variables, code, message, account_id)
select $1, position, msisdn, meta, variables, code, message, (select account_id from campaigns where id = $1)
from unnest($2::int[], $3::text[], $4::text[], $5::text[], $6::text[], $7::jsonb[])
  as r (position, msisdn, meta, code, message, variables)
on conflict (campaign_id, position) do update set code = excluded.code, message = excluded.message, account_id = excluded.account_id`;

/**
 * Keeps rejected recipients with their campaign; one that is among its recipients is left out from then on, and keeps its
 * values: until the campaign begins, another text may do with them.
 */
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
    kept.map((r) => JSON.stringify(r.variables ?? {})),
  ];
}

/**
 * Keeps the invalid rows of an upload with a campaign that sends to it.
 * @param numberColumn its name: of rows that an earlier release read, what is wrong with another cell tells no number.
 */
export async function copyInvalidRows(
  tx: Kysely<Schema>,
  campaignId: string,
  uploadId: string,
  numberColumn: string,
): Promise<void> {
  await sql`
    insert into campaign_recipients (campaign_id, position, msisdn, meta, variables, code, message, account_id)
    select ${campaignId}, no, coalesce(msisdn, case when column_name = ${numberColumn} then value else '' end), meta, '{}',
           'invalid-row', coalesce(column_name || ': ', '') || message,
           (select account_id from campaigns where id = ${campaignId})
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

/** A recipient that one of the account's campaigns leaves out. */
export interface LeftOutRecipient {
  campaign_id: string;
  campaign_name: string;
  /** When the campaign was launched; of a draft when it was made. */
  at: Date;
  position: number;
  code: string;
  message: string;
}

/** Looked at of a number that many campaigns leave out. */
const LOOKED_AT = 1_000;

/**
 * Recipients of a number or a meta that the account's campaigns leave out, those of the newest campaigns first.
 * @param sought any of these spellings of a number, or the meta.
 */
export async function listLeftOut(
  pool: Pool,
  accountId: string,
  sought: { msisdns: readonly string[] } | { meta: string },
  limit: number,
): Promise<LeftOutRecipient[]> {
  const isNumber = 'msisdns' in sought;
  const by = isNumber ? `left(msisdn, 100) = any($2::text[])` : `left(meta, 512) = left($2::text, 512) and meta = $2`;
  return execute<LeftOutRecipient & Record<string, unknown>>(
    pool,
    `list-left-out-by-${isNumber ? 'number' : 'meta'}`,
    `select r.campaign_id, c.name as campaign_name, coalesce(c.launched_at, c.created_at) as at, r.position, r.code, r.message
     from (select campaign_id, position, code, message from campaign_recipients
           where account_id = $1 and code is not null and ${by} limit ${LOOKED_AT}) r
     join campaigns c on c.id = r.campaign_id and c.account_id = $1
     order by at desc, r.campaign_id, r.position limit $3`,
    [accountId, isNumber ? sought.msisdns : sought.meta, limit],
  );
}
