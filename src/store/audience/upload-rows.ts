/** The import of an upload, block by block: rows, and how far the bytes were read, are stored in one statement. */
import type { Pool } from 'pg';
import type { RowError } from '../../core/audience/upload-row';
import { NIL_UUID } from '../../core/messages/ids';
import { execute } from '../database';

/** How far a file was read: always behind a whole row. */
export interface ImportCursor {
  /** Offset of the first byte that was not read. */
  byte: number;
  /** The last row that was read; the header is row 1. */
  row: number;
  /** The last line that was read, from 1. */
  line: number;
}

export interface ImportTask {
  delimiter: string;
  /** Cells of the header row. */
  columns: string[];
  numberColumn: string | null;
  /** Size of the file. */
  bytes: number;
  cursor: ImportCursor;
  /** Rows that were read, of any kind. */
  rows: number;
  /** ISO 3166 alpha-2, of the account. */
  defaultCountry: string;
  /** What its rows become. */
  kind: 'recipients' | 'suppressions';
}

/** What is left to do of an import; null when it is over or its upload was deleted. */
export async function findImport(pool: Pool, id: string): Promise<ImportTask | null> {
  const [row] = await execute<{
    delimiter: string;
    columns: string[];
    number_column: string | null;
    bytes: string;
    cursor_byte: string;
    cursor_row: number;
    cursor_line: number;
    rows: number;
    default_country: string;
    kind: ImportTask['kind'];
  }>(
    pool,
    'find-import',
    `select u.delimiter, u.columns, u.number_column, u.bytes, u.cursor_byte, u.cursor_row, u.cursor_line, u.rows,
            u.kind, a.default_country
     from uploads u join accounts a on a.id = u.account_id where u.id = $1 and u.state = 'processing'`,
    [id],
  );
  if (row === undefined) return null;
  return {
    delimiter: row.delimiter,
    columns: row.columns,
    numberColumn: row.number_column,
    bytes: Number(row.bytes),
    cursor: { byte: Number(row.cursor_byte), row: row.cursor_row, line: row.cursor_line },
    rows: row.rows,
    defaultCountry: row.default_country,
    kind: row.kind,
  };
}

/** The stored bytes from `offset` to the end of their chunk; null behind the last one. */
export async function readChunk(pool: Pool, id: string, offset: number): Promise<Buffer | null> {
  const [row] = await execute<{ start: string; bytes: Buffer }>(
    pool,
    'read-upload-chunk',
    `select start, bytes from upload_chunks where upload_id = $1 and start <= $2 order by start desc limit 1`,
    [id, offset],
  );
  const rest = row?.bytes.subarray(offset - Number(row.start));
  return rest === undefined || rest.length === 0 ? null : rest;
}

/** What the report says of a row whose number came before: it is counted as a duplicate, not as invalid. */
export const DUPLICATE_ROW = 'the number is in an earlier row, which is the one that counts';

/** Checked rows that follow each other in the file. */
export interface ImportBlock<Row> {
  valid: ({ no: number } & Row)[];
  invalid: ({ no: number } & RowError)[];
  /** Of valid rows: what the report has to say of them. */
  notes: ({ no: number } & RowError)[];
  /** Where the block begins and ends. */
  from: ImportCursor;
  to: ImportCursor;
}

/** A row that is a recipient. */
export interface RecipientRow {
  /** E.164. */
  msisdn: string;
  meta: string | null;
  /** A JSON object. */
  variables: string;
}

/** The lock on the upload's row decides between two workers that both believe the import is theirs. */
const WRITE_BLOCK = `
with mine as (
  select id, account_id from uploads where id = $1 and state = 'processing' and cursor_byte = $2 for update
),
incoming as (
  select r.* from mine,
    unnest($6::int[], $7::text[], $8::text[], $9::jsonb[]) as r (no, msisdn, meta, variables)
),
kept as (
  insert into upload_rows (upload_id, no, msisdn, meta, variables)
  select $1, no, msisdn, meta, variables from incoming order by no
  on conflict (upload_id, msisdn) do nothing
  returning no
),
doubled as (select no, msisdn, meta from incoming where no not in (select no from kept)),
reported as (
  insert into upload_errors (upload_id, no, column_name, value, message, msisdn, meta, account_id)
  select $1, e.*, mine.account_id
  from mine, unnest($10::int[], $11::text[], $12::text[], $13::text[], $19::text[], $20::text[]) as e
  union all
  select $1, no, $14, msisdn, '${DUPLICATE_ROW}', msisdn, meta, mine.account_id from mine, doubled
  union all
  select $1, n.*, null, null, mine.account_id
  from mine, unnest($15::int[], $16::text[], $17::text[], $18::text[]) as n (no, column_name, value, message)
  where n.no in (select no from kept)
)
update uploads u set
  cursor_byte = $3, cursor_row = $4, cursor_line = $5,
  rows = rows + cardinality($6::int[]) + cardinality($10::int[]),
  valid = valid + (select count(*) from kept),
  invalid = invalid + cardinality($10::int[]),
  duplicates = duplicates + (select count(*) from doubled),
  other_column = other_column + (select count(*) from kept where no = any($15::int[]))
from mine where u.id = mine.id
returning u.id`;

