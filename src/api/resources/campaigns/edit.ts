/** Changing a campaign: a draft wholly, one that was launched until it begins, but for whom it is for and when. */
import { mergeVariables, parseTemplate, renderTemplate } from '../../../core/audience/template';
import { AppError } from '../../../errors';
import { lockAudience, readAudience } from '../../../store/campaigns/audience';
import type { CampaignRow } from '../../../store/campaigns/campaigns';
import { CORRECTABLE_STATES, correctCampaign, isCorrectable } from '../../../store/campaigns/corrections';
import { updateDraft, type CampaignDraft } from '../../../store/campaigns/drafts';
import { UNCOUNTED_NEWS } from '../../../workflows/contract';
import type { Call } from '../../endpoint';
import { invalid } from '../../http/invalid';
import { validate } from '../../http/validate';
import { shownOptions } from './answer';
import { campaignOf, campaignResource } from './campaign';
import { checkCampaign, type Kept } from './create';
import { keptPeople } from './people';
import { campaign, type CampaignPatch } from './schema';

/** How often a correction is tried that something else came before. */
const MAX_TRIES = 5;

/** Only of a draft. */
const DRAFT_ONLY: ReadonlySet<string> = new Set(['audience', 'time', 'timezone', 'recurrence']);
/** What messages are made of; of all else the row alone tells. */
const IN_MESSAGES: ReadonlySet<string> = new Set([
  'message', 'templateId', 'variables', 'sender', 'routeId', 'webhookId', 'window', 'service', 'type', 'flash', 'port', 'entityId',
  'dltTemplateId', 'sensitive',
]); // prettier-ignore

const MEANWHILE = 'The campaign was launched or changed meanwhile: look again, and change it then';

/**
 * Changes what the patch names; all of it is checked as if it were made anew.
 * @throws AppError wrong-state, invalid-request, and what making a campaign throws
 */
export async function editCampaign(call: Call<'id'>, patch: CampaignPatch): Promise<CampaignRow> {
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const row = await campaignOf(call);
    if (row.state === 'draft') return editDraft(call, row, patch);
    const problem = whyFixed(row, Object.keys(patch));
    if (problem !== null) throw new AppError('wrong-state', problem);
    const corrected = await correct(call, row, patch);
    if (corrected !== null) return corrected;
  }
  throw new AppError('wrong-state', MEANWHILE);
}

async function editDraft(call: Call<'id'>, row: CampaignRow, patch: CampaignPatch): Promise<CampaignRow> {
  const kept = keptOf(row, patch);
  const { draft, recipients, keepRejected } = await check(call, row, patch, kept);
  const fields = Object.keys(patch);
  const readmits = kept.people !== null && saysAnew(patch);
  const edited = await campaignResource.change(
    call,
    async (tx) => {
      if (!(await lockAudience(tx, draft.audience))) {
        throw invalid('audience', 'names a group or an upload that was deleted meanwhile');
      }
      const changed = await updateDraft(tx, row, draft, kept.people === null ? recipients : null, readmits);
      if (changed !== null && kept.people === null) await keepRejected(tx, row.id);
      return changed;
    },
    (changed) => (changed === null ? null : { action: 'campaign.edited', subject: row.id, detail: { fields } }),
  );
  if (edited !== null) return edited;
  throw new AppError('wrong-state', MEANWHILE);
}

/** Corrects a campaign that has not begun. Null: something else came before. */
async function correct(call: Call<'id'>, row: CampaignRow, patch: CampaignPatch): Promise<CampaignRow | null> {
  const { draft } = await check(call, row, patch, keptOf(row, patch));
  const fields = Object.keys(patch);
  const corrected = await campaignResource.change(
    call,
    async (tx) => {
      if (!(await lockAudience(tx, row.audience))) {
        throw invalid(
          'audience',
          'of the campaign was deleted meanwhile, so it can’t be made anew: make another campaign',
        );
      }
      return correctCampaign(
        tx,
        row,
        draft,
        fields.some((field) => IN_MESSAGES.has(field)),
      );
    },
    (done) => (done === null ? null : { action: 'campaign.corrected', subject: row.id, detail: { fields } }),
  );
  if (corrected === null) return null;
  const { sliceId } = corrected;
  if (sliceId !== null) call.deps.wake([{ sliceId, campaignId: row.id, groupId: null, ...UNCOUNTED_NEWS }]);
  return corrected.campaign;
}

