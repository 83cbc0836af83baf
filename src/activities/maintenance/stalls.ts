/** A campaign that runs, may send, has something to send, and of which nothing leaves. */
import { windowState } from '../../core/time/window';
import type { Trouble } from '../../store/accounts/alerts';
import { markCampaigns, type StillCampaign } from '../../store/accounts/campaign-marks';
import type { Database } from '../../store/database';

/** The lowest rate sends one message a second: what stands still so long waits for no place. */
export const STILL_MS = 10 * 60_000;

/**
 * Campaigns that stand still although no reason for it is noted: a worker does not look after them, or a block of theirs
 * never ends. A window has to have been open for that long.
 */
export async function findStalls({ pool }: Pick<Database, 'pool'>): Promise<Trouble[]> {
  const still = await markCampaigns(pool, STILL_MS);
  return still.filter(mightSend).map(({ accountId, campaignId, since }) => ({
    accountId,
    kind: 'campaign-stuck',
    subject: { kind: 'campaign', id: campaignId, name: campaignId },
    detail: `it runs, and nothing of it has left since ${since.toISOString().slice(11, 16)} UTC`,
  }));
}

function mightSend({ windows, now }: StillCampaign): boolean {
  return windows.some((list) => {
    if (list === null) return true;
    const state = windowState(list, now.getTime());
    return state.open && (state.openedAtMs === null || now.getTime() - state.openedAtMs >= STILL_MS);
  });
}
