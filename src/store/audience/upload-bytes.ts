/** The bytes of an upload, stored as they come and before any row is read. */
import type { Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { SuppressedClasses } from '../../core/messages/suppression';
import { execute } from '../database';
import type { Schema } from '../tables';
import type { UploadRow } from './uploads';

/** An upload without progress for this long was left by a client or a process that is gone. */
const ABANDONED = '10 minutes';

export interface UploadDraft {
  id: string;
  accountId: string;
  name: string | null;
  delimiter: string;
  /** Cells of the header row. */
  columns: string[];
  numberColumn: string | null;
  /** Where the header row ends. */
  headerEnd: { byte: number; row: number; line: number };
  /** Of a list of numbers to suppress; absent = it is one of recipients. */
  suppressions?: { classes: SuppressedClasses; keyId: string | null };
}

/** Makes an upload that is still to get its bytes; nobody sees it until {@link completeUpload}. */
export async function beginUpload(db: Kysely<Schema>, draft: UploadDraft): Promise<void> {
  await db
    .insertInto('uploads')
    .values({
      id: draft.id,
      account_id: draft.accountId,
      name: draft.name,
      delimiter: draft.delimiter,
      columns: draft.columns,
      number_column: draft.numberColumn,
      cursor_byte: draft.headerEnd.byte,
      cursor_row: draft.headerEnd.row,
      cursor_line: draft.headerEnd.line,
      ...(draft.suppressions && {
        kind: 'suppressions' as const,
        classes: draft.suppressions.classes,
        key_id: draft.suppressions.keyId,
      }),
    })
    .execute();
}

/**
 * Stores the next bytes of an upload.
 * @param start offset of the first of them in the file.
 * @returns false when the upload was given up as abandoned.
 */
export async function appendChunk(pool: Pool, id: string, start: number, bytes: Buffer): Promise<boolean> {
  const stored = await execute(
    pool,
    'append-upload-chunk',
    `with mine as (
       update uploads set bytes = $2::bigint + length($3::bytea), touched_at = now()
       where id = $1 and state = 'receiving' and bytes = $2
       returning id
     )
     insert into upload_chunks (upload_id, start, bytes) select id, $2, $3 from mine returning start`,
    [id, start, bytes],
  );
  return stored.length === 1;
}

/** All bytes are here: the upload can be seen and imported. Null when it was given up as abandoned. */
export async function completeUpload(db: Kysely<Schema>, id: string): Promise<UploadRow | null> {
  const row = await db
    .updateTable('uploads')
    .set({ state: 'processing' })
    .where('id', '=', id)
    .where('state', '=', 'receiving')
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Leaves nothing of an upload that did not get all its bytes. */
export async function discardUpload(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('uploads').where('id', '=', id).where('state', '=', 'receiving').execute();
}

/** Deletes uploads that were begun and abandoned; {@link purgeUpload} removes what is left of them. */
export async function giveUpUploads(pool: Pool): Promise<void> {
  await execute(
    pool,
    'give-up-uploads',
    `update uploads set state = 'deleted' where state = 'receiving' and touched_at < now() - interval '${ABANDONED}'`,
    [],
  );
}

/** Deleted uploads of which something is left. */
export async function listDeletedUploads(pool: Pool, limit: number): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    pool,
    'list-deleted-uploads',
    `select id from uploads where state = 'deleted' order by id limit $1`,
    [limit],
  );
  return rows.map(({ id }) => id);
}

/**
 * Removes what is left of a deleted upload, at most `limit` rows and as many errors. The upload itself goes last.
 * @returns whether it is gone.
 */
export async function purgeUpload(pool: Pool, id: string, limit: number): Promise<boolean> {
  const [left] = await execute<{ is_empty: boolean }>(pool, 'purge-upload', PURGE, [id, limit]);
  if (left!.is_empty) await execute(pool, 'forget-upload', 'delete from uploads where id = $1', [id]);
  return left!.is_empty;
}

const PURGE = `
with gone_chunks as (delete from upload_chunks where upload_id = $1),
gone_rows as (
  delete from upload_rows where upload_id = $1
    and no = any(array(select no from upload_rows where upload_id = $1 order by no limit $2))
  returning no
),
gone_errors as (
  delete from upload_errors where upload_id = $1
    and no = any(array(select no from upload_errors where upload_id = $1 order by no limit $2))
  returning no
)
select (select count(*) from gone_rows) < $2 and (select count(*) from gone_errors) < $2 as is_empty`;
