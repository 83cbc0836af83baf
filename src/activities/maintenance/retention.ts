/** The retention step of the sweep: small transactions, and not too many of them, so that nothing waits for it. */
import type { Pool } from 'pg';
import { blankSlices, forgetReceived } from '../../store/accounts/retention';

/** At most 10,000 messages in one transaction. */
const SLICES_PER_STEP = 10;
const MAX_STEPS = 50;
const MAX_MESSAGES = 20_000;
const MAX_RECEIVED = 5_000;

/** Blanks what is due, up to some 20,000 messages; the next sweep goes on. */
export async function applyRetention(pool: Pool): Promise<void> {
  let messages = 0;
  for (let step = 0; step < MAX_STEPS && messages < MAX_MESSAGES; step++) {
    const blanked = await blankSlices(pool, SLICES_PER_STEP);
    messages += blanked.messages;
    if (blanked.slices < SLICES_PER_STEP) break;
  }
  await forgetReceived(pool, MAX_RECEIVED);
}
