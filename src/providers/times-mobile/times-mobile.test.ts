import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, Receipt, SubmitResult } from '../provider';
import { runCallbackCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, SubmitCase } from '../testing/cases';
import { timesMobile } from '.';
import { sampleMessage } from '../testing/sample';

const credentials = { username: 'helios.trans', password: 'pa55-w0rd' };
const message: OutboundMessage = {
  ...sampleMessage,
  from: 'TIMESM',
  entityId: '1111111111111111112',
  templateId: '1107160016156755389',
  callbackUrl: 'https://heliograph.example/callbacks/t0ken',
};

const accepted = { transactionId: 205538399, state: 'SUBMIT_ACCEPTED', statusCode: 200, description: 'ok', pdu: 1 };
const answer = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const refusal = (statusCode: unknown, description = 'said so') => ({ state: 'SUBMIT_FAILED', statusCode, description });
const taken: SubmitResult = { ok: true, providerId: '205538399', parts: 1 };
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason = 'said so'): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
});

/** The body of a request, and what of it differs. */
const asked = (changes: string) => ({
  method: 'POST',
  path: '/api/v1/send',
  headers: { 'content-type': 'application/json', accept: 'application/json' },
  body: `{"username":"helios.trans","password":"pa55-w0rd",${changes},"corelationid":"${message.id}"}`,
});
const CARRIED: [string, Partial<OutboundMessage>, string][] = [
  [
    'a message',
    {},
    '"unicode":"false","from":"TIMESM","to":"919800000001","text":"Hello","dltContentId":"1107160016156755389"',
  ],
  [
    'unicode, as a string',
    { text: 'नमस्ते "😀"', encoding: 'ucs2' },
    '"unicode":"true","from":"TIMESM","to":"919800000001","text":"नमस्ते \\"😀\\"","dltContentId":"1107160016156755389"',
  ],
  [
    'no sender and no template',
    { from: null, templateId: null },
    '"unicode":"false","to":"919800000001","text":"Hello"',
  ],
];

const REFUSED: [number, FailureClass, CleverTapCode][] = [
  [2051, 'sender', '906'],
  [2054, 'recipient', '910'],
  [2070, 'account', '904'],
  [6001, 'account', '904'],
  [7001, 'content', '908'],
];

const submitCases: SubmitCase[] = [
  ...CARRIED.map(([label, changes, body]) => ({
    label: `carries ${label}`,
    messages: [{ ...message, ...changes }],
    answer: answer(accepted),
    request: asked(body),
    results: [taken],
  })),
  ...REFUSED.flatMap(([code, failure, clevertap]) =>
    [200, 400, 500].map((status) => ({
      label: `statusCode ${code} under HTTP ${status} is ${failure} ${clevertap}`,
      messages: [message],
      answer: answer(refusal(code), status),
      results: [refused(failure, clevertap, String(code))],
    })),
  ),
  {
    label: 'a statusCode that is a string',
    messages: [message],
    answer: answer(refusal('2051')),
    results: [refused('sender', '906', '2051')],
  },
  {
    label: 'an answer without a transaction',
    messages: [message],
    answer: answer({ statusCode: 200 }),
    results: [{ ok: true }],
  },
  {
    label: 'a transaction that is a string',
    messages: [message],
    answer: answer({ ...accepted, transactionId: '205538399' }),
    results: [taken],
  },
  {
    label: 'a statusCode of 200 does not hide an HTTP error',
    messages: [message],
    answer: answer(accepted, 503),
    failure: { class: 'transient', code: 'http-503' },
  },
  {
    label: 'a refusal without words',
    messages: [message],
    answer: answer({ statusCode: 2054 }),
    results: [refused('recipient', '910', '2054', 'no reason given')],
  },
  {
    label: 'a description that quotes number and password is cleaned',
    messages: [message],
    answer: answer(refusal(2054, 'bad 919800000001 for pa55-w0rd')),
    results: [refused('recipient', '910', '2054', 'bad *** for ***')],
  },
];

runSubmitCases(timesMobile, {
  credentials,
  message,
  unknownStatus: { answer: answer(refusal(2099)), results: [refused('unknown', '900', '2099')] },
  cases: submitCases,
});

const at = new Date('2024-07-31T22:00:46.000Z');
const report = (changes: Record<string, string | undefined>) => {
  const fields: Record<string, string | undefined> = {
    txid: '205538399',
    corelationid: message.id,
    deliverystatus: 'DELIVERY_FAILED',
    deliverydt: '2024-08-01 03:30:46',
    description: 'no words',
    ...changes,
  };
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) query.set(name, value);
  return { method: 'GET', url: `/callbacks/token?${query.toString()}` };
};
const ids = { attemptId: message.id, providerId: '205538399' };
const receipts = (receipt: Receipt) => ({ kind: 'receipts' as const, receipts: [receipt] });
const delivered: Receipt = { ...ids, status: 'delivered', at };
const failed = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason: string) =>
  receipts({ ...ids, status: 'failed', class: failure, clevertap, code, reason, at });
const success = { deliverystatus: 'DELIVERY_SUCCESS', description: 'Message delivered successfully' };

