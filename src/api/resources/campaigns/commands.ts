/** What people ask of a campaign that is there: rate, pause, resume, cancel, reschedule. */
import { ACTION_DONE, actionProblem, isCarriedOut, type CampaignAction } from '../../../core/campaigns/campaign';
import { parseSendTime } from '../../../core/time/schedule';
import { AppError } from '../../../errors';
import {
  changeCampaign,
  findUnlockedCampaign,
  moveCampaign,
  type CampaignChange,
  type CampaignRow,
} from '../../../store/campaigns/campaigns';
import { readClockMs } from '../../../store/database';
import { COMMAND_BEGUN_MS, WrongStateError } from '../../../workflows/client';
import type { CampaignCommand } from '../../../workflows/contract';
import { endpoint, type Call, type Endpoint } from '../../endpoint';
import { invalid } from '../../http/invalid';
import { campaignOf, campaignResource } from './campaign';
import { shownCampaign } from './counts';
import { editCampaign } from './edit';
import { campaignAnswer, patch, reschedule } from './schema';
import { commandSeries } from './series';

const CAMPAIGN = '/api/v1/campaigns/:id';
const tag = 'Campaigns';
const RETRY_AFTER_SECONDS = 5;

/** How a campaign is answered by the routes that are about one. */
export const now = { 200: { description: 'The campaign as it is now.', schema: campaignAnswer } };

/** What a command that the campaign's workflow carries out can end in. */
const COMMAND_ERRORS = ['not-found', 'wrong-state', 'temporal-unavailable'] as const;

/** What a draft that is changed can be refused for, as one that is made. */
const DRAFT_ERRORS = ['no-gateway', 'upload-not-ready', 'audience-suppressed', 'over-limit'] as const;

/** The campaign with its counts, as answered. */
export const counted = ({ deps }: Call<'id'>, row: CampaignRow): Promise<object> => shownCampaign(deps, row);

export const wrongState = (action: CampaignAction, { state }: Pick<CampaignRow, 'state'>): AppError =>
  new AppError('wrong-state', actionProblem(action, state) ?? `The campaign is ${state} by now: look again`);

/** Pause, resume, cancel: the answer comes once it holds. */
const steering = (action: 'pause' | 'resume' | 'cancel', summary: string): Endpoint =>
  endpoint(
    {
      id: `${action}Campaign`,
      method: 'post',
      path: `${CAMPAIGN}/${action}`,
      tag,
      summary,
      scope: 'send',
      answers: now,
      errors: COMMAND_ERRORS,
    },
    async (call) => counted(call, await command(call, { action, keyId: call.actor.keyId })),
  );

const rate: Endpoint[] = [
  endpoint(
    {
      id: 'updateCampaign',
      method: 'patch',
      path: CAMPAIGN,
      tag,
      summary: 'Changes a draft, corrects what has not left; sets the campaign’s rate, also while it runs.',
      description:
        'Changes what it names, and all of it is checked anew; null takes a value away. Of a draft that is everything. Of a campaign that was launched, everything but audience, time and recurrence, until it begins: it is `preparing` again, each recipient’s text is made anew, and none gets the one before. Too late is 409. `ratePerSecond` alone can be changed while it runs, too.',
      scope: 'send',
      body: { schema: patch },
      answers: now,
      errors: ['malformed-body', 'invalid-request', ...COMMAND_ERRORS, ...DRAFT_ERRORS],
    },
    async (call) => {
      const { ratePerSecond, ...other } = call.body;
      if (Object.keys(other).length > 0) return counted(call, await editCampaign(call, call.body));
      const wanted = { action: 'setRate', ratePerSecond: ratePerSecond ?? null, keyId: call.actor.keyId } as const;
      return counted(call, await command(call, wanted));
    },
  ),
];

