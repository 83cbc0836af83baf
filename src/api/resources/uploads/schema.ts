/** What an upload may be given, and how it is shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { columnName } from '../../../core/audience/number-columns';
import { DELIMITERS } from '../../../core/audience/upload-file';
import { maskDigits } from '../../../core/messages/msisdn';
import type { UploadError, UploadRow } from '../../../store/audience/uploads';
import { importWorkflowId } from '../../../workflows/contract';
import { workflowLink, type WorkflowLinks } from '../../http/workflow-link';

const MAX_LIMIT = 500;
/** Errors that come with an upload; the rest is in its report. */
export const SHOWN_ERRORS = 100;

const delimiter = z
  .string()
  .transform((text) => (text === 'tab' || text === '\\t' ? '\t' : text))
  .refine((text) => DELIMITERS.includes(text), 'must be a comma, %3B (semicolon), %09 or tab, or %7C (pipe)')
  .nullable()
  .default(null)
  .describe('Absent: the file’s own `sep=` line, else the one that its header row has.');

/** How the file is to be read: in the query, since the body is the file. */
export const settings = z.strictObject({
  name: z.string().trim().min(1).max(200).nullable().default(null),
  numberColumn: z.string().trim().min(1).max(200).nullable().default(null),
  delimiter,
  charset: z
    .string()
    .trim()
    .min(1)
    .max(40)
    .nullable()
    .default(null)
    .describe('Of a file that is neither UTF-8 nor has a byte order mark, such as `windows-1252`.'),
});

export const page = z.strictObject({
  cursor: z.uuid('must be the nextCursor of a page').optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
});

const seesNumbers = (scopes: readonly Scope[]): boolean => scopes.includes('manage') || scopes.includes('admin');

/** An error as answered. @param scopes full numbers are shown to `manage` only. */
export function toError({ no, column_name, value, message }: UploadError, scopes: readonly Scope[]) {
  return { row: no, column: column_name, value: seesNumbers(scopes) ? value : maskDigits(value), message };
}

/** An upload without its errors, as lists have it. */
export function toListedUpload(row: UploadRow, linkTo: WorkflowLinks) {
  return {
    id: row.id,
    ...linkTo(importWorkflowId(row.id)),
    name: row.name ?? undefined,
    state: row.state,
    rows: row.rows,
    valid: row.valid,
    invalid: row.invalid,
    duplicates: row.duplicates,
    otherColumn: row.other_column,
    columns: row.columns.map(columnName).filter((name) => name !== ''),
    reason: row.reason ?? undefined,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString(),
  };
}

/** @param errors the first of them. */
export function toUpload(
  row: UploadRow,
  errors: readonly UploadError[],
  scopes: readonly Scope[],
  linkTo: WorkflowLinks,
) {
  return { ...toListedUpload(row, linkTo), errors: errors.map((error) => toError(error, scopes)) };
}

export const listedUpload = z
  .strictObject({
    id: z.uuid(),
    ...workflowLink,
    name: z.string().optional().describe('As given, or the name of the file in the form.'),
    state: z.enum(['processing', 'ready', 'failed']),
    rows: z.int().describe('Rows read so far: valid, invalid and duplicates. Neither the header nor blank rows count.'),
    valid: z.int(),
    invalid: z.int(),
    duplicates: z.int().describe('Rows whose number is in an earlier row, which is the one that counts.'),
    otherColumn: z
      .int()
      .describe('Rows among them whose number stood in another column of numbers, since their cell was empty.'),
    columns: z.array(z.string()).describe('Names in the header row.'),
    reason: z.string().optional().describe('Why it failed.'),
    createdAt: z.iso.datetime(),
    finishedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'ListedUpload' });

const uploadError = z.strictObject({
  row: z.int().describe('As a spreadsheet counts: the header is row 1.'),
  column: z.string().nullable().describe('Null: the row as a whole.'),
  value: z.string().describe('Up to 100 characters; numbers are masked unless the key has the scope manage.'),
  message: z.string(),
});

export const upload = listedUpload
  .extend({ errors: z.array(uploadError).describe(`The first ${SHOWN_ERRORS}.`) })
  .meta({ id: 'Upload' });
