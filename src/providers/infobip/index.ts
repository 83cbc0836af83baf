/**
 * Infobip SMS API v3. Sources: Infobip OpenAPI 3.210, `POST /sms/3/messages` and the delivery report webhooks (v3, and
 * v2 for accounts whose subscription still sends it). One message and a thousand are the same call. Look-up: `lookup.ts`.
 */
import { z } from 'zod';
import type { Refusal } from '../../core/messages/outcome';
import { gsm7Octets } from '../../core/messages/segments';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import { items, members, parseJson } from '../shared/json';
import type { CallbackAuth, OutboundMessage, Provider, SubmitResult } from '../provider';
import { codeOf, wording } from './codes';
import { MAX_LOOKUP, lookUp } from './lookup';
import { callbackDataOf } from './proof';
import { readProven } from './receipts';
import { ALREADY_ACCEPTED, STATUS, STATUS_GROUP, TAKEN } from './tables';

const credentialsSchema = z.object({
  apiKey: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without blanks')
    .meta({ title: 'API key', secret: true }),
  /** Some customers' papers list one; the API takes the key alone, so this is kept sealed and never sent. */
  secretKey: z.string().optional().meta({ title: 'Secret key', description: 'Kept, not used', secret: true }),
});
export type InfobipCredentials = z.infer<typeof credentialsSchema>;

/** 48 hours: a longer validity is cut by Infobip (Infobip OpenAPI 3.210, `validityPeriod`, read on 2026-11-29). */
const MAX_VALIDITY_SECONDS = 172_800;

