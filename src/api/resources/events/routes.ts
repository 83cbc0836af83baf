/** `GET /api/v1/events`: live events, as a browser's EventSource reads them. */
import type { Request, Router } from 'express';
import { AppError } from '../../../errors';
import { fieldsOf, queryOf } from '../../http/body';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { eventsQuery } from './schema';

export function eventRoutes(router: Router, deps: ApiDeps): void {
  router.get('/api/v1/events', async (request, response) => {
    const { accountId, keyId } = await deps.auth.authenticate(request, 'read', tokenOf(request));
    await deps.accounts.context(accountId);
    deps.events.open(accountId, keyId, response);
  });
}

/** EventSource can't set headers, so an access token may stand in the URL; an API key, which lives longer, may not. */
function tokenOf(request: Request): Record<string, unknown> {
  const { access_token: token } = validate(eventsQuery, fieldsOf(queryOf(request)));
  if (token !== undefined && !token.startsWith('hgt_')) {
    throw new AppError('unauthorized', 'access_token must be an access token of POST /oauth/token, not an API key');
  }
  return token === undefined ? {} : { access_token: token };
}
