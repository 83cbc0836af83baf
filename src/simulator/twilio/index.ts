/**
 * Twilio's Messages resource as the vendor answers it (Twilio OpenAPI `twilio_api_v2010`, `POST
 * /2010-04-01/Accounts/{AccountSid}/Messages.json`) and its signed status callbacks.
 */
import { segment } from '../../core/messages/segments';
import { hexId } from '../ids';
import type {
  Answer,
  Batch,
  InboundMessage,
  Known,
  Lookup,
  Protocol,
  Reading,
  ReceiptRequest,
  Report,
  Submission,
  VendorRequest,
  Verdict,
} from '../protocol';
import { refusalOf } from '../protocol';
import type { Script } from '../script';
import { basicOf, formOf, json, retryAfter } from '../wire';
import { sign } from './signature';
import { CALLBACK, SUBMIT_ERROR } from './statuses';

const API_VERSION = '2010-04-01';
const MAX_CHARACTERS = 1_600;
const MAX_VALIDITY_SECONDS = 36_000;
const MAX_URL_LENGTH = 4_000;
/** Repetitions of a callback, unless the URL's fragment has `rc` (Twilio docs, "Webhooks connection overrides"). */
const RETRIES = 1;
const MAX_RETRIES = 5;

const NUMBER = /^\+[1-9]\d{6,14}$/;
/** A number, a short code, or up to 11 characters with a letter. */
const SENDER = /^(\+[1-9]\d{6,14}|\d{3,15}|(?=.*[A-Za-z])[A-Za-z0-9 &+_-]{1,11})$/;

/** The vendor's error body. */
function failure(status: number, code: number, message: string, headers?: Record<string, string>): Answer {
  const more_info = `https://www.twilio.com/docs/api/errors/${code}`;
  return json(status, { code, message, more_info, status }, headers);
}

const UNAUTHORIZED = failure(401, 20003, 'Authenticate');
const NOT_FOUND = failure(404, 20404, 'The requested resource was not found');

/** The token of the account in the path, or of an API key: those belong to any account. */
function tokenOf({ headers, path }: VendorRequest, refusedKeys: readonly string[]): string | undefined {
  const basic = basicOf(headers.authorization);
  if (basic === undefined || basic.password === '' || refusedKeys.includes(basic.password)) return undefined;
  return basic.user === sidIn(path) || basic.user.startsWith('SK') ? basic.password : undefined;
}

function sidIn(path: string): string {
  return path.split('/')[3] ?? '';
}

/** Which required or malformed parameter the vendor names first. Unknown ones it ignores. */
function wrongParameter(form: URLSearchParams): Answer | undefined {
  if (!form.get('To')) return failure(400, 21604, "A 'To' phone number is required.");
  if (!form.get('From') && !form.get('MessagingServiceSid'))
    return failure(400, 21603, "A 'From' phone number is required.");
  if (!form.get('Body')) return failure(400, 21602, 'Message body is required.');
  const callback = form.get('StatusCallback');
  if (callback !== null && (callback.length > MAX_URL_LENGTH || !/^https?:/.test(callback) || !URL.canParse(callback)))
    return failure(400, 21609, `The StatusCallback URL ${callback} is not a valid URL.`);
  const validity = Number(form.get('ValidityPeriod') ?? 1);
  if (!Number.isInteger(validity) || validity < 1 || validity > MAX_VALIDITY_SECONDS)
    return failure(400, 21624, 'Invalid validity period value');
  return undefined;
}

function submission(form: URLSearchParams): Submission {
  const to = form.get('To') ?? '';
  const text = form.get('Body') ?? '';
  const service = form.get('MessagingServiceSid') ?? undefined;
  const sender = form.get('From') ?? service ?? '';
  const validity = form.get('ValidityPeriod');
  let invalid: Submission['invalid'];
  if (!NUMBER.test(to)) invalid = 'recipient';
  else if (!SENDER.test(sender) && sender !== service) invalid = 'sender';
  else if ([...text].length > MAX_CHARACTERS) invalid = 'content';
  return {
    messageId: `SM${hexId()}`,
    to,
    sender,
    text,
    flash: false,
    validitySeconds: validity === null ? undefined : Number(validity),
    reportUrl: form.get('StatusCallback') ?? undefined,
    callbackData: service,
    invalid,
    parts: segment(text).parts,
  };
}

function read(request: VendorRequest, script: Script): Reading {
  const secret = tokenOf(request, script.refusedKeys);
  if (secret === undefined) return { refused: UNAUTHORIZED, unauthorized: true };
  const form = formOf(request) ?? new URLSearchParams();
  const refused = wrongParameter(form);
  if (refused !== undefined) return { refused };
  return { batch: { bulkId: sidIn(request.path), secret, submissions: [submission(form)] } };
}

/** RFC 2822, as the vendor writes it. */
function date(ms: number): string {
  return new Date(ms).toUTCString().replace('GMT', '+0000');
}

function answer({ bulkId }: Batch, verdicts: Verdict[]): Answer {
  const verdict = verdicts[0]!;
  const { to, sender, callbackData: service } = verdict.submission;
  const refusal = refusalOf(verdict);
  if (refusal !== undefined) {
    const { code, status = 400, text: wording } = SUBMIT_ERROR[refusal];
    return failure(status, code, wording(to, sender));
  }
  const now = Date.now();
  const status = service === undefined ? 'queued' : 'accepted';
  return json(201, resource(verdict.submission, bulkId, { status, created: now, updated: now, sent: null }));
}

