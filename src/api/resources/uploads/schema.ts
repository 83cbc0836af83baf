/** What an upload may be given, and how it is shown. */
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { DELIMITERS } from '../../../core/audience/audience-file';
import { maskDigits } from '../../../core/messages/msisdn';
import type { ErrorCode } from '../../../errors';
import type { UploadError, UploadRow } from '../../../store/audience/uploads';
import type { Operation } from '../../operation';

const MAX_LIMIT = 500;
/** Errors that come with an upload; the rest is in its report. */
export const SHOWN_ERRORS = 100;

const delimiter = z
  .string()
  .transform((text) => (text === 'tab' || text === '\\t' ? '\t' : text))
  .refine((text) => DELIMITERS.includes(text), 'must be a comma, %3B (semicolon), %09 or tab, or %7C (pipe)')
  .default(',');

/** How the file is to be read: in the query, since the body is the file. */
export const settings = z.strictObject({
  name: z.string().trim().min(1).max(200).nullable().default(null),
  numberColumn: z.string().trim().min(1).max(200).nullable().default(null),
  delimiter,
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
export function toListedUpload(row: UploadRow) {
  return {
    id: row.id,
    name: row.name ?? undefined,
    state: row.state,
    rows: row.rows,
    valid: row.valid,
    invalid: row.invalid,
    duplicates: row.duplicates,
    columns: row.columns.map((name) => name.trim()).filter((name) => name !== ''),
    reason: row.reason ?? undefined,
    createdAt: row.created_at.toISOString(),
    finishedAt: row.finished_at?.toISOString(),
  };
}

/** @param errors the first of them. */
export function toUpload(row: UploadRow, errors: readonly UploadError[], scopes: readonly Scope[]) {
  return { ...toListedUpload(row), errors: errors.map((error) => toError(error, scopes)) };
}

const listedUpload = z
  .strictObject({
    id: z.uuid(),
    name: z.string().optional().describe('As given, or the name of the file in the form.'),
    state: z.enum(['processing', 'ready', 'failed']),
    rows: z.int().describe('Rows read so far: valid, invalid and duplicates. Neither the header nor blank rows count.'),
    valid: z.int(),
    invalid: z.int(),
    duplicates: z.int().describe('Rows whose number is in an earlier row, which is the one that counts.'),
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

const upload = listedUpload
  .extend({ errors: z.array(uploadError).describe(`The first ${SHOWN_ERRORS}.`) })
  .meta({ id: 'Upload' });

const tag = 'Uploads';
const id = { id: z.uuid() };
const notFound: readonly ErrorCode[] = ['not-found'];
const file = z.string().describe('CSV with a header row.');
const form = z.strictObject({ file });

export const operations: Operation[] = [
  {
    id: 'createUpload',
    method: 'post',
    path: '/api/v1/uploads',
    tag,
    summary: 'Uploads a CSV file of recipients.',
    description:
      'Of any size. The answer comes when the file is stored; its rows are checked after that, so follow its `state`.',
    scope: 'manage',
    query: settings,
    body: { schema: z.union([file, form]), types: ['text/csv', 'multipart/form-data'] },
    answers: { 201: { description: 'The upload, being processed.', schema: upload } },
    errors: ['invalid-request', 'malformed-body', 'request-timeout'],
  },
  {
    id: 'listUploads',
    method: 'get',
    path: '/api/v1/uploads',
    tag,
    summary: 'Lists uploads, newest first, without their errors.',
    scope: 'read',
    query: page,
    answers: {
      200: {
        description: 'A page.',
        schema: z.strictObject({ items: z.array(listedUpload), nextCursor: z.uuid().nullable() }),
      },
    },
    errors: ['invalid-request'],
  },
  {
    id: 'getUpload',
    method: 'get',
    path: '/api/v1/uploads/:id',
    tag,
    summary: 'Shows an upload, how far it is, and its first errors.',
    scope: 'read',
    params: id,
    answers: { 200: { description: 'The upload.', schema: upload } },
    errors: notFound,
  },
  {
    id: 'getUploadErrors',
    method: 'get',
    path: '/api/v1/uploads/:id/errors.csv',
    tag,
    summary: 'The whole report of errors as CSV: row, column, value, message.',
    scope: 'read',
    params: id,
    answers: { 200: { description: 'The report.', schema: z.string(), type: 'text/csv' } },
    errors: notFound,
  },
  {
    id: 'deleteUpload',
    method: 'delete',
    path: '/api/v1/uploads/:id',
    tag,
    summary: 'Deletes an upload and its rows.',
    scope: 'manage',
    params: id,
    answers: { 204: { description: 'It is gone.' } },
    errors: ['not-found', 'upload-in-use'],
  },
];
