/** From a request to a campaign that can be stored: everything that can be known beforehand is checked here. */
import type { Kysely } from 'kysely';
import type { ApiDeps } from '../../deps';
import type { LoadPseudonyms } from '../../../core/accounts/pseudonyms';
import type { Recipient } from '../../../core/audience/audience';
import { LATE_MS } from '../../../core/campaigns/campaign';
import { countryWindows, ownWindows } from '../../../core/campaigns/window';
import { matchDltPattern } from '../../../core/audience/dlt-template';
import { ageLimit, validUntilProblem, type AgeLimit } from '../../../core/messages/age';
import { isPromotional } from '../../../core/messages/service';
import { MAX_LATE_MS, parseSendTime } from '../../../core/time/schedule';
import { segment } from '../../../core/messages/segments';
import { parseTemplate, type Template } from '../../../core/audience/template';
import { windowState, type SendWindow } from '../../../core/time/window';
import { AppError } from '../../../errors';
import type { AccountContext } from '../../../store/accounts/accounts';
import { countAudience, isEveryoneSuppressed } from '../../../store/campaigns/audience';
import type { CampaignDraft } from '../../../store/campaigns/drafts';
import { findRoute } from '../../../store/gateways/routes';
import type { CampaignWindow, MessageOptions, Schema } from '../../../store/tables';
import { findTemplate } from '../../../store/audience/templates';
import { invalid } from '../../http/invalid';
import { createAdmission } from '../../ingress/admission';
import { heldBy, readRegistered } from './national-rules';
import { readPeople, type People, type Rejection } from './people';
import type { CampaignBody } from './schema';

export interface CheckedCampaign {
  draft: CampaignDraft;
  recipients: Recipient[];
  rejected: Rejection[];
  /** Keeps those with the campaign, once that is stored. */
  keepRejected: People['keepRejected'];
  /** When the window of the account's country opens, which holds it when it is due; null = it does not. */
  heldUntil: Date | null;
}

const TYPES = { U: 'unicode', N: 'plain', A: undefined } as const;

/** What a campaign has already that the body says nothing of. */
export interface Kept {
  /** Its audience, which was checked when it came; null = that of the body. */
  people: People | null;
  /** Its text is the body's `message`, and is of this template; null = the body says which text it is. */
  text: { templateId: string | null; dltText: string | null; sensitive: boolean } | null;
}

const NOTHING_KEPT: Kept = { people: null, text: null };

/**
 * @throws AppError invalid-request, upload-not-ready, audience-suppressed, over-limit, no-gateway
 */
