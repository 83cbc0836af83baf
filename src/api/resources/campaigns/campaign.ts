import { findCampaign, type CampaignRow } from '../../../store/campaigns/campaigns';
import type { Call } from '../../endpoint';
import { resource } from '../../http/resource';

/** What the routes of campaigns do with one. */
export const campaignResource = resource<CampaignRow>({ noun: 'campaign' });

/** The campaign of the path, as it is now. @throws AppError not-found */
export const campaignOf = async ({ deps, actor, params }: Call<'id'>): Promise<CampaignRow> =>
  campaignResource.found(await findCampaign(deps.database.db, actor.accountId, params.id));
