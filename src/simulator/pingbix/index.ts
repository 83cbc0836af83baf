/**
 * Pingbix. Nothing of its API is public: requests and successes are those of public clients of `SMSApi/send`; codes and
 * reports are this simulator's own (docs/simulator.md), and nothing here is verified.
 */
import { segment } from '../../core/messages/segments';
import { serialNumber } from '../ids';
import type { ReportKind } from '../plan';
import type { Answer, Batch, Protocol, Reading, Report, VendorRequest, Verdict } from '../protocol';
import type { Script } from '../script';
import { formOf, isNumber, json, retryAfter, unknownField } from '../wire';

const FIELDS = new Set([
  'userid', 'password', 'sendMethod', 'mobile', 'msg', 'senderid', 'msgType', 'dltEntityId', 'dltTemplateId',
  'duplicatecheck', 'output',
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

function report({ bulkId, to, kind }: Report) {
  return { transactionId: bulkId, mobile: to, status: STATUS[kind] };
}

export const pingbix: Protocol = {
  name: 'pingbix',
  paths: { '/SMSApi/send': ['POST'] },
  read,
  answer,
  throttled: (seconds) => failure('429', 'Too many requests', 429, retryAfter(seconds)),
  serverError: (status) => failure(String(status), 'Internal error', status),
  notFound: () => failure('404', 'Not found', 404),
  receipts: {
    atMost: 1,
    write: (url, reports) => ({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(report(reports[0]!)),
    }),
  },
};
