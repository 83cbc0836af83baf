/** What an erasure is asked by, and how it is shown. */
import { z } from 'zod';
import { MAX_META_LENGTH } from '../../../core/audience/upload-row';
import type { ShownErasure } from '../../../store/accounts/erasures';
import { phoneNumber } from '../../http/number';
import { pageQuery } from '../../http/page';
import { storable } from '../../http/text';

export const erasure = z
  .strictObject({
    to: phoneNumber.optional(),
    meta: storable(1, MAX_META_LENGTH).optional(),
    accounts: z.literal('all').optional(),
  })
  .refine(({ to, meta }) => (to === undefined) !== (meta === undefined), {
    path: ['to'],
    message: 'must be given, or "meta", and not both',
  });

export const erasureQuery = z.strictObject({ cursor: z.uuid().optional(), limit: pageQuery.shape.limit });

export const erasureAnswer = z
  .object({
    id: z.uuid(),
    kind: z.enum(['number', 'meta']),
    hash: z
      .string()
      .describe('A keyed hash of the number or meta, which is itself kept only until the erasure is done.'),
    state: z
      .enum(['pending', 'running', 'done'])
      .describe('running: also while something has left, and its outcome is not known or not told yet.'),
    accounts: z.int().describe('In how many accounts it is carried out.'),
    counts: z.record(z.string(), z.int()).describe('Rows that were erased, by table.'),
    waiting: z.int().describe('Messages that are still to be blanked.'),
    createdAt: z.iso.datetime().describe('What came later is not erased.'),
    startedAt: z.iso.datetime().optional(),
    finishedAt: z.iso.datetime().optional(),
  })
  .meta({ id: 'Erasure' });

export const toErasure = (row: ShownErasure): z.input<typeof erasureAnswer> => ({
  id: row.id,
  kind: row.kind,
  hash: row.subject_hash,
  state: row.state,
  accounts: row.accounts,
  counts: row.counts,
  waiting: row.waiting,
  createdAt: row.created_at.toISOString(),
  startedAt: row.started_at?.toISOString(),
  finishedAt: row.finished_at?.toISOString(),
});
