/** The `advance` activity: brings one slice as far as it can go now. */
import { randomUUID } from 'node:crypto';
import type { Leg } from '../../core/gateways/route';
import type { ProviderHttp } from '../../outbound/client';
import type { Database } from '../../store/database';
import { holdLeg, listRefused, moveLeg, resolveRefused } from '../../store/dispatch/failover';
import { pauseGateway } from '../../store/gateways/gateways';
import { cancelWaiting } from '../../store/campaigns/agenda';
import { takeOverOrphans, type OrphanedAttempt } from '../../store/dispatch/claim';
import { writeResults } from '../../store/dispatch/results';
import { settleCapped } from '../../store/messages/caps';
import { settleSuppressed } from '../../store/messages/opt-outs';
import { readOutlook, settleOverdue } from '../../store/messages/settle';
import { clearWakeDue, sealSlice } from '../../store/messages/slices';
import { BULK_PRIORITY } from '../../workflows/contract';
import type { Gateways } from './gateways';
import { LOOKUP_PROVIDERS, type Lookups } from './lookups';
import { failOverdue } from './overdue';
import type { LiveRate } from './pacer';
import { resend, runLeg } from './pass';
import type { DispatchRun } from './run';
import { legAfter, legInstead, loadCourse, planLegs, type Course } from './plan';

/** How soon messages that wait for an inactive or paused gateway are looked at again, should its wake be lost. */
const HOLD_MS = 60_000;
/** A probe that another worker has is over some time soon. */
const MIN_HOLD_MS = 500;
/** Never look again sooner than this, whatever the clock says. */
const MIN_WAIT_MS = 50;
/** After this a slice lets others have its place in the worker; a slow gateway must not hold them all. */
const TURN_MS = 20_000;
/** The longest sleep between two looks; also the bound for a clock that was set back. */
const MAX_WAIT_MS = 6 * 3_600_000;

export interface DispatchDeps {
  database: Database;
  http: ProviderHttp;
  gateways: Gateways;
  lookups: Lookups;
  wakeRelays(webhookIds: readonly string[]): void;
  log: { warn(fields: object, message: string): void };
}

export interface AdvanceResult {
  /** Messages without an outcome. */
  open: number;
  /** When to look again, at the latest. */
  waitMs: number;
  /** Why messages that could leave do not: no gateway takes them. Null: none waits for that. */
  held: string | null;
}

/** What a campaign says about the dispatch of its slices. */
export interface CampaignTerms {
  /** Why nothing may leave any more; what has left is awaited. Null: messages may leave. */
  ended: string | null;
  wish: LiveRate;
  /** When the window opened in which the slice is; null = it has none. */
  openSince: Date | null;
}

/**
 * @param stopping aborted when this worker should let go of the slice.
 * @param campaign null for the slice of a send.
 */
export async function advanceSlice(
  deps: DispatchDeps,
  sliceId: string,
  stopping: AbortSignal,
  campaign: CampaignTerms | null = null,
): Promise<AdvanceResult> {
  const { database } = deps;
  const slice = await sealSlice(database.pool, sliceId, campaign?.openSince ?? null);
  if (slice === null) return { open: 0, waitMs: MAX_WAIT_MS, held: null };
  // Without a gateway there is no route yet; perhaps there is one by now.
  const planned = slice.legs !== null && slice.legs.length > 0 ? slice.legs : null;
  let plan: readonly Leg[] = planned ?? (await planLegs(database, slice));
  const look = async (): Promise<Course> => {
    const course = await loadCourse(deps, slice, plan);
    plan = course.plan;
    return course;
  };

  const run: DispatchRun = {
    database,
    http: deps.http,
    sliceId,
    course: await look(),
    claim: randomUUID(),
    stopping,
    claimUntilMs: performance.now() + TURN_MS,
    urgent: slice.priority < BULK_PRIORITY,
    wish: campaign?.wish,
    onSettlement: ({ webhookIds }) => deps.wakeRelays(webhookIds),
    async onAccountRefused(gateway, reason) {
      const paused = await pauseGateway(database.db, gateway.id, reason);
      if (paused) deps.log.warn({ gatewayId: gateway.id, reason }, 'gateway paused: its account is refused');
    },
  };

  if (campaign !== null && campaign.ended !== null) return settleEnded(deps, run, campaign.ended);
  // Nothing of a slice without a route has ever been claimed: a fresh one goes straight out.
  let fresh = planned === null;
  if (!fresh) {
    if (await resolveOrphans(deps, run)) run.course = await look();
    await deps.lookups.ask(sliceId, run.onSettlement, stopping);
    run.onSettlement(await settleOverdue(database.pool, sliceId, LOOKUP_PROVIDERS));
    await failOverdue(database, sliceId, run.course);
  }
  let stuck = false;
  for (; ; fresh = false, run.course = await look()) {
    if (!fresh) await resolveRefusals(run);
    run.onSettlement(await settleSuppressed(database.pool, sliceId));
    const { caps } = run.course.rules;
    if (caps !== null) run.onSettlement(await settleCapped(database.pool, sliceId, caps));
    let progress = 0;
    let held: string | null = null;
    for (let index = 0; index < run.course.legs.length && !stopping.aborted; index++) {
      const visit = await visitLeg(run, index, campaign !== null);
      progress += visit.moved;
      held ??= visit.held;
    }
    const outlook = await readOutlook(database.pool, sliceId, LOOKUP_PROVIDERS, !fresh);
    if (outlook.open === 0) await clearWakeDue(database.pool, [sliceId]);
    // Ready and not sent: its gateway stopped taking messages while we looked, so look at it once more.
    const again = outlook.ready > 0 && (progress > 0 || !stuck) && performance.now() < run.claimUntilMs;
    stuck = progress === 0;
    if (stopping.aborted || !again) {
      const longestMs = outlook.ready === 0 ? MAX_WAIT_MS : progress > 0 ? MIN_WAIT_MS : HOLD_MS;
      const waitMs = Math.min(longestMs, Math.max(MIN_WAIT_MS, outlook.waitMs ?? longestMs));
      return { open: outlook.open, waitMs, held: outlook.ready > 0 && progress === 0 ? held : null };
    }
  }
}

