/** `/api/v1/suppressions`: numbers that nothing is sent to. */
import type { Router } from 'express';
import { z } from 'zod';
import { maskMsisdn, normaliseMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import { audited } from '../../../store/accounts/audit';
import {
  deleteSuppression,
  insertSuppression,
  listSuppressions,
  type Suppression,
} from '../../../store/messages/opt-outs';
import { fieldsOf, queryOf, readJson } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';

const MAX_LIMIT = 500;

export const suppression = z.strictObject({ to: z.string(), reason: z.string().max(200).nullable().default(null) });
export const suppressionQuery = z.strictObject({
  cursor: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(50),
});

export function suppressionRoutes(router: Router, deps: ApiDeps): void {
  const { db } = deps.database;

  async function numberOf(accountId: string, to: string): Promise<string> {
    const { account } = await deps.accounts.context(accountId);
    const number = normaliseMsisdn(to, account.default_country);
    if (number.ok) return number.e164;
    throw new AppError('invalid-request', `to: ${number.reason}`, {
      problems: [{ field: 'to', message: number.reason }],
    });
  }

  router.get('/api/v1/suppressions', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'manage');
    const { cursor, limit } = validate(suppressionQuery, fieldsOf(queryOf(request)));
    const rows = await listSuppressions(db, { accountId, after: cursor, limit });
    response.json({ items: rows.map(toAnswer), nextCursor: rows.length === limit ? rows.at(-1)!.msisdn : null });
  });

  router.post('/api/v1/suppressions', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const { to, reason } = validate(suppression, readJson(request));
    const msisdn = await numberOf(accountId, to);
    const made = await audited(
      db,
      principal,
      (tx) => insertSuppression(tx, { accountId, msisdn, reason }),
      () => ({ action: 'suppression.created', subject: maskMsisdn(msisdn) }),
    );
    response.status(201).json(toAnswer(made));
  });

  router.delete('/api/v1/suppressions/:to', async (request, response) => {
    const principal = await deps.auth.authenticate(request, 'manage');
    const { accountId } = principal;
    const msisdn = await numberOf(accountId, request.params.to);
    const removed = await audited(
      db,
      principal,
      (tx) => deleteSuppression(tx, accountId, msisdn),
      (done) => (done ? { action: 'suppression.deleted', subject: maskMsisdn(msisdn) } : null),
    );
    if (!removed) throw new AppError('not-found', 'The account has not suppressed this number');
    response.status(204).end();
  });
}

function toAnswer({ msisdn, source, reason, created_at }: Suppression) {
  return { to: msisdn, source, reason, createdAt: created_at.toISOString() };
}
