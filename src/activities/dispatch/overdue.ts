/** The next leg for messages whose receipt doesn't come. */
import type { Database } from '../../store/database';
import { listOverdue, moveOverdue } from '../../store/dispatch/overdue';
import { LOOKUP_PROVIDERS } from './lookups';
import { legAfter, type ResolvedRoute } from './route';

/**
 * Moves overdue messages of a slice on, to another sender ID or gateway of their route; one that has none, or whose
 * route says no, waits for its receipt until the deadline.
 */
export async function failOverdue(database: Database, sliceId: string, route: ResolvedRoute): Promise<void> {
  const overdue = await listOverdue(database.pool, sliceId, LOOKUP_PROVIDERS);
  const moves = overdue.map((message) => {
    const stays = route.plan[message.leg]?.failoverOnNoReceipt === false;
    return { id: message.id, no: message.no, nextLeg: stays ? null : legAfter(route, message, 'sender', message) };
  });
  await moveOverdue(database.pool, moves);
}
