/** The `surveyCampaign` activity: what a campaign should do now, by its row, its slices and the clock of Postgres. */
import type { Kysely } from 'kysely';
import { hasEnded, LATE_MS, mayDispatch, type CampaignState } from '../../core/campaigns/campaign';
import { ownWindows } from '../../core/campaigns/window';
import { windowState, type SendWindow } from '../../core/time/window';
import { listOpenWindows, readCampaignOutlook, type CampaignOutlook } from '../../store/campaigns/slices';
import {
  changeCampaign,
  forgetRecipients,
  lockCampaign,
  moveCampaign,
  readCampaign,
  type CampaignRow,
} from '../../store/campaigns/campaigns';
import { countCampaigns, type CampaignCounts } from '../../store/campaigns/live';
import { isUnprepared } from '../../store/campaigns/preparation';
import { noteNextLook } from '../../store/campaigns/looks';
import { readCampaignSettings } from '../../store/accounts/accounts';
import { readClockMs, type Database } from '../../store/database';
import type { Schema } from '../../store/tables';
import { WAITS } from '../../store/campaigns/hold';
import { endHold, endTooOld, followHold, tooOldAtMs } from './hold';
import { failureShare, pauseItself } from './failure-share';
import { effectiveRate } from './rate';

export type { CampaignCounts };

export interface CampaignSurvey {
  state: CampaignState;
  /** Nothing is open any more: the workflow ends. */
  done: boolean;
  /** Its audience is to be prepared before anything else: its text was corrected. Absent = it is prepared. */
  unprepared?: true;
  openSlices: number;
  /** Numbers of slices to advance now. */
  due: number[];
  /** How many runs of them at once. */
  width: number;
  /** Epoch milliseconds at which a window closes under them; null = none does. */
  untilMs: number | null;
  /** When to ask again, at the latest: epoch milliseconds, by the clock of Postgres; 0 = at once. */
  dueAtMs: number;
  /** What that clock showed at this survey. */
  nowMs: number;
  /** One line for the Temporal UI: states, counts and places, see `toldReason`. */
  details: string;
  /** What the workflow waits for until the next survey, for the Temporal UI. */
  waitsFor: string;
  /** What became of its messages, once it is done. */
  ledger?: CampaignCounts;
}

/**
 * Slices of one campaign that are dispatched at the same time: enough to fill a gateway, few enough to leave little to
 * resolve when a worker is killed.
 */
const WIDTH = 6;
/** A slice in hand sends this many messages a second without a rate of its own. */
const PER_SLICE_PER_SECOND = 500;
const MAX_DUE = 100;
const AT_ONCE = 0;
const MAX_WAIT_MS = 6 * 3_600_000;

export interface SurveyDeps {
  database: Database;
  wakeRelays(webhookIds: readonly string[]): void;
}

/** Says what a campaign should do now, and notes when it will be asked again. */
export async function surveyCampaign(
  deps: SurveyDeps,
  campaignId: string,
  busy: readonly number[],
): Promise<CampaignSurvey> {
  const survey = await lookAt(deps, campaignId, busy);
  if (survey.done) survey.ledger = (await countCampaigns(deps.database.pool, [campaignId])).get(campaignId);
  await noteNextLook(deps.database.pool, campaignId, survey.done ? null : new Date(survey.dueAtMs));
  return survey;
}

