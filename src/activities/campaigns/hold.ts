/** When what waits of a campaign is given up, as its survey keeps it: no gateway takes anything, or it is too old. */
import type { Pool } from 'pg';
import { mayDispatch } from '../../core/campaigns/campaign';
import { lastMoment } from '../../core/messages/age';
import type { CampaignRow } from '../../store/campaigns/campaigns';
import { resumeHoldClock, settleHeld, settleTooOld, stopHoldClock } from '../../store/campaigns/hold';
import type { CampaignOutlook } from '../../store/campaigns/slices';
import { NOTHING_SETTLED, type Settlement } from '../../store/messages/settlement';

/** Slices that one survey settles, of up to a thousand messages each: the next one goes on. */
const SLICES_PER_SURVEY = 10;

/** Ends what waits to be sent once the time of its campaign is over, some slices at a time. */
export async function endHold(
  pool: Pool,
  { id, state, hold_until: holdUntil }: CampaignRow,
  nowMs: number,
): Promise<Settlement> {
  const isOver = holdUntil !== null && holdUntil.getTime() <= nowMs && mayDispatch(state);
  return isOver ? settleHeld(pool, id, SLICES_PER_SURVEY) : NOTHING_SETTLED;
}

/** From when the messages of a campaign are too old to leave: epoch milliseconds; null = they never are. */
export function tooOldAtMs(campaign: CampaignRow): number | null {
  const { valid_until: validUntil, max_age_seconds: maxAgeSeconds } = campaign;
  const leavesAt = campaign.due_at ?? campaign.started_at;
  const last = leavesAt === null ? validUntil : lastMoment({ maxAgeSeconds, validUntil }, leavesAt);
  return last?.getTime() ?? null;
}

/** Ends what waits to be sent once it is too old for that, some slices at a time. */
export async function endTooOld(pool: Pool, campaign: CampaignRow, nowMs: number): Promise<Settlement> {
  const atMs = tooOldAtMs(campaign);
  const isOver = atMs !== null && atMs <= nowMs && (mayDispatch(campaign.state) || campaign.state === 'paused');
  return isOver ? settleTooOld(pool, campaign.id, SLICES_PER_SURVEY) : NOTHING_SETTLED;
}

/** Has the clock stand while nothing of the campaign may leave, and go on from there when something may. */
export async function followHold(
  pool: Pool,
  { id, state, hold_until: holdUntil, hold_left_seconds: holdLeft }: CampaignRow,
  { waitingNow }: CampaignOutlook,
): Promise<void> {
  const mayLeave = mayDispatch(state) && waitingNow > 0;
  if (holdUntil !== null && !mayLeave) await stopHoldClock(pool, id);
  if (holdLeft !== null && mayLeave) await resumeHoldClock(pool, id);
}
