/** From a launched campaign's row to what runs it. */
import { followSeries } from '../../../store/campaigns/series';
import { markCampaignStarted, type CampaignRow } from '../../../store/campaigns/campaigns';
import type { ApiDeps } from '../../deps';

/** Starts the workflow of a campaign, or the schedule of a series; when Temporal is away the sweep does it later. */
export async function startCampaign(
  { database: { db }, campaigns, log }: Pick<ApiDeps, 'database' | 'campaigns' | 'log'>,
  { id, account_id: accountId, priority, recurrence }: CampaignRow,
): Promise<void> {
  try {
    if (recurrence !== null) return await followSeries(db, id, campaigns.followSeries);
    await campaigns.start({ campaignId: id, accountId, priority });
    await markCampaignStarted(db, id);
  } catch (err) {
    log.error({ err, campaignId: id }, 'a campaign could not be started; the sweep will');
  }
}