async function lookAt(
  { database: { db, pool }, wakeRelays }: SurveyDeps,
  campaignId: string,
  busy: readonly number[],
): Promise<CampaignSurvey> {
  const nowMs = await readClockMs(pool);
  let campaign = await readCampaign(db, campaignId);
  if (campaign === null) return { ...IDLE, dueAtMs: AT_ONCE, nowMs, state: 'failed', done: true, details: 'gone' };
  if (isUnprepared(campaign)) return unpreparedSurvey(campaign, nowMs);
  if (isDue(campaign, nowMs)) campaign = (await beginWhenDue({ db }, campaignId, nowMs)) ?? campaign;

  const givenUp = [await endTooOld(pool, campaign, nowMs), await endHold(pool, campaign, nowMs)];
  wakeRelays(givenUp.flatMap(({ webhookIds }) => webhookIds));
  const gaveUp = givenUp.some(({ slices }) => slices.length > 0);
  const windows = await listOpenWindows(pool, campaignId);
  const states = windows.map((list) => ({ list, state: windowState(list, nowMs) }));
  // Messages of a campaign that has ended never leave, so they wait for no window.
  const ended = hasEnded(campaign.state);
  const closed = ended ? [] : states.filter(({ state }) => !state.open).map(({ list }) => list);
  const outlook = await readCampaignOutlook(pool, campaignId, { ended, closed, busy, limit: MAX_DUE });
  campaign = await settleState({ db }, campaign, outlook);
  await followHold(pool, campaign, outlook);

  /** The first of these moments, and before the longest sleep is over. */
  const nextLook = (...atMs: (number | null)[]): number =>
    Math.min(nowMs + MAX_WAIT_MS, ...atMs.map((one) => one ?? Number.POSITIVE_INFINITY));
  const oldAtMs = tooOldAtMs(campaign);
  /** Once it is over, what is in doubt waits for its own deadline. */
  const tooOldLater = oldAtMs !== null && oldAtMs > nowMs ? oldAtMs : null;
  const survey = {
    ...IDLE,
    dueAtMs: nextLook(),
    nowMs,
    state: campaign.state,
    openSlices: outlook.openSlices,
    details: detailsOf(campaign, outlook),
    waitsFor: waitsFor(campaign, outlook, closed.length),
  };
  switch (campaign.state) {
    case 'draft':
    case 'preparing':
      return survey;
    case 'scheduled':
      return { ...survey, dueAtMs: nextLook(campaign.due_at?.getTime() ?? AT_ONCE) };
    case 'paused':
      return { ...survey, dueAtMs: gaveUp ? AT_ONCE : nextLook(tooOldLater) };
    case 'finished':
      return { ...survey, done: true };
    case 'cancelled':
    case 'failed':
      return outlook.open === 0
        ? { ...survey, done: true }
        : { ...survey, due: outlook.due, width: WIDTH, dueAtMs: nextLook(outlook.nextAtMs) };
    case 'running':
    case 'settling': {
      const changes = states.flatMap(({ state }) => (state.open ? state.closesAtMs : state.opensAtMs) ?? []);
      const closings = states.flatMap(({ state }) => (state.open ? (state.closesAtMs ?? []) : []));
      const holdUntilMs = campaign.hold_until?.getTime() ?? 0;
      // Once it is over, what is in doubt waits for its own deadline.
      if (holdUntilMs > nowMs) changes.push(holdUntilMs);
      // Its time is over: there may be more to end, and nothing to send.
      if (gaveUp) return { ...survey, dueAtMs: AT_ONCE };
      return {
        ...survey,
        due: outlook.due,
        width: widthOf(campaign),
        untilMs: closings.length === 0 ? null : Math.min(...closings),
        dueAtMs: nextLook(outlook.nextAtMs, tooOldLater, ...changes),
      };
    }
  }
}

/** Whoever does not prepare it, as a release before corrections, asks again after this. */
const UNPREPARED_MS = 5_000;

/** What it has is taken back or incomplete: nothing of it is sent, dropped or ended by its age. */
const unpreparedSurvey = ({ state }: CampaignRow, nowMs: number): CampaignSurvey => ({
  ...IDLE,
  state,
  unprepared: true,
  dueAtMs: nowMs + UNPREPARED_MS,
  nowMs,
  details: `${state}: its messages are being made`,
  waitsFor: 'waits for its messages to be made',
});

const IDLE = {
  done: false,
  openSlices: 0,
  due: [],
  width: 0,
  untilMs: null,
  details: '',
  waitsFor: '',
};

/** A slow campaign needs few slices in hand, and must not keep others from the worker's places. */
function widthOf(campaign: CampaignRow): number {
  const rate = effectiveRate(campaign);
  return rate === null ? WIDTH : Math.min(WIDTH, Math.ceil(rate / PER_SLICE_PER_SECOND));
}

const dueMsOf = (campaign: CampaignRow, nowMs: number): number => campaign.due_at?.getTime() ?? nowMs;
const isDue = (campaign: CampaignRow, nowMs: number): boolean =>
  campaign.state === 'scheduled' && dueMsOf(campaign, nowMs) <= nowMs;

/**
 * Starts a campaign whose time has come, skips it, or gives it another time: what its lateness policy says. Decided over
 * the row under its lock, so that nothing is begun that somebody has just paused or put off.
 */