/** The message resource. Times are epoch milliseconds. */
function resource(
  { messageId, to, sender, text, parts, callbackData: service }: Submission,
  accountSid: string,
  state: { status: string; errorCode?: number; created: number; updated: number; sent: number | null },
) {
  return {
    sid: messageId,
    account_sid: accountSid,
    messaging_service_sid: service ?? null,
    to,
    from: sender === service ? null : sender,
    body: text,
    status: state.status,
    direction: 'outbound-api',
    // Of a Messaging Service it is not known before a sender has been picked (Twilio OpenAPI `num_segments`).
    num_segments: state.status === 'accepted' ? '0' : String(parts),
    num_media: '0',
    price: null,
    price_unit: 'USD',
    error_code: state.errorCode ?? null,
    error_message: null,
    api_version: API_VERSION,
    date_created: date(state.created),
    date_updated: date(state.updated),
    date_sent: state.sent === null ? null : date(state.sent),
    uri: `/${API_VERSION}/Accounts/${accountSid}/Messages/${messageId}.json`,
  };
}

function resourceOf({ submission, bulkId, kind, sentAt, doneAt }: Known) {
  const state = { ...CALLBACK[kind], created: sentAt, updated: doneAt, sent: sentAt };
  return resource(submission, bulkId, state);
}

const DEFAULT_PAGE = 50;
const MAX_PAGE = 1_000;

/** One message by its SID, or the list by number, sender and day (GMT). */
const messages: Lookup = {
  paths: [`/${API_VERSION}/Accounts/*/Messages.json`, `/${API_VERSION}/Accounts/*/Messages/*.json`],
  answer(request, script, memory) {
    if (tokenOf(request, script.refusedKeys) === undefined) return UNAUTHORIZED;
    const account = sidIn(request.path);
    const sid = /\/Messages\/(\w+)\.json$/.exec(request.path)?.[1];
    if (sid !== undefined) {
      const known = memory.byId(sid);
      const isThere = known !== undefined && known.outcome === 'accepted' && known.bulkId === account;
      return isThere ? json(200, resourceOf(known)) : NOT_FOUND;
    }
    const { query } = request;
    const size = Number(query.get('PageSize') ?? DEFAULT_PAGE);
    if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE) return failure(400, 20001, 'Invalid PageSize');
    const [to, from] = [query.get('To'), query.get('From')];
    const found = memory
      .find((one) => (to === null || one.to === to) && (from === null || one.sender === from))
      .filter((known) => known.outcome === 'accepted' && known.bulkId === account)
      .filter(({ sentAt }) => isOnDay(new Date(sentAt).toISOString().slice(0, 10), query));
    return json(200, {
      messages: found.slice(0, size).map(resourceOf),
      page: 0,
      page_size: size,
      start: 0,
      end: Math.min(found.length, size) - 1,
      uri: request.path,
      next_page_uri: null,
    });
  },
};

/** `DateSent=`, and `DateSent<=` and `DateSent>=`, whose names end with the first sign in a query. */
function isOnDay(day: string, query: URLSearchParams): boolean {
  const [on, until, from] = ['DateSent', 'DateSent<', 'DateSent>'].map((name) => query.get(name));
  return (!on || day === on) && (!until || day <= until) && (!from || day >= from);
}

/** The request to a number's "a message comes in" URL. */
function inbound(url: string, { id, from, to, text, secret = '', bulkId }: InboundMessage): ReceiptRequest {
  const sid = `SM${id}`;
  const form = new URLSearchParams({
    ToCountry: 'US',
    SmsMessageSid: sid,
    NumMedia: '0',
    SmsSid: sid,
    SmsStatus: 'received',
    Body: text,
    To: to,
    NumSegments: '1',
    MessageSid: sid,
    AccountSid: bulkId,
    From: `+${from}`,
    ApiVersion: API_VERSION,
  });
  return signed(url, form, secret);
}

/** There is none for the first status: that stood in the answer. */
function callback(url: string, report: Report): ReceiptRequest {
  const { status, errorCode } = CALLBACK[report.kind];
  const { messageId: sid, bulkId, callbackData: service, secret = '' } = report;
  const form = new URLSearchParams({
    MessageSid: sid,
    MessageStatus: status,
    SmsSid: sid,
    SmsStatus: status,
    To: report.to,
    AccountSid: bulkId,
    ApiVersion: API_VERSION,
    // YYMMDDhhmm
    RawDlrDoneDate: new Date(report.doneAt).toISOString().replace(/\D/g, '').slice(2, 12),
  });
  if (report.sender !== service) form.set('From', report.sender);
  if (service !== undefined) form.set('MessagingServiceSid', service);
  if (errorCode !== undefined) form.set('ErrorCode', String(errorCode));
  return signed(url, form, secret);
}

function signed(url: string, form: URLSearchParams, secret: string): ReceiptRequest {
  const target = new URL(url);
  target.hash = '';
  return {
    method: 'POST',
    url: target.href,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': sign(secret, target.href, form),
    },
    body: form.toString(),
  };
}

export const twilio: Protocol = {
  name: 'twilio',
  paths: { [`/${API_VERSION}/Accounts/*/Messages.json`]: ['POST'] },
  read,
  answer,
  throttled: (seconds) => failure(429, 20429, 'Too Many Requests', retryAfter(seconds)),
  serverError: (status) => failure(status, status === 503 ? 20503 : 20500, 'An internal server error has occurred'),
  notFound: () => NOT_FOUND,
  lookup: messages,
  receipts: {
    atMost: 1,
    inbound,
    retries: (url) => {
      const asked = new URLSearchParams(new URL(url).hash.slice(1)).get('rc');
      return asked === null ? RETRIES : Math.min(Number(asked) || 0, MAX_RETRIES);
    },
    write: (url, reports) => callback(url, reports[0]!),
  },
};
