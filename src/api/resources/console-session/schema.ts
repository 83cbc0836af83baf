/** What the session of the console takes and answers. */
import { z } from 'zod';
import { SCOPES } from '../../../core/accounts/api-key';
import { storableName } from '../../http/text';

export const signInBody = z.strictObject({
  key: z.string().min(1).max(1_024).describe('An API key; no access token.'),
  accountId: storableName(64).optional().describe('The account that an admin’s key shall act for; absent = its own.'),
});

export const sessionAnswer = z
  .object({
    accountId: z.string(),
    accountName: z.string(),
    scopes: z.array(z.enum(SCOPES)),
    keyName: z
      .string()
      .describe('What the key is called; of the environment’s admin key `admin key of the environment`.'),
    timezone: z.string().describe('IANA name of the account’s zone.'),
  })
  .meta({ id: 'ConsoleSession' });
