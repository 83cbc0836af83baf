/**
 * Clickatell's HTTP API as the vendor answers it (Clickatell, "HTTP API Specification", `sendmsg`; its public overview
 * arnoesterhuizen/clickatell-overview-http has all codes) and its callbacks.
 */
import { segment } from '../../core/messages/segments';
import { hexId } from '../ids';
import type { ReportKind } from '../plan';
import type {
  Answer,
  Batch,
  InboundMessage,
  Protocol,
  Reading,
  ReceiptRequest,
  Report,
  Submission,
  VendorRequest,
  Verdict,
} from '../protocol';
import { refusalOf } from '../protocol';
import type { Refusal, Script } from '../script';
import { REFUSALS } from '../script';
import { carry, formOf, isNumber, retryAfter, unknownField } from '../wire';

const FIELDS = new Set([
  'user', 'password', 'api_id', 'to', 'from', 'text', 'callback', 'climsgid', 'concat', 'unicode', 'udh', 'msg_type',
  'validity', 'deliv_time', 'scheduled_time', 'deliv_ack', 'mo', 'req_feat', 'max_credits', 'queue', 'escalate',
]); // prettier-ignore

const SENDER = /^(\d{1,16}|(?=.*[A-Za-z])[A-Za-z0-9 ._-]{1,11})$/;
const RETRIES = 8;

const ERROR: Record<Refusal, string> = {
  sender: '106, Invalid source address',
  recipient: '105, Invalid destination address',
  content: '113, Maximum message parts exceeded',
  account: '301, No credit left',
};

/** There is no status of its own for a refused sender. */
const STATUS: Record<ReportKind, string> = {
  delivered: '004',
  enroute: '003',
  'at-operator': '003',
  sender: '009',
  recipient: '007',
  content: '005',
  account: '012',
};

/** Every answer is text; errors have the HTTP status 200 too. */
function lines(text: string, status = 200, headers?: Record<string, string>): Answer {
  return { status, headers: { 'content-type': 'text/plain', ...headers }, body: text };
}

const refused = (error: string) => ({ refused: lines(`ERR: ${error}`) });

/** `callback` is a sum: 1 intermediate, 2 final, 4 errors. */
function wantedReports(callback: number): ReportKind[] {
  return [
    ...(callback & 1 ? (['enroute', 'at-operator'] as const) : []),
    ...(callback & 2 ? (['delivered'] as const) : []),
    ...(callback & 6 ? REFUSALS : []),
  ];
}

/** The text, which `unicode=1` wants in hexadecimal UCS-2; undefined when it is not. */
function textOf(fields: URLSearchParams): string | undefined {
  const text = fields.get('text') ?? '';
  if (fields.get('unicode') !== '1') return text;
  return /^([0-9A-Fa-f]{4})+$/.test(text) ? Buffer.from(text, 'hex').swap16().toString('utf16le') : undefined;
}

function isWithin(fields: URLSearchParams, name: string, pattern: RegExp): boolean {
  const value = fields.get(name);
  return value === null || pattern.test(value);
}

/** The vendor's first objection to a request whose caller is known. */
function objection(fields: URLSearchParams): string | undefined {
  if (!/^\d+$/.test(fields.get('api_id') ?? '')) return '108, Invalid or missing API ID';
  const sound =
    unknownField(fields.keys(), FIELDS) === undefined &&
    fields.get('to') &&
    isWithin(fields, 'unicode', /^[01]$/) &&
    isWithin(fields, 'callback', /^[0-7]$/) &&
    isWithin(fields, 'concat', /^[1-9]\d?$/) &&
    isWithin(fields, 'climsgid', /^[A-Za-z0-9]{1,32}$/) &&
    isWithin(fields, 'validity', /^\d+$/);
  if (!sound) return '101, Invalid or missing parameters';
  if (!fields.get('text')) return '107, Empty message';
  if (!isWithin(fields, 'udh', /^([0-9A-Fa-f]{2})+$/)) return '102, Invalid user data header';
  return textOf(fields) === undefined ? '116, Invalid Unicode data' : undefined;
}

