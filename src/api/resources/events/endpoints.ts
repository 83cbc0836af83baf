/** `GET /api/v1/events`: live events, as a browser's EventSource reads them. */
import { z } from 'zod';
import { endpoint, type Endpoint } from '../../endpoint';
import { streamIntake, streamQuery } from '../../http/stream-token';

export const events: Endpoint[] = [
  endpoint(
    {
      id: 'watchEvents',
      method: 'get',
      path: '/api/v1/events',
      tag: 'Statistics',
      summary: 'Live events of the account',
      description:
        'Server-sent events: `ledger` with the ledger and rates per second, once a second at most and only when it changed, `gateway` when one changes, and `campaign` with state and counts while one is under way, once a second at most; `alert.opened` and `alert.closed` as GET /api/v1/alerts shows them. A connection begins with everything as it is; Last-Event-ID means nothing. It ends after 15 minutes, and when its key does: connect again. Five per key, twenty per account. A browser that can’t set headers gives an access token (not a key) as `access_token`.',
      scope: 'read',
      query: streamQuery,
      intake: streamIntake,
      answers: { 200: { description: 'The stream', schema: z.string(), type: 'text/event-stream' } },
      errors: ['invalid-request', 'rate-limited'],
    },
    async ({ deps, actor: { accountId, keyId }, request, response }) => {
      await deps.accounts.context(accountId);
      const watcher = { accountId, keyId, mayManage: false };
      deps.events.open(watcher, response, () => deps.auth.isStillGood(request, streamIntake(request)));
    },
  ),
];
