/** Where a message came from: a request of a key, a campaign, or a person who tried something. */
import { z } from 'zod';
import { originOf, SHAPES } from '../../core/messages/send-id';
import type { KeyName } from '../../store/accounts/api-keys';
import type { MessageRow } from '../../store/messages/shown';

export const originAnswer = z
  .object({
    kind: z.enum(['request', 'campaign', 'test']).describe('`test`: a person tried a gateway with it.'),
    shape: z
      .enum(SHAPES)
      .optional()
      .describe('Of a request: whose contract it came by; `api` is our own. Absent = it came before this was kept.'),
    keyId: z.string().optional().describe('The key of the request; absent = it is not one of the account’s.'),
    keyName: z.string().optional(),
    campaignId: z.string().optional(),
  })
  .meta({ id: 'MessageOrigin', description: 'Where a message came from.' });

export type MessageOrigin = z.input<typeof originAnswer>;

/** @param keys of the account, those that have ended too. */
export function toOrigin(row: MessageRow, keys: readonly KeyName[]): MessageOrigin {
  if (row.campaign_id !== null) return { kind: 'campaign', campaignId: row.campaign_id };
  if (row.is_test) return { kind: 'test' };
  const told = originOf(row.send_id);
  if (told === null) return { kind: 'request' };
  const key = keys.find(({ id }) => told.isOf(id));
  return { kind: 'request', shape: told.shape, ...(key === undefined ? {} : { keyId: key.id, keyName: key.name }) };
}