export async function checkCampaign(
  { database, webhooks, loadPseudonyms }: Pick<ApiDeps, 'database' | 'webhooks' | 'loadPseudonyms'>,
  context: AccountContext,
  body: CampaignBody,
  now: Date,
  kept: Kept = NOTHING_KEPT,
): Promise<CheckedCampaign> {
  const { account, gateways, defaultWebhookId } = context;
  const { db } = database;
  if (gateways === 0) {
    throw new AppError(
      'no-gateway',
      'The account has no gateway to send through: create one with POST /api/v1/gateways',
    );
  }
  const accountId = account.id;
  const text = await readText(db, accountId, body, kept.text);
  const timezone = body.timezone ?? account.timezone;
  const service = body.service ?? account.default_service;
  const window: CampaignWindow | null = body.window === undefined ? null : toWindow(body.window, timezone);
  // Those of a recipient at home, which stand for all where they differ.
  const promotional = isPromotional(service, account.promotional_services);
  const national = countryWindows(account.windows, promotional, account.default_country);
  const windows = [...ownWindows(window, timezone), ...national];
  if (!opens(windows, now)) {
    const hours = windows.map(({ start, end }) => `${start}–${end}`).join(' and ');
    throw invalid('window', `never opens: ${hours} have no time in common`);
  }
  const due = readTime(body, timezone, windows, now);
  const heldUntil = body.recurrence === undefined ? heldBy(context, national, due, now) : null;
  const said = readAge(body, timezone, due, now);
  await checkNames(database, webhooks, accountId, body);
  const people = kept.people ?? (await readPeople(database, accountId, account.default_country, body, text.template));
  const most = account.safety.maxCampaignRecipients;
  if (kept.people === null) await checkLimits({ db, loadPseudonyms }, { accountId, promotional }, most, people);
  const asked = {
    sender: body.sender ?? null,
    service,
    options: optionsOf(body, text),
    recipients: people.recipients.map((row) => row.msisdn),
  };
  const registered = await readRegistered(db, context, asked);
  const admitted = createAdmission(context)({
    ...asked,
    ...registered,
    text: text.body,
    segments: segment(text.body, { port: body.port !== undefined }).parts,
  });
  if (!admitted.ok) throw invalid(admitted.field, admitted.message);

  const draft: CampaignDraft = {
    accountId,
    name: body.name,
    state: body.draft ? 'draft' : body.recurrence === undefined ? 'preparing' : 'scheduled',
    body: text.body,
    templateId: text.templateId,
    dltText: text.dltText ?? registered.dltText,
    variables: body.variables,
    sender: admitted.sender,
    routeId: body.routeId ?? null,
    service,
    options: admitted.options,
    webhookId: body.webhookId ?? defaultWebhookId,
    audience: people.audience,
    dueAt: due,
    timezone,
    window,
    lateness: body.lateness ?? 'send',
    ...ageLimit(said, service, account.max_age, account.promotional_services),
    ratePerSecond: body.ratePerSecond ?? null,
    finishWithinSeconds: body.finishWithinSeconds ?? null,
    recurrence: body.recurrence ?? null,
    seriesId: null,
    duplicates: people.duplicates,
    refused: people.refused,
    problems: people.problems,
  };
  return { ...people, draft, heldUntil };
}

/** @throws AppError invalid-request when the account has no such route or webhook. */
async function checkNames(
  { db }: ApiDeps['database'],
  webhooks: ApiDeps['webhooks'],
  accountId: string,
  body: CampaignBody,
): Promise<void> {
  if (body.routeId !== undefined && (await findRoute(db, accountId, body.routeId)) === null) {
    throw invalid('routeId', 'names no route of this account');
  }
  const webhook = body.webhookId === undefined ? null : await webhooks.forId(accountId, body.webhookId);
  if (webhook?.ok === false) throw invalid('webhookId', 'names no webhook of this account');
}

interface CampaignText {
  body: string;
  template: Template;
  templateId: string | null;
  dltText: string | null;
  dltTemplateId: string | null;
  entityId: string | null;
  sensitive: boolean;
}

async function readText(
  db: Kysely<Schema>,
  accountId: string,
  body: CampaignBody,
  kept: Kept['text'],
): Promise<CampaignText> {
  const named = body.templateId === undefined ? null : await findTemplate(db, accountId, body.templateId);
  if (body.templateId !== undefined && named === null) throw invalid('templateId', 'names no template of this account');
  const text = named?.text ?? body.message!;
  const parsed = parseTemplate(text);
  if (!parsed.ok) throw invalid('message', `${parsed.problem} (at character ${parsed.position + 1})`);
  if (kept !== null) {
    const sensitive = body.sensitive || kept.sensitive;
    return { body: text, template: parsed.template, ...kept, dltTemplateId: null, entityId: null, sensitive };
  }
  const dltText = named?.dlt_text ?? null;
  if (dltText !== null) {
    const match = matchDltPattern(dltText, parsed.template);
    if (!match.ok) throw invalid('templateId', `names a template that differs from its DLT text: ${match.quoted}`);
  }
  return {
    body: text,
    template: parsed.template,
    templateId: named?.id ?? null,
    dltText,
    dltTemplateId: named?.dlt_template_id ?? null,
    entityId: named?.entity_id ?? null,
    sensitive: body.sensitive || named?.sensitive === true,
  };
}

