/** The `advanceCampaignSlices` activity: a run of slices of a campaign, as far as their campaign lets them go. */
import { hasEnded, mayDispatch } from '../../core/campaigns/campaign';
import { findSliceIds, writeLookAt, writeLookAtAfter } from '../../store/campaigns/slices';
import { noteRun } from '../../store/campaigns/hold';
import { readLiveCampaigns, type LiveCampaign } from '../../store/campaigns/live';
import { readClockMs, type Database } from '../../store/database';
import { advanceSlice, type DispatchDeps } from '../dispatch/advance';
import { createFollower, type Followed, type Follower } from '../../core/concurrency/follow';
import { createFailureGuard } from './failure-share';
import { effectiveRate } from './rate';

/** How soon a pause, or another rate, is seen by the dispatch that is under way. */
const FOLLOW_MS = 200;

/** After this a run begins no further slice, so that other campaigns get its place in the worker. */
const RUN_MS = 5_000;

export interface CampaignRun {
  campaignId: string;
  /** Numbers of the slices in their campaign, in the order in which they are taken. */
  nos: number[];
  /** Epoch milliseconds, by the clock of Postgres, at which their window closes; null = it does not. */
  untilMs: number | null;
}

export interface CampaignRunResult {
  /** No gateway takes their messages now. */
  held: boolean;
  /** Ids of slices about which their providers are to be asked. */
  lookUp: string[];
}

export function createCampaignFollower(database: Database, onError: (error: unknown) => void): Follower<LiveCampaign> {
  return createFollower((ids) => readLiveCampaigns(database.pool, ids), FOLLOW_MS, onError);
}

/**
 * Advances slices of a campaign one after the other, so that many share the cost of one activity. A run that ends early
 * leaves its other slices due.
 */
export async function advanceCampaignSlices(
  deps: DispatchDeps & { campaigns: Follower<LiveCampaign> },
  { campaignId, nos, untilMs }: CampaignRun,
  stopping: AbortSignal,
): Promise<CampaignRunResult> {
  const { pool } = deps.database;
  // A worker's own clock may be minutes off: its windows would close as much too late.
  const closesAtMs = untilMs === null ? null : performance.now() + untilMs - (await readClockMs(pool));
  const campaign = await deps.campaigns.follow(campaignId);
  if (campaign === null) return { held: false, lookUp: [] };
  const halt = haltOf(campaign, closesAtMs);
  const stop = AbortSignal.any([stopping, halt.signal]);
  const mayClaim = createFailureGuard(deps.database, campaignId, campaign, () => halt.abort());
  const targetRate = { key: campaignId, perSecond: () => effectiveRate(campaign.value) };
  const endAtMs = performance.now() + RUN_MS;
  let held: string | null = null;
  let taken = false;
  let waits = false;
  const lookUp: string[] = [];
  try {
    for (const sliceId of await findSliceIds(pool, campaignId, nos)) {
      const { state, commands } = campaign.value;
      if (!mayDispatch(state) && !hasEnded(state)) break;
      const ended = hasEnded(state) ? `the campaign was ${state}` : null;
      const result = await advanceSlice(deps, sliceId, stop, { ended, targetRate, mayClaim });
      held = result.held;
      taken ||= result.taken > 0;
      waits ||= result.waiting > 0;
      if (result.lookUp) lookUp.push(sliceId);
      // A slice that was stopped in the middle, or is held, is due again as soon as its campaign goes on.
      if (stop.aborted || held !== null) await writeLookAt(pool, sliceId, null);
      else await writeLookAtAfter(pool, campaignId, commands, { id: sliceId, lookAtMs: result.dueAtMs });
      if (stop.aborted || held !== null || performance.now() > endAtMs) break;
    }
    await noteRun(pool, campaignId, { held, taken, waits });
    return { held: held !== null, lookUp };
  } finally {
    halt.release();
    campaign.release();
  }
}

/** Aborts when the campaign no longer dispatches, or its window closes. @param closesAtMs by `performance.now()`. */
function haltOf(campaign: Followed<LiveCampaign>, closesAtMs: number | null) {
  const controller = new AbortController();
  const began = campaign.value.state;
  const stop = campaign.onRead(({ state }) => {
    if (mayDispatch(began) && !mayDispatch(state)) controller.abort();
  });
  const closes = (): void => controller.abort();
  const timer = closesAtMs === null ? undefined : setTimeout(closes, Math.max(0, closesAtMs - performance.now()));
  return {
    signal: controller.signal,
    abort: () => controller.abort(),
    release() {
      stop();
      clearTimeout(timer);
    },
  };
}
