/** The `advance` activity: brings one slice as far as it can go now. */
import { randomUUID } from 'node:crypto';
import type { HttpClient } from '../../outbound/client';
import type { NumberHash } from '../../core/accounts/pseudonyms';
import type { Database } from '../../store/database';
import { holdLeg, moveLeg, releaseLeg } from '../../store/dispatch/failover';
import { pauseGateway } from '../../store/gateways/gateways';
import { cancelWaiting } from '../../store/campaigns/slices';
import { settleCapped } from '../../store/messages/caps';
import { settleSuppressed } from '../../store/messages/opt-outs';
import { readOutlook, settleOverdue, type SliceOutlook } from '../../store/messages/settle';
import { clearWakes, sealSlice, type SealedSlice } from '../../store/messages/slices';
import { BULK_PRIORITY } from '../../workflows/contract';
import type { AnswerLog } from './answers';
import type { Gateways } from './gateways';
import { failOverdue, failRefused } from './failover';
import { LOOKUP_PROVIDERS } from './lookups';
import type { LiveRate } from './pacer';
import { giveUpOrphans, resolveOrphans } from './orphans';
import { runLeg } from './pass';
import type { DispatchRun } from './run';
import { closingOf } from './closing';
import { legsInstead, resolveRoute, planRoute, type ResolvedRoute } from './route';

/** How soon messages that wait for an inactive or paused gateway are looked at again, should its wake be lost. */
const HOLD_MS = 60_000;
/** The shortest hold for a gateway that another worker is probing: the probe is over soon. */
const MIN_HOLD_MS = 500;
/** Never look again sooner than this, whatever the clock says. */
const MIN_WAIT_MS = 50;
/** After this a slice lets others have its place in the worker; a slow gateway must not hold them all. */
const RUN_MS = 20_000;
/** The same for a first look, which a workflow waits for with nothing but its own time-out. */
export const FIRST_RUN_MS = 2_000;
/** The longest sleep between two looks; also the bound for a clock that was set back. */
const MAX_WAIT_MS = 6 * 3_600_000;

export interface DispatchDeps {
  database: Database;
  http: HttpClient;
  gateways: Gateways;
  answers: AnswerLog;
  /** Of numbers, for records of consent. */
  numberHash: NumberHash;
  wakeRelays(webhookIds: readonly string[]): void;
  log: { warn(fields: object, message: string): void };
}

export interface AdvanceResult {
  /** Messages without an outcome. */
  open: number;
  /** When to look again, at the latest: epoch milliseconds, by the clock of Postgres. */
  dueAtMs: number;
  /** What that clock showed at the end of this one. */
  nowMs: number;
  /** Why messages that could leave do not: no gateway takes them. Null: none waits for that. */
  held: string | null;
  /** The provider is to be asked what became of attempts; see `lookUp` of the activities. */
  lookUp: boolean;
  /** Messages that gateways took. */
  taken: number;
  /** Messages that wait to be sent, now or after their back-off. */
  waiting: number;
}

/** What a campaign lays down for the dispatch of its slices. */
export interface CampaignTerms {
  /** Why nothing may leave any more; what has left is awaited. Null: messages may leave. */
  ended: string | null;
  targetRate: LiveRate;
  /** Asked before each block: false when nothing more of the campaign may be claimed. */
  mayClaim(): Promise<boolean>;
}

/**
 * Brings a slice as far as it can go now: resolves what an earlier run left behind, sends what is ready, gives what was
 * refused its next leg, and settles what has waited too long.
 * @param stopping aborted when this worker should let go of the slice.
 * @param campaign null for the slice of a send.
 * @param runMs for how long it takes messages, in milliseconds.
 */
