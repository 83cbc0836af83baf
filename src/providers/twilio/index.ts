/**
 * Twilio Programmable Messaging, API of 2010-04-01. Sources: Twilio OpenAPI `twilio_api_v2010`, `POST
 * /2010-04-01/Accounts/{AccountSid}/Messages.json`, and Twilio's pages on status callbacks and webhook security. One
 * message a request: there is no other way. Look-up: `lookup.ts`.
 */
import { z } from 'zod';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import type { HttpResponse } from '../../outbound/http';
import { withProof } from '../shared/callback-auth';
import { members, parseJson } from '../shared/json';
import { TEXT_ONLY, type OutboundMessage, type Provider, type SubmitResult } from '../provider';
import { lookUp } from './lookup';
import { isSigned } from './signature';
import { ATTEMPT, readCallback } from './receipts';
import { ERROR, FAILED, codeIn } from './tables';

const credentialsSchema = z.object({
  accountSid: z
    .string()
    .regex(/^[0-9A-Za-z]+$/, 'must be letters and digits')
    .meta({ title: 'Account SID' }),
  authToken: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without blanks')
    .meta({ title: 'Auth token', secret: true }),
});
export type TwilioCredentials = z.infer<typeof credentialsSchema>;

const MAX_CHARACTERS = 1_600;
const MAX_VALIDITY_SECONDS = 36_000;

export const twilio: Provider<TwilioCredentials> = {
  name: 'twilio',
  label: 'Twilio',
  signupLink: 'https://www.twilio.com/try-twilio',
  docs: "Copy Account SID and auth token from Twilio's console; API keys can't be used, because callbacks are signed with the auth token. Delivery reports need no set-up.",
  color: '#f22f46',
  defaultBaseUrl: 'https://api.twilio.com',
  credentialsSchema,
  capabilities: {
    ...TEXT_ONLY,
    lookup: true,
    lookupBatch: 1,
    validity: true,
    maxValiditySeconds: MAX_VALIDITY_SECONDS,
    schedule: true,
    maxParts: 24, // 1,600 characters of UCS-2; of GSM 03.38 they are fewer.
    maxCharacters: MAX_CHARACTERS,
    needsSender: true, // From or MessagingServiceSid: twilio-oai, CreateMessage; read 2026-11-29.
  },
  callbackScheme: 'signature',

  secrets: ({ authToken }) => [authToken],

  async submit({ credentials, baseUrl }, messages, http, signal) {
    const { accountSid, authToken } = credentials;
    const message = messages[0]!;
    if (isTooLong(message.text)) return [TOO_LONG];
    const response = await http.request(
      {
        method: 'POST',
        url: `${baseUrl}/2010-04-01/Accounts/${accountSid}/Messages.json`,
        headers: {
          authorization: basic(credentials),
          'content-type': 'application/x-www-form-urlencoded',
          accept: 'application/json',
        },
        body: toForm(message),
      },
      signal,
    );
    return [readAnswer(response, authToken)];
  },

  lookup: ({ credentials, baseUrl }, subjects, http, signal) =>
    lookUp(`${baseUrl}/2010-04-01/Accounts/${credentials.accountSid}`, basic(credentials), subjects[0]!, http, signal),

  signsCallbacks: true,

  callback(request, { credentials, callbackUrl }) {
    if (!isSigned(request, credentials.authToken, callbackUrl)) {
      return { kind: 'unauthentic', reason: 'wrong or no X-Twilio-Signature' };
    }
    return withProof(readCallback(request), 'signature');
  },
};

function basic({ accountSid, authToken }: TwilioCredentials): string {
  return `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;
}

/** A SID of a Messaging Service, which no alphanumeric sender (11 characters at most) can be taken for. */
const MESSAGING_SERVICE = /^MG\w{32}$/;

function toForm({ id, to, from, text, validitySeconds, callbackUrl }: OutboundMessage): string {
  const form = new URLSearchParams({ To: to });
  if (from !== null) form.set(MESSAGING_SERVICE.test(from) ? 'MessagingServiceSid' : 'From', from);
  form.set('Body', text);
  form.set('StatusCallback', `${callbackUrl}?${ATTEMPT}=${id}`);
  if (validitySeconds !== null) form.set('ValidityPeriod', String(Math.min(validitySeconds, MAX_VALIDITY_SECONDS)));
  return form.toString();
}

const TOO_LONG: SubmitResult = {
  ok: false,
  class: 'content',
  clevertap: '900',
  code: 'text-too-long',
  reason: `Twilio takes ${MAX_CHARACTERS} characters at most`,
};

/** Counts characters, not UTF-16 units, and only where it matters. */
function isTooLong(text: string): boolean {
  return text.length > MAX_CHARACTERS && [...text].length > MAX_CHARACTERS;
}

/** @throws OutboundError for everything but a message resource. */
function readAnswer(response: HttpResponse, authToken: string): SubmitResult {
  const body = members(parseJson(response.body));
  const failure = classifyStatus(response);
  if (failure) throw refused(failure, body, authToken);
  const { sid, status, num_segments: segments, error_code: error } = body;
  if (typeof sid !== 'string' || sid === '') throw unreadableAnswer('the answer names no message');
  // A message resource exists; where it says at once that it failed, no callback will repeat it.
  const failed = FAILED.get(String(status));
  if (failed) {
    const code = codeIn(error) ?? String(status);
    return { ok: false, ...(ERROR.get(code) ?? failed), code, reason: `the message is ${String(status)}` };
  }
  const parts = Number(segments); // A string. With a Messaging Service it is 0 until a sender has been picked.
  return { ok: true, providerId: sid, ...(parts > 0 && { parts }) };
}

/** The error envelope `{code, message, more_info, status}`; without one the HTTP status speaks. */
function refused(failure: OutboundError, body: Record<string, unknown>, authToken: string): OutboundError {
  const { message } = body;
  const code = codeIn(body['code']);
  if (code === undefined) return failure;
  const refusal = ERROR.get(code) ?? failure;
  return new OutboundError({
    class: refusal.class,
    clevertap: refusal.clevertap,
    code,
    reason: publicText(typeof message === 'string' ? message : failure.message, [authToken]),
    retryAfterMs: failure.retryAfterMs,
    optOut: refusal.optOut,
  });
}
