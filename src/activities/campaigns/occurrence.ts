/** The `makeOccurrence` and `awaitCampaign` activities: the campaign that a series makes at one of its times. */
import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { DateTime } from 'luxon';
import { hasEnded } from '../../core/campaigns/campaign';
import { insertOccurrence } from '../../store/campaigns/series';
import { readCampaign } from '../../store/campaigns/campaigns';
import type { Database } from '../../store/database';
import type { CampaignInput } from '../../workflows/contract';

export interface Occurrence {
  seriesId: string;
  /** Id of the run that makes it. */
  occurrence: string;
  /** Epoch milliseconds of its time in the schedule. */
  dueAtMs: number;
}

/**
 * Makes the campaign of one time of a series.
 * @returns the campaign to run; null when the series was paused or cancelled meanwhile, or the clocks show this time for
 * the second time in an autumn night: the schedule fires both times, and recipients are to get one message.
 */
export async function makeOccurrence(
  { db }: Pick<Database, 'db'>,
  { seriesId, occurrence, dueAtMs }: Occurrence,
): Promise<CampaignInput | null> {
  const series = await readCampaign(db, seriesId);
  if (series === null) return null;
  const time = DateTime.fromMillis(dueAtMs, { zone: series.timezone });
  if (time.getPossibleOffsets().some((other) => other.toMillis() < dueAtMs)) return null;
  const local = time.toFormat('yyyy-MM-dd HH:mm');
  const row = await insertOccurrence(db, { seriesId, occurrence, dueAt: new Date(dueAtMs), label: ` ${local}` });
  return row === null ? null : { campaignId: row.id, accountId: row.account_id, priority: row.priority };
}

/** Returns once a campaign has ended. @throws ApplicationFailure before that: it is tried again. */
export async function awaitCampaign({ db }: Pick<Database, 'db'>, campaignId: string): Promise<void> {
  const row = await readCampaign(db, campaignId);
  if (row === null || hasEnded(row.state)) return;
  const message = `The campaign is ${row.state}`;
  throw ApplicationFailure.create({ message, type: 'Goes on', category: ApplicationFailureCategory.BENIGN });
}
