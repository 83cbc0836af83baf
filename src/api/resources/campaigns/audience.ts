/** Groups and uploads that campaigns still have to read can't be deleted. */
import type { Kysely } from 'kysely';
import { AppError } from '../../../errors';
import { listCampaignsReading } from '../../../store/campaigns/audience';
import type { Schema } from '../../../store/tables';

/**
 * @param tx a transaction that has the row of the group or upload locked.
 * @throws AppError upload-in-use, group-in-use
 */
export async function refuseWhileRead(
  tx: Kysely<Schema>,
  accountId: string,
  audience: { kind: 'group' | 'upload'; id: string },
): Promise<void> {
  const campaigns = await listCampaignsReading(tx, accountId, audience);
  if (campaigns.length === 0) return;
  const names = campaigns.map((name) => JSON.stringify(name)).join(', ');
  const message = `The ${audience.kind} is the audience of ${names}: cancel or delete what is not to be sent, or wait until it runs`;
  throw new AppError(`${audience.kind}-in-use`, message, { extra: { campaigns } });
}
