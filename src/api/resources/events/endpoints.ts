/** `GET /api/v1/events`: live events, as a browser's EventSource reads them. */
import type { Request } from 'express';
import { z } from 'zod';
import { AppError } from '../../../errors';
import { endpoint, type Endpoint, type Intake } from '../../endpoint';
import { fieldsOf, queryOf } from '../../http/fields';
import { validate } from '../../http/validate';

const query = z.strictObject({ access_token: z.string().optional() });

/** EventSource can't set headers, so an access token may stand in the URL; an API key, which lives longer, may not. */
function intake(request: Request): Intake {
  const { access_token: token } = validate(query, fieldsOf(queryOf(request)));
  if (token !== undefined && !token.startsWith('hgt_')) {
    throw new AppError('unauthorized', 'access_token must be an access token of POST /oauth/token, not an API key');
  }
  return { fields: token === undefined ? {} : { access_token: token } };
}

export const events: Endpoint[] = [
  endpoint(
    {
      id: 'watchEvents',
      method: 'get',
      path: '/api/v1/events',
      tag: 'Statistics',
      summary: 'Live events of the account',
      description:
        'Server-sent events: `ledger` with the ledger and rates per second, once a second at most and only when it changed, `gateway` when one changes, and `campaign` with state and counts while one is under way, once a second at most. A connection begins with everything as it is; Last-Event-ID means nothing. It ends after 15 minutes, and when its key does: connect again. Five per key, twenty per account. A browser that can’t set headers gives an access token (not a key) as `access_token`.',
      scope: 'read',
      query,
      intake,
      answers: { 200: { description: 'The stream', schema: z.string(), type: 'text/event-stream' } },
      errors: ['invalid-request', 'rate-limited'],
    },
    async ({ deps, actor: { accountId, keyId }, request, response }) => {
      await deps.accounts.context(accountId);
      deps.events.open(accountId, keyId, response, () => deps.auth.isStillGood(request, intake(request)));
    },
  ),
];
