/** What all CleverTap routes do between their fields and their answer. */
import type { RegisteredText } from '../../core/campaigns/dlt';
import type { Shape } from '../../core/messages/send-id';
import { isPromotional } from '../../core/messages/service';
import { AppError } from '../../errors';
import type { AccountContext } from '../../store/accounts/accounts';
import type { MessageOptions } from '../../store/tables';
import { BULK_PRIORITY, TRANSACTIONAL_PRIORITY } from '../../workflows/contract';
import { createAdmission } from '../ingress/admission';
import type { ApiDeps } from '../deps';
import type { Principal } from '../http/auth';
import type { AcceptedMessage, IncomingMessage } from '../ingress/ingress';
import type { Field, NamedValues } from './fields';
import { createIndiaCheck } from '../ingress/india';
import type { RecordProblem, RecordProblemCode } from '../ingress/record-problem';
import { createWindowGate, type WindowGate } from '../ingress/windows';
import { normaliseRecord, type AcceptableRecord, type NormalisedRecord } from './normalise';
import { MAX_RECORDS } from './records';
import type { RequestFacts } from './request';
import { withTemplateTexts } from './template-texts';
import { withShortLinks } from '../ingress/short-links';

export interface AcceptedRecord {
  index: number;
  record: AcceptableRecord;
  /** One per recipient, in order. */
  messages: { id: string; msisdn: string; duplicate: boolean; heldUntil: Date | null }[];
}

export interface RejectedRecord extends RecordProblem {
  index: number;
}

export interface Acceptance {
  accepted: AcceptedRecord[];
  rejected: RejectedRecord[];
}

/**
 * Options with what its template says of a record. Of a sensitive one nothing is kept beside its fields: the text may
 * stand there again.
 */
function markSensitive(options: MessageOptions | null, { sensitiveTemplates }: AccountContext): MessageOptions | null {
  if (options === null) return null;
  const { templateId, sensitive, extra: _, ...rest } = options;
  const named = templateId !== undefined && sensitiveTemplates.includes(templateId);
  if (!named && sensitive === undefined) return options;
  return { ...rest, ...(templateId === undefined ? {} : { templateId }), sensitive: true };
}

/** A larger request is bulk, and so is promotional traffic of any size: neither may delay a one-time password. */
const BULK_FROM = 100;

/**
 * Stores every record that can be; the others are returned, each with its index and reason.
 * @throws AppError no-gateway, too-many-records, and unavailable when Postgres is away
 */
export async function acceptRecords(
  deps: ApiDeps,
  actor: Principal,
  records: readonly NamedValues[],
  { shape, callbackUrl, idempotencyKey }: RequestFacts & { shape: Shape },
): Promise<Acceptance> {
  const { accountId } = actor;
  const context = await deps.accounts.context(accountId);
  if (context.gateways === 0) {
    throw new AppError(
      'no-gateway',
      'The account has no gateway to send through: create one with POST /api/v1/gateways',
    );
  }
  const { account } = context;
  const now = new Date();
  const { usable, rejected } = await judgeRecords(deps, context, records, { actor, callbackUrl, now });
  const gate = createWindowGate(account, now);
  const plain = usable.flatMap(({ index, record, webhookId }) =>
    // NUL: no meta can look like it.
    toMessages(record, webhookId, gate, now, idempotencyKey === undefined ? null : `\0${idempotencyKey}\0${index}`),
  );
  const tracked = account.click_tracking !== 'off';
  const messages = tracked ? plain.map((message) => withShortLinks(message, deps.publicUrl)) : plain;
  if (messages.length > MAX_RECORDS) {
    throw new AppError(
      'too-many-records',
      `The request has ${messages.length} recipients: send at most ${MAX_RECORDS}`,
    );
  }
  deps.metrics.messages('rejected', rejected.length);
  if (messages.length === 0) return { accepted: [], rejected };
  const own = account.promotional_services;
  const bulk = messages.length > BULK_FROM || messages.every(({ service }) => isPromotional(service, own));
  const results = await deps.ingress.acceptEach({
    accountId,
    origin: { shape, keyId: actor.keyId },
    hasErasures: context.hasErasures,
    duplicateWindowMinutes: account.duplicate_window_minutes,
    priority: bulk ? BULK_PRIORITY : TRANSACTIONAL_PRIORITY,
    messages,
  });
  const stored = results.filter((result) => result.refused === undefined);
  const duplicates = stored.filter(({ duplicate }) => duplicate).length;
  deps.metrics.messages('accepted', stored.length - duplicates);
  deps.metrics.messages('duplicate', duplicates);
  deps.metrics.messages('rejected', results.length - stored.length);
  return toAcceptance(usable, messages, results, rejected);
}