const DLT: [FailureClass, CleverTapCode, number[]][] = [
  ['account', '907', [600, 601, 602, 603, 604, 605]],
  ['account', '919', [610, 611, 612, 613, 614, 615, 616, 617, 618]],
  ['sender', '906', [620, 621, 622, 623, 624, 625, 634]],
  ['content', '908', [630, 631, 632, 633, 635, 636, 637, 638, 639]],
  ['content', '920', [642]],
  ['recipient', '901', [650]],
  ['recipient', '909', [660]],
  ['transient', '917', [651]],
  ['transient', '919', [670]],
  // Not listed, not documented or not DLT.
  ['recipient', '900', [0, 606, 609, 619, 626, 640, 641, 645, 652, 661, 671, 6200]],
];

const callbackCases: CallbackCase[] = [
  { label: 'a delivery', request: report(success), expected: receipts(delivered) },
  ...['DELIVRD', 'Delivered', ' delivery_success '].map((deliverystatus) => ({
    label: `${deliverystatus} is delivered`,
    request: report({ deliverystatus }),
    expected: receipts(delivered),
  })),
  ...['ENROUTE', 'ACCEPTD', 'UNKNOWN', 'submitted'].map((deliverystatus) => ({
    label: `${deliverystatus} is pending`,
    request: report({ deliverystatus }),
    expected: receipts({ ...ids, status: 'pending', at }),
  })),
  ...['UNDELIV', 'REJECTD', 'DELETED', 'FAILED'].map((deliverystatus) => ({
    label: `${deliverystatus} is failed`,
    request: report({ deliverystatus }),
    expected: failed('recipient', '900', deliverystatus, 'no words'),
  })),
  {
    label: 'EXPIRED is expired',
    request: report({ deliverystatus: 'EXPIRED', description: undefined }),
    expected: receipts({
      ...ids,
      status: 'expired',
      class: 'recipient',
      clevertap: '916',
      code: 'EXPIRED',
      reason: 'EXPIRED',
      at,
    }),
  },
  {
    label: 'a word that nobody knows is a failure where DLT’s code says so',
    request: report({ deliverystatus: 'SCRUBBED', description: 'error Code [false], Error Text [620]' }),
    expected: failed('sender', '906', '620', 'error Code [false], Error Text [620]'),
  },
  {
    label: 'a word that nobody knows is none with a code that is not DLT’s',
    request: report({ deliverystatus: 'SCRUBBED', description: 'error Code [false], Error Text [641]' }),
    expected: receipts({ ...ids, status: 'pending', at, unlisted: 'SCRUBBED' }),
  },
  {
    label: 'an id of more digits than a double has, as a number in JSON',
    request: {
      method: 'POST',
      url: '/callbacks/token',
      body: '{"TransactionId": 8403414672158573510, "deliveryStatus": "DELIVRD", "CorrelationId": ""}',
    },
    expected: receipts({ attemptId: undefined, providerId: '8403414672158573510', at: undefined, status: 'delivered' }),
  },
  {
    label: 'our id in another case',
    request: report({ ...success, corelationid: message.id.toUpperCase() }),
    expected: receipts(delivered),
  },
  {
    label: 'their id alone',
    request: report({ ...success, corelationid: undefined }),
    expected: receipts({ ...delivered, attemptId: undefined }),
  },
  {
    label: 'our id alone',
    request: report({ ...success, txid: '' }),
    expected: receipts({ ...delivered, providerId: undefined }),
  },
  ...DLT.flatMap(([failure, clevertap, codes]) =>
    codes.map((code) => ({
      label: `Error Text [${code}] is ${failure} ${clevertap}`,
      request: report({ description: `error Code [false], Error Text [${code}]` }),
      expected: failed(failure, clevertap, String(code), `error Code [false], Error Text [${code}]`),
    })),
  ),
  {
    label: 'a failure without a code keeps its words, not its numbers',
    request: report({ description: 'Absent subscriber 919800000001' }),
    expected: failed('recipient', '900', 'DELIVERY_FAILED', 'Absent subscriber ***'),
  },
  {
    label: 'a failure without a description',
    request: report({ description: undefined }),
    expected: failed('recipient', '900', 'DELIVERY_FAILED', 'DELIVERY_FAILED'),
  },
  ...(
    [
      ['2024-08-01 03:30:46', at],
      ['2024-01-01 00:00:00', new Date('2023-12-31T18:30:00.000Z')],
      ['2024-08-01T03:30:46Z', undefined],
      ['2024-13-41 03:30:46', undefined],
      ['yesterday', undefined],
      [undefined, undefined],
    ] as [string | undefined, Date | undefined][]
  ).map(([deliverydt, expected]) => ({
    label: `deliverydt ${deliverydt ?? 'missing'}`,
    request: report({ ...success, deliverydt }),
    expected: receipts({ ...delivered, at: expected }),
  })),
  {
    label: 'no status',
    request: report({ deliverystatus: undefined }),
    expected: { kind: 'malformed', reason: 'no deliverystatus' },
  },
  {
    label: 'no id',
    request: report({ txid: undefined, corelationid: undefined }),
    expected: { kind: 'malformed', reason: 'neither corelationid nor txid' },
  },
];

runCallbackCases(timesMobile, {
  credentials,
  callbackAuth: { basic: { username: 'times', password: 'p4ss:word' } },
  authHeader: 'authorization',
  genuine: {
    ...report(success),
    headers: { authorization: `Basic ${Buffer.from('times:p4ss:word').toString('base64')}` },
  },
  format: 'query',
  unknownStatus: {
    request: report({ deliverystatus: 'TELEPORTED', description: 'to the moon' }),
    expected: receipts({ ...ids, status: 'pending', at, unlisted: 'TELEPORTED' }),
  },
  cases: callbackCases,
});