/**
 * Stores a block of rows and moves the cursor behind it, in one statement: after a crash the next try goes on from the
 * cursor, and no row is lost or there twice. The first row with a number is the one that counts.
 * @param numberColumn its name, for the report.
 * @returns false when somebody else has moved the cursor, or the upload was deleted; nothing was stored then.
 */
export async function writeImportBlock(
  pool: Pool,
  id: string,
  { valid, invalid, notes, from, to }: ImportBlock<RecipientRow>,
  numberColumn: string,
): Promise<boolean> {
  const written = await execute(pool, 'write-import-block', WRITE_BLOCK, [
    id,
    from.byte,
    to.byte,
    to.row,
    to.line,
    valid.map(({ no }) => no),
    valid.map(({ msisdn }) => msisdn),
    valid.map(({ meta }) => meta),
    valid.map(({ variables }) => variables),
    ...columnsOf(invalid),
    numberColumn,
    ...columnsOf(notes),
    invalid.map(({ msisdn }) => msisdn ?? null),
    invalid.map(({ meta }) => meta ?? null),
  ]);
  return written.length === 1;
}

/** Lines of the report as arrays: row, column, value, message. */
export const columnsOf = (lines: ImportBlock<unknown>['invalid']): unknown[][] => [
  lines.map(({ no }) => no),
  lines.map(({ column }) => column),
  lines.map(({ value }) => value),
  lines.map(({ message }) => message),
];

/** Ends an import whose cursor stands at the end of the file: `ready`, or `failed` when no row is valid. */
export async function finishImport(pool: Pool, id: string): Promise<void> {
  await execute(
    pool,
    'finish-import',
    `with over as (
       update uploads set
         state = case when valid > 0 then 'ready' else 'failed' end,
         reason = case when valid > 0 then null
                       when rows = 0 then 'the file has only a header row'
                       else 'none of the ' || rows || ' rows is valid; errors.csv says why' end,
         finished_at = now()
       where id = $1 and state = 'processing' and cursor_byte = bytes
       returning id
     )
     delete from upload_chunks c using over where c.upload_id = over.id`,
    [id],
  );
}

/** Ends an import that can't go on. Its rows go, since half a list is none; the report of errors stays. */
export async function failImport(pool: Pool, id: string, reason: string): Promise<void> {
  await execute(
    pool,
    'fail-import',
    `with over as (
       update uploads set state = 'failed', reason = $2, finished_at = now()
       where id = $1 and state = 'processing'
       returning id
     ),
     gone_rows as (delete from upload_rows r using over where r.upload_id = over.id)
     delete from upload_chunks c using over where c.upload_id = over.id`,
    [id, reason],
  );
}

/** An upload that is to be imported. */
export interface UnfinishedImport {
  uploadId: string;
  accountId: string;
}

/** Uploads whose last bytes came at least `olderThanMs` ago and that have no workflow. Oldest first. */
export async function listUnstartedImports(
  pool: Pool,
  olderThanMs: number,
  limit: number,
): Promise<UnfinishedImport[]> {
  return execute<UnfinishedImport>(
    pool,
    'list-unstarted-imports',
    `select id as "uploadId", account_id as "accountId" from uploads
     where state = 'processing' and started_at is null and touched_at < now() - $1 * interval '1 millisecond'
     order by touched_at limit $2`,
    [olderThanMs, limit],
  );
}

/**
 * Uploads whose import is not over, with or without a workflow, by id.
 * @param after the last upload of the page before; null for the first page.
 */
export async function listUnfinishedImports(
  pool: Pool,
  after: string | null,
  limit: number,
): Promise<UnfinishedImport[]> {
  return execute<UnfinishedImport>(
    pool,
    'list-unfinished-imports',
    `select id as "uploadId", account_id as "accountId" from uploads where state = 'processing' and id > $1::uuid order by id limit $2`,
    [after ?? NIL_UUID, limit],
  );
}

/** What an upload came to. */
export interface UploadCounts {
  state: 'processing' | 'ready' | 'failed';
  rows: number;
  valid: number;
  invalid: number;
  duplicates: number;
}

/** The rows of an upload by what they are; null when it is gone. */
export async function countUpload(pool: Pool, id: string): Promise<UploadCounts | null> {
  const [counts] = await execute<UploadCounts>(
    pool,
    'count-upload',
    'select state, rows, valid, invalid, duplicates from uploads where id = $1',
    [id],
  );
  return counts ?? null;
}

/** The workflow of this import is known to run. */
export async function markImportStarted(pool: Pool, id: string): Promise<void> {
  await execute(
    pool,
    'mark-import-started',
    'update uploads set started_at = now() where id = $1 and started_at is null',
    [id],
  );
}
