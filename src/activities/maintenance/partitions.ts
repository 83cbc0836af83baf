/** The duty `partitions`: those that will be needed are made, and those that are kept no longer are dropped. */
import type { Pool } from 'pg';
import { dropPartitions, forgetDropped, FORGETTABLE, makePartitions } from '../../store/schema/partitions';
import type { Turn } from './turn';

/** The same day and time so many months ago; of a shorter month the first of the next. */
function monthsAgoMs(nowMs: number, months: number): number {
  const date = new Date(nowMs);
  return date.setUTCMonth(date.getUTCMonth() - months);
}

/**
 * @param keepMonths undefined = nothing is dropped.
 * @returns whether there is more to do now.
 */
export async function keepPartitions(pool: Pool, keepMonths: number | undefined, turn: Turn): Promise<boolean> {
  await turn.step('partitions to come', () => makePartitions(pool, Date.now()));
  if (keepMonths === undefined) return false;
  await turn.step('partitions that are over', async () => {
    turn.add((await dropPartitions(pool, monthsAgoMs(Date.now(), keepMonths))).length);
  });
  let more = false;
  for (const what of FORGETTABLE) {
    const left = await turn.step(what, async () => {
      while (await forgetDropped(pool, what)) if (turn.over) return true;
      return false;
    });
    more ||= left === true;
  }
  return more;
}
