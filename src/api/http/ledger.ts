/** The ledger of an account or a campaign, as answers show it. */
import { z } from 'zod';

const count = z.int().min(0);

/** Messages by what they came to: `accepted` is the sum of all the others. */
export const ledger = z
  .object({
    accepted: count,
    delivered: count,
    failed: count,
    expired: count,
    suppressed: count,
    cancelled: count,
    unknown: count,
    open: count,
  })
  .meta({ id: 'Ledger' });
