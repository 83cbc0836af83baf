/**
 * Pingbix. Its own API documents could not be read. The wire is the one of public clients of `app.pingbix.com/SMSApi/send`
 * and of HostPinnacle, which runs the same white-label software; field names and reports can be configured, because
 * none of it is verified. See docs/providers/pingbix.md.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { provenBySecret } from '../shared/callback-auth';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { members, parseJson } from '../shared/json';
import {
  UNLISTED_FAILURE,
  inboundSchema,
  placeSchema,
  readInbound,
  readReceipts,
  refusalOf,
  refusalsSchema,
  receiptSchema,
  textAt,
} from '../shared/mapping';
import {
  TEXT_ONLY,
  type CallbackRequest,
  type CallbackResult,
  type OutboundMessage,
  type Provider,
  type ProviderConfig,
  type SubmitResult,
} from '../provider';

const visible = z.string().regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without blanks');

/** The vendor's names of our fields. */
const fieldsSchema = z.strictObject({
  userId: z.string().default('userid'),
  password: z.string().default('password'),
  /** A header. */
  apiKey: visible.default('apikey'),
  to: z.string().default('mobile'),
  text: z.string().default('msg'),
  from: z.string().default('senderid'),
  /** `text` or `unicode`. */
  type: z.string().default('msgType'),
  entityId: z.string().default('dltEntityId'),
  templateId: z.string().default('dltTemplateId'),
});

/** How receipts look: by default like its answers, because nothing is known of them. */
const receiptsSchema = receiptSchema.omit({ attemptId: true }).extend({
  in: receiptSchema.shape.in.default('json'),
  providerId: placeSchema.default('transactionId'),
  status: placeSchema.default('status'),
  statuses: receiptSchema.shape.statuses.default({
    delivrd: 'delivered',
    delivered: 'delivered',
    undeliv: 'failed',
    undelivered: 'failed',
    failed: 'failed',
    rejectd: 'failed',
    rejected: 'failed',
    expired: 'expired',
  }),
  code: placeSchema.default('statusCode'),
  reason: placeSchema.default('reason'),
  /** The number; null = reports carry none, and each message becomes a request of its own. */
  to: placeSchema.nullable().default('mobile'),
});

const options = {
  fields: fieldsSchema.prefault({}).meta({ title: 'Field names', description: 'What Pingbix calls our fields' }),
  constants: z
    .record(z.string(), z.string())
    .default({ sendMethod: 'quick', duplicatecheck: 'true', output: 'json' })
    .meta({ title: 'Constant parameters', description: 'Every request carries them as they are' }),
  /** Meaning of the `statusCode` of refusals. Its 200 is HTTP's, so 401 and 402, which stop an account, may well be too. */
  refusals: refusalsSchema
    .default([
      { value: '401', class: 'account', clevertap: '904' },
      { value: '402', class: 'account', clevertap: '904' },
    ])
    .meta({ title: 'Refusals', description: 'What the statusCode of a refusal means' }),
  receipts: receiptsSchema
    .prefault({})
    .meta({ title: 'Delivery reports', description: 'Where their values stand and what they mean' }),
  inbound: inboundSchema
    .optional()
    .meta({ title: 'Texts of phones', description: 'Where their values stand. Without it nobody can opt out by STOP' }),
};
const credentialsSchema = z.union([
  z.strictObject({
    userId: z.string().min(1).meta({ title: 'User id' }),
    password: z.string().min(1).meta({ title: 'Password', secret: true }),
    ...options,
  }),
  z.strictObject({ apiKey: visible.meta({ title: 'API key', secret: true }), ...options }),
]);
export type PingbixCredentials = z.infer<typeof credentialsSchema>;

export const pingbix: Provider<PingbixCredentials> = {
  name: 'pingbix',
  label: 'Pingbix',
  signupLink: 'https://www.pingbix.com',
  docs: 'Log in by user and password or by API key. Pingbix publishes no API, so names, codes and reports can be configured; send one test message first.',
  color: '#6b3fa0',
  defaultBaseUrl: 'https://app.pingbix.com',
  credentialsSchema,
  capabilities: {
    ...TEXT_ONLY,
    batchSize: 100, // Our own bound: the list of numbers has no documented one.
    dlt: true,
    maxParts: 10, // Our own bound: none is documented.
  },
  callbackScheme: 'nothing',
  openMembers: ['constants'],

  secrets: (credentials) => ['apiKey' in credentials ? credentials.apiKey : credentials.password],

  async submit(config, messages, http, signal) {
    const groups =
      config.credentials.receipts.to === null ? messages.map((message) => [message]) : groupAlike(messages);
    const onFailure = (error: unknown): Refused => {
      // The failure of the only request is the failure of the whole.
      if (groups.length === 1 || !(error instanceof OutboundError)) throw error;
      return refusalOfRequest(error);
    };
    const results = new Map<string, SubmitResult>();
    let stopped: Refused | undefined;
    // One after the other: dispatch counts this call as one request in flight.
    for (const group of groups) {
      const answers = stopped ?? (await sendGroup(config, group, http, signal).catch(onFailure));
      group.forEach(({ id }, i) => results.set(id, Array.isArray(answers) ? answers[i]! : answers));
      if (!Array.isArray(answers)) stopped = forTheRest(answers);
    }
    return messages.map(({ id }) => results.get(id)!);
  },

  callback: (request, config) => provenBySecret(request, config, () => readReport(request, config.credentials)),
};

