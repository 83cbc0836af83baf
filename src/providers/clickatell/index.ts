/**
 * Clickatell One API. Sources: Clickatell, "One API reference" (`POST /v1/message`), "One API errors table" and
 * "Message status updates" (docs.clickatell.com). One message and a hundred are the same call. Look-up: `lookup.ts`.
 */
import { z } from 'zod';
import { provenBySecret } from '../shared/callback-auth';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import { items, members, parseJson } from '../shared/json';
import { TEXT_ONLY, type OutboundMessage, type Provider, type SubmitResult } from '../provider';
import { lookUp } from './lookup';
import { readCallback } from './receipts';
import { CODE_OF_TEXT, ERROR, UNLISTED, UNLISTED_REQUEST } from './tables';

const credentialsSchema = z.object({
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without blanks')
    .meta({ title: 'API key', secret: true }),
});
export type ClickatellCredentials = z.infer<typeof credentialsSchema>;

export const clickatell: Provider<ClickatellCredentials> = {
  name: 'clickatell',
  label: 'Clickatell (One API)',
  signupLink: 'https://www.clickatell.com/sign-up/',
  docs: "Create an SMS integration in Clickatell's portal, copy its API key, and enter the gateway's callback URL there as the URL for status updates.",
  color: '#0b7bc1',
  defaultBaseUrl: 'https://platform.clickatell.com',
  credentialsSchema,
  capabilities: {
    ...TEXT_ONLY,
    batchSize: 100, // Clickatell's site says 200, users of it 100; more is error 22 for the whole request.
    lookup: true,
    lookupBatch: 1,
    maxParts: 35, // Our own bound: Clickatell documents none and answers error 100 where there are too many.
  },
  callbackScheme: 'basic',

  secrets: ({ apiKey }) => [apiKey],

  async submit({ credentials: { apiKey }, baseUrl }, messages, http, signal) {
    const response = await http.request(
      {
        method: 'POST',
        url: `${baseUrl}/v1/message`,
        headers: { authorization: apiKey, 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify({ messages: messages.map(toWire) }),
      },
      signal,
    );
    const failure = classifyStatus(response);
    const body = members(parseJson(response.body));
    const answered = items(body['messages'])?.map(members) ?? [];
    if (answered.length === 0) throw refusedRequest(failure, body, apiKey);
    // Whatever the status: a message that the answer speaks of is judged by what it says.
    return assign(messages, answered).map((item) => readItem(item, failure, apiKey));
  },

  lookup: ({ credentials, baseUrl }, subjects, http, signal) =>
    lookUp(baseUrl, credentials.apiKey, subjects[0]!, http, signal),

  callback: (request, config) => provenBySecret(request, config, () => readCallback(request)),
};

/** Numbers without plus sign, senders too. */
function digits(number: string): string {
  return number.replace(/^\+/, '');
}

function toWire({ id, to, from, text }: OutboundMessage) {
  return {
    channel: 'sms',
    to: digits(to),
    content: text,
    from: from === null ? undefined : digits(from),
    clientMessageId: id,
  };
}

type Item = Record<string, unknown>;

/**
 * The answer's item for each message. Items carry the number and no id of ours; those of one number are taken in the
 * order sent. An item without a number stands for the message at its place.
 */
function assign(messages: readonly OutboundMessage[], answered: Item[]): (Item | undefined)[] {
  const byNumber = new Map<string, Item[]>();
  for (const item of answered) {
    if (typeof item['to'] !== 'string') continue;
    const number = digits(item['to']);
    const same = byNumber.get(number);
    if (same) same.push(item);
    else byNumber.set(number, [item]);
  }
  const inPlace = (i: number) =>
    answered.length === messages.length && typeof answered[i]!['to'] !== 'string' ? answered[i] : undefined;
  return messages.map(({ to }, i) => byNumber.get(digits(to))?.shift() ?? inPlace(i));
}

const NOT_ANSWERED: SubmitResult = {
  ok: false,
  class: 'unknown',
  clevertap: '900',
  code: 'not-answered',
  reason: 'the answer does not say what became of this message',
};

/** A 202 has taken every message, a 207 some; a 4xx or 5xx that lists messages may have taken some too. */
function readItem(item: Item | undefined, failure: OutboundError | undefined, apiKey: string): SubmitResult {
  const { accepted, apiMessageId, error } = item ?? {};
  if (accepted === true) {
    return { ok: true, ...(typeof apiMessageId === 'string' && { providerId: apiMessageId }) };
  }
  if (accepted !== false) return NOT_ANSWERED;
  const { code, reason } = wording(error, item?.['errorCode'], apiKey);
  return {
    ok: false,
    ...(ERROR.get(code ?? '') ?? UNLISTED),
    code: code ?? 'refused',
    reason: reason ?? 'no reason given',
    ...(failure?.retryAfterMs !== undefined && { retryAfterMs: failure.retryAfterMs }),
  };
}

/**
 * An answer that lists no message: its own error, else its HTTP status. With an error for the whole request none of it was
 * processed, also where the status is 200.
 */
function refusedRequest(failure: OutboundError | undefined, body: Item, apiKey: string): OutboundError {
  const told = wording(body['error'], body['errorCode'], apiKey);
  const isTold = told.code !== undefined || told.reason !== undefined;
  const refusal = ERROR.get(told.code ?? '') ?? failure ?? (isTold ? UNLISTED_REQUEST : undefined);
  if (!refusal) return unreadableAnswer('the answer has no list of messages');
  return new OutboundError({
    class: refusal.class,
    clevertap: refusal.clevertap,
    optOut: refusal.optOut,
    code: told.code ?? failure?.code ?? 'refused',
    reason: told.reason ?? failure?.message ?? 'no reason given',
    retryAfterMs: failure?.retryAfterMs,
  });
}

/**
 * `{code, description}`, or a bare text, whose code stands beside it (the Platform API's `errorCode`), or in the table of
 * texts where it is one of those.
 */
function wording(error: unknown, beside: unknown, apiKey: string): { code?: string; reason?: string } {
  const { code = beside, description } = members(error);
  const text = typeof error === 'string' ? error : description;
  const said = typeof text === 'string' ? text.trim() : '';
  const isCode = typeof code === 'number' || typeof code === 'string';
  const listed = CODE_OF_TEXT.find(([begin]) => said.toLowerCase().startsWith(begin))?.[1];
  return {
    ...(isCode ? { code: String(code) } : listed !== undefined && { code: listed }),
    ...(said !== '' && { reason: publicText(said, [apiKey]) }),
  };
}
