/** Starting a launched campaign for a caller who waits. */
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { startCampaign as startAndMark } from '../../../store/campaigns/start';
import type { ApiDeps } from '../../deps';

/** Starts the workflow of a campaign, or the schedule of a series; when Temporal is away maintenance does it later. */
export async function startCampaign(
  { database: { db }, campaigns, log }: Pick<ApiDeps, 'database' | 'campaigns' | 'log'>,
  campaign: CampaignRow,
): Promise<void> {
  try {
    await startAndMark(db, campaign, { startCampaign: campaigns.start, followSeries: campaigns.followSeries });
  } catch (err) {
    log.error({ err, campaignId: campaign.id }, 'a campaign could not be started; maintenance will');
  }
}
