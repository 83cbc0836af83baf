import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, Receipt, SubmitResult } from '../provider';
import { runCallbackCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { clickatellLegacy } from '.';
import { sampleMessage } from '../testing/sample';

const credentials = { username: 'helios', password: 'p4ss&word-0123', apiId: '3442105' };
const message: OutboundMessage = sampleMessage;
const apiMsgId = '996411ad91fa211e7d17bc873aa4a41d';

/** `text` and what follows our id differ from case to case. */
const asked = (text: string, more = '', from = '&from=HELIOS'): SeenRequest => ({
  method: 'POST',
  path: '/http/sendmsg',
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body:
    `user=helios&password=p4ss%26word-0123&api_id=3442105&to=919800000001${from}&text=${text}` +
    `&climsgid=${message.id}&callback=7&concat=3${more}`,
});
const taken: SubmitResult = { ok: true, providerId: apiMsgId };
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason = 'said so'): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
  ...(clevertap === '903' ? { optOut: true } : {}), // the one code of theirs that says so
});
const portTooLong = refused('content', '900', 'port-too-long', 'a message to a port must fit one part');

/** Carried fields: label, changes to the message, the request. */
const CARRIED: [string, Partial<OutboundMessage>, SeenRequest][] = [
  ['a plain message', {}, asked('Hello')],
  ['signs and line breaks', { text: '50% & more+\n' }, asked('50%25+%26+more%2B%0A')],
  [
    'unicode as hex UCS-2',
    { text: 'न😀', encoding: 'ucs2' },
    { ...asked(''), body: asked('0928d83dde00').body.replace('&climsgid', '&unicode=1&climsgid') },
  ],
  [
    'GSM 03.38 beyond ASCII as UCS-2',
    { text: 'é€' },
    { ...asked(''), body: asked('00e920ac').body.replace('&climsgid', '&unicode=1&climsgid') },
  ],
  ['a number as sender', { from: '+27880000001' }, asked('Hello', '', '&from=27880000001')],
  ['no sender', { from: null }, asked('Hello', '', '')],
  ['flash', { flash: true }, asked('Hello', '&msg_type=SMS_FLASH')],
  ['a port', { port: 16_001 }, asked('Hello', '&udh=0605043e810000')],
  ['a low port', { port: 80 }, asked('Hello', '&udh=06050400500000')],
  ['152 septets to a port', { port: 80, text: 'a'.repeat(152) }, asked('a'.repeat(152), '&udh=06050400500000')],
  ['a validity in minutes, rounded up', { validitySeconds: 901 }, asked('Hello', '&validity=16')],
];

/** `ERR:` codes: class, CleverTap code, codes. */
const ERRORS: [FailureClass, CleverTapCode, string[]][] = [
  ['account', '904', ['001', '002', '003', '004', '005', '006', '007', '108', '130', '301', '302']],
  ['sender', '906', ['106', '123']],
  ['sender', '914', ['114']],
  ['recipient', '910', ['105']],
  ['recipient', '903', ['121', '122', '128']],
  ['recipient', '916', ['115']],
  ['content', '900', ['101', '102', '107', '112', '113', '116', '120']],
  ['transient', '904', ['901']],
];

