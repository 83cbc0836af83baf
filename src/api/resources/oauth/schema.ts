/** What the OAuth route takes and answers. */
import { z } from 'zod';

export const form = z.looseObject({
  grant_type: z.literal('client_credentials'),
  client_id: z.string().optional().describe('The key’s id; or as Basic authentication.'),
  client_secret: z.string().optional().describe('What follows the id in `hg_<id>_<secret>`.'),
  scope: z.string().optional().describe('Scopes, parted by spaces; absent = all of the key’s.'),
});

export const token = z.object({
  access_token: z.string(),
  token_type: z.literal('Bearer'),
  expires_in: z.int().describe('Seconds.'),
  scope: z.string(),
});

export const refusal = z
  .object({
    error: z.enum(['invalid_request', 'invalid_client', 'unsupported_grant_type', 'invalid_scope']),
    error_description: z.string(),
  })
  .meta({ id: 'OAuthError', description: 'RFC 6749, section 5.2.' });
