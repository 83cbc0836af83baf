/**
 * Clickatell's One API as the vendor answers it (Clickatell docs, "One API: Send messages" and "One API: Error
 * messages") and its status callbacks.
 */
import { segment } from '../../core/messages/segments';
import { hexId } from '../ids';
import type { ReportKind } from '../plan';
import type {
  Answer,
  Batch,
  InboundMessage,
  Lookup,
  Protocol,
  Reading,
  ReceiptRequest,
  Report,
  VendorRequest,
  Verdict,
} from '../protocol';
import { refusalOf } from '../protocol';
import type { Refusal, Script } from '../script';
import type { Violation } from '../shape';
import { list, object, optional, required, string, word } from '../shape';
import { carry, isNumber, json, jsonOf, retryAfter } from '../wire';

const MAX_MESSAGES = 200;
/** Longest id of ours; the vendor documents none. */
const MAX_CLIENT_ID = 64;

const request = object({
  messages: required(
    list(
      object({
        channel: optional(word('sms')),
        to: required(string()),
        content: required(string()),
        from: optional(string()),
        clientMessageId: optional(string(MAX_CLIENT_ID)),
      }),
    ),
  ),
});
interface Request {
  messages: { to: string; content: string; from?: string; clientMessageId?: string }[];
}

const ITEM_ERROR: Record<Refusal, { code: number; text: (to: string) => string }> = {
  sender: { code: 45, text: () => 'FROM number is not related to integration' },
  recipient: { code: 25, text: (to) => `Invalid recipient address: ${to}` },
  content: { code: 100, text: () => 'Maximum message parts exceeded' },
  account: { code: 20, text: () => 'Insufficient account balance' },
};

/** There is no status of its own for a refused sender. */
const STATUS: Record<ReportKind, [number, string]> = {
  delivered: [5, 'DEVICE_ACK'],
  enroute: [2, 'QUEUED'],
  'at-operator': [4, 'SENT_TO_SUPPLIER'],
  sender: [23, 'DELIVERY_FAILURE'],
  recipient: [29, 'RECIPIENT_DOES_NOT_EXIST'],
  content: [22, 'STOPPED_BY_ADMIN'],
  account: [25, 'INSUFFICIENT_ACCOUNT_BALANCE'],
};

/** The Platform API's codes of the same: 4 and 5 are the opposite. */
const PLATFORM_STATUS: Record<ReportKind, [number, string]> = {
  delivered: [4, 'Received by recipient'],
  enroute: [2, 'Message queued'],
  'at-operator': [3, 'Delivered to gateway'],
  sender: [9, 'Routing error'],
  recipient: [7, 'Error delivering message'],
  content: [5, 'Error with message'],
  account: [12, 'Out of credit'],
};

/** A refusal of the whole request. */
function failure(status: number, code: number, description: string, headers?: Record<string, string>): Answer {
  return json(status, { messages: [], error: { code, description } }, headers);
}

/** The bare key: a scheme before it makes it another one. */
function authorized(key: string | undefined, refusedKeys: readonly string[]): boolean {
  return key !== undefined && /^\S+$/.test(key) && !refusedKeys.includes(key);
}

function read(incoming: VendorRequest, script: Script): Reading {
  if (!authorized(incoming.headers.authorization, script.refusedKeys))
    return { refused: failure(401, 1, 'Invalid or missing Integration API Key'), unauthorized: true };
  const body = jsonOf(incoming);
  if (body === undefined) return { refused: failure(400, 21, 'Payload data is malformed') };
  const violations: Violation[] = [];
  request(body, '', violations);
  const [first] = violations;
  if (first !== undefined)
    return { refused: failure(400, 23, `Invalid or missing parameter: ${first.property.replace(/^.*\./, '')}`) };
  // The request has just been checked field by field; no narrower proof is possible.
  const { messages } = body as Request;
  if (messages.length > MAX_MESSAGES)
    return { refused: failure(400, 22, 'Maximum messages per request payload exceeded') };
  const submissions = messages.map(({ to, content, from = '', clientMessageId }) => ({
    messageId: hexId(),
    clientId: clientMessageId,
    to,
    sender: from,
    text: content,
    flash: false,
    invalid: isNumber(to) ? undefined : ('recipient' as const),
    parts: segment(content).parts,
  }));
  return { batch: { bulkId: '', submissions } };
}

