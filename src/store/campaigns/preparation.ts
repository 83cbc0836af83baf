/** The end of a campaign's preparation. */
import type { Kysely } from 'kysely';
import { hasEnded } from '../../core/campaigns/campaign';
import { inTransaction } from '../database';
import type { Schema } from '../tables';
import { forgetRecipients, lockCampaign, moveCampaign, type CampaignRow } from './campaigns';

/** Whether its audience is still to become messages, or to be left out. */
export const isUnprepared = ({ state, unprepared }: Pick<CampaignRow, 'state' | 'unprepared'>): boolean =>
  state === 'preparing' || unprepared;

/**
 * Notes that a campaign's whole audience has become messages, or was left out.
 * @param commands of the campaign, as whoever has come to its end had read it.
 * @param next where one goes that nobody has paused or cancelled, and one that has nobody to send to.
 * @returns as it is then; still unprepared when it was changed meanwhile; null when it is gone.
 */
export async function finishPreparation(
  db: Kysely<Schema>,
  { id, commands }: Pick<CampaignRow, 'id' | 'commands'>,
  next: (campaign: CampaignRow) => { state: 'scheduled' | 'failed'; reason: string | null },
): Promise<CampaignRow | null> {
  return inTransaction(db, async (tx) => {
    const campaign = await lockCampaign(tx, id);
    if (campaign === null || !isUnprepared(campaign) || campaign.commands !== commands) return campaign;
    const { state, reason } = next(campaign);
    const isStopped = campaign.state === 'paused' && state === 'scheduled';
    if (!hasEnded(campaign.state) && !isStopped) {
      return moveCampaign(tx, id, state, { reason }, ['preparing', 'paused']);
    }
    const isSensitive = hasEnded(campaign.state) && campaign.options?.sensitive === true;
    if (isSensitive) await forgetRecipients(tx, id);
    const row = await tx
      .updateTable('campaigns')
      .set({ unprepared: false, ...(isSensitive ? { body: '', variables: '{}' } : {}) })
      .where('id', '=', id)
      .returningAll()
      .executeTakeFirst();
    return row ?? null;
  });
}