function submission(fields: URLSearchParams, to: string): Submission {
  const sender = fields.get('from') ?? '';
  const text = textOf(fields) ?? '';
  const validity = fields.get('validity');
  const udh = fields.get('udh') ?? undefined;
  const unicode = fields.get('unicode') === '1';
  const { parts } = segment(text, { type: unicode ? 'unicode' : 'auto', port: udh !== undefined });
  let invalid: Refusal | undefined;
  if (!isNumber(to)) invalid = 'recipient';
  else if (sender !== '' && !SENDER.test(sender)) invalid = 'sender';
  else if (parts > Number(fields.get('concat') ?? 1)) invalid = 'content';
  return {
    messageId: hexId(),
    clientId: fields.get('climsgid') ?? undefined,
    to,
    sender,
    text,
    udh,
    flash: fields.get('msg_type') === 'SMS_FLASH',
    validitySeconds: validity === null ? undefined : Number(validity) * 60,
    reports: wantedReports(Number(fields.get('callback') ?? 0)),
    invalid,
    parts,
  };
}

function read(request: VendorRequest, script: Script): Reading {
  const fields = request.method === 'GET' ? request.query : formOf(request);
  const password = fields?.get('password');
  if (!fields?.get('user') || !password) return { ...refused('001, Authentication failed'), unauthorized: true };
  if (script.refusedKeys.includes(password))
    return { ...refused('002, Unknown username or password'), unauthorized: true };
  const wrong = objection(fields);
  if (wrong !== undefined) return refused(wrong);
  const numbers = (fields.get('to') ?? '').split(',');
  const submissions = numbers.map((to) => submission(fields, to));
  return { batch: { bulkId: fields.get('api_id') ?? '', submissions } };
}

/** A line a message; with several of them each names its number. */
function answer(_: Batch, verdicts: Verdict[]): Answer {
  const line = (verdict: Verdict) => {
    const { messageId, to } = verdict.submission;
    const refusal = refusalOf(verdict);
    const text = refusal === undefined ? `ID: ${messageId}` : `ERR: ${ERROR[refusal]}`;
    return verdicts.length === 1 ? text : `${text} To: ${to}`;
  };
  return lines(verdicts.map(line).join('\n'));
}

/** JSON has some names of the REST API of the same accounts. */
function callback(url: string, report: Report, { form }: Script['receipts']): ReceiptRequest {
  const { bulkId, messageId, clientId, to, sender, doneAt, kind, parts } = report;
  const timestamp = Math.floor(doneAt / 1_000);
  const [status, charge] = [STATUS[kind], parts];
  if (form === 'json') {
    const names = { apiId: bulkId, apiMessageId: messageId, clientMessageId: clientId, messageStatus: status };
    const data = { ...names, to, from: sender, timestamp, charge };
    return { method: 'POST', url, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ data }) };
  }
  const fields = {
    api_id: bulkId,
    apiMsgId: messageId,
    cliMsgId: clientId,
    to,
    from: sender,
    timestamp,
    status,
    charge,
  };
  return carry(url, fields, form, 'query');
}

/** A text as a URL has it: its bytes in the character set, each that is no letter of ASCII as `%XX`. */
function encoded(text: string, charset: Script['receipts']['charset']): string {
  if (charset === 'UTF-8') return encodeURIComponent(text);
  const bytes = charset === 'ISO-8859-1' ? Buffer.from(text, 'latin1') : Buffer.from(text, 'utf16le').swap16();
  return [...bytes].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}

/** `timestamp` on a clock two hours ahead of GMT, as Clickatell's overview says. */
function inbound(
  url: string,
  { id, from, to, text, at, bulkId }: InboundMessage,
  { form, charset }: Script['receipts'],
): ReceiptRequest {
  const timestamp = new Date(at + 2 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
  const rest = new URLSearchParams({ api_id: bulkId, from, to, timestamp, charset, udh: '', moMsgId: id });
  const parameters = `${rest.toString()}&text=${encoded(text, charset)}`;
  if (form === 'form') {
    return { method: 'POST', url, headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: parameters };
  }
  return { method: 'GET', url: `${url}${url.includes('?') ? '&' : '?'}${parameters}` };
}

export const clickatellLegacy: Protocol = {
  name: 'clickatell-legacy',
  paths: { '/http/sendmsg': ['GET', 'POST'] },
  read,
  answer,
  throttled: (seconds) => lines('ERR: 130, Maximum MT limit exceeded', 429, retryAfter(seconds)),
  serverError: (status) => lines('ERR: 901, Internal error', status),
  notFound: () => lines('Not Found', 404),
  receipts: {
    atMost: 1,
    inbound,
    retries: () => RETRIES,
    write: (url, reports, script) => callback(url, reports[0]!, script),
  },
};
