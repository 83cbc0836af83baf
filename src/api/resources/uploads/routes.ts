/** `/api/v1/uploads`: lists of recipients, what became of their rows, and the report of the bad ones. */
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Router } from 'express';
import { z } from 'zod';
import type { Scope } from '../../../core/accounts/api-key';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import {
  deleteUpload,
  findUpload,
  listUploadErrors,
  listUploads,
  type UploadRow,
} from '../../../store/audience/uploads';
import { fieldsOf, queryOf } from '../../http/body';
import { refuseWhileRead } from '../campaigns/audience';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { page, SHOWN_ERRORS, toError, toListedUpload, toUpload } from './schema';

/** Rows of the report that are read at once. */
const REPORT_PAGE = 5_000;

const notFound = (): AppError => new AppError('not-found', 'The account has no upload with this id');

export function uploadRoutes(router: Router, deps: ApiDeps): void {
  const { db, pool } = deps.database;

  async function existing(accountId: string, id: string): Promise<UploadRow> {
    const row = z.uuid().safeParse(id).success ? await findUpload(db, accountId, id) : null;
    if (row === null) throw notFound();
    return row;
  }

  /** Page after page, so that a report of any length takes the same memory. */
  async function* reportOf(uploadId: string, scopes: readonly Scope[]) {
    for (let after = 0; ;) {
      const errors = await listUploadErrors(pool, uploadId, after, REPORT_PAGE);
      for (const error of errors) yield toError(error, scopes);
      if (errors.length < REPORT_PAGE) return;
      after = errors.at(-1)!.no;
    }
  }

  router.get('/api/v1/uploads', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const { cursor, limit } = validate(page, fieldsOf(queryOf(request)));
    const rows = await listUploads(db, { accountId, after: cursor, limit });
    response.json({ items: rows.map(toListedUpload), nextCursor: rows.length === limit ? rows.at(-1)!.id : null });
  });

  router.get('/api/v1/uploads/:id', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const row = await existing(accountId, request.params.id);
    response.json(toUpload(row, await listUploadErrors(pool, row.id, 0, SHOWN_ERRORS), scopes));
  });

  router.get('/api/v1/uploads/:id/errors.csv', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const { id } = await existing(accountId, request.params.id);
    response.type('text/csv').attachment(`upload-${id}-errors.csv`);
    // The values are somebody else's: a spreadsheet must not take one for a formula.
    const csv = stringify({ header: true, columns: ['row', 'column', 'value', 'message'], escape_formulas: true });
    try {
      await pipeline(reportOf(id, scopes), csv, response);
    } catch (err) {
      // The status has gone out, so a report that is cut off is all that can tell. Mostly the client has left.
      deps.log.info({ err, uploadId: id }, 'a report of errors was not sent to its end');
    }
  });

  router.delete('/api/v1/uploads/:id', async (request, response) => {
    const actor = await deps.auth.authenticate(request, 'manage');
    const { id } = await existing(actor.accountId, request.params.id);
    const gone = await audited(
      db,
      actor,
      async (tx) => {
        const deleted = await deleteUpload(tx, actor.accountId, id);
        await refuseWhileRead(tx, actor.accountId, { kind: 'upload', id });
        return deleted;
      },
      (row) => row && { action: 'upload.deleted', subject: id, detail: { state: row.state, rows: row.rows } },
    );
    if (gone === null) throw notFound();
    response.status(204).end();
  });
}
