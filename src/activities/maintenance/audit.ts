/** The duty `audit`: finds open work whose workflow was ended from outside: terminated, cancelled, timed out or failed. */
import { takeStrandedCampaigns } from '../../store/campaigns/looks';
import { takeStrandedSlices } from '../../store/messages/slices';
import { CONCURRENT_STARTS, startGroups, type GroupStartDeps, type StartDeps } from './starts';
import type { Turn } from './turn';

/** A workflow that lives looks at its rows sooner than this after it meant to, however busy its workers are. */
const LATE_MS = 10 * 60_000;
const MAX_PER_AUDIT = 500;

/**
 * Starts the workflows of open sends and campaigns that should have looked at their rows some minutes ago. One that is
 * merely late is left alone. The turn of those that could not be started comes again after as many minutes.
 */
export async function restartStranded(
  deps: GroupStartDeps & { workflows: Pick<StartDeps['workflows'], 'startCampaign'> },
  turn: Turn,
): Promise<void> {
  const { pool } = deps.database;
  await turn.step('slices', async () =>
    startGroups(deps, turn, await takeStrandedSlices(pool, LATE_MS, MAX_PER_AUDIT)),
  );
  await turn.step('campaigns', async () =>
    turn.each(
      await takeStrandedCampaigns(pool, LATE_MS, MAX_PER_AUDIT),
      ({ campaignId }) => `campaign ${campaignId}`,
      (campaign) => deps.workflows.startCampaign(campaign),
      CONCURRENT_STARTS,
    ),
  );
}
