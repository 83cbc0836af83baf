/**
 * Mobtexting. Source: Mobtexting docs 4.x, `v2/sms/post.md` (one message), `v2/sms/json.md` (several), `v2/index.md`
 * (errors), `v2/sms/pull-dlr.md` (look-up: `lookup.ts`). Its `sms/clevertap/*` routes are for CleverTap itself and not used.
 */
import { z } from 'zod';
import { provenBySecret } from '../shared/callback-auth';
import { OutboundError, classifyStatus, publicText, unreadableAnswer } from '../../outbound/errors';
import type { HttpResponse } from '../../outbound/http';
import { items, members, parseJson } from '../shared/json';
import type { OutboundMessage, Provider, SubmitResult } from '../provider';
import { lookUp } from './lookup';
import { readCallback } from './receipts';
import { DELIVERED, PENDING, STATUS, UNLISTED_ANSWER, inThreeDigits } from './tables';

const credentialsSchema = z.strictObject({
  token: z
    .string()
    .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without blanks')
    .meta({ title: 'Access token', secret: true }),
  service: z.string().min(1).default('T').meta({
    title: 'Service',
    description: "Short code of the product to send over, for example T, P or MKT: the list is your account's own",
  }),
  webhookId: z.string().min(1).optional().meta({
    title: 'Webhook id',
    description: 'The webhook that reports deliveries; not needed where a subscription of the account names it',
  }),
});
export type MobtextingCredentials = z.infer<typeof credentialsSchema>;

export const mobtexting: Provider<MobtextingCredentials> = {
  name: 'mobtexting',
  label: 'Mobtexting',
  signupLink: 'https://www.mobtexting.com',
  docs: "Create an access token in Mobtexting's portal, and a webhook with the gateway's callback URL.",
  color: '#2a9d3e',
  defaultBaseUrl: 'https://portal.mobtexting.com',
  credentialsSchema,
  capabilities: {
    batchSize: 1_000, // Our own bound: Mobtexting documents none.
    idempotentById: false,
    lookup: true,
    lookupBatch: 1,
    flash: true,
    port: true,
    dlt: true,
    validity: false,
    maxValiditySeconds: null,
    schedule: true,
    maxParts: 10, // Our own bound: Mobtexting documents none.
    maxCharacters: null,
    needsSender: true, // `sender` is mandatory: Mobtexting docs 4.x, sms/send; read 2026-11-29.
  },
  callbackScheme: 'bearer',

  product: ({ service }) => service,

  secrets: ({ token }) => [token],

  async submit({ credentials, baseUrl }, messages, http, signal) {
    const { token, service, webhookId } = credentials;
    const shared = { service, webhook_id: webhookId };
    const nodes = messages.map(toNode);
    const single = nodes.length === 1;
    const response = await http.request(
      {
        method: 'POST',
        url: `${baseUrl}/api/v2/sms/send${single ? '' : '/json'}`,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          accept: 'application/json',
        },
        body: JSON.stringify(single ? { ...nodes[0], ...shared } : { root: shared, nodes }),
      },
      signal,
    );
    const body = members(parseJson(response.body));
    throwRefusal(response, body, token);
    const answers = items(body['data'])?.map(members);
    if (!answers) throw unreadableAnswer('the answer has no list of numbers');
    return inOrder(messages, answers).map((answer) => (answer ? resultOf(answer) : NOT_ANSWERED));
  },

  lookup: ({ credentials, baseUrl }, subjects, http, signal) =>
    lookUp(baseUrl, credentials.token, subjects[0]!, http, signal),

  callback: (request, config) => provenBySecret(request, config, () => readCallback(request)),
};

/** A node: the fields that differ between messages. Everything but `service`, `webhook_id` and `time` may stand in a node. */
function toNode(message: OutboundMessage) {
  return {
    to: message.to.replace('+', ''),
    message: message.text,
    sender: message.from ?? undefined,
    custom: message.id,
    // Auto, not Normal, for GSM 03.38: Normal turns some of its characters (^ | and the Greek ones) into "?".
    type: message.encoding === 'ucs2' ? 'U' : 'A',
    flash: message.flash ? 1 : undefined,
    port: message.port ?? undefined,
    entity_id: message.entityId ?? undefined,
    template_id: message.templateId ?? undefined,
  };
}

/**
 * An error holds for the whole request. The body's `status` repeats the HTTP status ("OK or 200 is success and rest
 * everything is failed"), and is believed where the HTTP status says 200 all the same.
 */
function throwRefusal(response: HttpResponse, body: Record<string, unknown>, token: string): void {
  const { message } = body;
  const spoken = response.status < 300 ? spokenStatus(body) : response.status;
  const failure = classifyStatus({ ...response, status: spoken });
  if (!failure) return;
  if (typeof message !== 'string' || message === '') throw failure;
  const { class: kind, clevertap, code, retryAfterMs } = failure;
  throw new OutboundError({ class: kind, clevertap, code, retryAfterMs, reason: publicText(message, [token]) });
}

const OK = 200;
const REFUSED = 400;

const HTTP_STATUS = /^\d{3}$/;

/** `status` is the HTTP status, or a word with it in `code` beside it; a word alone that is not OK refuses, if nothing is listed. */
function spokenStatus({ status, code, data }: Record<string, unknown>): number {
  if (HTTP_STATUS.test(String(status))) return Number(status);
  if (typeof status !== 'string' || /^\s*(ok|success)\s*$/i.test(status)) return OK;
  if (HTTP_STATUS.test(String(code))) return Number(code);
  return items(data) === undefined ? REFUSED : OK;
}

type Answer = Record<string, unknown>;

/** The answer to each message: by our id where it is repeated, else by its place, which counts only in a full list. */
function inOrder(messages: readonly OutboundMessage[], answers: Answer[]): (Answer | undefined)[] {
  const own = new Map(answers.map((answer) => [customOf(answer), answer]));
  return messages.map(({ id }, i) => {
    const placed = answers.length === messages.length && customOf(answers[i]!) === '' ? answers[i] : undefined;
    return own.get(id) ?? placed;
  });
}

function customOf({ customid }: Answer): string {
  return typeof customid === 'string' ? customid.toLowerCase() : '';
}

const NOT_ANSWERED: SubmitResult = {
  ok: false,
  class: 'unknown',
  clevertap: '900',
  code: 'not-answered',
  reason: 'the answer does not mention this message',
};

/** A number may be refused inside a 200: its status is final then. */
function resultOf(answer: Answer): SubmitResult {
  const { id, units } = answer;
  const status = inThreeDigits(
    String(answer['status'] ?? '')
      .trim()
      .toUpperCase(),
  );
  if (PENDING.has(status) || DELIVERED.has(status)) {
    return {
      ok: true,
      ...(typeof id === 'string' && id !== '' && { providerId: id }),
      ...(typeof units === 'number' && { parts: units }),
    };
  }
  const word = publicText(status) || 'no status';
  return { ok: false, ...(STATUS.get(status) ?? UNLISTED_ANSWER), code: word, reason: word };
}
