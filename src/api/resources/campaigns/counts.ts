/** Campaigns with their counts, as they are shown. */
import { countUnprepared } from '../../../store/campaigns/audience';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { countCampaigns, NO_COUNTS, type CampaignCounts } from '../../../store/campaigns/live';
import { countAudiences } from '../../../store/campaigns/sizes';
import type { Database } from '../../../store/database';
import type { ApiDeps } from '../../deps';
import { toCampaign } from './answer';

/**
 * The counts of these campaigns, by id. Of one that was cancelled while it was prepared, those who have not become messages
 * yet are open too: they become messages, and each of them gets its outcome.
 */
export async function countsOf(
  { db, pool }: Pick<Database, 'db' | 'pool'>,
  rows: readonly CampaignRow[],
): Promise<Map<string, CampaignCounts>> {
  // Before the messages are counted: who becomes one in between is counted twice, and nobody never.
  const cancelled = rows.filter(({ state, unprepared }) => state === 'cancelled' && unprepared);
  const missing = await Promise.all(cancelled.map((row) => countUnprepared(db, row)));
  const ids = rows.map(({ id }) => id);
  const counts = await countCampaigns(pool, ids);
  for (const [i, { id }] of cancelled.entries()) {
    const found = counts.get(id) ?? NO_COUNTS;
    const n = missing[i]!;
    counts.set(id, { ...found, accepted: found.accepted + n, queued: found.queued + n, open: found.open + n });
  }
  return counts;
}

/** These campaigns as they are answered, each with its counts. */
export async function shownCampaigns(
  { database, workflowLink }: Pick<ApiDeps, 'database' | 'workflowLink'>,
  rows: readonly CampaignRow[],
): Promise<ReturnType<typeof toCampaign>[]> {
  const [counts, sizes] = await Promise.all([countsOf(database, rows), countAudiences(database.pool, rows)]);
  return rows.map((row) => toCampaign(row, workflowLink, counts.get(row.id), sizes.get(row.id)));
}

/** The same of one. */
export const shownCampaign = async (
  deps: Pick<ApiDeps, 'database' | 'workflowLink'>,
  row: CampaignRow,
): Promise<ReturnType<typeof toCampaign>> => (await shownCampaigns(deps, [row]))[0]!;
