/**
 * Times Mobile (Times Internet). Sources: CleverTap docs, "Times Mobile" (parameter names, report URL in the portal's
 * profile); the answer, its codes and the report's fields are not published by Times and are those of the white-label
 * platform it resembles (see `tables.ts`).
 */
import { z } from 'zod';
import { provenBySecret } from '../shared/callback-auth';
import { classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import { members, parseJsonExactly } from '../shared/json';
import { TEXT_ONLY, type OutboundMessage, type Provider, type SubmitResult } from '../provider';
import { readCallback } from './receipts';
import { ACCEPTED, STATUS_CODE, UNLISTED_ANSWER } from './tables';

const credentialsSchema = z.strictObject({
  username: z.string().min(1).meta({ title: 'User' }),
  password: z.string().min(1).meta({ title: 'Password', secret: true }),
});
export type TimesMobileCredentials = z.infer<typeof credentialsSchema>;

/**
 * Not `/ct/api/v1/…`: that is the variant for CleverTap itself, whose delivery reports go straight to CleverTap and not
 * to us. We would wait for them in vain, and CleverTap would be told about attempt ids that it never gave out.
 */
const SEND_PATH = '/api/v1/send';

export const timesMobile: Provider<TimesMobileCredentials> = {
  name: 'times-mobile',
  label: 'Times Mobile',
  signupLink: 'https://www.timesmobile.in',
  docs: "Use the login of the portal. In its profile enter the gateway's callback URL with the parameters of the manual as the URL for delivery reports.",
  color: '#c8102e',
  defaultBaseUrl: 'https://sms.timesapi.in',
  credentialsSchema,
  capabilities: {
    ...TEXT_ONLY,
    dlt: true, // The template id is carried; the entity id is bound to the sender ID in the portal.
    maxParts: 10, // Our own bound: Times documents none.
    needsSender: true, // `from` is mandatory: CleverTap partner guide, Times Mobile; read 2026-11-29.
  },
  callbackScheme: 'nothing',

  secrets: ({ password }) => [password],

  async submit({ credentials, baseUrl }, messages, http, signal) {
    const response = await http.request(
      {
        method: 'POST',
        url: baseUrl + SEND_PATH,
        headers: { 'content-type': 'application/json', accept: 'application/json' },
        body: JSON.stringify(toWire(messages[0]!, credentials)),
      },
      signal,
    );
    const body = members(parseJsonExactly(response.body));
    const status = Number(body['statusCode'] ?? NaN);
    const listed = STATUS_CODE.get(status);
    // Which HTTP status comes with a refusal is not known, so the body speaks first.
    const failure = listed ? undefined : classifyStatus(response);
    if (failure) throw failure;
    if (Number.isNaN(status)) throw unreadableAnswer('the answer has no statusCode');
    if (status === ACCEPTED) return [accepted(body)];
    const reason = publicText(String(body['description'] ?? 'no reason given'), [credentials.password]);
    return [{ ok: false, ...(listed ?? UNLISTED_ANSWER), code: String(status), reason }];
  },

  callback: (request, config) => provenBySecret(request, config, () => readCallback(request)),
};

/** The names are Times' own: `corelationid` has one r and no capital, `unicode` is a string. */
function toWire(message: OutboundMessage, { username, password }: TimesMobileCredentials) {
  return {
    username,
    password,
    unicode: message.encoding === 'ucs2' ? 'true' : 'false',
    from: message.from ?? undefined,
    to: message.to.replace('+', ''),
    text: message.text,
    dltContentId: message.templateId ?? undefined,
    corelationid: message.id,
  };
}

function accepted({ transactionId, pdu }: Record<string, unknown>): SubmitResult {
  const known = typeof transactionId === 'number' || (typeof transactionId === 'string' && transactionId !== '');
  return {
    ok: true,
    ...(known && { providerId: String(transactionId) }),
    ...(typeof pdu === 'number' && { parts: pdu }),
  };
}
