import { z } from 'zod';
import type { Operation } from '../../operation';

export const eventsQuery = z.strictObject({ access_token: z.string().optional() });

export const operations: Operation[] = [
  {
    id: 'watchEvents',
    method: 'get',
    path: '/api/v1/events',
    tag: 'Statistics',
    summary: 'Live events of the account',
    description:
      'Server-sent events: `ledger` with the ledger and rates per second, once a second at most and only when it changed, `gateway` when one changes, and `campaign` with state and counts while one is under way, once a second at most. A connection begins with everything as it is; Last-Event-ID means nothing. It ends after 15 minutes: connect again. Five per key. A browser that can’t set headers gives an access token (not a key) as `access_token`.',
    scope: 'read',
    query: eventsQuery,
    answers: { 200: { description: 'The stream', schema: z.string(), type: 'text/event-stream' } },
    errors: ['invalid-request', 'rate-limited'],
  },
];
