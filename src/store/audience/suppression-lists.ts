/** Lists of numbers to suppress: from a request, or row by row from an uploaded file. */
import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { SuppressedClasses } from '../../core/messages/suppression';
import type { SuppressionRow } from '../../core/audience/suppression-row';
import { execute } from '../database';
import type { Schema } from '../tables';
import { columnsOf, type ImportBlock } from './upload-rows';

/**
 * Suppresses what is `incoming` (account_id, msisdn, number_hash, classes, reason, at, key_id, evidence), each number
 * once. One that is suppressed stays as it is, but for what it stops: that only grows. What is written down as consent
 * is what changed, so that a list that is brought twice leaves one record.
 */
const PUT = `
put as (
  insert into suppressions as s (account_id, msisdn, source, reason, classes, at, evidence)
  select account_id, msisdn, 'import', reason, classes, at, evidence from incoming order by msisdn
  on conflict (msisdn, account_id) do update set classes = 'all'
    where s.classes = 'promotional' and excluded.classes = 'all'
  returning msisdn, xmax = 0 as is_new
),
recorded as (
  insert into consents (account_id, number_hash, kind, source, classes, at, key_id, evidence)
  select i.account_id, i.number_hash, 'opt-out', 'import', i.classes, i.at, i.key_id, i.evidence
  from put p join incoming i on i.msisdn = p.msisdn
)`;

export interface SuppressionList {
  accountId: string;
  /** Each once, with its keyed hash. */
  numbers: { msisdn: string; numberHash: Buffer }[];
  reason: string | null;
  /** Undefined = as the account has it. */
  classes: SuppressedClasses | undefined;
  keyId: string | null;
}

/** @returns how many of the numbers were not suppressed before. */
export async function insertSuppressionList(tx: Kysely<Schema>, list: SuppressionList): Promise<number> {
  const { rows } = await sql<{ added: number }>`
    with incoming as (
      select a.id as account_id, n.msisdn, n.number_hash, coalesce(${list.classes ?? null}, a.opt_out_classes) as classes,
             ${list.reason}::text as reason, now() as at, ${list.keyId}::text as key_id,
             jsonb_strip_nulls(jsonb_build_object('keyId', ${list.keyId}::text)) as evidence
      from accounts a,
           unnest(${list.numbers.map(({ msisdn }) => msisdn)}::text[],
                  ${list.numbers.map(({ numberHash }) => numberHash)}::bytea[]) as n (msisdn, number_hash)
      where a.id = ${list.accountId}
    ),
    ${sql.raw(PUT)}
    select count(*)::int as added from put where is_new`.execute(tx);
  return rows[0]!.added;
}

/** As {@link writeImportBlock} of recipients does it: the lock on the upload's row decides between two workers. */
const WRITE_BLOCK = `
with mine as (
  select id, account_id, classes, key_id from uploads
  where id = $1 and state = 'processing' and kind = 'suppressions' and cursor_byte = $2 for update
),
incoming as (
  select distinct on (r.msisdn) m.account_id, r.msisdn, r.number_hash, coalesce(r.classes, m.classes) as classes,
         r.reason, coalesce(r.at, now()) as at, m.key_id,
         jsonb_build_object('importId', m.id, 'row', r.no) as evidence
  from mine m, unnest($6::int[], $7::text[], $8::bytea[], $9::text[], $10::text[], $11::timestamptz[])
    as r (no, msisdn, number_hash, classes, reason, at)
  order by r.msisdn, coalesce(r.classes, m.classes), r.no
),
${PUT},
reported as (
  insert into upload_errors (upload_id, no, column_name, value, message)
  select mine.id, e.* from mine, unnest($12::int[], $13::text[], $14::text[], $15::text[]) as e
  union all
  select mine.id, n.* from mine, unnest($16::int[], $17::text[], $18::text[], $19::text[]) as n
)
update uploads u set
  cursor_byte = $3, cursor_row = $4, cursor_line = $5,
  rows = rows + cardinality($6::int[]) + cardinality($12::int[]),
  valid = valid + cardinality($6::int[]),
  invalid = invalid + cardinality($12::int[]),
  duplicates = duplicates + cardinality($6::int[]) - (select count(*) from put where is_new),
  other_column = other_column + cardinality($16::int[])
from mine where u.id = mine.id
returning u.id`;

/**
 * Suppresses a block of rows and moves the cursor behind it, in one statement. `duplicates` of the upload counts the
 * valid rows whose numbers were suppressed already, by an earlier row or before.
 * @param hash keyed, of a number.
 * @returns false when somebody else has moved the cursor, or the upload was deleted; nothing was stored then.
 */
export async function writeSuppressionBlock(
  pool: Pool,
  id: string,
  { valid, invalid, notes, from, to }: ImportBlock<SuppressionRow>,
  hash: (e164: string) => Promise<Buffer>,
): Promise<boolean> {
  const hashes = await Promise.all(valid.map(({ msisdn }) => hash(msisdn)));
  const written = await execute(pool, 'write-suppression-block', WRITE_BLOCK, [
    id,
    from.byte,
    to.byte,
    to.row,
    to.line,
    valid.map(({ no }) => no),
    valid.map(({ msisdn }) => msisdn),
    hashes,
    valid.map(({ classes }) => classes),
    valid.map(({ reason }) => reason),
    valid.map(({ at }) => at),
    ...columnsOf(invalid),
    ...columnsOf(notes),
  ]);
  return written.length === 1;
}
