/** What all CleverTap routes do between their fields and their answer. */
import { classOf } from '../../core/gateways/sender';
import { AppError } from '../../errors';
import type { AccountContext } from '../../store/accounts/accounts';
import { BULK_PRIORITY, TRANSACTIONAL_PRIORITY } from '../../workflows/contract';
import { createAdmission } from '../ingress/admission';
import type { ApiDeps } from '../deps';
import type { AcceptedMessage, IncomingMessage } from '../ingress/ingress';
import type { NamedValues } from './fields';
import type { RecordProblem } from '../ingress/record-problem';
import { normaliseRecord, type AcceptableRecord } from './normalise';
import { MAX_RECORDS } from './records';
import type { RequestFacts } from './request';
import { withShortLinks } from '../ingress/short-links';

export interface AcceptedRecord {
  index: number;
  record: AcceptableRecord;
  /** One per recipient, in order. */
  messages: { id: string; msisdn: string; duplicate: boolean }[];
}

export interface RejectedRecord extends RecordProblem {
  index: number;
}

export interface Acceptance {
  accepted: AcceptedRecord[];
  rejected: RejectedRecord[];
}

/** A larger request is bulk, and so is promotional traffic of any size: neither may delay a one-time password. */
const BULK_FROM = 100;

/**
 * Stores every record that can be; the others are returned, each with its index and reason.
 * @throws AppError no-gateway, too-many-records, and unavailable when Postgres is away
 */
export async function acceptRecords(
  deps: ApiDeps,
  accountId: string,
  records: readonly NamedValues[],
  { callbackUrl, idempotencyKey }: RequestFacts,
): Promise<Acceptance> {
  const context = await deps.accounts.context(accountId);
  if (context.gateways === 0) {
    throw new AppError(
      'no-gateway',
      'The account has no gateway to send through: create one with POST /api/v1/gateways',
    );
  }
  const { account } = context;
  const defaults = {
    timezone: account.timezone,
    country: account.default_country,
    service: account.default_service,
    maxAge: account.max_age,
  };
  const now = new Date();
  const rejected: RejectedRecord[] = [];
  const usable: { index: number; record: AcceptableRecord; webhookId: string | null }[] = [];
  const admit = createAdmission(context);
  const resolve = webhookResolver(deps, context, callbackUrl);
  for (const [index, values] of records.entries()) {
    const normalised = normaliseRecord(values, defaults, now);
    if (!normalised.ok) {
      rejected.push({ index, ...normalised.problem });
      continue;
    }
    const admitted = admit(normalised.record);
    if (!admitted.ok) {
      const { code, field, message } = admitted;
      const name = values.names[field] ?? field;
      rejected.push({ index, code, field: name, message: `${name} ${message}` });
      continue;
    }
    const webhook = resolve(normalised.record);
    const resolved = webhook instanceof Promise ? await webhook : webhook;
    if (!resolved.ok) {
      rejected.push({ index, ...resolved.problem });
      continue;
    }
    normalised.record.sender = admitted.sender;
    normalised.record.options = admitted.options;
    usable.push({ index, record: normalised.record, webhookId: resolved.webhookId });
  }

  const plain = usable.flatMap(({ index, record, webhookId }) =>
    // NUL: no meta can look like it.
    toMessages(record, webhookId, now, idempotencyKey === undefined ? null : `\0${idempotencyKey}\0${index}`),
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
  const bulk = messages.length > BULK_FROM || messages.every((message) => classOf(message.service) === 'promotional');
  const results = await deps.ingress.acceptEach({
    accountId,
    hasErasures: context.hasErasures,
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

/** @param rejected of the records, those that never came so far. */
function toAcceptance(
  usable: readonly { index: number; record: AcceptableRecord }[],
  messages: readonly IncomingMessage[],
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
      if (result.refused === undefined) own.push({ msisdn, ...result });
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

/** @param standIn makes a record without meta recognisable, should its request come again. */
function toMessages(
  record: AcceptableRecord,
  webhookId: string | null,
  now: Date,
  standIn: string | null,
): IncomingMessage[] {
  const { recipients, text, meta, sender, service, options, encoding, segments, dueAt, validUntil } = record;
  const due = dueAt !== null && dueAt > now ? dueAt : null;
  return recipients.map((msisdn) => ({
    msisdn, text, meta, standIn, sender, service, options, encoding, segments, webhookId, dueAt: due, validUntil,
  })); // prettier-ignore
}

type ResolvedWebhook = { ok: true; webhookId: string | null } | { ok: false; problem: RecordProblem };

/** Where a record's outcome goes: its callback URL, else its `webhook_id`, else the account's default, else nowhere. */
function webhookResolver(deps: ApiDeps, context: AccountContext, headerCallbackUrl: string | undefined) {
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
      return known.get(url) ?? remember(url, deps.webhooks.forUrl(context.account, url));
    }
    if (record.webhookId === null) return fallback;
    const id = record.webhookId;
    return known.get(id) ?? remember(id, deps.webhooks.forId(context.account.id, id));
  };
}
