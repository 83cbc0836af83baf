/** What is suppressed, and how it is shown. */
import { z } from 'zod';
import type { Suppression } from '../../../store/messages/opt-outs';
import { pageQuery } from '../../http/page';

export const suppression = z.strictObject({ to: z.string(), reason: z.string().max(200).nullable().default(null) });

export const suppressionQuery = z.strictObject({ cursor: z.string().optional(), limit: pageQuery.shape.limit });

export const suppressionAnswer = z
  .object({
    to: z.string().describe('E.164; of an erased number `#` and a keyed hash: it is still suppressed.'),
    source: z.enum(['opt-out', 'manual']),
    reason: z.string().nullable(),
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'Suppression' });

export function toSuppression({ msisdn, source, reason, created_at }: Suppression): z.input<typeof suppressionAnswer> {
  return { to: msisdn, source, reason, createdAt: created_at.toISOString() };
}
