/** What the OAuth route says of itself. */
import { z } from 'zod';
import type { Operation } from '../../operation';

const form = z.looseObject({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional().describe('The key’s id; or as Basic authentication.'),
  client_secret: z.string().optional().describe('What follows the id in `hg_<id>_<secret>`.'),
  scope: z.string().optional().describe('Scopes, parted by spaces; absent = all of the key’s.'),
});

const token = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds.'),
  scope: z.string(),
});

const refusal = z
  .object({
    error: z.enum(['invalid_request', 'invalid_client', 'unsupported_grant_type', 'invalid_scope']),
    error_description: z.string(),
  })
  .meta({ id: 'OAuthError', description: 'RFC 6749, section 5.2.' });

export const operations: Operation[] = [
  {
    id: 'createAccessToken',
    method: 'post',
    path: '/oauth/token',
    tag: 'API keys',
    summary: 'OAuth 2.0 client credentials: an access token for an hour.',
    scope: null,
    body: { schema: form, types: ['application/x-www-form-urlencoded'] },
    answers: {
      200: { description: 'The token.', schema: token },
      400: { description: 'The request is wrong.', schema: refusal },
      401: { description: 'The client is wrong.', schema: refusal },
    },
    errors: ['unavailable'],
  },
];