export const infobip: Provider<InfobipCredentials> = {
  name: 'infobip',
  label: 'Infobip',
  signupLink: 'https://www.infobip.com/signup',
  docs: "In Infobip's portal create an API key with the scope sms:message:send, and copy your personal base URL: it goes into Base URL. Delivery reports need no set-up.",
  color: '#ff5b00',
  defaultBaseUrl: 'https://api.infobip.com',
  credentialsSchema,
  capabilities: {
    batchSize: 1_000, // Our own bound: Infobip documents none.
    idempotentById: true,
    lookup: true,
    lookupBatch: MAX_LOOKUP,
    flash: true,
    port: true,
    dlt: true,
    validity: true,
    maxValiditySeconds: MAX_VALIDITY_SECONDS,
    schedule: true,
    maxParts: 25,
    maxCharacters: null,
  },
  callbackScheme: 'basic',
  keepsOurIds: true,

  secrets: secretsOf,

  async submit({ credentials, baseUrl, callbackAuth }, messages, http, signal) {
    const wired = messages.map((message) => toWire(message, callbackAuth));
    const sent = messages.filter((_, i) => wired[i] !== undefined);
    if (sent.length === 0) return messages.map(() => PORT_TOO_LONG);
    const response = await http.request(
      {
        method: 'POST',
        url: `${baseUrl}/sms/3/messages`,
        headers: {
          authorization: `App ${credentials.apiKey}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify({ messages: wired.filter((message) => message !== undefined), options: REQUEST_OPTIONS }),
      },
      signal,
    );
    const failure = classifyStatus(response);
    if (failure && response.status !== 400) throw failure;
    const body = members(parseJson(response.body));
    const secrets = secretsOf(credentials);
    const results = failure ? refusedRequest(body, sent, secrets) : answered(body, secrets);
    return messages.map((message, i) => (wired[i] ? (results.get(message.id) ?? NOT_ANSWERED) : PORT_TOO_LONG));
  },

  lookup: ({ credentials, baseUrl }, subjects, http, signal) =>
    lookUp(baseUrl, credentials.apiKey, subjects, http, signal),

  callback: readProven,
};

function secretsOf({ apiKey, secretKey }: InfobipCredentials): string[] {
  return secretKey ? [apiKey, secretKey] : [apiKey];
}

/** `details.messageCount` of the answer is there on request only (Infobip OpenAPI 3.210, read on 2026-11-29). */
const REQUEST_OPTIONS = { includeSmsCountInResponse: true };

/** A number as the sender is written without its plus sign, as all numbers of this API are. */
const senderOf = (from: string): string => (/^\+\d+$/.test(from) ? from.slice(1) : from);

/** One entry of `messages[]`; undefined when its port content can't be carried. */
function toWire(message: OutboundMessage, callbackAuth: CallbackAuth | null) {
  const { from, flash, port, validitySeconds, entityId, templateId } = message;
  const content = port === null ? { text: message.text } : portContent(message, port);
  if (content === undefined) return undefined;
  const hasOptions = flash || validitySeconds !== null || entityId !== null;
  return {
    sender: from === null ? undefined : senderOf(from),
    destinations: [{ to: message.to.replace('+', ''), messageId: message.id }],
    content,
    options: hasOptions
      ? {
          flash: flash || undefined,
          validityPeriod:
            validitySeconds === null
              ? undefined
              : { amount: Math.min(validitySeconds, MAX_VALIDITY_SECONDS), timeUnit: 'SECONDS' },
          // The entity id is required there, so a template id alone can't be told.
          regional:
            entityId === null
              ? undefined
              : { indiaDlt: { contentTemplateId: templateId ?? undefined, principalEntityId: entityId } },
        }
      : undefined,
    webhooks: {
      delivery: { url: message.callbackUrl },
      contentType: 'application/json',
      callbackData: callbackDataOf(callbackAuth, message.id),
    },
  };
}

const UDHI = 64;
const DATA_CODING = { gsm7: 0, ucs2: 8 };
/** Room behind the 7-octet port header: 152 septets (an octet each on this interface) or 66 UTF-16 units. */
const PORT_ROOM_OCTETS = { gsm7: 152, ucs2: 132 };
/** Infobip carries ports only in raw octets, and those it does not split. */
const PORT_TOO_LONG: SubmitResult = {
  ok: false,
  class: 'content',
  clevertap: '900',
  code: 'port-too-long',
  reason: 'a message to a port must fit its encoding and one part',
};

/** A user data header (06 05 04 destination origin, 3GPP TS 23.040) and the text, as octets parted by blanks. */
function portContent({ text, encoding }: OutboundMessage, port: number) {
  const octets = encoding === 'gsm7' ? gsm7Octets(text) : Buffer.from(text, 'utf16le').swap16();
  if (octets === undefined || octets.length > PORT_ROOM_OCTETS[encoding]) return undefined;
  const header = Buffer.from([6, 5, 4, port >> 8, port & 0xff, 0, 0]);
  const hex = Buffer.concat([header, octets]).toString('hex').replace(/..\B/g, '$& ');
  return { dataCoding: DATA_CODING[encoding], esmClass: UDHI, hex };
}

const NOT_ANSWERED: SubmitResult = {
  ok: false,
  class: 'unknown',
  clevertap: '900',
  code: 'not-answered',
  reason: 'the answer does not mention this message',
};
/** A status we don't know may mean either; the receipt will tell. */
const UNREADABLE: Refusal = { class: 'unknown', clevertap: '900' };

/** Results by our id out of a 200, in which single messages may still be refused. */
function answered(body: Record<string, unknown>, secrets: string[]): Map<string, SubmitResult> {
  const list = items(body['messages']);
  if (!list) throw unreadableAnswer('the answer has no list of messages');
  const results = new Map<string, SubmitResult>();
  for (const { messageId, status, details } of list.map(members)) {
    if (typeof messageId !== 'string') continue;
    const code = codeOf(status);
    const parts = members(details)['messageCount'];
    const taken = code.id === ALREADY_ACCEPTED || TAKEN.has(code.groupId);
    results.set(
      messageId.toLowerCase(),
      taken
        ? { ok: true, ...(typeof parts === 'number' && { parts }) }
        : {
            ok: false,
            ...(STATUS.get(code.id) ?? STATUS_GROUP.get(code.groupId) ?? UNREADABLE),
            ...wording(code, secrets),
          },
    );
  }
  return results;
}

/** Refusals by the field that a violation is about: the last name in its property path. */
const VIOLATED: Record<string, Refusal> = {
  to: { class: 'recipient', clevertap: '910' },
  sender: { class: 'sender', clevertap: '906' },
};
const WRONG_RECORD: Refusal = { class: 'content', clevertap: '900' };
const REFUSED_WITH_ANOTHER: SubmitResult = {
  ok: false,
  class: 'transient',
  clevertap: '904',
  code: 'http-400',
  reason: 'the request was refused because of another message in it',
};

/** A 400 refuses the whole request. Where its violations name messages, the others are bystanders and may go again. */
function refusedRequest(body: Record<string, unknown>, sent: readonly OutboundMessage[], secrets: string[]) {
  const results = new Map<string, SubmitResult>(sent.map(({ id }) => [id, REFUSED_WITH_ANOTHER]));
  let named = false;
  for (const { property, violation } of (items(body['violations']) ?? []).map(members)) {
    const path = String(property);
    const culprit = sent[Number(/^messages\[(\d+)\]/.exec(path)?.[1] ?? NaN)];
    if (!culprit) continue;
    named = true;
    const refusal = VIOLATED[path.slice(path.lastIndexOf('.') + 1)] ?? WRONG_RECORD;
    const reason = publicText(`${path}: ${String(violation)}`, secrets);
    results.set(culprit.id, { ok: false, ...refusal, code: 'http-400', reason });
  }
  if (named) return results;
  const reason = publicText(String(body['description'] ?? 'the request was refused'), secrets);
  throw new OutboundError({ ...WRONG_RECORD, code: 'http-400', reason });
}
