/** A campaign that runs, may send, has something to send, and of which nothing leaves. */
import { mightSend, STILL_MS } from '../../core/campaigns/stall';
import type { Trouble } from '../../store/accounts/alerts';
import { markCampaigns } from '../../store/accounts/campaign-marks';
import type { Database } from '../../store/database';

/**
 * Campaigns that stand still although no reason for it is noted: a worker does not look after them, or a block of theirs
 * never ends. A window has to have been open for that long.
 */
export async function findStalls({ pool }: Pick<Database, 'pool'>): Promise<Trouble[]> {
  const still = await markCampaigns(pool, STILL_MS);
  return still
    .filter(({ windows, now }) => mightSend(windows, now))
    .map(({ accountId, campaignId, since }) => ({
      accountId,
      kind: 'campaign-stuck',
      subject: { kind: 'campaign', id: campaignId, name: campaignId },
      detail: `it runs, and nothing of it has left since ${since.toISOString().slice(11, 16)} UTC`,
    }));
}
