/** `GET /api/v1/messages` and `/api/v1/messages/{id}`. */
import type { Router } from 'express';
import { z } from 'zod';
import { normaliseMsisdn } from '../../../core/messages/msisdn';
import { AppError } from '../../../errors';
import { searchMessages, traceMessage } from '../../../store/messages/search';
import { fieldsOf, queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { toMessage, toTrace } from './answer';
import { messageQuery } from './schema';

export function messageRoutes(router: Router, deps: ApiDeps): void {
  router.get('/api/v1/messages', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const { to, cursor, limit, ...filter } = validate(messageQuery, fieldsOf(queryOf(request)));
    const { account } = await deps.accounts.context(accountId);
    const number = to === undefined ? undefined : normaliseMsisdn(to, account.default_country);
    if (number?.ok === false) {
      throw new AppError('invalid-request', `to: ${number.reason}`, {
        problems: [{ field: 'to', message: number.reason }],
      });
    }
    const rows = await searchMessages(deps.database.db, {
      ...filter,
      accountId,
      msisdn: number?.e164,
      after: cursor,
      limit,
    });
    const nextCursor = rows.length === limit ? rows.at(-1)!.id : null;
    response.json({ items: rows.map((row) => toMessage(row, scopes)), nextCursor });
  });

  router.get('/api/v1/messages/:id', async (request, response) => {
    const { accountId, scopes } = await deps.auth.authenticate(request, 'read');
    const id = z.uuid().safeParse(request.params.id);
    const trace = id.success ? await traceMessage(deps.database.db, accountId, id.data) : null;
    if (trace === null) throw new AppError('not-found', 'The account has no message with this id');
    response.json(toTrace(trace, scopes));
  });
}
