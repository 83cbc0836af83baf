/** `/callbacks/{token}`, any method: what providers report. */
import { z } from 'zod';
import { endpoint, reply, type Endpoint } from '../../endpoint';
import { rawQueryOf } from '../../http/fields';

const taken = z.union([
  z.object({ status: z.enum(['stored', 'ignored']) }),
  z.object({ challenge: z.string() }).describe('A provider that checks the URL gets back what it sent.'),
]);
const refused = z.object({ status: z.literal('refused'), reason: z.string() }).meta({ id: 'RefusedReceipt' });

/** Providers use these two methods; any other is taken as well. */
const receive = (id: string, method: 'get' | 'post'): Endpoint =>
  endpoint(
    {
      id,
      method,
      path: '/callbacks/:token',
      tag: 'Provider callbacks',
      summary: method === 'post' ? 'Takes delivery reports of a provider.' : 'Takes a delivery report by query.',
      description:
        'The token finds the gateway, whose provider says what a report looks like and how it is authenticated.',
      scope: null,
      async precheck({ deps, params, request }) {
        if (await deps.inbox.knows(params.token!, deps.addresses.addressOf(request))) return undefined;
        return reply(404, { status: 'refused', reason: 'no gateway has this callback URL' });
      },
      ...(method === 'post'
        ? { takes: { schema: z.unknown(), types: ['*/*'], optional: true as const }, anyMethod: true as const }
        : {}),
      answers: {
        200: {
          description: 'Stored, or knowingly ignored. Twilio is answered a text of a phone by an empty TwiML document.',
          schema: taken,
          also: { 'text/xml': z.string() },
        },
        400: { description: 'Malformed.', schema: refused },
        401: { description: 'Not authentic.', schema: refused },
        403: { description: 'From an address that is not among the gateway’s `callbackAllow`.', schema: refused },
        404: { description: 'No gateway has this URL.', schema: refused },
        429: {
          description:
            'More than one gateway may bring at a time, or too much without a proof: after `Retry-After` seconds.',
          schema: refused,
        },
      },
      errors: ['unavailable', 'busy'],
    },
    async ({ deps, params, request, response }) => {
      const body: unknown = request.body;
      const callback = {
        method: request.method,
        url: request.originalUrl,
        headers: request.headers,
        query: rawQueryOf(request),
        body: Buffer.isBuffer(body) ? body : Buffer.alloc(0),
      };
      const answer = await deps.inbox.receive(params.token, callback, deps.addresses.addressOf(request));
      if (answer.status === 429) response.setHeader('Retry-After', answer.retryAfterSeconds);
      if (answer.status !== 200) return reply(answer.status, { status: 'refused', reason: answer.reason });
      if (answer.outcome === 'challenge') return answer.answer;
      if (answer.answer === undefined) return { status: answer.outcome };
      response.setHeader('Content-Type', `${answer.answer.contentType}; charset=utf-8`);
      response.end(answer.answer.body);
      return undefined;
    },
  );

export const receipts: Endpoint[] = [receive('receiveReceipts', 'post'), receive('receiveReceiptByQuery', 'get')];