interface UsableRecord {
  index: number;
  record: AcceptableRecord;
  webhookId: string | null;
}

/** Parts the records that can be stored from those that can't, each by itself. */
async function judgeRecords(
  deps: ApiDeps,
  context: AccountContext,
  records: readonly NamedValues[],
  { actor, callbackUrl, now }: { actor: Principal; callbackUrl: string | undefined; now: Date },
): Promise<{ usable: UsableRecord[]; rejected: RejectedRecord[] }> {
  const { account } = context;
  const defaults = {
    timezone: account.timezone,
    country: account.default_country,
    service: account.default_service,
    maxAge: account.max_age,
    promotionalServices: account.promotional_services,
    smartEncoding: account.smart_encoding,
  };
  const filled = await withTemplateTexts(deps.accounts, account.id, records);
  const normalised = filled.map((one) => (one.ok ? normaliseRecord(one.values, defaults, now) : one));
  const judge = createJudge(context, await registeredTexts(deps, context, normalised), now);
  const resolve = webhookResolver(deps, context, actor, callbackUrl);
  const usable: UsableRecord[] = [];
  const rejected: RejectedRecord[] = [];
  for (const [index, one] of normalised.entries()) {
    if (!one.ok) {
      rejected.push({ index, ...one.problem });
      continue;
    }
    one.record.options = markSensitive(one.record.options, context);
    const judged = judge(one.record);
    if (!judged.ok) {
      const { code, field, message } = judged;
      const name = records[index]!.names[field] ?? field;
      rejected.push({ index, code, field: name, message: `${name} ${message}` });
      continue;
    }
    const webhook = resolve(one.record);
    const resolved = webhook instanceof Promise ? await webhook : webhook;
    if (!resolved.ok) {
      rejected.push({ index, ...resolved.problem });
      continue;
    }
    one.record.sender = judged.sender;
    one.record.options = judged.options;
    usable.push({ index, record: one.record, webhookId: resolved.webhookId });
  }
  return { usable, rejected };
}

/** What an account that is strict about India has registered under the template ids of records; of another one nothing. */
async function registeredTexts(
  { accounts }: ApiDeps,
  { account }: AccountContext,
  records: readonly NormalisedRecord[],
): Promise<RegisteredText[]> {
  if (!account.india_strict) return [];
  const ids = records.flatMap((one) => (one.ok ? (one.record.options?.templateId ?? []) : []));
  return accounts.registeredTexts(account.id, [...new Set(ids)].sort());
}

type Judged =
  | { ok: true; sender: string | null; options: MessageOptions | null }
  | { ok: false; code: RecordProblemCode; field: Field; message: string };

/** Judges records by what the account has: registered ids where India's rules hold, sender IDs, gateways, windows. */
function createJudge(context: AccountContext, texts: readonly RegisteredText[], now: Date) {
  const india = createIndiaCheck(context, texts);
  const admit = createAdmission(context);
  const gate = createWindowGate(context.account, now);
  return (record: AcceptableRecord): Judged => {
    const registered = india === null ? null : india(record);
    if (registered?.ok === false) return registered;
    const admitted = admit(registered === null ? record : { ...record, ...registered });
    if (!admitted.ok) return admitted;
    for (const msisdn of record.recipients) {
      const verdict = gate(msisdn, record);
      if (verdict?.refused) return { ok: false, code: 'outside-window', field: 'time', message: verdict.message };
    }
    return admitted;
  };
}

