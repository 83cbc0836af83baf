/**
 * Pingbix. Nothing of its API is public: requests, successes, reports and look-ups are those of public clients of
 * `SMSApi/…` here and at HostPinnacle, which runs the same software; codes are this simulator's own (docs/simulator.md).
 */
import { segment } from '../../core/messages/segments';
import { serialNumber } from '../ids';
import type { ReportKind } from '../plan';
import type { Answer, Batch, Known, Lookup, Protocol, Reading, Report, VendorRequest, Verdict } from '../protocol';
import { REFUSALS, type Refusal, type Script } from '../script';
import { carry, formOf, isNumber, istTime, json, retryAfter, unknownField } from '../wire';

const FIELDS = new Set([
  'userid', 'password', 'sendMethod', 'mobile', 'msg', 'senderid', 'msgType', 'dltEntityId', 'dltTemplateId',
  'duplicatecheck', 'output', 'dlr',
]); // prettier-ignore

const ERROR: Record<Exclude<Verdict['outcome'], 'accepted'>, [code: string, reason: string]> = {
  sender: ['403', 'Invalid sender id'],
  recipient: ['404', 'Invalid mobile number'],
  content: ['406', 'Template not matched'],
  account: ['402', 'Insufficient balance'],
  duplicate: ['409', 'Duplicate message'],
};

const STATUS: Record<ReportKind, string> = {
  delivered: 'DELIVERED',
  enroute: 'SUBMITTED',
  'at-operator': 'SUBMITTED',
  sender: 'REJECTED',
  recipient: 'UNDELIVERED',
  content: 'REJECTED',
  account: 'REJECTED',
};

/** A refusal. Its code stands in the body; the HTTP status says nothing. */
function failure(statusCode: string, reason: string, httpStatus = 200, headers?: Record<string, string>): Answer {
  return json(httpStatus, { status: 'error', statusCode, reason }, headers);
}

/** A password in the form, or a key in the header `apikey`. */
function authorized(form: URLSearchParams, { headers }: VendorRequest, refusedKeys: readonly string[]): boolean {
  const key = headers['apikey'];
  const secret = typeof key === 'string' ? key : form.get('userid') && form.get('password');
  return typeof secret === 'string' && secret !== '' && !refusedKeys.includes(secret);
}

/** The parameter that is missing, malformed or unknown. */
function wrongParameter(form: URLSearchParams): string | undefined {
  const unknown = unknownField(form.keys(), FIELDS);
  if (unknown !== undefined) return unknown;
  if (form.get('sendMethod') !== 'quick') return 'sendMethod';
  if (form.get('output') !== 'json') return 'output';
  if (!/^(text|unicode)$/.test(form.get('msgType') ?? '')) return 'msgType';
  if (!/^(true|false)$/.test(form.get('duplicatecheck') ?? 'false')) return 'duplicatecheck';
  return ['mobile', 'msg', 'senderid'].find((name) => !form.get(name));
}

function read(request: VendorRequest, script: Script): Reading {
  const form = formOf(request);
  if (form === undefined) return { refused: failure('400', 'Invalid request') };
  if (!authorized(form, request, script.refusedKeys))
    return { refused: failure('401', 'Invalid credentials'), unauthorized: true };
  const wrong = wrongParameter(form);
  if (wrong !== undefined) return { refused: failure('400', `Invalid parameter ${wrong}`) };

  const transactionId = String(serialNumber());
  const text = form.get('msg') ?? '';
  const sender = form.get('senderid') ?? '';
  const numbers = (form.get('mobile') ?? '').split(',');
  // One answer holds for all numbers of a list; which of them fails shows only in the reports.
  const isList = numbers.length > 1;
  if (isList && !numbers.every(isNumber)) return { refused: failure(...ERROR.recipient) };
  const { parts } = segment(text, { type: form.get('msgType') === 'unicode' ? 'unicode' : 'auto' });
  const submissions = numbers.map((to) => ({
    messageId: `${transactionId}:${to}`,
    identity: form.get('duplicatecheck') === 'true' ? [to, sender, text].join('|') : undefined,
    to,
    sender,
    text,
    flash: false,
    entityId: form.get('dltEntityId') ?? undefined,
    templateId: form.get('dltTemplateId') ?? undefined,
    reports: form.get('dlr') === '1' ? undefined : [],
    invalid: isNumber(to) ? undefined : ('recipient' as const),
    parts,
  }));
  return { batch: { bulkId: transactionId, submissions, refusesLate: isList } };
}

/** A list is taken when any of its numbers is: repeated ones are left out. */
function answer({ bulkId }: Batch, verdicts: Verdict[]): Answer {
  const outcomes = verdicts.map(({ outcome }) => outcome);
  const refused = outcomes.find((outcome) => outcome !== 'accepted');
  if (refused !== undefined && !outcomes.includes('accepted')) return failure(...ERROR[refused]);
  return json(200, { status: 'success', transactionId: bulkId, statusCode: '200', reason: 'success' });
}

/** Most reports of the family have no status: a code that is not zero is a failure. Without `dlr` there are none. */
function report({ messageId, bulkId, to, kind, sentAt, doneAt }: Report) {
  const delivered = kind === 'delivered' ? istTime(doneAt) : '';
  return {
    Transactionid: bulkId,
    Messageid: messageId.replace(':', '-'),
    ErrorCode: isRefusal(kind) ? ERROR[kind][0] : '0',
    mobileNo: to,
    ReceivedTime: istTime(sentAt),
    DeliveredTime: delivered,
  };
}

const isRefusal = (kind: ReportKind): kind is Refusal => (REFUSALS as readonly string[]).includes(kind);

function statusRow({ submission, outcome, bulkId, kind, sentAt, doneAt }: Known) {
  return {
    status: {
      uuid: bulkId,
      msgId: submission.messageId.replace(':', '-'),
      mobileNo: submission.to,
      Status: outcome === 'accepted' ? STATUS[kind] : 'FAILED',
      Cause: isRefusal(kind) ? ERROR[kind][1] : '',
      'Submitted Time': istTime(sentAt),
      'Delivered Time': kind === 'delivered' ? istTime(doneAt) : '',
    },
  };
}

/** `GET SMSApi/report/status?uuid=`: every number of a transaction. */
const status: Lookup = {
  paths: ['/SMSApi/report/status'],
  answer(request, script, memory) {
    if (!authorized(request.query, request, script.refusedKeys))
      return json(200, { response: { status: 'error', statusCode: '401', reason: 'Invalid credentials' } });
    const uuid = request.query.get('uuid');
    const found = memory.find(({ messageId }) => messageId.split(':')[0] === uuid);
    return json(200, { response: { status: 'success', report_statusList: found.map(statusRow) } });
  },
};

export const pingbix: Protocol = {
  name: 'pingbix',
  paths: { '/SMSApi/send': ['POST'] },
  read,
  answer,
  throttled: (seconds) => failure('429', 'Too many requests', 429, retryAfter(seconds)),
  serverError: (status) => failure(String(status), 'Internal error', status),
  notFound: () => failure('404', 'Not found', 404),
  lookup: status,
  receipts: {
    atMost: 1,
    write: (url, reports, { form }) => carry(url, report(reports[0]!), form, 'query'),
  },
};