/** A campaign that was cancelled: what has not left never will, what may have is awaited. */
async function settleEnded(deps: DispatchDeps, run: DispatchRun, reason: string): Promise<AdvanceResult> {
  const { pool } = run.database;
  const orphans = await takeOverOrphans(pool, run.sliceId, run.claim);
  for (const [leg, group] of groupByLeg(orphans)) await writeUnknown(run, leg, group);
  await deps.lookups.ask(run.sliceId, run.onSettlement, run.stopping);
  run.onSettlement(await settleOverdue(pool, run.sliceId, LOOKUP_PROVIDERS));
  // Nothing goes on to another leg: what is overdue waits until its deadline.
  await failOverdue(run.database, run.sliceId, { ...run.course, legs: [] });
  await resolveRefusals(run);
  run.onSettlement(await cancelWaiting(pool, run.sliceId, reason));
  const { open, waitMs } = await readOutlook(pool, run.sliceId, LOOKUP_PROVIDERS);
  return { open, waitMs: Math.min(MAX_WAIT_MS, Math.max(MIN_WAIT_MS, waitMs ?? MAX_WAIT_MS)), held: null };
}

/** Gives the messages that a receipt refused their next leg, or their end. */
async function resolveRefusals(run: DispatchRun): Promise<void> {
  const { pool } = run.database;
  const refused = await listRefused(pool, run.sliceId);
  if (refused.length === 0) return;
  const moves = refused.map((message) => ({
    id: message.id,
    no: message.no,
    nextLeg: legAfter(run.course, message, message.class, message),
  }));
  run.onSettlement(await resolveRefused(pool, moves));
}

/**
 * Sends what waits on a leg; where it takes nothing, moves it on or holds it.
 * @param keep a campaign holds its messages as a whole: their rows are left alone.
 * @returns how many it moved, and why it holds what it holds.
 */
async function visitLeg(
  run: DispatchRun,
  index: number,
  keep: boolean,
): Promise<{ moved: number; held: string | null }> {
  const { gateway, gatewayId, unusable } = run.course.legs[index]!;
  const { pool } = run.database;
  if (gateway !== undefined && unusable === null) return { moved: await runLeg(run, index, gateway), held: null };
  if (gateway?.downMs === 0) {
    const probed = await gateway.probe((probing) => runLeg(run, index, probing, 1));
    if (probed !== null && probed > 0) return { moved: probed, held: null };
  }
  const instead = legInstead(run.course, index);
  if (instead !== null) return { moved: await moveLeg(pool, run.sliceId, index, instead), held: null };
  const held = unusable ?? 'the gateway is gone';
  const holdMs = Math.max(MIN_HOLD_MS, gateway?.downMs ?? HOLD_MS);
  if (!keep) await holdLeg(pool, run.sliceId, index, gatewayId, held, holdMs);
  return { moved: 0, held };
}

/**
 * Attempts whose answer is missing: resent under their own id where the provider recognises it, else called unknown
 * and left to look-ups, to their receipt or to their deadline. Returns whether there were any.
 */
async function resolveOrphans(deps: DispatchDeps, run: DispatchRun): Promise<boolean> {
  const orphans = await takeOverOrphans(run.database.pool, run.sliceId, run.claim);
  if (orphans.length === 0) return false;
  const gateways = await deps.gateways.load([...new Set(orphans.map((orphan) => orphan.gatewayId))]);
  for (const [legIndex, group] of groupByLeg(orphans)) {
    const gateway = gateways.get(group[0]!.gatewayId);
    if (gateway?.provider.capabilities.idempotentById) await resend(run, legIndex, gateway, group);
    else await writeUnknown(run, legIndex, group);
  }
  return true;
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
