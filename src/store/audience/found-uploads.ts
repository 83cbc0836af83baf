/** Uploads by their file's name, and by the numbers in them. */
import { sql, type Kysely } from 'kysely';
import type { Schema } from '../tables';

export interface FoundUpload {
  id: string;
  name: string | null;
  state: string;
  created_at: Date;
  /** Row of the file that has the number; null = it was found by its name. */
  row: number | null;
}

/** So many of an account's uploads are looked through, the newest. */
const LOOKED_THROUGH = 1_000;

/** The uploads of the account that can be seen. */
const newest = (accountId: string) => sql`
  select id, name, state, created_at from uploads
  where account_id = ${accountId} and kind = 'recipients' and state in ('processing', 'ready', 'failed')
  order by id desc limit ${sql.lit(LOOKED_THROUGH)}`;

/** Newest first; in any case. @param sought part of the name, or the whole id. */
export async function findUploadsNamed(
  db: Kysely<Schema>,
  accountId: string,
  sought: string,
  limit: number,
): Promise<FoundUpload[]> {
  const { rows } = await sql<FoundUpload>`
    select u.*, null as row from (${newest(accountId)}) u
    where strpos(lower(u.name), lower(${sought})) > 0 or u.id::text = lower(${sought}) limit ${limit}`.execute(db);
  return rows;
}

/** Newest first. @param msisdn E.164 */
export async function findUploadsWith(
  db: Kysely<Schema>,
  accountId: string,
  msisdn: string,
  limit: number,
): Promise<FoundUpload[]> {
  const { rows } = await sql<FoundUpload>`
    select u.*, r.no as row from (${newest(accountId)}) u
    cross join lateral (select no from upload_rows where upload_id = u.id and msisdn = ${msisdn} offset 0) r
    limit ${limit}`.execute(db);
  return rows;
}