function beginWhenDue({ db }: Pick<Database, 'db'>, campaignId: string, nowMs: number): Promise<CampaignRow | null> {
  return db.transaction().execute(async (tx) => {
    const campaign = await lockCampaign(tx, campaignId);
    return campaign === null || !isDue(campaign, nowMs) ? campaign : begin(tx, campaign, nowMs);
  });
}

async function begin(tx: Kysely<Schema>, campaign: CampaignRow, nowMs: number): Promise<CampaignRow | null> {
  const lateMs = nowMs - dueMsOf(campaign, nowMs);
  if (lateMs > LATE_MS) {
    const minutes = Math.round(lateMs / 60_000);
    if (campaign.lateness === 'skip') {
      return moveCampaign(tx, campaign.id, 'cancelled', { reason: `skipped: it was ${minutes} minutes late` });
    }
    if (campaign.lateness === 'next-window') {
      const opensAtMs = nextOpening(ownWindows(campaign.send_window, campaign.timezone), nowMs);
      if (opensAtMs === null) {
        return moveCampaign(tx, campaign.id, 'cancelled', {
          reason: 'it was late, and its window does not open again',
        });
      }
      const reason = `it was ${minutes} minutes late and waits for its next window`;
      return changeCampaign(tx, campaign.id, { due_at: new Date(opensAtMs), reason }, ['scheduled']);
    }
  }
  return moveCampaign(tx, campaign.id, 'running');
}

/** The next time at which the windows open, also when they are open now. */
function nextOpening(windows: readonly SendWindow[], nowMs: number): number | null {
  const now = windowState(windows, nowMs);
  if (!now.open) return now.opensAtMs;
  if (now.closesAtMs === null) return nowMs;
  const after = windowState(windows, now.closesAtMs);
  return after.open ? now.closesAtMs : after.opensAtMs;
}

/**
 * Moves a campaign to `settling` or `finished` by what is left of it, and pauses it when more of its messages failed than
 * the account allows.
 */
async function settleState(
  { db }: Pick<Database, 'db'>,
  campaign: CampaignRow,
  outlook: CampaignOutlook,
): Promise<CampaignRow> {
  const { id, state } = campaign;
  if (!mayDispatch(state) && state !== 'paused') return campaign;
  if (outlook.open === 0) {
    await forgetRecipients(db, id);
    return (await moveCampaign(db, id, 'finished')) ?? campaign;
  }
  if (state === 'paused') return campaign;
  const share = failureShare(outlook);
  if (campaign.self_pausing && outlook.waiting > 0 && share > 0) {
    const limit = await readFailureLimit({ db }, campaign.account_id);
    if (limit !== null && share > limit) return (await pauseItself({ db }, campaign, share)) ?? campaign;
  }
  if (state === 'running' && outlook.waiting === 0) return (await moveCampaign(db, id, 'settling')) ?? campaign;
  return campaign;
}

async function readFailureLimit({ db }: Pick<Database, 'db'>, accountId: string): Promise<number | null> {
  const { safety } = await readCampaignSettings(db, accountId);
  return safety.autoPauseFailureShare ?? null;
}

function detailsOf(campaign: CampaignRow, { open, waiting, settled }: CampaignOutlook): string {
  const left = `${settled} of ${settled + open} settled, ${waiting} to send`;
  const reason = toldReason(campaign.reason);
  return `${campaign.state}: ${left}${reason === null ? '' : ` (${reason})`}`;
}

/** What waits for a gateway says so in the words of its vendor: those stay in Postgres. All else is in words of ours. */
const toldReason = (reason: string | null): string | null =>
  reason?.startsWith(WAITS) === true ? 'waits: no gateway takes its messages' : reason;

/** @param closed how many of its windows are closed now. */
function waitsFor({ state, due_at: dueAt }: CampaignRow, outlook: CampaignOutlook, closed: number): string {
  const { open, waiting, waitingNow } = outlook;
  if (state === 'scheduled') return `waits for its time, ${dueAt?.toISOString() ?? 'now'}`;
  if (state === 'paused') return `paused, ${waiting} to send: waits for somebody to resume it`;
  if (closed > 0 && waitingNow === 0 && waiting > 0) return `${waiting} to send: waits for its window`;
  if (waiting > 0) return `${waiting} to send: waits for slices that are under way, or due again`;
  return `waits for what becomes of ${open}`;
}
