/** What people ask of a series: its row is moved at once, Temporal's schedule follows. */
import { ACTION_DONE, ACTION_STATES, actionProblem } from '../../../core/campaigns/campaign';
import { AppError } from '../../../errors';
import { followSeries } from '../../../store/campaigns/series';
import { changeCampaign, moveCampaign, readCampaign, type CampaignRow } from '../../../store/campaigns/campaigns';
import type { CampaignCommand } from '../../../workflows/contract';
import type { Call } from '../../endpoint';
import { campaignResource } from './campaign';

type SeriesCommand = Exclude<CampaignCommand, { action: 'reschedule' }>;

const NEXT = { pause: 'paused', resume: 'scheduled', cancel: 'cancelled' } as const;

/**
 * Pauses, resumes or cancels a series, or sets the rate of the campaigns to come. It holds when this returns, whether
 * Temporal is there or not: no campaign is made of a series that is not scheduled.
 * @throws AppError wrong-state
 */
export async function commandSeries(call: Call<'id'>, row: CampaignRow, wanted: CampaignCommand): Promise<CampaignRow> {
  const {
    database: { db },
    campaigns,
    log,
  } = call.deps;
  if (wanted.action === 'reschedule') {
    const message = 'A series begins at the times of its cron expression: cancel it, and make another one';
    throw new AppError('wrong-state', message);
  }
  const { action, keyId: _, ...detail } = wanted;
  const changed = await campaignResource.change(
    call,
    (tx) => change(tx, row.id, wanted),
    (done) => (done === null ? null : { action: `campaign.${ACTION_DONE[action]}`, subject: row.id, detail }),
  );
  if (changed === null) {
    const state = (await readCampaign(db, row.id))?.state ?? row.state;
    throw new AppError('wrong-state', actionProblem(action, state) ?? `The series is ${state} by now: look again`);
  }
  if (action !== 'setRate') {
    await followSeries(db, row.id, campaigns.followSeries).catch((err: unknown) =>
      log.error({ err, campaignId: row.id }, 'the schedule of a series could not be changed; maintenance will'),
    );
  }
  return (await readCampaign(db, row.id)) ?? changed;
}

function change(
  tx: Parameters<typeof moveCampaign>[0],
  id: string,
  wanted: SeriesCommand,
): Promise<CampaignRow | null> {
  if (wanted.action === 'setRate') {
    return changeCampaign(tx, id, { rate_per_second: wanted.ratePerSecond }, ACTION_STATES.setRate);
  }
  // Until the schedule has followed, maintenance takes the series for one without it.
  const change = { workflow_at: null, ...(wanted.action === 'resume' ? { resumed: true } : {}) };
  return moveCampaign(tx, id, NEXT[wanted.action], change, ACTION_STATES[wanted.action]);
}
