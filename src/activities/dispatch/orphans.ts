/** Attempts whose answer is missing, because the run that made their request is gone or the answer was lost. */
import { takeOverOrphans, type OrphanedAttempt } from '../../store/dispatch/claim';
import { writeResults } from '../../store/dispatch/results';
import type { Gateways } from './gateways';
import { resend } from './pass';
import type { DispatchRun } from './run';

/**
 * Resends the orphans of a slice under their own ids where the provider recognises those; calls the others unknown and
 * leaves them to look-ups, to their receipt or to their deadline.
 * @returns whether there were any.
 */
export async function resolveOrphans(gateways: Gateways, run: DispatchRun): Promise<boolean> {
  const orphans = await takeOverOrphans(run.database.pool, run.sliceId, run.claim);
  if (orphans.length === 0) return false;
  const loaded = await gateways.load([...new Set(orphans.map((orphan) => orphan.gatewayId))]);
  for (const [legIndex, group] of groupByLeg(orphans)) {
    const gateway = loaded.get(group[0]!.gatewayId);
    if (gateway?.provider.capabilities.idempotentById) await resend(run, legIndex, gateway, group);
    else await writeUnknown(run, legIndex, group);
  }
  return true;
}

/** Calls all orphans of a slice unknown: none is sent again. */
export async function giveUpOrphans(run: DispatchRun): Promise<void> {
  const orphans = await takeOverOrphans(run.database.pool, run.sliceId, run.claim);
  for (const [legIndex, group] of groupByLeg(orphans)) await writeUnknown(run, legIndex, group);
}

function groupByLeg(orphans: OrphanedAttempt[]): Map<number, OrphanedAttempt[]> {
  const groups = new Map<number, OrphanedAttempt[]>();
  for (const orphan of orphans) {
    const group = groups.get(orphan.leg);
    if (group === undefined) groups.set(orphan.leg, [orphan]);
    else group.push(orphan);
  }
  return groups;
}

async function writeUnknown(run: DispatchRun, leg: number, orphans: OrphanedAttempt[]): Promise<void> {
  const results = orphans.map((orphan) => ({
    messageId: orphan.id,
    no: orphan.no,
    leg,
    attempt: 'unknown' as const,
    message: 'submitting' as const,
    delayMs: null,
    transients: orphan.transients,
    providerId: null,
    class: 'unknown' as const,
    code: null,
    clevertap: '900',
    reason: 'interrupted before the provider answered',
  }));
  run.onSettlement(await writeResults(run.database.pool, run.claim, results));
}
