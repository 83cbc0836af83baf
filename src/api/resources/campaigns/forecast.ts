/** `GET /api/v1/campaigns/{id}/forecast`: what a campaign will be. */
import type { Router } from 'express';
import { AppError } from '../../../errors';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import type { ApiDeps } from '../../deps';
import { existing } from './found';

/** A draft's forecast is made again after this: its audience may have changed. */
const FRESH_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;

export function forecastRoutes(router: Router, deps: ApiDeps): void {
  /** @returns false while it is being made. @throws AppError unavailable */
  async function make({ id }: CampaignRow): Promise<boolean> {
    try {
      return await deps.campaigns.forecast({ campaignId: id });
    } catch (cause) {
      const retryAfterSeconds = RETRY_AFTER_SECONDS;
      throw new AppError('unavailable', 'Temporal is away: no forecast can be made', { retryAfterSeconds, cause });
    }
  }

  router.get('/api/v1/campaigns/:id/forecast', async (request, response) => {
    const { accountId } = await deps.auth.authenticate(request, 'read');
    const row = await existing(deps, accountId, request.params.id);
    const fresh = freshForecast(row);
    const made = fresh === null && (await make(row)) ? (await existing(deps, accountId, row.id)).forecast : fresh;
    if (made !== null) {
      response.json(made);
      return;
    }
    response.status(202).set('Retry-After', String(RETRY_AFTER_SECONDS)).json({ state: 'computing' });
  });
}

/** The stored forecast, where it still says something: once a campaign is launched, it is what was known then. */
function freshForecast({ forecast, launched_at: launchedAt }: CampaignRow): CampaignRow['forecast'] {
  if (forecast === null || launchedAt !== null) return forecast;
  return Date.now() - Date.parse(forecast.madeAt) < FRESH_MS ? forecast : null;
}
