/** Uploads as callers see them, and their rows as campaigns read them. */
import type { Kysely, Selectable } from 'kysely';
import type { Pool } from 'pg';
import type { Recipient } from '../../core/audience/audience';
import { execute } from '../database';
import type { CampaignProblem, Schema, UploadErrorsTable, UploadsTable } from '../tables';
import { DUPLICATE_ROW } from './upload-rows';

export type UploadRow = Selectable<UploadsTable>;
export type UploadError = Pick<Selectable<UploadErrorsTable>, 'no' | 'column_name' | 'value' | 'message'>;

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

/** A row of one of the account's uploads that became no recipient. */
export interface NobodysRow {
  upload_id: string;
  upload_name: string | null;
  at: Date;
  /** The row in the file; the header is row 1. */
  no: number;
  column_name: string | null;
  message: string;
}

const LOOKED_AT = 1_000;

/**
 * Rows of a number or a meta that became no recipients, those of the newest uploads first; rows whose number came before in
 * their file are not among them.
 */
export async function listNobodysRows(
  pool: Pool,
  accountId: string,
  sought: { msisdns: readonly string[] } | { meta: string },
  limit: number,
): Promise<NobodysRow[]> {
  const isNumber = 'msisdns' in sought;
  return execute<NobodysRow & Record<string, unknown>>(
    pool,
    `list-nobodys-rows-by-${isNumber ? 'number' : 'meta'}`,
    `select e.upload_id, u.name as upload_name, u.created_at as at, e.no, e.column_name, e.message
     from (select * from upload_errors
           where account_id = $1 and ${isNumber ? 'msisdn = any($2::text[])' : 'meta = $2'} limit ${LOOKED_AT}) e
     join uploads u on u.id = e.upload_id and u.account_id = $1 and u.state in ('processing', 'ready', 'failed')
     where e.message <> $3
     order by u.id desc, e.no limit $4`,
    [accountId, isNumber ? sought.msisdns : sought.meta, DUPLICATE_ROW, limit],
  );
}