const submitCases: SubmitCase[] = [
  ...CARRIED.map(([label, changes, request]) => ({
    label: `carries ${label}`,
    messages: [{ ...message, ...changes }],
    answer: { body: `ID: ${apiMsgId}` },
    request,
    results: [taken],
  })),
  ...[
    `ID: ${apiMsgId}\r\n`,
    `ID: ${apiMsgId} To: 919800000001`,
    `id:${apiMsgId} to: +919800000001\n`,
    `ID: aaaa To: 919800000002\nID: ${apiMsgId} To: 919800000001\nERR: 105, Invalid Destination Address To: 0`,
  ].map((body) => ({
    label: `reads ${JSON.stringify(body)}`,
    messages: [message],
    answer: { body },
    results: [taken],
  })),
  ...ERRORS.flatMap(([failure, clevertap, codes]) =>
    codes.map((code) => ({
      label: `ERR ${code} is ${failure} ${clevertap}`,
      messages: [message],
      answer: { body: `ERR: ${code}, said so` },
      results: [refused(failure, clevertap, code)],
    })),
  ),
  {
    label: 'our line among several numbers may be a refusal',
    messages: [message],
    answer: { body: `ID: aaaa To: 919800000002\nERR: 114, Cannot route message To: 919800000001` },
    results: [refused('sender', '914', '114', 'Cannot route message')],
  },
  {
    label: 'lines for other numbers only say nothing of ours',
    messages: [message],
    answer: { body: 'ID: aaaa To: 919800000002' },
    failure: { class: 'unknown', code: 'unreadable-answer', message: 'the answer has no ID and no ERR' },
  },
  {
    label: 'a code without leading zeros',
    messages: [message],
    answer: { body: 'ERR: 1, Authentication failed' },
    results: [refused('account', '904', '1', 'Authentication failed')],
  },
  {
    label: 'a code without a text',
    messages: [message],
    answer: { body: 'ERR: 301' },
    results: [refused('account', '904', '301', 'no reason given')],
  },
  {
    label: 'more zeros in front of a code',
    messages: [message],
    answer: { body: 'ERR: 0001, Authentication failed' },
    results: [refused('account', '904', '0001', 'Authentication failed')],
  },
  {
    label: 'malformed',
    messages: [message],
    answer: { body: 'ERR: 100, Data malformed' },
    results: [refused('content', '900', '100', 'Data malformed')],
  },
  {
    label: 'a byte order mark in front of an ID',
    messages: [message],
    answer: { body: `\ufeffID: ${apiMsgId}` },
    results: [{ ok: true, providerId: apiMsgId }],
  },
  {
    label: 'a refusal without a code',
    messages: [message],
    answer: { body: 'ERR: out of order' },
    results: [refused('recipient', '900', 'refused', 'out of order')],
  },
  {
    label: 'a reason that quotes our password and the number is cleaned',
    messages: [message],
    answer: { body: `ERR: 105, ${credentials.password} for +919800000001!` },
    results: [refused('recipient', '910', '105', '*** for ***!')],
  },
  {
    label: 'an ID in a 500 is not believed',
    messages: [message],
    answer: { status: 500, body: `ID: ${apiMsgId}` },
    failure: { class: 'unknown', code: 'http-500' },
  },
  ...(
    [
      ['153 septets', { text: 'a'.repeat(153) }],
      ['an extension character over the border', { text: 'a'.repeat(151) + '^' }],
      ['67 units of UCS-2', { text: 'न'.repeat(67), encoding: 'ucs2' }],
      ['GSM 03.38 that has to go as UCS-2', { text: 'é'.repeat(67) }],
    ] as [string, Partial<OutboundMessage>][]
  ).map(([label, changes]) => ({
    label: `nothing leaves for ${label} to a port`,
    messages: [{ ...message, ...changes, port: 16_001 }],
    answer: 'reset' as const,
    request: null,
    results: [portTooLong],
  })),
];

runSubmitCases(clickatellLegacy, {
  credentials,
  message,
  unknownStatus: {
    answer: { body: 'ERR: 999, Teleported' },
    results: [refused('recipient', '900', '999', 'Teleported')],
  },
  cases: submitCases,
});

const headers = { authorization: 'Bearer 0123456789abcdef-AZ' };
const at = new Date(1_218_008_129_000);
const FIELDS = {
  api_id: credentials.apiId,
  apiMsgId,
  cliMsgId: message.id,
  to: '919800000001',
  from: 'HELIOS',
  timestamp: '1218008129',
  charge: '0.300000',
};
const queryOf = (more: object = {}) => new URLSearchParams({ ...FIELDS, status: '004', ...more }).toString();
const got = (more: object = {}) => ({ method: 'GET', url: `/callbacks/token?${queryOf(more)}`, body: '' });
const posted = (more: object = {}) => ({ method: 'POST', url: '/callbacks/token', body: queryOf(more) });
const ids = { attemptId: message.id, providerId: apiMsgId, at };
const receipt = (outcome: Receipt) => ({ kind: 'receipts' as const, receipts: [outcome] });