function item(verdict: Verdict) {
  const { messageId, to } = verdict.submission;
  const refusal = refusalOf(verdict);
  if (refusal === undefined) return { apiMessageId: messageId, accepted: true, to, error: null };
  const { code, text } = ITEM_ERROR[refusal];
  return { apiMessageId: null, accepted: false, to, error: { code, description: text(to) } };
}

/** 202: all taken. 207: some. 400, or 402 when it is for want of money: none; the reasons stand with the messages. */
function answer(_: Batch, verdicts: Verdict[]): Answer {
  const refused = verdicts.map(refusalOf).filter((refusal) => refusal !== undefined);
  let status = 207;
  if (refused.length === 0) status = 202;
  else if (refused.length === verdicts.length) status = refused.every((reason) => reason === 'account') ? 402 : 400;
  return json(status, { messages: verdicts.map(item), error: null });
}

function update({ kind, doneAt, messageId, clientId }: Report) {
  const [statusCode, status] = STATUS[kind];
  return { channel: 'sms', timestamp: doneAt, statusCode, status, messageId, clientMessageId: clientId };
}

/** A report of the Platform API: flat. */
function platformUpdate({ kind, doneAt, messageId, clientId, to, sender }: Report) {
  const [statusCode, statusDescription] = PLATFORM_STATUS[kind];
  const status = statusDescription.toUpperCase().replaceAll(' ', '_');
  const ids = { integrationName: 'Simulator', messageId, requestId: messageId, clientMessageId: clientId };
  return { ...ids, to, from: sender, statusCode, status, statusDescription, timestamp: doneAt };
}

function inbound(
  url: string,
  { id, from, to, text, at }: InboundMessage,
  { form }: Script['receipts'],
): ReceiptRequest {
  if (form === 'platform') {
    const bytes = [...Buffer.from(text, 'utf16le').swap16()];
    const escaped = bytes.map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
    const said = { messageId: id, fromNumber: from, toNumber: to, timestamp: at, text: escaped, charset: 'UTF-16BE' };
    return carry(url, said, form, 'json');
  }
  return posted(url, { moText: [{ channel: 'sms', messageId: id, from, to, content: text, timestamp: at }] });
}

const posted = (url: string, event: object): ReceiptRequest => ({
  method: 'POST',
  url,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ integrationId: 'simulator', integrationName: 'Simulator', event }),
});

/** `GET /v1/message/{apiMessageId}`, as a public client of it reads the answer. */
const status: Lookup = {
  paths: ['/v1/message/*'],
  answer(incoming, script, memory) {
    if (!authorized(incoming.headers.authorization, script.refusedKeys))
      return failure(401, 1, 'Invalid or missing Integration API Key');
    const found = memory.byId(incoming.path.split('/').at(-1)!);
    if (found === undefined) return json(200, { sms: { status: 'UNKNOWN', timestamp: Date.now() } });
    return json(200, { sms: { status: STATUS[found.kind][1], timestamp: found.doneAt } });
  },
};

export const clickatell: Protocol = {
  name: 'clickatell',
  paths: { '/v1/message': ['POST'] },
  read,
  answer,
  throttled: (seconds) => failure(429, 43, 'Rate limit', retryAfter(seconds)),
  serverError: (status) =>
    status === 503 ? failure(503, 19, 'Internal error, please retry') : failure(status, 18, 'Internal error'),
  notFound: () => failure(404, 41, 'Resource does not exist'),
  lookup: status,
  receipts: {
    atMost: 1,
    authorization: ['basic'],
    inbound,
    write: (url, reports, { form }) =>
      form === 'usual' || form === 'json'
        ? posted(url, { messageStatusUpdate: reports.map(update) })
        : carry(url, platformUpdate(reports[0]!), form, 'json'),
  },
};
