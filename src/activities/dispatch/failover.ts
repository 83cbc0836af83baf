/** The next leg for messages that a receipt refused, and for those whose receipt doesn't come. */
import type { FailureClass } from '../../core/messages/outcome';
import type { Database } from '../../store/database';
import { listRefused, resolveRefused, type FailoverCandidate, type LegMove } from '../../store/dispatch/failover';
import { listOverdue, moveOverdue } from '../../store/dispatch/overdue';
import { MAX_ATTEMPTS } from './interpret';
import { LOOKUP_PROVIDERS } from './lookups';
import { legAfter, type ResolvedRoute } from './route';
import type { DispatchRun } from './run';

/** Gives the messages of a slice that a receipt refused their next leg, or their end. */
export async function failRefused({ database: { pool }, sliceId, route, onSettlement }: DispatchRun): Promise<void> {
  const refused = await listRefused(pool, sliceId);
  if (refused.length === 0) return;
  onSettlement(
    await resolveRefused(
      pool,
      movesOf(route, refused, (message) => message.class),
    ),
  );
}

/**
 * Moves overdue messages of a slice on, to another sender ID or gateway of their route; one that has none, or whose
 * route says no, waits for its receipt until the deadline.
 */
export async function failOverdue({ pool }: Database, sliceId: string, route: ResolvedRoute): Promise<void> {
  const overdue = await listOverdue(pool, sliceId, LOOKUP_PROVIDERS);
  const stays = ({ leg }: FailoverCandidate): boolean => route.plan[leg]?.failoverOnNoReceipt === false;
  await moveOverdue(
    pool,
    movesOf(route, overdue, (message) => (stays(message) ? null : 'sender')),
  );
}

/** @param failureOf what failed with a message's attempt; null = the message goes nowhere. */
function movesOf<Candidate extends FailoverCandidate>(
  route: ResolvedRoute,
  candidates: readonly Candidate[],
  failureOf: (candidate: Candidate) => FailureClass | null,
): LegMove[] {
  return candidates.map((candidate) => {
    const failure = failureOf(candidate);
    const stays = failure === null || candidate.no >= MAX_ATTEMPTS;
    const nextLeg = stays ? null : legAfter(route, candidate, failure, candidate);
    return { id: candidate.id, no: candidate.no, nextLeg };
  });
}
