/** Attempts whose answer is missing, because the run that made their request is gone or the answer was lost. */
import { providers } from '../../providers/registry';
import { openAttemptsOfSlice } from '../../store/messages/blocks';
import { callOrphansUnknown, postponeOrphans, takeOverOrphans, type OrphanedAttempt } from '../../store/dispatch/claim';
import type { DispatchGateway, Gateways } from './gateways';
import { resend } from './pass';
import type { DispatchRun } from './run';

/** How soon a resend over a gateway that takes nothing is thought of again, should its wake be lost. */
const POSTPONE_MS = 60_000;
/** Providers that recognise an id of ours, so that the same request may leave again. */
const RESEND_PROVIDERS: readonly string[] = Object.values(providers)
  .filter((provider) => provider.capabilities.idempotentById)
  .map((provider) => provider.name);

/**
 * Resends the orphans of a slice under their own ids where the provider recognises those, and waits with that while the
 * gateway takes nothing; calls the others unknown and leaves them to look-ups, to their receipt or to their deadline.
 * @returns whether there were any.
 */
export async function resolveOrphans(gateways: Gateways, run: DispatchRun): Promise<boolean> {
  const { pool } = run.database;
  await openAttemptsOfSlice(pool, run.sliceId);
  const { optOuts } = run.route.rules;
  const unknown = await callOrphansUnknown(pool, run.sliceId, RESEND_PROVIDERS, optOuts);
  const orphans = await takeOverOrphans(pool, run.sliceId, run.claim, RESEND_PROVIDERS, optOuts);
  if (orphans.length === 0) return unknown > 0;
  const loaded = await gateways.load([...new Set(orphans.map((orphan) => orphan.gatewayId))]);
  for (const [legIndex, group] of groupByLeg(orphans)) {
    const gateway = loaded.get(group[0]!.gatewayId)!;
    if (gateway.unusable === null) await resend(run, legIndex, gateway, group);
    else await postpone(run, gateway, legIndex, group);
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
  await openAttemptsOfSlice(run.database.pool, run.sliceId);
  await callOrphansUnknown(run.database.pool, run.sliceId, [], run.route.rules.optOuts);
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
