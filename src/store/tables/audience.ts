/** Rows of who is written to, and what: groups, test phones, uploaded lists, templates. */
import type { ColumnType, Generated, JSONColumnType } from 'kysely';
import type { TemplateClass } from '../../core/campaigns/dlt';
import type { SuppressedClasses } from '../../core/messages/suppression';
import type { CreatedAt } from './columns';

export interface TemplatesTable {
  id: string;
  account_id: string;
  name: string;
  text: string;
  dlt_template_id: string | null;
  dlt_text: string | null;
  entity_id: string | null;
  language: string | null;
  /** Messages made of it are sensitive. */
  sensitive: Generated<boolean>;
  /** What the text is registered for on the DLT; null = not told. */
  class: TemplateClass | null;
  created_at: CreatedAt;
}

/** How urgent a group's messages are. */
export type GroupLevel = 'Critical' | 'Error' | 'Warning' | 'Info';

export interface GroupsTable {
  id: string;
  account_id: string;
  name: string;
  level: GroupLevel;
  template_id: string | null;
  sender: string | null;
  route_id: string | null;
  gateway_id: string | null;
  description: string | null;
  members: Generated<number>;
  created_at: CreatedAt;
}

export interface GroupMembersTable {
  /** bigint, read as a string. */
  id: Generated<string>;
  group_id: string;
  msisdn: string;
  name: string | null;
  variables: JSONColumnType<Record<string, string>>;
  created_at: CreatedAt;
}

export interface TestPhonesTable {
  id: string;
  account_id: string;
  msisdn: string;
  name: string | null;
  verified_at: Date | null;
  code_hash: Buffer | null;
  code_expires_at: Date | null;
  tries: Generated<number>;
  codes_sent: Generated<number>;
  codes_since: Generated<Date>;
  created_at: CreatedAt;
}

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
  /** Rows whose number stood in another column than the one with the numbers. */
  other_column: Generated<number>;
  reason: string | null;
  created_at: CreatedAt;
  touched_at: Generated<Date>;
  started_at: Date | null;
  finished_at: Date | null;
  kind: Generated<'recipients' | 'suppressions'>;
  /** Of a list of suppressions: what rows stop that say nothing of it. */
  classes: SuppressedClasses | null;
  /** Of a list of suppressions: the API key that brought it; null = the admin key. */
  key_id: string | null;
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
  account_id: Generated<string | null>;
  /** Of the row, not of the cell. */
  msisdn: Generated<string | null>;
  meta: Generated<string | null>;
}
