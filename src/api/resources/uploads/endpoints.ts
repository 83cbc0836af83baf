/** `/api/v1/uploads`: lists of recipients, what became of their rows, and the report of the bad ones. */
import { z } from 'zod';
import type { ErrorCode } from '../../../errors';
import {
  deleteUpload,
  findUpload,
  listUploadErrors,
  listUploads,
  type UploadRow,
} from '../../../store/audience/uploads';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { pageFrom, resource } from '../../http/resource';
import { refuseWhileRead } from '../campaigns/audience';
import { receiveFile } from './receive';
import { reportOf, sendReport } from './report';
import { listedUpload, page, settings, SHOWN_ERRORS, toListedUpload, toUpload, upload } from './schema';

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
      ingress: 'api',
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
      errors: ['invalid-request', 'malformed-body', 'request-timeout', 'quota-reached'],
    },
    async ({ deps, actor, query, request, stream }) => {
      await deps.accounts.context(actor.accountId);
      const row = await receiveFile(deps, actor, request, { ...query, stream });
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
      const { id } = await uploadOf(call);
      await sendReport(call, `upload-${id}-errors.csv`, reportOf(call.deps.database.pool, id, call.actor.scopes));
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
