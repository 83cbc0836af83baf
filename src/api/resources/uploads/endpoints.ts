/** `/api/v1/uploads`: lists of recipients, what became of their rows, and the report of the bad ones. */
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import type { ErrorCode } from '../../../errors';
import {
  deleteUpload,
  findUpload,
  listUploadErrors,
  listUploads,
  type UploadRow,
} from '../../../store/audience/uploads';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { safeCell } from '../../http/csv';
import { pageFrom, resource } from '../../http/resource';
import { refuseWhileRead } from '../campaigns/audience';
import { receiveFile } from './receive';
import { listedUpload, page, settings, SHOWN_ERRORS, toError, toListedUpload, toUpload, upload } from './schema';

/** Rows of the report that are read at once. */
const REPORT_PAGE = 5_000;

const UPLOADS = '/api/v1/uploads';
const tag = 'Uploads';
const idParam = { id: z.uuid() };
const notFound: readonly ErrorCode[] = ['not-found'];
const file = z.string().describe('CSV with a header row.');
const form = z.strictObject({ file });

const { existing, remove } = resource<UploadRow>({ noun: 'upload', id: z.regexes.uuid() });

const uploadOf = ({ deps, actor, params }: Call<'id'>): Promise<UploadRow> =>
  existing(params.id, (id) => findUpload(deps.database.db, actor.accountId, id));

export const uploads: Endpoint[] = [
  endpoint(
    {
      id: 'createUpload',
      method: 'post',
      path: UPLOADS,
      tag,
      summary: 'Uploads a CSV file of recipients.',
      description:
        'Of any size. The answer comes when the file is stored; its rows are checked after that, so follow its `state`.',
      scope: 'manage',
      query: settings,
      streams: true,
      takes: { schema: z.union([file, form]), types: ['text/csv', 'multipart/form-data'] },
      answers: { 201: { description: 'The upload, being processed.', schema: upload } },
      errors: ['invalid-request', 'malformed-body', 'request-timeout'],
    },
    async ({ deps, actor, query, request, stream }) => {
      await deps.accounts.context(actor.accountId);
      const row = await receiveFile(deps.database, actor, request, query, stream);
      deps.startImport({ uploadId: row.id, accountId: row.account_id });
      return toUpload(row, [], actor.scopes, deps.workflowLink);
    },
  ),
  endpoint(
    {
      id: 'listUploads',
      method: 'get',
      path: UPLOADS,
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
    async ({ deps, actor: { accountId }, query: { cursor, limit } }) => {
      const rows = await listUploads(deps.database.db, { accountId, after: cursor, limit });
      return pageFrom(
        rows,
        limit,
        (row) => toListedUpload(row, deps.workflowLink),
        ({ id }) => id,
      );
    },
  ),
  endpoint(
    {
      id: 'getUpload',
      method: 'get',
      path: `${UPLOADS}/:id`,
      tag,
      summary: 'Shows an upload, how far it is, and its first errors.',
      scope: 'read',
      params: idParam,
      answers: { 200: { description: 'The upload.', schema: upload } },
      errors: notFound,
    },
    async (call) => {
      const { database, workflowLink } = call.deps;
      const row = await uploadOf(call);
      const errors = await listUploadErrors(database.pool, row.id, 0, SHOWN_ERRORS);
      return toUpload(row, errors, call.actor.scopes, workflowLink);
    },
  ),
  endpoint(
    {
      id: 'getUploadErrors',
      method: 'get',
      path: `${UPLOADS}/:id/errors.csv`,
      tag,
      summary: 'The whole report of errors as CSV: row, column, value, message.',
      scope: 'read',
      params: idParam,
      answers: { 200: { description: 'The report.', schema: z.string(), type: 'text/csv' } },
      errors: notFound,
    },
    async (call) => {
      const { deps, actor, response } = call;
      const { id } = await uploadOf(call);
      response.type('text/csv').attachment(`upload-${id}-errors.csv`);
      // The values are somebody else's: a spreadsheet must not take one for a formula.
      const csv = stringify({ header: true, columns: ['row', 'column', 'value', 'message'] });
      try {
        await pipeline(reportOf(deps.database.pool, id, actor.scopes), csv, response);
      } catch (err) {
        // The status has gone out, so a report that is cut off is all that can tell. Mostly the client has left.
        deps.log.info({ err, uploadId: id }, 'a report of errors was not sent to its end');
      }
    },
  ),
  endpoint(
    {
      id: 'deleteUpload',
      method: 'delete',
      path: `${UPLOADS}/:id`,
      tag,
      summary: 'Deletes an upload and its rows.',
      scope: 'manage',
      params: idParam,
      answers: { 204: { description: 'It is gone.' } },
      errors: ['not-found', 'upload-in-use'],
    },
    async (call) => {
      const { accountId } = call.actor;
      const { id } = await uploadOf(call);
      await remove(
        call,
        async (tx) => {
          const deleted = await deleteUpload(tx, accountId, id);
          await refuseWhileRead(tx, accountId, { kind: 'upload', id });
          return deleted;
        },
        ({ state, rows }) => ({ action: 'upload.deleted', subject: id, detail: { state, rows } }),
      );
    },
  ),
];

/** Page after page, so that a report of any length takes the same memory. */
async function* reportOf(pool: Pool, uploadId: string, scopes: readonly Scope[]) {
  for (let after = 0; ;) {
    const errors = await listUploadErrors(pool, uploadId, after, REPORT_PAGE);
    for (const error of errors) {
      const { column, value, message, ...rest } = toError(error, scopes);
      yield { ...rest, column: safeCell(column), value: safeCell(value), message: safeCell(message) };
    }
    if (errors.length < REPORT_PAGE) return;
    after = errors.at(-1)!.no;
  }
}
