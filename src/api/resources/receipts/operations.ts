/** What the routes of provider callbacks say of themselves. Any method is taken; providers use these. */
import { z } from 'zod';
import type { Operation } from '../../operation';

const taken = z.union([
  z.object({ status: z.enum(['stored', 'ignored']) }),
  z.object({ challenge: z.string() }).describe('A provider that checks the URL gets back what it sent.'),
]);
const refused = z.object({ status: z.literal('refused'), reason: z.string() }).meta({ id: 'RefusedReceipt' });

const receive = (id: string, method: 'get' | 'post'): Operation => ({
  id,
  method,
  path: '/callbacks/:token',
  tag: 'Provider callbacks',
  summary: method === 'post' ? 'Takes delivery reports of a provider.' : 'Takes a delivery report by query.',
  description: 'The token finds the gateway, whose provider says what a report looks like and how it is authenticated.',
  scope: null,
  ...(method === 'post' ? { body: { schema: z.unknown(), types: ['*/*'], optional: true } } : {}),
  answers: {
    200: { description: 'Stored, or knowingly ignored.', schema: taken },
    400: { description: 'Malformed.', schema: refused },
    401: { description: 'Not authentic.', schema: refused },
    404: { description: 'No gateway has this URL.', schema: refused },
  },
  errors: ['unavailable'],
});

export const operations: Operation[] = [receive('receiveReceipts', 'post'), receive('receiveReceiptByQuery', 'get')];
