/** `GET /api/v1/campaigns/{id}/forecast`: what a campaign will be. */
import { AppError } from '../../../errors';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import type { ApiDeps } from '../../deps';
import { endpoint, reply, type Endpoint } from '../../endpoint';
import { campaignOf } from './campaign';
import { computingAnswer, forecastAnswer } from './schema';

/** A draft's forecast is made again after this: its audience may have changed. */
const FRESH_MS = 60_000;
const RETRY_AFTER_SECONDS = 5;

export const forecast: Endpoint[] = [
  endpoint(
    {
      id: 'forecastCampaign',
      method: 'get',
      path: '/api/v1/campaigns/:id/forecast',
      tag: 'Campaigns',
      summary: 'What a campaign will be: recipients, parts, cost, and when its last message leaves.',
      description:
        'A draft’s is made anew when it is older than a minute; once the campaign is launched, it stays what was known then.',
      scope: 'read',
      answers: {
        200: { description: 'The forecast.', schema: forecastAnswer },
        202: { description: 'It is being made: ask again after Retry-After.', schema: computingAnswer },
      },
      errors: ['not-found', 'temporal-unavailable'],
    },
    async (call) => {
      const row = await campaignOf(call);
      const fresh = freshForecast(row);
      const made = fresh === null && (await make(call.deps, row)) ? (await campaignOf(call)).forecast : fresh;
      if (made !== null) return made;
      call.response.set('Retry-After', String(RETRY_AFTER_SECONDS));
      return reply(202, { state: 'computing' });
    },
  ),
];

/** @returns false while it is being made. @throws AppError temporal-unavailable */
async function make({ campaigns }: ApiDeps, { id, account_id: accountId }: CampaignRow): Promise<boolean> {
  try {
    return await campaigns.forecast({ campaignId: id, accountId });
  } catch (cause) {
    const retryAfterSeconds = RETRY_AFTER_SECONDS;
    throw new AppError('temporal-unavailable', 'Temporal is away: no forecast can be made', {
      retryAfterSeconds,
      cause,
    });
  }
}

/** The stored forecast, where it still says something: once a campaign is launched, it is what was known then. */
function freshForecast({ forecast, launched_at: launchedAt }: CampaignRow): CampaignRow['forecast'] {
  if (forecast === null || launchedAt !== null) return forecast;
  return Date.now() - Date.parse(forecast.madeAt) < FRESH_MS ? forecast : null;
}