/** Why a launched campaign can't be changed so; null = it can. */
function whyFixed(row: CampaignRow, fields: readonly string[]): string | null {
  const { id, state, started_at: startedAt } = row;
  const what = fields.filter((field) => field !== 'ratePerSecond').join(', ');
  if (!isCorrectable(row)) {
    const may =
      (CORRECTABLE_STATES as readonly string[]).includes(state) || state === 'running' || state === 'settling';
    const why = may
      ? `it began at ${startedAt?.toISOString() ?? 'its time'}, and messages may have left. What has not left can be cancelled`
      : 'it has ended';
    return `The campaign is ${state}, and it is too late for ${what}: ${why}`;
  }
  const fixed = fields.filter((field) => DRAFT_ONLY.has(field));
  if (fixed.length === 0) return null;
  const isTime = fixed.every((field) => field === 'time' || field === 'timezone') && row.recurrence === null;
  const instead = isTime ? `use POST /api/v1/campaigns/${id}/reschedule` : 'cancel it, and make another one';
  return `The campaign is ${state}, and ${fixed.join(', ')} can be changed of a draft only: ${instead}`;
}

const namesText = ({ message, templateId }: CampaignPatch): boolean =>
  message !== undefined || templateId !== undefined;
/** Whether texts come out otherwise, so that other recipients may be left out. */
const saysAnew = (patch: CampaignPatch): boolean => namesText(patch) || patch.variables !== undefined;

function keptOf(row: CampaignRow, patch: CampaignPatch): Kept {
  const { template_id: templateId, dlt_text: dltText, options } = row;
  // The text that is compared stays only where a template brought it; else it is looked up by the DLT id.
  const ofTemplate = {
    dltText: templateId === null ? null : dltText,
    sensitive: templateId !== null && options?.sensitive === true,
  };
  return {
    people: patch.audience === undefined ? keptPeople(row) : null,
    text: namesText(patch) ? null : { templateId, ...ofTemplate },
  };
}

async function check(call: Call<'id'>, row: CampaignRow, patch: CampaignPatch, kept: Kept) {
  const { deps, actor } = call;
  const context = await deps.accounts.context(actor.accountId);
  const body = validate(campaign, merged(row, patch));
  const checked = await checkCampaign(deps, context, body, new Date(), kept);
  if (patch.audience === undefined && saysAnew(patch)) await checkReached(call, row, checked.draft);
  return checked;
}

/** Recipients that are looked at to find one whom the text can be made for. */
const LOOKED_AT = 10_000;
const PAGE = 1_000;

/** @throws AppError invalid-request when the text has a variable that none of the recipients has a value for. */
async function checkReached({ deps }: Call<'id'>, row: CampaignRow, draft: CampaignDraft): Promise<void> {
  const parsed = parseTemplate(draft.body);
  if (!parsed.ok || parsed.template.required.length === 0) return;
  const missing = new Set<string>();
  for (let position = 0, read = 0; read < LOOKED_AT; read += PAGE) {
    const rows = await readAudience(deps.database.pool, row, position, PAGE);
    for (const { variables } of rows) {
      const rendered = renderTemplate(parsed.template, mergeVariables(draft.variables, variables));
      if (rendered.ok) return;
      for (const name of rendered.missing) missing.add(name);
    }
    if (rows.length === 0) break;
    position = rows.at(-1)!.position;
    if (read + PAGE >= LOOKED_AT) return;
  }
  const names = [...missing].map((name) => `{${name}}`).join(', ');
  if (missing.size > 0) {
    throw invalid('message', `has ${names}, which has no default, and no value for any of the recipients`);
  }
}

/** When it leaves, as a request says it: a time that has passed, of one that waits for somebody, is no matter. */
function timeOf({ state, due_at: dueAt }: CampaignRow): string | undefined {
  return state === 'draft' || (dueAt !== null && dueAt > new Date()) ? dueAt?.toISOString() : undefined;
}

/** The campaign as a request would make it, with the patch on top; null in a patch takes a value away. */
function merged(row: CampaignRow, patch: CampaignPatch): Record<string, unknown> {
  const { options, audience, send_window: window } = row;
  const { entityId, dltTemplateId, ...shown } = shownOptions(row);
  const whole: Record<string, unknown> = {
    name: row.name,
    ...(namesText(patch) ? {} : { message: row.body }),
    variables: row.variables,
    sender: row.sender,
    routeId: row.route_id,
    audience:
      audience.kind === 'upload' ? { uploadId: audience.id } : { groupId: 'id' in audience ? audience.id : row.id },
    time: timeOf(row),
    timezone: row.timezone,
    window:
      window === null
        ? null
        : { ...window, timezone: window.timezone ?? undefined, recipientZone: window.timezone === null },
    lateness: row.lateness,
    maxAgeSeconds: row.max_age_seconds,
    validUntil: row.valid_until?.toISOString(),
    service: row.service,
    ...shown,
    // A template brings its own.
    ...(patch.templateId === undefined ? { entityId, dltTemplateId } : {}),
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
