/** `/api/v1/overview`: an account at one look, once or live. */
import { z } from 'zod';
import type { Principal } from '../../http/auth';
import { endpoint, type Endpoint } from '../../endpoint';
import { streamIntake, streamQuery } from '../../http/stream-token';
import { overviewAnswer, toOverview } from './answer';

const tag = 'Statistics';

const mayManage = ({ scopes }: Principal): boolean => scopes.includes('manage') || scopes.includes('admin');

export const overview: Endpoint[] = [
  endpoint(
    {
      id: 'getOverview',
      method: 'get',
      path: '/api/v1/overview',
      tag,
      summary: 'The account at one look',
      description:
        'One sentence about what needs somebody, the ledger, messages a second, gateways, campaigns under way, callbacks that wait, and the last changes. Read once a second at most, however many ask.',
      scope: 'read',
      answers: { 200: { description: 'As it is now', schema: overviewAnswer } },
    },
    async ({ deps, actor }) => {
      await deps.accounts.context(actor.accountId);
      return toOverview(await deps.overviews.read(actor.accountId), mayManage(actor));
    },
  ),
  endpoint(
    {
      id: 'watchOverview',
      method: 'get',
      path: '/api/v1/overview/events',
      tag,
      summary: 'The account at one look, live',
      description:
        'Server-sent events: `overview` with what GET /api/v1/overview answers, once a second at most and only when something other than `at` changed. It begins with everything as it is, and ends after 15 minutes, and when its key does: connect again. Fifty per key, two hundred per account. A browser that can’t set headers gives an access token (not a key) as `access_token`.',
      scope: 'read',
      query: streamQuery,
      intake: streamIntake,
      answers: { 200: { description: 'The stream', schema: z.string(), type: 'text/event-stream' } },
      errors: ['invalid-request', 'rate-limited'],
    },
    async ({ deps, actor, request, response }) => {
      await deps.accounts.context(actor.accountId);
      const watcher = { accountId: actor.accountId, keyId: actor.keyId, mayManage: mayManage(actor) };
      deps.overviews.streams.open(watcher, response, () => deps.auth.isStillGood(request, streamIntake(request)));
    },
  ),
];
