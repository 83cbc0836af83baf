/** The duty `audit`: finds open work whose workflow was ended from outside: terminated, cancelled, timed out or failed. */
import { takeStrandedCampaigns } from '../../store/campaigns/looks';
import { listGroups } from '../../store/messages/groups';
import { takeStrandedSlices } from '../../store/messages/slices';
import { toSendInput } from '../../workflows/contract';
import { CONCURRENT_STARTS, type StartDeps } from './starts';
import type { Turn } from './turn';

/** A workflow that lives looks at its rows sooner than this after it meant to, however busy its workers are. */
const LATE_MS = 10 * 60_000;
const MAX_PER_AUDIT = 500;

/**
 * Starts the workflows of open sends and campaigns that should have looked at their rows some minutes ago. One that is
 * merely late is left alone. The turn of those that could not be started comes again after as many minutes.
 */
export async function restartStranded(
  {
    database: { pool },
    workflows,
  }: Pick<StartDeps, 'database'> & { workflows: Pick<StartDeps['workflows'], 'startSend' | 'startCampaign'> },
  turn: Turn,
): Promise<void> {
  await turn.step('slices', async () =>
    turn.each(
      await listGroups(pool, await takeStrandedSlices(pool, LATE_MS, MAX_PER_AUDIT)),
      ({ id }) => `group ${id}`,
      (group) => workflows.startSend(toSendInput(group)),
      CONCURRENT_STARTS,
    ),
  );
  await turn.step('campaigns', async () =>
    turn.each(
      await takeStrandedCampaigns(pool, LATE_MS, MAX_PER_AUDIT),
      ({ campaignId }) => `campaign ${campaignId}`,
      (campaign) => workflows.startCampaign(campaign),
      CONCURRENT_STARTS,
    ),
  );
}
