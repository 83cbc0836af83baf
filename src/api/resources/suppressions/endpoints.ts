/** `/api/v1/suppressions`: numbers that nothing is sent to, one by one and as lists, and the record of consents. */
import { pipeline } from 'node:stream/promises';
import { stringify } from 'csv-stringify';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { hashOfPseudonym, isPseudonym } from '../../../core/accounts/pseudonyms';
import { maskMsisdn } from '../../../core/messages/msisdn';
import { findUpload, listUploadErrors, type UploadRow } from '../../../store/audience/uploads';
import {
  deleteSuppression,
  findSuppression,
  listConsents,
  listSuppressions,
  type Consent,
  type Suppression,
} from '../../../store/messages/suppressions';
import type { Schema } from '../../../store/tables';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { readSoughtNumber } from '../../http/number';
import { pageOf, readCursor } from '../../http/page';
import { pageFrom, resource } from '../../http/resource';
import { reportOf, sendReport } from '../uploads/report';
import { SHOWN_ERRORS } from '../uploads/schema';
import { createSuppressions } from './create';
import {
  consentAnswer,
  consentQuery,
  EXPORT_COLUMNS,
  importAnswer,
  NO_SCOPES,
  suppressionAnswer,
  suppressionQuery,
  toConsent,
  toExported,
  toImport,
  toSuppression,
} from './schema';

export const SUPPRESSIONS = '/api/v1/suppressions';
const tag = 'Suppressions';
const idParam = { id: z.uuid() };
/** Rows of an export that are read at once. */
const EXPORT_PAGE = 2_000;

const { existing, found, remove } = resource<Suppression>({
  noun: 'suppression',
  id: z.regexes.uuid(),
  missing:
    'The account has no suppression with this id: an address names the id, never the number, and ' +
    `GET ${SUPPRESSIONS}?to= finds it by the number`,
});
const lists = resource<UploadRow>({ noun: 'import of suppressions', id: z.regexes.uuid() });

const importOf = ({ deps, actor, params }: Call<'id'>): Promise<UploadRow> =>
  lists.existing(params.id, (id) => findUpload(deps.database.db, actor.accountId, id, 'suppressions'));

/** Where a page begins, and the one number that it is about, if any. */
async function pageAsked({ deps, actor: { accountId }, query }: Call<never, z.output<typeof suppressionQuery>>) {
  const { account } = await deps.accounts.context(accountId);
  const { limit, to } = query;
  const after = readCursor<[string]>(query.cursor, 1, z.regexes.uuid())?.[0];
  return {
    accountId,
    after,
    limit,
    msisdn: to === undefined ? undefined : readSoughtNumber(to, account.default_country),
  };
}

