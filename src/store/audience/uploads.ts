/** Uploads as callers see them, and their rows as campaigns read them. */
import type { Kysely, Selectable } from 'kysely';
import type { Pool } from 'pg';
import type { Recipient } from '../../core/audience/audience';
import { execute } from '../database';
import type { CampaignProblem, Schema, UploadErrorsTable, UploadsTable } from '../tables';
import { DUPLICATE_ROW } from './upload-rows';

export type UploadRow = Selectable<UploadsTable>;
export type UploadError = Omit<Selectable<UploadErrorsTable>, 'upload_id'>;

/** States of an upload whose bytes are all here and that nobody has deleted. */
const VISIBLE = ['processing', 'ready', 'failed'] as const;

/** What becomes of an upload's rows: what is shown and used as one kind is not there as the other. */
export type UploadKind = UploadRow['kind'];

/** One upload of the account; null when it has none such. */
export async function findUpload(
  db: Kysely<Schema>,
  accountId: string,
  id: string,
  kind: UploadKind = 'recipients',
): Promise<UploadRow | null> {
  const row = await db
    .selectFrom('uploads')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('kind', '=', kind)
    .where('state', 'in', VISIBLE)
    .executeTakeFirst();
  return row ?? null;
}

/** Lists of recipients, newest first. @param after id of the last upload of the page before. */
export async function listUploads(
  db: Kysely<Schema>,
  { accountId, after, limit }: { accountId: string; after?: string; limit: number },
): Promise<UploadRow[]> {
  let query = db
    .selectFrom('uploads')
    .selectAll()
    .where('account_id', '=', accountId)
    .where('kind', '=', 'recipients')
    .where('state', 'in', VISIBLE);
  if (after !== undefined) query = query.where('id', '<', after);
  return query.orderBy('id', 'desc').limit(limit).execute();
}

/** Takes an upload out of sight; maintenance removes its rows. Null when the account has none such. */
export async function deleteUpload(db: Kysely<Schema>, accountId: string, id: string): Promise<UploadRow | null> {
  const row = await db
    .updateTable('uploads')
    .set({ state: 'deleted' })
    .where('account_id', '=', accountId)
    .where('id', '=', id)
    .where('kind', '=', 'recipients')
    .where('state', 'in', VISIBLE)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Errors of an upload in the order of the file. @param after the row of the last error of the page before; 0 = from the start. */
export async function listUploadErrors(
  pool: Pool,
  uploadId: string,
  after: number,
  limit: number,
): Promise<UploadError[]> {
  return execute<UploadError>(
    pool,
    'list-upload-errors',
    `select no, column_name, value, message from upload_errors where upload_id = $1 and no > $2 order by no limit $3`,
    [uploadId, after, limit],
  );
}

/** Rows among which the invalid ones are looked for: of a file in which every number comes twice, not all are read. */
const LOOKED_THROUGH = 10_000;

/** The first invalid rows of an upload as what a campaign leaves out; those whose number came before are not among them. */
export async function listUploadProblems(pool: Pool, uploadId: string, limit: number): Promise<CampaignProblem[]> {
  const rows = await execute<{ no: number; column_name: string | null; message: string }>(
    pool,
    'list-upload-problems',
    `select no, column_name, message from (
       select no, column_name, message from upload_errors where upload_id = $1 order by no limit ${LOOKED_THROUGH}
     ) first where message <> $2 order by no limit $3`,
    [uploadId, DUPLICATE_ROW, limit],
  );
  return rows.map(({ no, column_name: column, message }) => ({
    position: no,
    code: 'invalid-row',
    message: column === null ? message : `${column}: ${message}`,
  }));
}

/**
 * A page of an upload's recipients in the order of the file: each number once, valid ones only. Complete once the
 * upload is `ready`.
 * @param after `position` of the last row of the page before; 0 = from the start.
 */
export async function readUploadRows(pool: Pool, uploadId: string, after: number, limit: number): Promise<Recipient[]> {
  return execute<Recipient>(
    pool,
    'read-upload-rows',
    `select no as position, msisdn, meta, variables from upload_rows where upload_id = $1 and no > $2 order by no limit $3`,
    [uploadId, after, limit],
  );
}
