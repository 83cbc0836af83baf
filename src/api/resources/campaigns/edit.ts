/** Changing a campaign: a draft wholly, one that was launched as far as nothing of it is made yet. */
import { AppError } from '../../../errors';
import { lockAudience } from '../../../store/campaigns/audience';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { updateDraft } from '../../../store/campaigns/drafts';
import type { Call } from '../../endpoint';
import { invalid } from '../../http/invalid';
import { validate } from '../../http/validate';
import { campaignResource } from './campaign';
import { checkCampaign } from './create';
import { keptPeople } from './people';
import { campaign, type CampaignPatch } from './schema';

/**
 * Changes what the patch names of a draft; all of it is checked as if it were made anew.
 * @throws AppError wrong-state, invalid-request, and what making a campaign throws
 */
export async function editDraft(call: Call<'id'>, row: CampaignRow, patch: CampaignPatch): Promise<CampaignRow> {
  if (row.state !== 'draft') throw new AppError('wrong-state', whyFixed(row, Object.keys(patch)));
  const { deps, actor } = call;
  const context = await deps.accounts.context(actor.accountId);
  const kept = patch.audience === undefined ? keptPeople(row) : null;
  const body = validate(campaign, merged(row, patch));
  const { draft, recipients, keepRejected } = await checkCampaign(deps, context, body, new Date(), kept);
  const edited = await campaignResource.change(
    call,
    async (tx) => {
      if (!(await lockAudience(tx, draft.audience))) {
        throw invalid('audience', 'names a group or an upload that was deleted meanwhile');
      }
      const changed = await updateDraft(tx, row, draft, kept === null ? recipients : null);
      if (changed !== null && kept === null) await keepRejected(tx, row.id);
      return changed;
    },
    (changed) =>
      changed === null ? null : { action: 'campaign.edited', subject: row.id, detail: { fields: Object.keys(patch) } },
  );
  if (edited !== null) return edited;
  throw new AppError('wrong-state', 'The campaign was launched or changed meanwhile: look again, and change it then');
}

function whyFixed({ state }: CampaignRow, fields: readonly string[]): string {
  const what = fields.filter((field) => field !== 'ratePerSecond').join(', ');
  const why =
    state === 'preparing' || state === 'scheduled' || state === 'paused'
      ? 'each recipient’s text is being made, or was: cancel it before it leaves, and make another one'
      : 'only its rate can be changed';
  return `The campaign is ${state}, and ${what} can be changed of a draft only: ${why}`;
}

/** The campaign as a request would make it, with the patch on top; null in a patch takes a value away. */
function merged(row: CampaignRow, patch: CampaignPatch): Record<string, unknown> {
  const { options, audience, send_window: window } = row;
  const type = options?.type === 'unicode' ? 'U' : options?.type === 'plain' ? 'N' : 'A';
  const text = row.template_id === null ? { message: row.body } : { templateId: row.template_id };
  const isText = patch.message !== undefined || patch.templateId !== undefined;
  const whole: Record<string, unknown> = {
    name: row.name,
    ...(isText ? {} : text),
    variables: row.variables,
    sender: row.sender,
    routeId: row.route_id,
    audience:
      audience.kind === 'upload' ? { uploadId: audience.id } : { groupId: 'id' in audience ? audience.id : row.id },
    time: row.due_at?.toISOString(),
    timezone: row.timezone,
    window:
      window === null
        ? null
        : { ...window, timezone: window.timezone ?? undefined, recipientZone: window.timezone === null },
    lateness: row.lateness,
    maxAgeSeconds: row.max_age_seconds,
    validUntil: row.valid_until?.toISOString(),
    service: row.service,
    type,
    flash: options?.flash === true,
    port: options?.port,
    // Those of a template come with it.
    entityId: row.template_id === null && !isText ? options?.entityId : undefined,
    dltTemplateId: row.template_id === null && !isText ? options?.templateId : undefined,
    sensitive: options?.sensitive === true,
    ratePerSecond: row.rate_per_second,
    finishWithinSeconds: row.finish_within_seconds,
    webhookId: row.webhook_id,
    recurrence: row.recurrence,
    ...patch,
    draft: true,
  };
  return Object.fromEntries(Object.entries(whole).filter(([, value]) => value !== null && value !== undefined));
}
