/** The `advanceCampaignSlice` activity: one slice of a campaign, as far as its campaign lets it go. */
import { DISPATCHING_STATES, ENDED_STATES, type CampaignState } from '../../core/campaign';
import { findSliceId, writeLookAt } from '../../store/campaign-agenda';
import { noteHeld, readCampaignStates, type CampaignTraffic } from '../../store/campaigns';
import type { Database } from '../../store/database';
import { advanceSlice, type DispatchDeps } from '../dispatch/advance';
import { createFollower, type Followed, type Follower } from '../dispatch/follow';
import { effectiveRate } from './rate';

/** How soon a pause, or another rate, is seen by the dispatch that is under way. */
const FOLLOW_MS = 200;

export interface CampaignSlice {
  campaignId: string;
  /** Number of the slice in its campaign. */
  no: number;
  /** Epoch milliseconds at which its window closes; null = it does not. */
  untilMs: number | null;
  /** Epoch milliseconds at which its window opened; null = it has none. */
  sinceMs: number | null;
}

export interface CampaignSliceResult {
  /** No gateway takes its messages now. */
  held: boolean;
}

export function createCampaignFollower(
  database: Database,
  onError: (error: unknown) => void,
): Follower<CampaignTraffic> {
  return createFollower((ids) => readCampaignStates(database.pool, ids), FOLLOW_MS, onError);
}

export async function advanceCampaignSlice(
  deps: DispatchDeps & { campaigns: Follower<CampaignTraffic> },
  { campaignId, no, untilMs, sinceMs }: CampaignSlice,
  stopping: AbortSignal,
): Promise<CampaignSliceResult> {
  const { pool } = deps.database;
  const sliceId = await findSliceId(pool, campaignId, no);
  const campaign = sliceId === null ? null : await deps.campaigns.follow(campaignId);
  if (sliceId === null || campaign === null) return { held: false };
  const halt = haltOf(campaign, untilMs);
  try {
    const { state } = campaign.value;
    if (!may(state) && !hasEnded(state)) return { held: false };
    const stop = AbortSignal.any([stopping, halt.signal]);
    const result = await advanceSlice(deps, sliceId, stop, {
      ended: hasEnded(state) ? `the campaign was ${state}` : null,
      wish: { key: campaignId, perSecond: () => effectiveRate(campaign.value) },
      openSince: sinceMs === null ? null : new Date(sinceMs),
    });
    // Told to stop in the middle, or held: it wants to be looked at as soon as its campaign goes on.
    await writeLookAt(pool, sliceId, stop.aborted || result.held !== null ? null : result.waitMs);
    await noteHeld(pool, campaignId, result.held);
    return { held: result.held !== null };
  } finally {
    halt.release();
    campaign.release();
  }
}

const may = (state: CampaignState): boolean => (DISPATCHING_STATES as readonly CampaignState[]).includes(state);
const hasEnded = (state: CampaignState): boolean => (ENDED_STATES as readonly CampaignState[]).includes(state);

/** Aborts when the campaign no longer dispatches, or its window closes. */
function haltOf(campaign: Followed<CampaignTraffic>, untilMs: number | null) {
  const controller = new AbortController();
  const began = campaign.value.state;
  const stop = campaign.onRead(({ state }) => {
    if (may(began) && !may(state)) controller.abort();
  });
  const timer = untilMs === null ? undefined : setTimeout(() => controller.abort(), Math.max(0, untilMs - Date.now()));
  return {
    signal: controller.signal,
    release() {
      stop();
      clearTimeout(timer);
    },
  };
}
