/** Attempts whose answer is missing, because the run that made their request is gone or the answer was lost. */
import { postponeOrphans, takeOverOrphans, type OrphanedAttempt } from '../../store/dispatch/claim';
import type { DispatchGateway, Gateways } from './gateways';
import { resend } from './pass';
import { recordResults } from './results';
import type { DispatchRun } from './run';

/** How soon a resend over a gateway that takes nothing is thought of again, should its wake be lost. */
const POSTPONE_MS = 60_000;

/**
 * Resends the orphans of a slice under their own ids where the provider recognises those, and waits with that while the
 * gateway takes nothing; calls the others unknown and leaves them to look-ups, to their receipt or to their deadline.
 * @returns whether there were any.
 */
export async function resolveOrphans(gateways: Gateways, run: DispatchRun): Promise<boolean> {
  const { pool } = run.database;
  const orphans = await takeOverOrphans(pool, run.sliceId, run.claim);
  if (orphans.length === 0) return false;
  const loaded = await gateways.load([...new Set(orphans.map((orphan) => orphan.gatewayId))]);
  for (const [legIndex, group] of groupByLeg(orphans)) {
    const gateway = loaded.get(group[0]!.gatewayId);
    if (gateway?.provider.capabilities.idempotentById !== true || gateway.row.deleted_at !== null) {
      await writeUnknown(run, legIndex, group);
    } else if (gateway.unusable === null) {
      await resend(run, legIndex, gateway, group);
    } else {
      await postpone(run, gateway, legIndex, group);
    }
  }
  return true;
}

/** Nothing is resent over a gateway that takes nothing; where a probe is due, the first of them is it. */
async function postpone(
  run: DispatchRun,
  gateway: DispatchGateway,
  legIndex: number,
  orphans: OrphanedAttempt[],
): Promise<void> {
  const resendFirst = async (probing: DispatchGateway): Promise<true> => {
    await resend(run, legIndex, probing, orphans.slice(0, 1));
    return true;
  };
  const probed = gateway.downMs === 0 ? await gateway.probe(resendFirst) : null;
  const rest = orphans.slice(probed === null ? 0 : 1).map(({ id }) => id);
  const waitMs = Math.max(MIN_POSTPONE_MS, gateway.downMs ?? POSTPONE_MS);
  if (rest.length > 0) await postponeOrphans(run.database.pool, rest, waitMs);
}

/** A probe that another worker has is over some time soon. */
const MIN_POSTPONE_MS = 500;

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
    counts: true,
    delayMs: null,
    transients: orphan.transients,
    providerId: null,
    class: 'unknown' as const,
    code: null,
    clevertap: '900',
    reason: 'interrupted before the provider answered',
  }));
  await recordResults(run, run.claim, orphans[0]!.gatewayId, results);
}