export async function advanceSlice(
  deps: DispatchDeps,
  sliceId: string,
  stopping: AbortSignal,
  campaign: CampaignTerms | null = null,
  runMs = RUN_MS,
): Promise<AdvanceResult> {
  const claim = randomUUID();
  const slice = await sealSlice(deps.database.pool, sliceId, claim);
  if (slice === null) {
    return { open: 0, dueAtMs: 0, nowMs: 0, held: null, lookUp: false, taken: 0, waiting: 0 };
  }
  // Without a gateway there is no route yet; perhaps there is one by now.
  const planned = slice.legs !== null && slice.legs.length > 0 ? slice.legs : null;
  const route = planned === null ? await planRoute(deps, slice) : await resolveRoute(deps, slice, planned);
  const closing = closingOf(slice.windows);
  const run = createRun(deps, { slice, claim, route, stopping: closing.within(stopping), campaign, runMs });
  if (campaign !== null && campaign.ended !== null) return settleEnded(deps, run, campaign.ended);

  // No message of a slice without legs has ever been claimed, so there is nothing earlier to resolve.
  const fresh = planned === null;
  if (!fresh) await resolveEarlier(deps, run);
  let turn = await takeTurn(run, fresh, campaign !== null);
  let movedBefore = true;
  while (wantsAnotherTurn(run, turn, movedBefore)) {
    movedBefore = turn.moved > 0;
    await run.reload();
    turn = await takeTurn(run, false, campaign !== null);
  }
  return toResult(run, turn, closing.opensInMs);
}

interface RunTerms {
  slice: SealedSlice;
  claim: string;
  route: ResolvedRoute;
  stopping: AbortSignal;
  campaign: CampaignTerms | null;
  runMs: number;
}

function createRun(deps: DispatchDeps, { slice, claim, route, stopping, campaign, runMs }: RunTerms): DispatchRun {
  const { database, http, answers, numberHash, wakeRelays, log } = deps;
  return {
    database,
    http,
    answers,
    numberHash,
    sliceId: slice.id,
    route,
    async reload() {
      this.route = await resolveRoute(deps, slice, this.route.plan);
    },
    claim,
    stopping,
    claimUntilMs: performance.now() + runMs,
    urgent: slice.priority < BULK_PRIORITY,
    targetRate: campaign?.targetRate,
    mayClaim: campaign?.mayClaim,
    taken: 0,
    onSettlement: ({ webhookIds }) => wakeRelays(webhookIds),
    async onAccountRefused(gateway, reason) {
      const paused = await pauseGateway(database.db, gateway.id, reason);
      if (paused) log.warn({ gatewayId: gateway.id, reason }, 'gateway paused: its account is refused');
    },
  };
}

/** Messages that an earlier run submitted: attempts without an answer, deadlines, receipts that don't come. */
async function resolveEarlier(deps: DispatchDeps, run: DispatchRun): Promise<void> {
  const { database, sliceId } = run;
  if (await resolveOrphans(deps.gateways, run)) await run.reload();
  run.onSettlement(await settleOverdue(database.pool, sliceId, LOOKUP_PROVIDERS));
  await failOverdue(database, sliceId, run.route);
}

/** One turn over all legs of a slice. */
interface Turn {
  /** Messages that were sent, or moved on to another leg. */
  moved: number;
  /** The first reason why a leg takes nothing. Null: every leg takes messages. */
  held: string | null;
  /** When to come again to a leg that has no room now, in milliseconds; null = all have. */
  busyMs: number | null;
  /** What is left of the slice after it. */
  outlook: SliceOutlook;
}

/**
 * Sends what every leg takes now, and gives messages that may not leave their outcome.
 * @param fresh nothing of the slice was ever submitted: there can be no refusal, and nothing to wait for a receipt.
 * @param ofCampaign see {@link visitLeg}.
 */
async function takeTurn(run: DispatchRun, fresh: boolean, ofCampaign: boolean): Promise<Turn> {
  const { pool } = run.database;
  const { legs, rules } = run.route;
  if (!fresh) await failRefused(run);
  let moved = 0;
  let held: string | null = null;
  let busyMs: number | null = null;
  for (let index = 0; index < legs.length && !run.stopping.aborted; index++) {
    const visit = await visitLeg(run, index, ofCampaign);
    moved += visit.moved;
    held ??= visit.held;
    if (visit.busyMs !== null) busyMs = Math.min(busyMs ?? visit.busyMs, visit.busyMs);
  }
  // No claim takes them, so nothing that may leave has waited for this.
  run.onSettlement(await settleSuppressed(pool, run.sliceId, rules.optOuts));
  if (rules.caps !== null) run.onSettlement(await settleCapped(pool, run.sliceId, rules.caps));
  const outlook = await readOutlook(pool, run.sliceId, LOOKUP_PROVIDERS, !fresh);
  if (outlook.open === 0) await clearWakes(pool, run.sliceId);
  return { moved, held, busyMs, outlook };
}

/**
 * Messages that are ready after a turn met a gateway that stopped taking messages during it, so the legs are tried again.
 * Two turns in a row that moved nothing are enough.
 */
