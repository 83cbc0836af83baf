/** A campaign of which too many messages fail pauses itself, where its account says so. */
import type { CampaignRow } from '../../store/campaigns/campaigns';
import { mayPauseItself, moveCampaign } from '../../store/campaigns/campaigns';
import { insertAudit } from '../../store/accounts/audit';
import { clearLookAt, countOutcomes, type CountedSlices, type OutcomeCounts } from '../../store/campaigns/slices';
import type { LiveCampaign } from '../../store/campaigns/live';
import type { Database } from '../../store/database';
import type { Followed } from '../../core/concurrency/follow';

/** With fewer outcomes, the failures among them are no reason to pause. */
const SELF_PAUSE_MIN_SETTLED = 100;

/** The share of failures among these outcomes; 0 while they are too few to tell. */
export const failureShare = ({ settled, failed }: OutcomeCounts): number =>
  settled < SELF_PAUSE_MIN_SETTLED ? 0 : failed / settled;

/**
 * Pauses a campaign because of a share of failures. Null: it is in no state to be paused, or a person has resumed it since
 * that share was held against its limit: then they have decided.
 */
export function pauseItself(
  { db }: Pick<Database, 'db'>,
  { id, account_id: accountId }: Pick<CampaignRow, 'id' | 'account_id'>,
  share: number,
): Promise<CampaignRow | null> {
  const percent = Math.round(share * 100);
  return db.transaction().execute(async (tx) => {
    if (!(await mayPauseItself(tx, id))) return null;
    const reason = `paused by itself: ${percent} % of the messages with an outcome failed`;
    const moved = await moveCampaign(tx, id, 'paused', { reason });
    if (moved === null) return null;
    await clearLookAt(tx, id);
    await insertAudit(
      tx,
      { accountId, keyId: null },
      { action: 'campaign.paused-itself', subject: id, detail: { percent } },
    );
    return moved;
  });
}

/**
 * Asked before each block of a campaign: whether it may be claimed. Once the share is passed, what is on the wire is all
 * that still leaves.
 */
export type FailureGuard = () => Promise<boolean>;

/** @param onPaused called when the campaign has just been paused: nothing more of the run may leave. */
export function createFailureGuard(
  database: Pick<Database, 'db' | 'pool'>,
  campaignId: string,
  campaign: Pick<Followed<LiveCampaign>, 'value'>,
  onPaused: () => void,
): FailureGuard {
  // Slices that are over are counted once in a run: of a campaign of millions, each block would read thousands.
  let counted: CountedSlices = { no: 0, settled: 0, failed: 0 };
  return async () => {
    const { failure_limit: limit, account_id: accountId } = campaign.value;
    if (limit === null) return true;
    const outcomes = await countOutcomes(database.pool, campaignId, counted);
    ({ counted } = outcomes);
    const share = failureShare(outcomes);
    if (share <= limit) return true;
    const paused = await pauseItself(database, { id: campaignId, account_id: accountId }, share);
    if (paused !== null) onPaused();
    return paused === null;
  };
}