function optionsOf(body: CampaignBody, text: CampaignText): MessageOptions | null {
  const type = TYPES[body.type];
  const entityId = body.entityId ?? text.entityId;
  const templateId = body.dltTemplateId ?? text.dltTemplateId;
  const options: MessageOptions = {
    ...(type === undefined ? {} : { type }),
    ...(body.flash ? { flash: true } : {}),
    ...(body.port === undefined ? {} : { port: body.port }),
    ...(entityId === null ? {} : { entityId }),
    ...(templateId === null ? {} : { templateId }),
    ...(text.sensitive ? { sensitive: true } : {}),
  };
  return Object.keys(options).length === 0 ? null : options;
}

function toWindow(window: NonNullable<CampaignBody['window']>, timezone: string): CampaignWindow {
  const { start, end, days, recipientZone } = window;
  const zone = recipientZone ? null : (window.timezone ?? timezone);
  return { start, end, ...(days === undefined ? {} : { days }), timezone: zone };
}

function opens(windows: readonly SendWindow[], now: Date): boolean {
  const state = windowState(windows, now.getTime());
  return state.open || state.opensAtMs !== null;
}

/** Reads `time`, and applies what `lateness` says of one that has passed. Null: at once. */
function readTime(body: CampaignBody, timezone: string, windows: readonly SendWindow[], now: Date): Date | null {
  if (body.lateness === 'next-window' && windows.length === 0) {
    throw invalid('lateness', 'is "next-window", and there is no window: give one');
  }
  if (body.time === undefined) return null;
  const parsed = parseSendTime(body.time, timezone, now);
  if (!parsed.ok) throw invalid('time', parsed.reason);
  const lateMs = now.getTime() - parsed.at.getTime();
  if (lateMs <= LATE_MS) return parsed.at;
  const when = `is ${parsed.at.toISOString()}, which has passed`;
  if (lateMs > MAX_LATE_MS)
    throw invalid('time', `${when} more than a day ago: give a time to come, or none to send now`);
  if (body.lateness === undefined || body.lateness === 'skip') {
    throw invalid('time', `${when}: give a time to come, or lateness "send" or "next-window"`);
  }
  return parsed.at;
}

/** Until when its messages may leave, as far as the request says it. */
function readAge(body: CampaignBody, timezone: string, dueAt: Date | null, now: Date): AgeLimit {
  const maxAgeSeconds = body.maxAgeSeconds ?? null;
  if (body.validUntil === undefined) return { maxAgeSeconds, validUntil: null };
  const parsed = parseSendTime(body.validUntil, timezone, now);
  if (!parsed.ok) throw invalid('validUntil', parsed.reason);
  const problem = validUntilProblem(parsed.at, dueAt, now);
  if (problem !== null) throw invalid('validUntil', problem);
  return { maxAgeSeconds, validUntil: parsed.at };
}

async function checkLimits(
  { db, loadPseudonyms }: { db: Kysely<Schema>; loadPseudonyms: LoadPseudonyms },
  sending: { accountId: string; promotional: boolean },
  maxRecipients: number | undefined,
  people: People,
): Promise<void> {
  if (maxRecipients !== undefined) {
    const count = people.recipients.length || (await countAudience(db, people.audience));
    if (count > maxRecipients) {
      throw new AppError(
        'over-limit',
        `The audience has ${count} recipients; the account allows ${maxRecipients} per campaign`,
      );
    }
  }
  const numbers = people.recipients.map((row) => row.msisdn);
  if (await isEveryoneSuppressed(db, loadPseudonyms, sending, people.audience, numbers)) {
    throw new AppError(
      'audience-suppressed',
      'Everybody in the audience has opted out or is suppressed: nobody would get it',
    );
  }
}