export const suppressions: Endpoint[] = [
  endpoint(
    {
      id: 'listSuppressions',
      method: 'get',
      path: SUPPRESSIONS,
      tag,
      summary: 'Numbers that nothing is sent to, newest first; with `to` the one of that number.',
      scope: 'manage',
      query: suppressionQuery,
      answers: { 200: { description: 'A page of numbers.', schema: pageOf(suppressionAnswer) } },
    },
    async (call) => {
      const { msisdn, ...page } = await pageAsked(call);
      const msisdns = msisdn === undefined ? undefined : [msisdn, (await call.deps.loadPseudonyms()).number(msisdn)];
      const rows = await listSuppressions(call.deps.database.db, { ...page, msisdns });
      return pageFrom(rows, page.limit, toSuppression, ({ id }) => [id]);
    },
  ),
  createSuppressions,
  endpoint(
    {
      id: 'getSuppression',
      method: 'get',
      path: `${SUPPRESSIONS}/:id`,
      tag,
      summary: 'Shows one suppression.',
      scope: 'manage',
      params: idParam,
      answers: { 200: { description: 'The suppression.', schema: suppressionAnswer } },
    },
    async ({ deps, actor, params }) =>
      toSuppression(await existing(params.id, (id) => findSuppression(deps.database.db, actor.accountId, id))),
  ),
  endpoint(
    {
      id: 'deleteSuppression',
      method: 'delete',
      path: `${SUPPRESSIONS}/:id`,
      tag,
      summary: 'Lets a number be sent to again.',
      scope: 'manage',
      params: idParam,
      answers: { 204: { description: 'It is gone; the record of it stays.' } },
    },
    async (call) => {
      const { deps, actor, params } = call;
      const { msisdn } = await existing(params.id, (id) => findSuppression(deps.database.db, actor.accountId, id));
      const numberHash = isPseudonym(msisdn) ? hashOfPseudonym(msisdn) : await deps.numberHash(msisdn);
      const lift = (tx: Kysely<Schema>) => deleteSuppression(tx, { ...actor, id: params.id, numberHash });
      await remove(call, lift, (row) => ({
        action: 'suppression.deleted',
        subject: found(row).id,
        detail: { to: isPseudonym(msisdn) ? msisdn : maskMsisdn(msisdn), numberHash: numberHash.toString('hex') },
      }));
    },
  ),
  endpoint(
    {
      id: 'exportSuppressions',
      method: 'get',
      path: `${SUPPRESSIONS}.csv`,
      tag,
      summary: 'All of them as CSV, newest first; the same file can be brought in again.',
      scope: 'manage',
      answers: { 200: { description: 'The list.', schema: z.string(), type: 'text/csv' } },
    },
    async ({ deps, actor, response }) => {
      response.type('text/csv').attachment('suppressions.csv');
      const csv = stringify({ header: true, columns: [...EXPORT_COLUMNS] });
      try {
        await pipeline(exportOf(deps.database.db, actor.accountId), csv, response);
      } catch (err) {
        // The status has gone out, so a list that is cut off is all that can tell. Mostly the client has left.
        deps.log.info({ err }, 'an export of suppressions was not sent to its end');
      }
    },
  ),
  endpoint(
    {
      id: 'getSuppressionImport',
      method: 'get',
      path: `${SUPPRESSIONS}/imports/:id`,
      tag,
      summary: 'Shows what became of a list that was brought as a file, how far it is, and its first errors.',
      scope: 'manage',
      params: idParam,
      answers: { 200: { description: 'The import.', schema: importAnswer } },
      errors: ['not-found'],
    },
    async (call) => {
      const { database, workflowLink } = call.deps;
      const row = await importOf(call);
      const errors = await listUploadErrors(database.pool, row.id, 0, SHOWN_ERRORS);
      return toImport(row, errors, workflowLink);
    },
  ),
  endpoint(
    {
      id: 'getSuppressionImportErrors',
      method: 'get',
      path: `${SUPPRESSIONS}/imports/:id/errors.csv`,
      tag,
      summary: 'The whole report of errors as CSV: row, column, value, message. Numbers are masked.',
      scope: 'manage',
      params: idParam,
      answers: { 200: { description: 'The report.', schema: z.string(), type: 'text/csv' } },
      errors: ['not-found'],
    },
    async (call) => {
      const { id } = await importOf(call);
      await sendReport(call, `suppressions-${id}-errors.csv`, reportOf(call.deps.database.pool, id, NO_SCOPES));
    },
  ),
  endpoint(
    {
      id: 'listConsents',
      method: 'get',
      path: '/api/v1/consents',
      tag,
      summary: 'Who opted out and in again, when and how, newest first; with `to` what that number said.',
      description: 'Kept when a suppression is lifted. It holds no number: a keyed hash tells which one it was.',
      scope: 'manage',
      query: consentQuery,
      answers: { 200: { description: 'A page of the record.', schema: pageOf(consentAnswer) } },
    },
    async (call) => {
      const { msisdn, ...page } = await pageAsked(call);
      const numberHash = msisdn === undefined ? undefined : await call.deps.numberHash(msisdn);
      const rows: Consent[] = await listConsents(call.deps.database.db, { ...page, numberHash });
      return pageFrom(rows, page.limit, toConsent, ({ id }) => [id]);
    },
  ),
];

/** Page after page, so that a list of any length takes the same memory. */
async function* exportOf(db: Kysely<Schema>, accountId: string) {
  for (let after: string | undefined; ;) {
    const rows: Suppression[] = await listSuppressions(db, { accountId, after, limit: EXPORT_PAGE });
    for (const row of rows) yield toExported(row);
    if (rows.length < EXPORT_PAGE) return;
    after = rows.at(-1)!.id;
  }
}