const course: Endpoint[] = [
  steering('pause', 'Nothing new leaves from now on; what the providers have is awaited.'),
  steering('resume', 'Goes on where it was paused.'),
  steering('cancel', 'What has not left is cancelled; what has left is awaited.'),
  endpoint(
    {
      id: 'rescheduleCampaign',
      method: 'post',
      path: `${CAMPAIGN}/reschedule`,
      tag,
      summary: 'Gives a campaign that has not begun another time.',
      scope: 'send',
      body: { schema: reschedule },
      answers: now,
      errors: ['malformed-body', 'invalid-request', ...COMMAND_ERRORS],
    },
    async (call) => {
      const { time, timezone } = call.body;
      const { timezone: own, valid_until: validUntil } = await campaignOf(call);
      const parsed = parseSendTime(time, timezone ?? own, new Date());
      if (!parsed.ok) throw invalid('time', parsed.reason);
      const dueAtMs = parsed.at.getTime();
      if (dueAtMs < Date.now()) throw invalid('time', `is ${parsed.at.toISOString()}, which has passed`);
      if (validUntil !== null && parsed.at >= validUntil) {
        const over = `when its validUntil (${validUntil.toISOString()}) is over`;
        throw invalid('time', `is ${parsed.at.toISOString()}, ${over}: give an earlier time, or make another campaign`);
      }
      const { keyId } = call.actor;
      return counted(call, await command(call, { action: 'reschedule', dueAtMs, timezone, keyId }));
    },
  ),
];

/** In the order of the documentation, which shows the campaign itself between them. */
export const commands = { rate, course };

/**
 * Has the campaign's workflow carry out a command; a draft, which has none, is changed at once.
 * @throws AppError not-found, wrong-state, temporal-unavailable
 */
async function command(call: Call<'id'>, wanted: CampaignCommand): Promise<CampaignRow> {
  const row = await campaignOf(call);
  // Asked again, because the answer was lost: it is answered as the first time.
  if (isCarriedOut(wanted, row)) return row;
  if (actionProblem(wanted.action, row.state) !== null) throw wrongState(wanted.action, row);
  if (row.recurrence !== null) return commandSeries(call, row, wanted);
  if (row.state === 'draft') return commandDraft(call, row, wanted);
  const { database, campaigns } = call.deps;
  try {
    const untilMs = (await readClockMs(database.pool)) + COMMAND_BEGUN_MS;
    await campaigns.command(row.id, { ...wanted, untilMs });
    return await campaignOf(call);
  } catch (error) {
    // It may have been carried out all the same, and only its answer be lost: the row says so.
    const now = campaignResource.found(await findUnlockedCampaign(database.db, call.actor.accountId, row.id));
    if (isCarriedOut(wanted, now)) return now;
    if (error instanceof WrongStateError) throw new AppError('wrong-state', error.message);
    // Its workflow ended between our look and the command.
    if (actionProblem(wanted.action, now.state) !== null) throw wrongState(wanted.action, now);
    throw new AppError(
      'temporal-unavailable',
      'Temporal, or every worker, is away: the campaign goes on as it was. Try again.',
      { retryAfterSeconds: RETRY_AFTER_SECONDS, cause: error },
    );
  }
}

async function commandDraft(call: Call<'id'>, row: CampaignRow, wanted: CampaignCommand): Promise<CampaignRow> {
  const { action, keyId: _, ...detail } = wanted;
  const changed = await campaignResource.change(
    call,
    (tx) =>
      action === 'cancel'
        ? moveCampaign(tx, row.id, 'cancelled')
        : changeCampaign(tx, row.id, changeOf(wanted), ['draft']),
    (done) => (done === null ? null : { action: `campaign.${ACTION_DONE[action]}`, subject: row.id, detail }),
  );
  if (changed === null) throw wrongState(action, row);
  return changed;
}

function changeOf(wanted: CampaignCommand): CampaignChange {
  if (wanted.action === 'setRate') return { rate_per_second: wanted.ratePerSecond, forecast: null };
  if (wanted.action !== 'reschedule') return {};
  const { dueAtMs, timezone } = wanted;
  return { due_at: new Date(dueAtMs), forecast: null, ...(timezone === undefined ? {} : { timezone }) };
}
