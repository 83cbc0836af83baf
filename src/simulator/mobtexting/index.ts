/** Mobtexting as the vendor answers it (Mobtexting docs 4.x, `v2/sms/*.md`, `v2/index.md`) and its webhook reports. */
import { randomUUID } from 'node:crypto';
import { segment } from '../../core/messages/segments';
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
import type { Refusal, Script } from '../script';
import { carry, formOf, isNumber, istTime, json, jsonOf, retryAfter, unknownField } from '../wire';
import type { Node } from './request';
import { readNodes, readSingle } from './request';
import { REPORT_STATUS, SUBMIT_STATUS } from './statuses';

const RETRIES = 3;
const SEND = '/api/v2/sms/send';
const SEND_NODES = '/api/v2/sms/send/json';

function failure(status: number, message: string, more?: object, headers?: Record<string, string>): Answer {
  return json(status, { status, code: status, message, ...more }, headers);
}

function authorized({ headers, query }: VendorRequest, refusedKeys: readonly string[]): boolean {
  const token = /^Bearer (\S+)$/.exec(headers.authorization ?? '')?.[1] ?? query.get('access_token') ?? '';
  return token !== '' && !refusedKeys.includes(token);
}

/** The messages of one node, one for each of its numbers; the vendor numbers them through the whole request. */
function submissions(node: Node, nextId: () => string): Submission[] {
  const { to = '', message: text = '', sender = '', custom = '', type, port, max_units: maxUnits } = node;
  const { parts } = segment(text, { type: type === 'U' ? 'unicode' : 'auto', port: port !== undefined });
  return to.split(',').map((number) => {
    let invalid: Refusal | undefined;
    if (!isNumber(number)) invalid = 'recipient';
    else if (maxUnits !== undefined && parts > Number(maxUnits)) invalid = 'content';
    return {
      messageId: nextId(),
      clientId: custom === '' ? undefined : custom,
      // "Same content sent". How long and by what it is compared is not documented: here, with our id too.
      identity: custom === '' ? undefined : [number, sender, custom, text].join('|'),
      to: number,
      sender,
      text,
      flash: node['flash'] === '1',
      port: port === undefined ? undefined : Number(port),
      entityId: node['entity_id'],
      templateId: node['template_id'],
      invalid,
      parts,
    };
  });
}

function read(request: VendorRequest, script: Script): Reading {
  if (!authorized(request, script.refusedKeys))
    return { refused: failure(401, 'Unauthenticated.'), unauthorized: true };
  const form = request.path === SEND ? formOf(request) : undefined;
  const body = form === undefined ? jsonOf(request) : Object.fromEntries(form);
  if (body === undefined) return { refused: failure(400, 'Malformed request body.') };
  const sending = request.path === SEND ? readSingle(body) : readNodes(body);
  if ('errors' in sending) return { refused: failure(422, 'The given data was invalid.', { errors: sending.errors }) };
  const group = randomUUID();
  let made = 0;
  const nextId = () => `${group}:${++made}`;
  return {
    batch: {
      bulkId: sending.name === undefined ? '' : group,
      submissions: sending.nodes.flatMap((node) => submissions(node, nextId)),
    },
  };
}

function answer({ bulkId }: Batch, verdicts: Verdict[]): Answer {
  const now = istTime(Date.now());
  const data = verdicts.map(({ submission, outcome }) => ({
    id: submission.messageId,
    mobile: submission.to,
    status: SUBMIT_STATUS[outcome],
    units: submission.parts,
    length: submission.text.length,
    charges: outcome === 'accepted' ? submission.parts : 0,
    customid: submission.clientId ?? '',
    iso_code: null,
    submitted_at: now,
  }));
  const accepted = verdicts.filter(({ outcome }) => outcome === 'accepted').length;
  const group = bulkId === '' ? undefined : bulkId;
  return json(200, { status: 200, message: `${accepted} numbers accepted for delivery.`, group_id: group, data });
}

function report({ messageId, clientId, to, kind, parts, sentAt, doneAt }: Report) {
  return {
    id: messageId,
    mobile: to,
    status: REPORT_STATUS[kind],
    credits: parts.toFixed(4),
    units: parts,
    deliv_time: istTime(doneAt),
    sent_time: istTime(sentAt),
    submit_time: istTime(sentAt),
    custom: clientId ?? '',
  };
}

const STATUS_PARAMETERS = new Set(['id', 'mobile', 'cid', 'date', 'group_id', 'access_token', 'page']);
const PAGE = 100;

function statusRow({ submission, outcome, kind, sentAt, doneAt }: Known) {
  return {
    id: submission.messageId,
    mobile: submission.to,
    status: outcome === 'accepted' ? REPORT_STATUS[kind] : SUBMIT_STATUS[outcome],
    units: submission.parts,
    service: 'T',
    length: submission.text.length,
    charges: outcome === 'accepted' ? submission.parts : 0,
    custom: submission.clientId ?? '',
    custom1: '',
    location: '',
    provider: '',
    submitted_at: istTime(sentAt),
    delivered_at: kind === 'enroute' ? '' : istTime(doneAt),
    sender: submission.sender,
  };
}

/** `GET sms/status`: any of the parameters, the latest messages first. */
const status: Lookup = {
  paths: ['/api/v2/sms/status'],
  answer(request, script, memory) {
    if (!authorized(request, script.refusedKeys)) return failure(401, 'Unauthenticated.');
    const { query } = request;
    const unknown = unknownField(query.keys(), STATUS_PARAMETERS);
    if (unknown !== undefined)
      return failure(422, 'The given data was invalid.', { errors: { [unknown]: ['unknown'] } });
    const [id, mobile, cid] = [query.get('id'), query.get('mobile'), query.get('cid')];
    const found = memory.find(
      (one) =>
        (id === null || one.messageId === id) &&
        (mobile === null || one.to === mobile) &&
        (cid === null || one.clientId === cid),
    );
    return json(200, { status: 'OK', code: 200, message: 'OK', data: found.slice(0, PAGE).map(statusRow) });
  },
};

/** A webhook of an interact number (`v2/vmn/webhook.md`). */
function inbound(url: string, { id, from, to, text }: InboundMessage): ReceiptRequest {
  const payload = {
    id,
    channels: [{ name: 'vmn', to: to.replace('+', '') }],
    recipient: { from, user: {} },
    message: { type: 'text', payload: { text } },
  };
  return {
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ event: 'vmn:message:in', payload }),
  };
}

export const mobtexting: Protocol = {
  name: 'mobtexting',
  paths: { [SEND]: ['POST'], [SEND_NODES]: ['POST'] },
  read,
  answer,
  throttled: (seconds) => failure(429, 'Too Many Requests', undefined, retryAfter(seconds)),
  serverError: (status) => failure(status, 'Something went wrong on our end. Please try again'),
  notFound: () => failure(404, 'The resources cannot be found'),
  lookup: status,
  receipts: {
    atMost: 1,
    authorization: ['bearer'],
    inbound,
    retries: () => RETRIES,
    acknowledges: (status) => status === 200 || status === 202,
    write: (url, reports, { form }) => carry(url, report(reports[0]!), form, 'json'),
  },
};
