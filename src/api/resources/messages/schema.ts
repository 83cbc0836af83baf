/** What the search for messages may be asked. */
import { z } from 'zod';
import { MESSAGE_STATES } from '../../../core/messages/status';
import { storableName } from '../../http/text';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

export const messageQuery = z.strictObject({
  to: z.string().optional().describe('A number, with country code or as written in the account’s country.'),
  meta: z.string().optional(),
  state: z.enum(MESSAGE_STATES).optional(),
  campaignId: storableName(64).optional(),
  from: moment.optional().describe('Accepted at this moment or later.'),
  until: moment.optional().describe('Accepted before this moment.'),
  cursor: z.uuid().optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LIMIT).default(DEFAULT_LIMIT),
});
