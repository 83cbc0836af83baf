/** Sending again to those of a campaign that failed. */
import { z } from 'zod';
import { parseTemplate } from '../../../core/audience/template';
import { hasEnded } from '../../../core/campaigns/campaign';
import { CLEVERTAP_CODES, FAILURE_CLASSES } from '../../../core/messages/outcome';
import { AppError } from '../../../errors';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { insertCampaign, type CampaignDraft } from '../../../store/campaigns/drafts';
import { readFailed, SENT_TEXT } from '../../../store/campaigns/failed';
import type { FailedAudience } from '../../../store/tables';
import { endpoint, type Endpoint } from '../../endpoint';
import { storableName } from '../../http/text';
import { campaignOf, campaignResource } from './campaign';
import { shownCampaign } from './counts';
import { campaignAnswer } from './schema';

const MAX_NAME = 200;

const body = z.strictObject({
  classes: z.array(z.enum(FAILURE_CLASSES)).min(1).optional().describe('Absent = whatever the failure’s class.'),
  codes: z.array(z.enum(CLEVERTAP_CODES)).min(1).optional().describe('Codes as CleverTap hears them. Absent = all.'),
  name: storableName(MAX_NAME).optional().describe('Absent = the old one’s, with “again” behind it.'),
});

export const again: Endpoint[] = [
  endpoint(
    {
      id: 'sendCampaignAgain',
      method: 'post',
      path: '/api/v1/campaigns/:id/again',
      tag: 'Campaigns',
      summary: 'Makes a draft to those of an ended campaign that failed.',
      description:
        'Nothing is sent until it is launched, and it can be changed before. Its audience is whoever failed or expired, of these classes and codes, when it is launched: not who was suppressed or cancelled, nor whose outcome is unknown. Each recipient keeps its `meta`; to CleverTap the new message is another one with the same meta, so its outcome is told, and counted, beside the failure. Where the text has variables, each gets the text again that it was to get: the draft’s message is then `{text}`.',
      scope: 'send',
      body: { schema: body, optional: true },
      answers: { 201: { description: 'The draft.', schema: campaignAnswer } },
      errors: ['malformed-body', 'invalid-request', 'not-found', 'wrong-state', 'nothing-failed'],
    },
    async (call) => {
      const { deps } = call;
      const source = await campaignOf(call);
      checkSource(source);
      const { classes, codes, name } = call.body;
      const audience: FailedAudience = {
        kind: 'campaign',
        id: source.id,
        asSent: hasVariables(source.body),
        ...(classes === undefined ? {} : { classes }),
        ...(codes === undefined ? {} : { codes }),
      };
      if ((await readFailed(deps.database.pool, audience, 0, 1)).length === 0) {
        const which = [...(classes ?? []), ...(codes ?? [])].join(', ');
        throw new AppError(
          'nothing-failed',
          `No message of the campaign failed${which === '' ? '' : ` with ${which}`}`,
        );
      }
      const row = await campaignResource.change(
        call,
        (tx) => insertCampaign(tx, toDraft(source, audience, name), []),
        ({ id }) => ({ action: 'campaign.created', subject: id, detail: { againOf: source.id } }),
      );
      return shownCampaign(deps, row);
    },
  ),
];

/** @throws AppError wrong-state */
function checkSource({ state, recurrence, blanked_at: blankedAt, options, body: text }: CampaignRow): void {
  if (recurrence !== null)
    throw new AppError('wrong-state', 'A series sends nothing itself: name one of its campaigns');
  if (!hasEnded(state)) {
    throw new AppError('wrong-state', `The campaign is ${state}: wait until it is finished, or cancel it`);
  }
  if (blankedAt !== null || options?.sensitive === true || text === '') {
    throw new AppError('wrong-state', 'The texts of this campaign are kept no longer: make another campaign');
  }
}

function hasVariables(text: string): boolean {
  const parsed = parseTemplate(text);
  return parsed.ok && parsed.template.variables.length > 0;
}

/** Time, age and series are those of the old one's own day: the new one has none. */
function toDraft(source: CampaignRow, audience: FailedAudience, name: string | undefined): CampaignDraft {
  return {
    accountId: source.account_id,
    name: name ?? `${source.name.slice(0, MAX_NAME - ' again'.length)} again`,
    state: 'draft',
    body: audience.asSent ? `{${SENT_TEXT}}` : source.body,
    templateId: audience.asSent ? null : source.template_id,
    dltText: source.dlt_text,
    variables: {},
    sender: source.sender,
    routeId: source.route_id,
    ...(source.gateway_id === null ? {} : { gatewayId: source.gateway_id }),
    priority: source.priority,
    service: source.service,
    options: source.options,
    webhookId: source.webhook_id,
    audience,
    dueAt: null,
    timezone: source.timezone,
    window: source.send_window,
    lateness: source.lateness,
    maxAgeSeconds: source.max_age_seconds,
    validUntil: null,
    ratePerSecond: source.rate_per_second,
    finishWithinSeconds: source.finish_within_seconds,
    recurrence: null,
    seriesId: null,
    duplicates: 0,
    againOf: source.id,
  };
}