/** @param rejected of the records, those that never came so far. */
function toAcceptance(
  usable: readonly { index: number; record: AcceptableRecord }[],
  messages: readonly HeldMessage[],
  results: readonly AcceptedMessage[],
  rejected: readonly RejectedRecord[],
): Acceptance {
  const accepted: AcceptedRecord[] = [];
  const refused: RejectedRecord[] = [];
  let at = 0;
  for (const { index, record } of usable) {
    const { segments } = messages[at]!;
    const own: AcceptedRecord['messages'] = [];
    let sqlState: string | undefined;
    for (const msisdn of record.recipients) {
      const result = results[at++]!;
      const { heldUntil = null } = messages[at - 1]!;
      // What a repeated record says is of the first one, and that has its own time.
      if (result.refused === undefined) own.push({ msisdn, ...result, heldUntil: result.duplicate ? null : heldUntil });
      else sqlState = result.refused;
    }
    if (own.length > 0) accepted.push({ index, record: { ...record, segments }, messages: own });
    if (sqlState !== undefined) refused.push({ index, ...unstorable(sqlState) });
  }
  return { accepted, rejected: [...rejected, ...refused] };
}

/** A record that only Postgres finds fault with: our checks should have. */
function unstorable(sqlState: string): RecordProblem {
  return { code: 'unstorable', field: 'text', message: `the record has a value that can’t be stored (${sqlState})` };
}

/** A message, and until when its window holds it; null or absent = it does not. */
type HeldMessage = IncomingMessage & { heldUntil?: Date | null };

/** @param standIn makes a record without meta recognisable, should its request come again. */
function toMessages(
  record: AcceptableRecord,
  webhookId: string | null,
  gate: WindowGate,
  now: Date,
  standIn: string | null,
): HeldMessage[] {
  const { recipients, text, meta, sender, service, options, encoding, segments, dueAt, validUntil } = record;
  const due = dueAt !== null && dueAt > now ? dueAt : null;
  return recipients.map((msisdn) => {
    const message = {
      msisdn, text, meta, standIn, sender, service, options, encoding, segments, webhookId, dueAt: due, validUntil,
    }; // prettier-ignore
    const verdict = gate(msisdn, record);
    if (verdict === null || verdict.refused) return message;
    const { windows, heldUntil } = verdict;
    return { ...message, windows, dueAt: verdict.dueAt, heldUntil };
  });
}

type ResolvedWebhook = { ok: true; webhookId: string | null } | { ok: false; problem: RecordProblem };

/** Where a record's outcome goes: its callback URL, else its `webhook_id`, else the account's default, else nowhere. */
function webhookResolver(
  deps: ApiDeps,
  context: AccountContext,
  actor: Principal,
  headerCallbackUrl: string | undefined,
) {
  const known = new Map<string, ResolvedWebhook>();
  const fallback: ResolvedWebhook = { ok: true, webhookId: context.defaultWebhookId };

  async function remember(key: string, find: Promise<ResolvedWebhook>): Promise<ResolvedWebhook> {
    const resolved = await find;
    known.set(key, resolved);
    return resolved;
  }

  return (record: AcceptableRecord): ResolvedWebhook | Promise<ResolvedWebhook> => {
    const url = record.callbackUrl ?? headerCallbackUrl;
    if (url !== undefined && url !== null) {
      return known.get(url) ?? remember(url, deps.webhooks.forUrl(context.account, url, actor));
    }
    if (record.webhookId === null) return fallback;
    const id = record.webhookId;
    return known.get(id) ?? remember(id, deps.webhooks.forId(context.account.id, id));
  };
}