function wantsAnotherTurn(run: DispatchRun, { moved, busyMs, outlook }: Turn, movedBefore: boolean): boolean {
  if (run.stopping.aborted || outlook.ready === 0 || busyMs !== null) return false;
  return (moved > 0 || movedBefore) && performance.now() < run.claimUntilMs;
}

/** @param opensInMs see {@link closingOf}: what could leave waits for that. */
function toResult(
  { taken }: DispatchRun,
  { moved, held, busyMs, outlook }: Turn,
  opensInMs: number | null,
): AdvanceResult {
  const { open, waiting, ready, lookups, nowMs } = outlook;
  const readyMs = opensInMs === null ? (busyMs ?? (moved > 0 ? MIN_WAIT_MS : HOLD_MS)) : opensInMs;
  const longestMs = ready === 0 ? MAX_WAIT_MS : Math.min(readyMs, MAX_WAIT_MS);
  return {
    open,
    dueAtMs: nextLook(outlook, longestMs),
    nowMs,
    held: ready > 0 && moved === 0 ? held : null,
    lookUp: lookups > 0,
    taken,
    waiting,
  };
}

function nextLook({ nextAtMs, nowMs }: SliceOutlook, longestMs: number): number {
  const waitMs = nextAtMs === null ? longestMs : nextAtMs - nowMs;
  return nowMs + Math.min(longestMs, Math.max(MIN_WAIT_MS, waitMs));
}

/** A campaign that was cancelled: what has not left never will, what may have is awaited. */
async function settleEnded(deps: DispatchDeps, run: DispatchRun, reason: string): Promise<AdvanceResult> {
  const { pool } = run.database;
  await giveUpOrphans(run);
  run.onSettlement(await settleOverdue(pool, run.sliceId, LOOKUP_PROVIDERS));
  // Nothing goes on to another leg: what is overdue waits until its deadline.
  await failOverdue(run.database, run.sliceId, { ...run.route, legs: [] });
  await failRefused(run);
  run.onSettlement(await cancelWaiting(pool, run.sliceId, reason));
  const outlook = await readOutlook(pool, run.sliceId, LOOKUP_PROVIDERS);
  return {
    open: outlook.open,
    dueAtMs: nextLook(outlook, MAX_WAIT_MS),
    nowMs: outlook.nowMs,
    held: null,
    lookUp: outlook.lookups > 0,
    taken: 0,
    waiting: 0,
  };
}

/** What a visit to a leg came to. */
interface Visit {
  /** Messages that were sent, or moved on to another leg. */
  moved: number;
  /** Why it takes nothing; null = it takes messages, or has none. */
  held: string | null;
  /** When to come again because it has no room now, in milliseconds; null = it has. */
  busyMs: number | null;
}

/**
 * Sends what waits on a leg; where it takes nothing, moves it on or holds it.
 * @param ofCampaign a campaign holds its messages as a whole: their rows are left alone.
 */
async function visitLeg(run: DispatchRun, index: number, ofCampaign: boolean): Promise<Visit> {
  const { gateway, gatewayId, unusable } = run.route.legs[index]!;
  const { pool } = run.database;
  if (gateway !== undefined && unusable === null) return { held: null, ...(await runLeg(run, index, gateway)) };
  if (gateway?.downMs === 0) {
    const probed = await gateway.probe((probing) => runLeg(run, index, probing, 1));
    if (probed !== null && probed.moved > 0) return { held: null, ...probed };
  }
  let moved = 0;
  for (const instead of legsInstead(run.route, index)) moved += await moveLeg(pool, run.sliceId, index, instead);
  const held = unusable ?? 'the gateway is gone';
  const holdMs = Math.max(MIN_HOLD_MS, gateway?.downMs ?? HOLD_MS);
  if (ofCampaign) return { moved, held, busyMs: null };
  const waits = await holdLeg(pool, run.sliceId, index, gatewayId, held, holdMs);
  if (!waits || !(await takesAgain(run, index))) return { moved, held, busyMs: null };
  return { moved: moved + (await releaseLeg(pool, run.sliceId, index, gatewayId)), held: null, busyMs: null };
}

/**
 * Whoever mends a gateway first says so and then releases what is held for it. A hold that was written meanwhile, on an
 * older word, is seen by nobody else before it ends: so the gateway is looked at once more after it.
 */
async function takesAgain(run: DispatchRun, index: number): Promise<boolean> {
  await run.reload();
  return run.route.legs[index]!.unusable === null;
}
