/** From a launched campaign's row to what runs it. */
import type { Kysely } from 'kysely';
import type { SeriesSchedule } from '../../core/campaigns/campaign';
import { markCampaignStarted, type CampaignRow } from './campaigns';
import { followSeries } from './series';
import type { Schema } from '../tables';

/** What runs campaigns; it is handed in, as the store knows no workflows. */
export interface CampaignStarter {
  /** Starts the workflow of a campaign; one that has its workflow is left alone. */
  startCampaign(campaign: { campaignId: string; accountId: string; priority: number }): Promise<void>;
  /** Has the schedule of a series stand as it is given. */
  followSeries(series: SeriesSchedule): Promise<void>;
}

/**
 * Starts the workflow of a campaign, or the schedule of a series, and notes it.
 * @throws what the starter throws, when Temporal is away: nothing is noted then.
 */
export async function startCampaign(
  db: Kysely<Schema>,
  { id, account_id: accountId, priority, recurrence }: CampaignRow,
  starter: CampaignStarter,
): Promise<void> {
  if (recurrence !== null) return followSeries(db, id, (series) => starter.followSeries(series));
  await starter.startCampaign({ campaignId: id, accountId, priority });
  await markCampaignStarted(db, id);
}
