/**
 * Times Mobile. CleverTap's docs ("Times Mobile") name its parameters; answers, codes and reports are those of the
 * white-label platform `fe/api/v1` that it resembles (reliablebulksms.in/developer-api), which Times confirms nowhere.
 */
import { segment } from '../../core/messages/segments';
import { serialNumber } from '../ids';
import type { Answer, Batch, Protocol, Reading, Report, Submission, VendorRequest, Verdict } from '../protocol';
import { refusalOf } from '../protocol';
import type { Refusal, Script } from '../script';
import { REFUSALS } from '../script';
import { isObject } from '../shape';
import { carry, istTime, json, jsonOf, retryAfter, unknownField } from '../wire';

/** `corelationid` is Times' own spelling. */
const FIELDS = new Set([
  'username', 'password', 'unicode', 'from', 'to', 'text', 'dltContentId', 'corelationid',
  'dltPrincipalEntityId', 'dltTelemarketerId',
]); // prettier-ignore
const FINAL = ['delivered', ...REFUSALS] as const;

const ERROR: Record<Refusal, { code: number; text: (submission: Submission) => string }> = {
  sender: { code: 2051, text: ({ sender }) => `Sender [${sender}] doesn't exist.` },
  recipient: { code: 2054, text: ({ to }) => `Invalid Msisdn [${to}] [IN]` },
  content: { code: 7001, text: () => 'DLT_Content_ID not found' },
  account: { code: 6001, text: () => 'Insufficient Balance!' },
};

/** The n of `Error Text [n]`: DLT's codes for header, template and entity; else the network's. */
const REPORT_ERROR: Record<Refusal, number> = { sender: 620, content: 630, account: 600, recipient: 1 };

/** A refusal. Its code stands in the body; the HTTP status says nothing. */
function failure(statusCode: number, description: string, httpStatus = 200, headers?: Record<string, string>): Answer {
  return json(httpStatus, { transactionId: 0, state: 'SUBMIT_FAILED', statusCode, description, pdu: 0 }, headers);
}

/** The fields of a request, all of them text; undefined when there are none, or others. */
function parametersOf(request: VendorRequest): Map<string, string> | undefined {
  const body = request.method === 'GET' ? Object.fromEntries(request.query) : jsonOf(request);
  if (!isObject(body)) return undefined;
  const fields = new Map<string, string>();
  for (const [name, value] of Object.entries(body)) {
    if (typeof value !== 'string') return undefined;
    fields.set(name, value);
  }
  return fields;
}

function submission(fields: Map<string, string>): Submission {
  const to = fields.get('to') ?? '';
  const sender = fields.get('from') ?? '';
  const text = fields.get('text') ?? '';
  const templateId = fields.get('dltContentId');
  let invalid: Refusal | undefined;
  if (!/^[A-Za-z0-9]{6}$/.test(sender)) invalid = 'sender';
  else if (!/^(91)?\d{10}$/.test(to)) invalid = 'recipient';
  else if (!/^\d+$/.test(templateId ?? '')) invalid = 'content';
  return {
    messageId: String(serialNumber()),
    clientId: fields.get('corelationid'),
    to,
    sender,
    text,
    flash: false,
    entityId: fields.get('dltPrincipalEntityId'),
    templateId,
    reports: FINAL,
    invalid,
    parts: segment(text, { type: fields.get('unicode') === 'true' ? 'unicode' : 'auto' }).parts,
  };
}

function read(request: VendorRequest, script: Script): Reading {
  const fields = parametersOf(request);
  if (fields === undefined) return { refused: failure(400, 'Malformed request', 400) };
  const password = fields.get('password');
  if (!fields.get('username') || !password || script.refusedKeys.includes(password))
    return { refused: failure(2070, 'Authentication failure'), unauthorized: true };
  const unknown = unknownField(fields.keys(), FIELDS);
  if (unknown !== undefined) return { refused: failure(400, `Unknown parameter ${unknown}`, 400) };
  if (!/^(true|false)$/.test(fields.get('unicode') ?? 'false'))
    return { refused: failure(400, 'Invalid value of unicode', 400) };
  if (!fields.get('text')) return { refused: failure(400, 'Missing parameter text', 400) };
  return { batch: { bulkId: '', submissions: [submission(fields)] } };
}

function answer(_: Batch, verdicts: Verdict[]): Answer {
  const verdict = verdicts[0]!;
  const refusal = refusalOf(verdict);
  if (refusal !== undefined) return failure(ERROR[refusal].code, ERROR[refusal].text(verdict.submission));
  return json(200, {
    transactionId: Number(verdict.submission.messageId),
    state: 'SUBMIT_ACCEPTED',
    statusCode: 200,
    description: 'Message accepted successfully',
    pdu: verdict.submission.parts,
  });
}

/** `deliverystatus` and `description`; only final states are reported. */
function outcomeOf({ kind }: Report): [string, string] {
  if (kind === 'delivered' || kind === 'enroute' || kind === 'at-operator')
    return ['DELIVERY_SUCCESS', 'Message delivered successfully'];
  return ['DELIVERY_FAILED', `error Code [false], Error Text [${REPORT_ERROR[kind]}]`];
}

function fieldsOf(report: Report) {
  const [status, description] = outcomeOf(report);
  return {
    txid: report.messageId,
    to: report.to,
    from: report.sender,
    description,
    pdu: report.parts,
    deliverystatus: status,
    deliverydt: istTime(report.doneAt),
    corelationid: report.clientId,
  };
}

export const timesMobile: Protocol = {
  name: 'times-mobile',
  paths: { '/api/v1/send': ['GET', 'POST'] },
  read,
  answer,
  throttled: (seconds) => failure(429, 'Too many requests', 429, retryAfter(seconds)),
  serverError: (status) => failure(status, 'Internal error', status),
  notFound: () => json(404, { error: 'Not Found', status: 404 }),
  receipts: {
    atMost: 1,
    write: (url, reports, { form }) => carry(url, fieldsOf(reports[0]!), form, 'query'),
  },
};
