import { AppError } from '../../../errors';
import { findCampaign, type CampaignRow } from '../../../store/campaigns/campaigns';
import type { ApiDeps } from '../../deps';
import { isStorable } from '../../http/text';

/** @throws AppError not-found */
export async function existing(deps: ApiDeps, accountId: string, id: string): Promise<CampaignRow> {
  const row = isStorable(id) ? await findCampaign(deps.database.db, accountId, id) : null;
  if (row === null) throw new AppError('not-found', 'The account has no campaign with this id');
  return row;
}