/** Statuses that end in failure: code, class, CleverTap code, reason. */
const FAILED: [string, FailureClass, CleverTapCode, string][] = [
  ['005', 'content', '900', 'error with message'],
  ['006', 'recipient', '917', 'cancelled'],
  ['007', 'recipient', '914', 'error delivering message'],
  ['009', 'account', '904', 'routing error'],
  ['012', 'account', '904', 'out of credit'],
  ['014', 'account', '904', 'message limit of the account exceeded'],
];

const MO = 'api_id=1&moMsgId=2&from=919800000001&to=447860000000&timestamp=2015-02-04+09%3A30%3A36';
const inbound = (text: string, unlisted?: string) => ({
  kind: 'inbound' as const,
  texts: [
    {
      from: '+919800000001',
      to: '447860000000',
      text,
      providerId: '2',
      at: new Date('2015-02-04T07:30:36Z'),
      ...(unlisted === undefined ? {} : { unlisted }),
    },
  ],
});

/** What a phone said: label, as it comes in a form, the character set, the text, what can't be read. */
const PHONE_TEXTS: [string, string, string, string, string?][] = [
  ['ISO-8859-1', 'ARR%CAT+d%E9j%E0', '&charset=ISO-8859-1', 'ARRÊT déjà'],
  ['in any case of the name', 'caf%E9', '&CharSet=iso-8859-1', 'café'],
  ['ISO-8859-15 has a euro', '5%A4', '&charset=ISO-8859-15', '5€'],
  ['UTF-16BE', '%00S%00T%00O%00P', '&charset=UTF-16BE', 'STOP'],
  ['Devanagari in UTF-16BE', '%09%2C%09%02%09%26', '&charset=UTF-16BE', 'बंद'],
  ['Gujarati, all of whose letters begin with a line feed', '%0A%AC%0A%82%0A%A7', '&charset=UTF-16BE', 'બંધ'],
  ['UCS-2 is big-endian, too', '%00S%00T%00O%00P', '&charset=UCS-2', 'STOP'],
  ['UTF-16BE that has been decoded on the way', 'STOP', '&charset=UTF-16BE', 'STOP'],
  ['UTF-8', 'caf%C3%A9', '&charset=UTF-8', 'café'],
  ['none named, UTF-8', 'caf%C3%A9', '', 'café'],
  ['none named, Latin', 'caf%E9', '', 'café'],
  ['a name of nobody', 'STOP', '&charset=KLINGON-1', 'STOP', 'charset KLINGON-1'],
  ['half a character', '%00S%00', '&charset=UTF-16BE', '\0S\0', 'charset UTF-16BE'],
];

