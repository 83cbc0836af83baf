/** Infobip's SMS API v3 as the vendor answers it (Infobip OpenAPI 3.210), and its delivery reports v3 and v2. */
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
import type { Script } from '../script';
import type { MessagesRequest } from './request';
import { checkRequest, validitySeconds } from './request';
import type { Violation } from '../shape';
import { json, unknownField } from '../wire';
import { DUPLICATE_ID, MISSING_TO, PENDING_ACCEPTED, REPORT_STATUS, SUBMIT_STATUS } from './statuses';

/** The vendor's error body, `ApiError`. */
function failure(
  status: number,
  description: string,
  action: string,
  more: {
    violations?: Violation[];
    resources?: { name: string; url: string }[];
    headers?: Record<string, string>;
  } = {},
): Answer {
  const { violations = [], resources = [], headers } = more;
  return {
    status,
    headers,
    body: JSON.stringify({ errorCode: `E${status}`, description, action, violations, resources }),
  };
}

const UNAUTHORIZED = failure(
  401,
  'The request lacks valid authentication credentials for the requested resource.',
  'Check the resources and adjust authentication credentials.',
  { resources: [{ name: 'API Authentication', url: 'https://www.infobip.com/docs/essentials/api-authentication' }] },
);

function badRequest(...violations: Violation[]): Answer {
  const action = 'Check the syntax, violations and adjust the request.';
  return failure(400, 'Request cannot be processed.', action, { violations });
}

function authorized(header: string | undefined, refusedKeys: readonly string[]): boolean {
  const key = header?.startsWith('App ') ? header.slice(4).trim() : '';
  return key !== '' && !refusedKeys.includes(key);
}

let made = 0;
/** An id as the vendor makes one up: unique within this process. */
function makeId(): string {
  return `20340722196405${String(++made).padStart(8, '0')}`;
}

/** Estimate: ASCII counts as GSM-7, anything else as UCS-2. */
function partCount(text: string): number {
  const [single, joined] = /^[\x00-\x7f]*$/.test(text) ? [160, 153] : [70, 67];
  return text.length <= single ? 1 : Math.ceil(text.length / joined);
}

function submissions(request: MessagesRequest): Submission[] {
  return request.messages.flatMap((message) =>
    message.destinations.map(({ to, messageId }): Submission => {
      const dlt = message.options?.regional?.indiaDlt;
      const text = 'text' in message.content ? message.content.text : '';
      const id = messageId || makeId();
      return {
        messageId: id,
        identity: id,
        to,
        sender: message.sender ?? '',
        text,
        parts: partCount(text),
        hex: 'hex' in message.content ? message.content.hex : undefined,
        flash: message.options?.flash ?? false,
        entityId: dlt?.principalEntityId,
        templateId: dlt?.contentTemplateId,
        validitySeconds: validitySeconds(message.options?.validityPeriod),
        reportUrl: message.webhooks?.delivery?.url,
        callbackData: message.webhooks?.callbackData,
        invalid: /^\+?\d{5,15}$/.test(to) ? undefined : 'recipient',
      };
    }),
  );
}

function read(request: VendorRequest, script: Script): Reading {
  if (!authorized(request.headers.authorization, script.refusedKeys))
    return { refused: UNAUTHORIZED, unauthorized: true };
  if (!request.headers['content-type']?.startsWith('application/json'))
    return { refused: badRequest({ property: 'Content-Type', violation: 'must be application/json' }) };
  let body: unknown;
  try {
    body = JSON.parse(request.body.toString());
  } catch {
    return { refused: badRequest({ property: 'request', violation: 'must be JSON' }) };
  }
  const checked = checkRequest(body);
  if ('violations' in checked) return { refused: badRequest(...checked.violations) };
  const { options } = checked.request;
  return {
    batch: {
      bulkId: options?.schedule?.bulkId || makeId(),
      submissions: submissions(checked.request),
      wantsParts: options?.includeSmsCountInResponse ?? false,
    },
  };
}

function itemStatus({ submission, outcome }: Verdict) {
  if (submission.to === '') return MISSING_TO;
  if (outcome === 'accepted') return PENDING_ACCEPTED;
  return outcome === 'duplicate' ? DUPLICATE_ID : SUBMIT_STATUS[outcome];
}

function answer(batch: Batch, verdicts: Verdict[]): Answer {
  const messages = verdicts.map((verdict) => ({
    messageId: verdict.submission.messageId,
    status: itemStatus(verdict),
    destination: verdict.submission.to,
    details: batch.wantsParts ? { messageCount: verdict.submission.parts } : undefined,
  }));
  return { status: 200, body: JSON.stringify({ bulkId: batch.bulkId, messages }) };
}

