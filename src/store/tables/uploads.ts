/** Rows of uploaded lists: their bytes, recipients and errors. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { CreatedAt } from './columns';

export interface UploadsTable {
  id: string;
  account_id: string;
  name: string | null;
  state: Generated<'receiving' | 'processing' | 'ready' | 'failed' | 'deleted'>;
  delimiter: string;
  columns: string[];
  number_column: string | null;
  /** bigint, read as a string; as is `cursor_byte`. */
  bytes: Generated<string>;
  cursor_byte: ColumnType<string, number, never>;
  cursor_row: number;
  cursor_line: number;
  rows: Generated<number>;
  valid: Generated<number>;
  invalid: Generated<number>;
  duplicates: Generated<number>;
  reason: string | null;
  created_at: CreatedAt;
  touched_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
}

export interface UploadChunksTable {
  upload_id: string;
  /** bigint, read as a string. */
  start: string;
  bytes: Buffer;
}

export interface UploadRowsTable {
  upload_id: string;
  no: number;
  msisdn: string;
  meta: string | null;
  variables: JSONColumnType<Record<string, string>>;
}

export interface UploadErrorsTable {
  upload_id: string;
  no: number;
  column_name: string | null;
  value: string;
  message: string;
}
