/** What is suppressed, and how it is shown. */
import { z } from 'zod';
import type { Suppression } from '../../../store/messages/opt-outs';

export const suppression = z.strictObject({ to: z.string(), reason: z.string().max(200).nullable().default(null) });

export const suppressionAnswer = z
  .object({
    id: z.uuid(),
    to: z.string().describe('E.164.'),
    source: z.enum(['opt-out', 'manual']),
    reason: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Suppression' });

export function toSuppression(row: Suppression): z.input<typeof suppressionAnswer> {
  const { id, msisdn, source, reason, created_at } = row;
  return { id, to: msisdn, source, reason, createdAt: created_at.toISOString() };
}
