/**
 * Pingbix. Its own API documents could not be read. The wire is the one of public clients of `app.pingbix.com/SMSApi/send`
 * and of HostPinnacle, which runs the same white-label software; field names and reports can be configured, because
 * none of it is verified. See docs/providers/pingbix.md.
 */
import { provenBySecret } from '../shared/callback-auth';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import type { HttpClient } from '../../outbound/client';
import { memberNamed, members, parseJsonExactly } from '../shared/json';
import { UNLISTED_FAILURE, refusalOf, textAt } from '../shared/mapping';
import { TEXT_ONLY, type OutboundMessage, type Provider, type ProviderConfig, type SubmitResult } from '../provider';
import { lookUp } from './lookup';
import { credentialsSchema, secretsOf, type PingbixCredentials } from './options';
import { readReport } from './receipts';
import { recipientId } from './transaction';

export type { PingbixCredentials };

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
    lookup: true,
    lookupBatch: 1,
    dlt: true,
    maxParts: 10, // Our own bound: none is documented.
  },
  callbackScheme: 'nothing',
  openMembers: ['constants'],

  secrets: secretsOf,

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

  lookup: (config, subjects, http, signal) => lookUp(config, subjects[0]!, http, signal),

  callback: (request, config) => provenBySecret(request, config, () => readReport(request, config)),
};

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

/** With another word a transaction is one that was begun: to send it again could be twice. */
const REFUSED = /^(error|fail|failed|failure)$/i;

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

  const body = members(parseJsonExactly(response.body));
  const nested = memberNamed(body, 'response');
  const answer = memberNamed(nested, 'status') === undefined ? body : nested;
  const said = (name: string) => textAt({ [name]: memberNamed(answer, name) }, name)?.trim() || undefined;
  const status = said('status');
  const code = said('statusCode') ?? status;
  const listed = refusalOf(refusals, code);
  const failure = listed ? undefined : classifyStatus(response);
  if (failure) throw failure;
  if (status === undefined || code === undefined) throw unreadableAnswer('the answer has no status');
  const transactionId = said('transactionId');
  if (!listed && (/^success$/i.test(status) || (transactionId !== undefined && !REFUSED.test(status)))) {
    return group.map(({ to }): SubmitResult => {
      if (!transactionId) return { ok: true };
      return { ok: true, providerId: receipts.to === null ? transactionId : recipientId(transactionId, to) };
    });
  }
  const reason = publicText(said('reason') ?? status, secretsOf(credentials));
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