const MAX_MESSAGE_IDS_LENGTH = 2_048;
const MAX_LOGS = 1_000;
const DEFAULT_LOGS = 50;
const LOG_PARAMETERS = new Set([
  'mcc', 'mnc', 'sender', 'destination', 'bulkId', 'messageId', 'generalStatus', 'sentSince', 'sentUntil', 'limit',
  'entityId', 'applicationId', 'campaignReferenceId', 'useCursor', 'cursor',
]); // prettier-ignore

function logEntry({ submission, outcome, bulkId, kind, sentAt, doneAt }: Known) {
  const { to, messageId, sender, parts, text } = submission;
  const { to: _, ...entry } = reportV3({ messageId, bulkId, to, sender, kind, sentAt, doneAt, parts });
  const status = outcome === 'accepted' ? entry.status : itemStatus({ submission, outcome });
  return { ...entry, status, destination: to, content: { text }, mccMnc: '40445' };
}

/** `GET /sms/3/logs`, by message ids or by number; as often as one likes. */
const logs: Lookup = {
  paths: ['/sms/3/logs'],
  answer({ headers, query }, script, memory) {
    if (!authorized(headers.authorization, script.refusedKeys)) return UNAUTHORIZED;
    const unknown = unknownField(query.keys(), LOG_PARAMETERS);
    if (unknown !== undefined) return badRequest({ property: unknown, violation: 'unknown parameter' });
    const limit = Number(query.get('limit') ?? DEFAULT_LOGS);
    if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LOGS)
      return badRequest({ property: 'limit', violation: 'must be from 1 to 1000' });
    const ids = query.get('messageId');
    if (ids !== null && ids.length > MAX_MESSAGE_IDS_LENGTH)
      return badRequest({ property: 'messageId', violation: 'must not exceed 2048 characters' });
    const to = query.get('destination');
    const found =
      ids === null
        ? memory.find((submission) => to === null || submission.to === to)
        : ids.split(',').flatMap((id) => memory.byId(id) ?? []);
    return json(200, { results: found.slice(0, limit).map(logEntry) });
  },
};

/** MO_JSON_2: numbers without plus sign. */
function inbound(url: string, { id, from, to, text, at }: InboundMessage): ReceiptRequest {
  const result = {
    messageId: id,
    from,
    to: to.replace('+', ''),
    text,
    cleanText: text,
    keyword: text.split(' ')[0]?.toUpperCase(),
    receivedAt: timestamp(at),
    smsCount: partCount(text),
    price: { pricePerMessage: 0, currency: 'EUR' },
    callbackData: null,
  };
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ results: [result], messageCount: 1, pendingMessageCount: 0 }),
  };
}

/** The vendor writes `yyyy-MM-dd'T'HH:mm:ss.SSSZ`: an offset without a colon. */
function timestamp(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

function reportV3(report: Report) {
  const { status, error } = REPORT_STATUS[report.kind];
  return {
    bulkId: report.bulkId,
    price: { pricePerMessage: 0.01, currency: 'EUR' },
    status,
    error,
    messageId: report.messageId,
    to: report.to,
    sender: report.sender,
    sentAt: timestamp(report.sentAt),
    doneAt: timestamp(report.doneAt),
    messageCount: report.parts,
    callbackData: report.callbackData,
  };
}

function reportV2(report: Report) {
  const { sender, messageCount, error, ...same } = reportV3(report);
  // v2 spells the group of no error in mixed case.
  const groupName = error.groupId === 0 ? 'Ok' : error.groupName;
  return { ...same, from: sender, smsCount: messageCount, error: { ...error, groupName } };
}

export const infobip: Protocol = {
  name: 'infobip',
  paths: { '/sms/3/messages': ['POST'] },
  read,
  answer,
  throttled: (retryAfterSeconds) =>
    failure(429, 'Too many requests.', 'Retry after the time given.', {
      headers: { 'retry-after': String(retryAfterSeconds) },
    }),
  serverError: (status) => failure(status, 'Something went wrong.', 'Contact the support.'),
  notFound: () => failure(404, 'Requested resource path is not mapped.', 'Check the resource path.'),
  lookup: logs,
  receipts: {
    atMost: Infinity,
    authorization: ['basic'],
    inbound,
    write: (url, reports, { shape }) => ({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ results: shape === 'v2' ? reports.map(reportV2) : reports.map(reportV3) }),
    }),
  },
};