const callbackCases: CallbackCase[] = [
  ...['001', '002', '003', '008', '011'].map((status) => ({
    label: `${status} is pending`,
    request: got({ status }),
    expected: receipt({ ...ids, status: 'pending' }),
  })),
  ...[got(), posted(), got({ status: '4' })].map((request) => ({
    label: `${request.method} ${request.url} is delivered`,
    request,
    expected: receipt({ ...ids, status: 'delivered' }),
  })),
  ...FAILED.flatMap(([status, failure, clevertap, reason]) =>
    [got({ status }), posted({ status })].map((request) => ({
      label: `${status} by ${request.method} is ${failure} ${clevertap}`,
      request,
      expected: receipt({ ...ids, status: 'failed', class: failure, clevertap, code: status, reason }),
    })),
  ),
  {
    label: '010 is expired',
    request: got({ status: '010' }),
    expected: receipt({
      ...ids,
      status: 'expired',
      class: 'recipient',
      clevertap: '916',
      code: '010',
      reason: 'expired',
    }),
  },
  {
    label: 'our id in another case is ours all the same',
    request: got({ cliMsgId: message.id.toUpperCase() }),
    expected: receipt({ ...ids, status: 'delivered' }),
  },
  {
    label: 'without our id there is Clickatell’s',
    request: got({ cliMsgId: '' }),
    expected: receipt({ providerId: apiMsgId, status: 'delivered', at }),
  },
  {
    label: 'without Clickatell’s id there is ours',
    request: got({ apiMsgId: '' }),
    expected: receipt({ attemptId: message.id, status: 'delivered', at }),
  },
  ...['2008-08-06 09:35:29', '', '99999999999999999999'].map((timestamp) => ({
    label: `the timestamp ${JSON.stringify(timestamp)} is none`,
    request: got({ timestamp }),
    expected: receipt({ ...ids, at: undefined, status: 'delivered' }),
  })),
  {
    label: 'no id',
    request: got({ apiMsgId: '', cliMsgId: '' }),
    expected: { kind: 'malformed', reason: 'no message id' },
  },
  {
    label: 'no status',
    request: posted({ status: '' }),
    expected: { kind: 'malformed', reason: 'no status' },
  },
  {
    label: 'nothing at all',
    request: { method: 'POST', url: '/callbacks/token', body: '' },
    expected: { kind: 'malformed', reason: 'no message id' },
  },
  {
    label: 'an inbound message',
    request: {
      method: 'GET',
      url: '/callbacks/token?api_id=1&moMsgId=2&from=919800000001&to=447860000000&timestamp=2015-02-04+09%3A30%3A36&text=STOP&charset=ISO-8859-1&udh=',
      body: '',
    },
    expected: {
      kind: 'inbound',
      texts: [
        {
          from: '+919800000001',
          to: '447860000000',
          text: 'STOP',
          providerId: '2',
          at: new Date('2015-02-04T07:30:36Z'),
        },
      ],
    },
  },
  {
    label: 'JSON, wrapped and with the names of the REST API',
    request: {
      method: 'POST',
      url: '/callbacks/token',
      body: JSON.stringify({
        data: {
          apiId: 3442105,
          apiMessageId: apiMsgId,
          clientMessageId: message.id,
          timestamp: 1218008129,
          messageStatus: '004',
        },
      }),
    },
    expected: receipt({ ...ids, status: 'delivered' }),
  },
  {
    label: 'XML says what to pick instead',
    request: {
      method: 'POST',
      url: '/callbacks/token',
      body: `data=<callback><apiMsgId>${apiMsgId}</apiMsgId></callback>`,
    },
    expected: {
      kind: 'malformed',
      reason: 'XML is not read: choose JSON, a form or GET where the vendor is told this URL',
    },
  },
  ...PHONE_TEXTS.map(([label, encoded, charset, text, unlisted]) => ({
    label: `a phone’s text: ${label}`,
    request: { method: 'POST', url: '/callbacks/token', body: `${MO}&text=${encoded}${charset}` },
    expected: inbound(text, unlisted),
  })),
  {
    label: 'a phone’s text in UTF-16 by GET',
    request: { method: 'GET', url: `/callbacks/token?${MO}&text=%00S%00T%00O%00P&charset=UTF-16BE`, body: '' },
    expected: inbound('STOP'),
  },
  {
    label: 'an inbound message of a short code',
    request: { method: 'GET', url: '/callbacks/token?api_id=1&moMsgId=2&from=12345&text=STOP', body: '' },
    expected: { kind: 'ignored', reason: 'an inbound message without a text' },
  },
];

runCallbackCases(clickatellLegacy, {
  credentials,
  callbackAuth: { bearer: '0123456789abcdef-AZ' },
  authHeader: 'authorization',
  genuine: { headers, ...got() },
  format: 'query',
  unknownStatus: {
    request: got({ status: '099' }),
    expected: receipt({ ...ids, status: 'pending', unlisted: '099' }),
  },
  cases: callbackCases,
});
