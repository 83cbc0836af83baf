/**
 * The duty `audit`: finds open work whose workflow was ended from outside (terminated, cancelled, timed out or failed), or
 * stands still because its tasks fail.
 */
import { takeStrandedCampaigns } from '../../store/campaigns/looks';
import { takeStrandedSlices } from '../../store/messages/slices';
import { CONCURRENT_STARTS, startGroups, type StartDeps } from './starts';
import type { Turn } from './turn';

/** A workflow that lives looks at its rows sooner than this after it meant to, however busy its workers are. */
const LATE_MS = 10 * 60_000;
const MAX_PER_AUDIT = 500;

interface AuditDeps extends Pick<StartDeps, 'database'> {
  workflows: Pick<StartDeps['workflows'], 'restartSend' | 'restartCampaign'>;
}

/**
 * Starts the workflows of open sends and campaigns that should have looked at their rows some minutes ago. One that is
 * merely late is left alone; one whose tasks fail every time is ended first. The turn of those that could not be started comes again after as many minutes.
 */
export async function restartStranded({ database, workflows }: AuditDeps, turn: Turn): Promise<void> {
  const { pool } = database;
  await turn.step('slices', async () => {
    const stranded = await takeStrandedSlices(pool, LATE_MS, MAX_PER_AUDIT);
    await startGroups({ database, workflows: { startSend: workflows.restartSend } }, turn, stranded);
  });
  await turn.step('campaigns', async () =>
    turn.each(
      await takeStrandedCampaigns(pool, LATE_MS, MAX_PER_AUDIT),
      ({ campaignId }) => `campaign ${campaignId}`,
      (campaign) => workflows.restartCampaign(campaign),
      CONCURRENT_STARTS,
    ),
  );
}
