/** What statistics are asked for, and how they are shown. */
import { z } from 'zod';
import { STATS_GROUPS, type Figures, type StatsGroup } from '../../../store/accounts/stats';
import { instant } from '../../http/instant';
import { ledger } from '../../http/ledger';

export const statsQuery = z
  .strictObject({
    by: z.enum(STATS_GROUPS as [StatsGroup, ...StatsGroup[]]).optional(),
    from: instant.optional(),
    until: instant.optional(),
  })
  .refine(({ from, until }) => from === undefined || until === undefined || from < until, {
    path: ['until'],
    message: 'must be later than from',
  });

const rate = (part: number, whole: number): number | null => (whole === 0 ? null : part / whole);

/** Figures with their shares: of what was sent, and of what was delivered; null where there was nothing. */
export function withRates({ sent, delivered, clicked, errors }: Figures) {
  return { sent, delivered, clicked, errors, deliveryRate: rate(delivered, sent), ctr: rate(clicked, delivered) };
}

const count = z.int().min(0);
const figures = z.object({
  sent: count,
  delivered: count,
  clicked: count,
  errors: count,
  deliveryRate: z.number().nullable(),
  ctr: z.number().nullable(),
});

export const statsAnswer = figures.extend({
  from: z.iso.datetime(),
  until: z.iso.datetime(),
  by: z.enum(STATS_GROUPS as [StatsGroup, ...StatsGroup[]]).optional(),
  timezone: z.string().optional().describe('In which days begin and end: the account’s. Beside `by=day` only.'),
  groups: z.array(figures.extend({ key: z.string().nullable() })).optional(),
  ledger,
  callbacks: z.array(z.object({ event: z.string(), state: z.string(), count })),
});