function readReport(request: CallbackRequest, { receipts: mapping, inbound }: PingbixCredentials): CallbackResult {
  const texts = readInbound(request, inbound, mapping);
  if (texts !== null) return { kind: 'inbound', texts };
  const { to } = mapping;
  const receipts = readReceipts(request, mapping, (receipt, values) => {
    if (to === null) return receipt;
    const number = textAt(values, to);
    return number ? { ...receipt, providerId: recipientId(receipt.providerId!, number) } : 'no number';
  });
  return typeof receipts === 'string' ? { kind: 'malformed', reason: receipts } : { kind: 'receipts', receipts };
}

/** Messages that differ in nothing but the number share a request, in which a number stands once. */
function groupAlike(messages: readonly OutboundMessage[]): OutboundMessage[][] {
  const groups = new Map<string, Map<string, OutboundMessage>>();
  for (const message of messages) {
    const { to, text, from, encoding, entityId, templateId } = message;
    const alike = JSON.stringify([text, from, encoding, entityId, templateId]);
    let key = alike;
    for (let n = 1; groups.get(key)?.has(to); n++) key = `${alike}${n}`;
    const group = groups.get(key);
    if (group) group.set(to, message);
    else groups.set(key, new Map([[to, message]]));
  }
  return [...groups.values()].map((group) => [...group.values()]);
}

type Refused = Extract<SubmitResult, { ok: false }>;

function refusalOfRequest(error: OutboundError): Refused {
  const { class: failure, clevertap, code, message, retryAfterMs } = error;
  return { ok: false, class: failure, clevertap, code, reason: message, retryAfterMs };
}

/** The refusal of the requests behind one that stopped the account: they have not left, so they are not unknown. */
function forTheRest(refusal: Refused): Refused | undefined {
  if (refusal.class === 'unknown') return { ...refusal, class: 'transient', clevertap: '904' };
  return refusal.class === 'account' || refusal.class === 'transient' ? refusal : undefined;
}

/** One request. A refusal holds for each of its numbers. @throws OutboundError */
async function sendGroup(
  { credentials, baseUrl }: ProviderConfig<PingbixCredentials>,
  group: readonly OutboundMessage[],
  http: HttpClient,
  signal: AbortSignal,
): Promise<SubmitResult[] | Refused> {
  const { fields, refusals, receipts } = credentials;
  const headers: Record<string, string> = { 'content-type': 'application/x-www-form-urlencoded' };
  if ('apiKey' in credentials) headers[fields.apiKey] = credentials.apiKey;
  const url = `${baseUrl}/SMSApi/send`;
  const response = await http.request({ method: 'POST', url, headers, body: toForm(credentials, group) }, signal);

  const body = members(parseJson(response.body));
  const nested = members(body['response']);
  const answer = 'status' in nested ? nested : body;
  const status = textAt(answer, 'status');
  const code = textAt(answer, 'statusCode') ?? status;
  const listed = refusalOf(refusals, code);
  const failure = listed ? undefined : classifyStatus(response);
  if (failure) throw failure;
  if (status === undefined || code === undefined) throw unreadableAnswer('the answer has no status');
  if (!listed && status.toLowerCase() === 'success') {
    const transactionId = textAt(answer, 'transactionId');
    return group.map(({ to }): SubmitResult => {
      if (!transactionId) return { ok: true };
      return { ok: true, providerId: receipts.to === null ? transactionId : recipientId(transactionId, to) };
    });
  }
  const reason = publicText(textAt(answer, 'reason') ?? status, pingbix.secrets(credentials));
  return { ok: false, ...(listed ?? UNLISTED_FAILURE), code: publicText(code), reason };
}

function toForm(credentials: PingbixCredentials, group: readonly OutboundMessage[]): string {
  const { fields, constants } = credentials;
  const { text, from, encoding, entityId, templateId } = group[0]!;
  const form = new URLSearchParams();
  if (!('apiKey' in credentials)) {
    form.set(fields.userId, credentials.userId);
    form.set(fields.password, credentials.password);
  }
  for (const [name, value] of Object.entries(constants)) form.set(name, value);
  form.set(fields.to, group.map(({ to }) => to.replace('+', '')).join(','));
  form.set(fields.text, text);
  form.set(fields.type, encoding === 'ucs2' ? 'unicode' : 'text');
  if (from !== null) form.set(fields.from, from);
  if (entityId !== null) form.set(fields.entityId, entityId);
  if (templateId !== null) form.set(fields.templateId, templateId);
  return form.toString();
}

/**
 * A transaction is a whole request, so a message goes by its transaction and its number, of which the last ten digits
 * count (reports may leave the country out). As a digest, because provider ids are shown where numbers are masked.
 */
function recipientId(transactionId: string, number: string): string {
  const digits = number.replace(/\D/g, '').slice(-10);
  return `${transactionId}-${createHash('sha256').update(digits).digest('hex').slice(0, 16)}`;
}
