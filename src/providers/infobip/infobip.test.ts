import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, Receipt, SubmitResult } from '../provider';
import { runCallbackCases, runLookupCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import reportsV2 from './fixtures/reports-v2.json';
import reportsV3 from './fixtures/reports-v3.json';
import { infobip } from '.';

const credentials = { apiKey: 'key-0123456789abcdef-fedcba', secretKey: 'secret-not-for-the-wire' };
const callbackUrl = 'https://heliograph.example/callbacks/t0ken';
const message: OutboundMessage = {
  id: '06b8kzt5f7q3s9v1x2y4w6a8c01',
  to: '+919800000001',
  from: 'HELIOS',
  text: 'Hello',
  encoding: 'gsm7',
  flash: false,
  port: null,
  entityId: null,
  templateId: null,
  validitySeconds: null,
  callbackUrl,
};
const second: OutboundMessage = { ...message, id: '06b8kzt5f7q3s9v1x2y4w6a8c02', to: '+919800000002', text: 'नमस्ते' };

type Status = [groupId: number, id: number, name: string];
const PENDING_ACCEPTED: Status = [1, 26, 'PENDING_ACCEPTED'];

/** An entry of the answer's `messages[]`. */
const answerTo = (id: string, [groupId, code, name]: Status, description = 'said so') => ({
  messageId: id,
  status: { groupId, groupName: 'GROUP', id: code, name, description },
  destination: '919800000001',
  details: { messageCount: 1 },
});
const ok200 = (...messages: object[]) => ({ body: JSON.stringify({ bulkId: '2034072219640523072', messages }) });
const bad400 = (...violations: { property: string; violation: string }[]) => ({
  status: 400,
  body: JSON.stringify({
    errorCode: 'E400',
    description: 'Request cannot be processed.',
    action: 'Check the syntax, violations and adjust the request.',
    violations,
    resources: [],
  }),
});
const asked = (body: string): SeenRequest => ({
  method: 'POST',
  path: '/sms/3/messages',
  headers: {
    authorization: 'App key-0123456789abcdef-fedcba',
    'content-type': 'application/json',
    accept: 'application/json',
  },
  body,
});
/** The body of a request for one message, whose content and options are given as they must stand there. */
const single = (content: string, options = '') =>
  asked(
    `{"messages":[{"sender":"HELIOS","destinations":[{"to":"919800000001","messageId":"${message.id}"}],"content":${content},` +
      `${options && `"options":${options},`}"webhooks":{"delivery":{"url":"${callbackUrl}"},"contentType":"application/json"}}],"options":{"includeSmsCountInResponse":true}}`,
  );
const taken: SubmitResult = { ok: true, parts: 1 };
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason: string): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
});
/** Statuses and errors that tell an opt-out. */
const OPTED_OUT = { status: new Set([14]), error: new Set([573, 603, 2052]) };
const telling = (set: ReadonlySet<number>, id: number) => (set.has(id) ? { optOut: true as const } : {});

/** Carried fields: label, changes to the message, content and options on the wire. */
const CARRIED: [string, Partial<OutboundMessage>, string, string?][] = [
  ['a plain message', {}, '{"text":"Hello"}'],
  ['unicode', { text: 'नमस्ते 😀', encoding: 'ucs2' }, '{"text":"नमस्ते 😀"}'],
  ['quotes and line breaks', { text: 'a "b"\nc' }, '{"text":"a \\"b\\"\\nc"}'],
  ['flash', { flash: true }, '{"text":"Hello"}', '{"flash":true}'],
  ['validity', { validitySeconds: 900 }, '{"text":"Hello"}', '{"validityPeriod":{"amount":900,"timeUnit":"SECONDS"}}'],
  [
    'a validity beyond 48 hours as 48 hours',
    { validitySeconds: 604_800 },
    '{"text":"Hello"}',
    '{"validityPeriod":{"amount":172800,"timeUnit":"SECONDS"}}',
  ],
  [
    'DLT ids',
    { entityId: '1111111111111111112', templateId: '1111111111111111111' },
    '{"text":"Hello"}',
    '{"regional":{"indiaDlt":{"contentTemplateId":"1111111111111111111","principalEntityId":"1111111111111111112"}}}',
  ],
  [
    'a DLT entity alone',
    { entityId: '1111111111111111112' },
    '{"text":"Hello"}',
    '{"regional":{"indiaDlt":{"principalEntityId":"1111111111111111112"}}}',
  ],
  ['a DLT template alone is not carried', { templateId: '1111111111111111111' }, '{"text":"Hello"}'],
  [
    'everything at once',
    { flash: true, validitySeconds: 60, entityId: '12', templateId: '34' },
    '{"text":"Hello"}',
    '{"flash":true,"validityPeriod":{"amount":60,"timeUnit":"SECONDS"},"regional":{"indiaDlt":{"contentTemplateId":"34","principalEntityId":"12"}}}',
  ],
  ['a port', { text: 'Hi€', port: 16_001 }, '{"dataCoding":0,"esmClass":64,"hex":"06 05 04 3e 81 00 00 48 69 1b 65"}'],
  [
    'a port with unicode and flash',
    { text: 'न😀', encoding: 'ucs2', port: 2_948, flash: true },
    '{"dataCoding":8,"esmClass":64,"hex":"06 05 04 0b 84 00 00 09 28 d8 3d de 00"}',
    '{"flash":true}',
  ],
];

/** Status ids in the answer: group, id, name, class, CleverTap code. */
const REFUSED: [number, number, string, FailureClass, CleverTapCode][] = [
  [5, 6, 'REJECTED_NETWORK', 'recipient', '910'],
  [5, 8, 'REJECTED_PREFIX_MISSING', 'recipient', '910'],
  [5, 10, 'REJECTED_DND', 'recipient', '901'],
  [5, 11, 'REJECTED_SOURCE', 'sender', '906'],
  [5, 12, 'REJECTED_NOT_ENOUGH_CREDITS', 'account', '904'],
  [5, 13, 'REJECTED_SENDER', 'sender', '906'],
  [5, 14, 'REJECTED_DESTINATION_BLOCKLISTED', 'recipient', '903'],
  [5, 17, 'REJECTED_PREPAID_PACKAGE_EXPIRED', 'account', '904'],
  [5, 18, 'REJECTED_DESTINATION_NOT_REGISTERED', 'recipient', '910'],
  [5, 19, 'REJECTED_ROUTE_NOT_AVAILABLE', 'account', '904'],
  [5, 20, 'REJECTED_FLOODING_FILTER', 'recipient', '918'],
  [5, 21, 'REJECTED_SYSTEM_ERROR', 'transient', '904'],
  [5, 24, 'REJECTED_INVALID_UDH', 'content', '900'],
  [5, 25, 'REJECTED_MESSAGE_TOO_LONG', 'content', '900'],
  [5, 51, 'MISSING_TO', 'recipient', '910'],
  [5, 52, 'REJECTED_DESTINATION', 'recipient', '910'],
  // Without an entry of their own: by group.
  [5, 99, 'REJECTED', 'recipient', '900'],
  [2, 4, 'UNDELIVERABLE_REJECTED_OPERATOR', 'recipient', '914'],
  [2, 9, 'UNDELIVERABLE_NOT_DELIVERED', 'recipient', '914'],
  [2, 31, 'UNDELIVERABLE_NOT_SENT', 'recipient', '914'],
  [4, 15, 'EXPIRED_EXPIRED', 'recipient', '916'],
  [4, 29, 'EXPIRED_DLR_UNKNOWN', 'recipient', '916'],
];
const TAKEN: Status[] = [
  [0, 0, 'ACCEPTED'],
  [1, 3, 'PENDING_WAITING_DELIVERY'],
  [1, 7, 'PENDING_ENROUTE'],
  PENDING_ACCEPTED,
  [3, 2, 'DELIVERED_TO_OPERATOR'],
  [3, 5, 'DELIVERED_TO_HANDSET'],
  // Our id is known there: the message was taken before.
  [5, 23, 'REJECTED_DUPLICATE_MESSAGE_ID'],
];

const portTooLong = refused(
  'content',
  '900',
  'port-too-long',
  'a message to a port must fit its encoding and one part',
);
const bystander = refused('transient', '904', 'http-400', 'the request was refused because of another message in it');

const submitCases: SubmitCase[] = [
  ...CARRIED.map(([label, changes, content, options]) => ({
    label: `carries ${label}`,
    messages: [{ ...message, ...changes }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: single(content, options),
    results: [taken],
  })),
  {
    label: 'a number as the sender goes without its plus sign',
    messages: [{ ...message, from: '+447700900001' }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: asked(single('{"text":"Hello"}').body.replace('"HELIOS"', '"447700900001"')),
    results: [taken],
  },
  {
    label: 'a count of parts that is told is kept',
    messages: [message],
    answer: ok200({ ...answerTo(message.id, PENDING_ACCEPTED), details: { messageCount: 3 } }),
    results: [{ ok: true, parts: 3 }],
  },
  {
    label: 'a status that is a group’s name alone',
    messages: [message, second],
    answer: ok200(
      { messageId: message.id, status: { groupName: 'PENDING' } },
      { messageId: second.id, status: { groupName: 'Rejected' } },
    ),
    results: [{ ok: true }, refused('recipient', '900', '-1', 'no reason given')],
  },
  {
    label: 'carries no sender when there is none',
    messages: [{ ...message, from: null }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: asked(single('{"text":"Hello"}').body.replace('"sender":"HELIOS",', '')),
    results: [taken],
  },
  ...TAKEN.map((status) => ({
    label: `takes ${status[2]} for accepted`,
    messages: [message],
    answer: ok200(answerTo(message.id, status)),
    results: [taken],
  })),
  ...REFUSED.map(([groupId, id, name, failure, clevertap]) => ({
    label: `${name} inside a 200 is ${failure} ${clevertap}`,
    messages: [message],
    answer: ok200(answerTo(message.id, [groupId, id, name])),
    results: [{ ...refused(failure, clevertap, String(id), `${name}: said so`), ...telling(OPTED_OUT.status, id) }],
  })),
  {
    label: 'a batch is one request, answered in the order given whatever the order of the answer and the case of ids',
    messages: [message, second],
    answer: ok200(
      answerTo(second.id.toUpperCase(), [5, 13, 'REJECTED_SENDER'], 'blocked for 919800000002'),
      answerTo(message.id, PENDING_ACCEPTED),
    ),
    request: asked(
      `{"messages":[{"sender":"HELIOS","destinations":[{"to":"919800000001","messageId":"${message.id}"}],"content":{"text":"Hello"},"webhooks":{"delivery":{"url":"${callbackUrl}"},"contentType":"application/json"}},` +
        `{"sender":"HELIOS","destinations":[{"to":"919800000002","messageId":"${second.id}"}],"content":{"text":"नमस्ते"},"webhooks":{"delivery":{"url":"${callbackUrl}"},"contentType":"application/json"}}],"options":{"includeSmsCountInResponse":true}}`,
    ),
    results: [taken, refused('sender', '906', '13', 'REJECTED_SENDER: blocked for ***')],
  },
  {
    label: 'a description that quotes our key is cleaned',
    messages: [message],
    answer: ok200(answerTo(message.id, [5, 12, 'REJECTED_NOT_ENOUGH_CREDITS'], `key ${credentials.apiKey} is empty`)),
    results: [refused('account', '904', '12', 'REJECTED_NOT_ENOUGH_CREDITS: key *** is empty')],
  },
  {
    label: 'a message that the answer forgets is unknown',
    messages: [message, second],
    answer: ok200({ messageId: message.id, status: { groupId: 1, id: 26 } }, { status: {} }, 7 as unknown as object),
    results: [{ ok: true }, refused('unknown', '900', 'not-answered', 'the answer does not mention this message')],
  },
  {
    label: 'a message to a port that needs two parts stays here, its neighbour leaves',
    messages: [{ ...second, port: 16_001, encoding: 'ucs2', text: 'न'.repeat(67) }, message],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: single('{"text":"Hello"}'),
    results: [portTooLong, taken],
  },
  ...(
    [
      ['153 septets', { text: 'a'.repeat(153), encoding: 'gsm7' }],
      ['an extension character over the border', { text: 'a'.repeat(151) + '€', encoding: 'gsm7' }],
      ['a character outside GSM 03.38', { text: 'न', encoding: 'gsm7' }],
    ] as [string, Partial<OutboundMessage>][]
  ).map(([label, changes]) => ({
    label: `nothing leaves for ${label} to a port`,
    messages: [{ ...message, ...changes, port: 16_001 }],
    answer: 'reset' as const,
    request: null,
    results: [portTooLong],
  })),
  {
    label: '152 septets to a port fit',
    messages: [{ ...message, text: 'a'.repeat(152), port: 16_001 }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    results: [taken],
  },
  {
    label: 'a 400 without violations refuses every message',
    messages: [message, second],
    answer: bad400(),
    failure: { class: 'content', clevertap: '900', code: 'http-400', message: 'Request cannot be processed.' },
  },
  {
    label: 'a 400 without a body refuses every message',
    messages: [message, second],
    answer: { status: 400 },
    failure: { class: 'content', clevertap: '900', code: 'http-400', message: 'the request was refused' },
  },
  ...(
    [
      ['messages[1].destinations[0].to', 'recipient', '910'],
      ['messages[1].sender', 'sender', '906'],
      ['messages[1].content.text', 'content', '900'],
    ] as [string, FailureClass, CleverTapCode][]
  ).map(([property, failure, clevertap]) => ({
    label: `a 400 that names ${property} refuses that message and spares the other`,
    messages: [message, second],
    answer: bad400({ property, violation: 'invalid value 919800000002' }),
    results: [bystander, refused(failure, clevertap, 'http-400', `${property}: invalid value ***`)],
  })),
  {
    label: 'a 400 counts messages as they were sent, without those that stayed here',
    messages: [{ ...message, port: 1, text: 'a'.repeat(153) }, message, second],
    answer: bad400({ property: 'messages[1].sender', violation: 'too long' }),
    results: [portTooLong, bystander, refused('sender', '906', 'http-400', 'messages[1].sender: too long')],
  },
  {
    label: 'a 400 that names a message we did not send refuses all',
    messages: [message],
    answer: bad400({ property: 'messages[7].sender', violation: 'too long' }),
    failure: { class: 'content', clevertap: '900', code: 'http-400' },
  },
];

runSubmitCases(infobip, {
  credentials,
  message,
  unknownStatus: {
    answer: ok200(answerTo(message.id, [9, 999, 'TELEPORTED'])),
    results: [refused('unknown', '900', '999', 'TELEPORTED: said so')],
  },
  cases: submitCases,
});

const basic = { username: 'infobip', password: 'p4ss:word' };
const jsonHeaders = {
  'content-type': 'application/json',
  authorization: `Basic ${Buffer.from('infobip:p4ss:word').toString('base64')}`,
};
const at = new Date('2019-11-09T15:00:00.000Z');
const report = (status: Status, error: { id: number; name: string } = { id: 0, name: 'NO_ERROR' }, more: object = {}) =>
  JSON.stringify({
    results: [
      {
        ...reportsV3.results[0],
        status: { groupId: status[0], groupName: 'GROUP', id: status[1], name: status[2], description: 'said so' },
        error: { groupId: 0, groupName: 'OK', ...error, description: 'told so', permanent: true },
        ...more,
      },
    ],
  });
const receipts = (...list: Receipt[]) => ({ kind: 'receipts' as const, receipts: list });
const delivered: Receipt = { attemptId: message.id, status: 'delivered', at };
const failed = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason: string): Receipt => ({
  attemptId: message.id,
  status: 'failed',
  class: failure,
  clevertap,
  code,
  reason,
  at,
});

/** Error ids of reports: class, CleverTap code, ids. */
const ERRORS: [FailureClass, CleverTapCode, number[]][] = [
  ['sender', '906', [368, 375, 2053, 562, 563, 564, 565, 566, 572, 574, 488, 571, 594]],
  ['sender', '919', [4106]],
  ['sender', '906', [4108, 4121, 4122, 4123, 4124, 4125, 4130, 4146, 4147, 4148]],
  ['content', '908', [4111, 4126, 4127, 4128, 4129, 4131, 4132, 4133, 4134, 4135, 4136, 4143, 4149, 4150, 4151]],
  ['account', '907', [4110, 4112, 4113, 4114, 4115, 4116, 4117, 4142]],
  ['account', '919', [4109, 4118, 4119, 4120, 4154, 4155, 4156, 4157, 4158]],
  ['account', '904', [433, 4099, 577, 578, 580, 592, 597, 601]],
  ['transient', '904', [541, 542, 609, 4202]],
  ['content', '900', [323, 355, 71, 4096]],
  ['recipient', '902', [608]],
  ['recipient', '904', [579]],
  ['recipient', '901', [2050, 4137, 4139]],
  ['recipient', '903', [573, 603, 2052, 560, 604, 2049]],
  ['recipient', '905', [6, 7, 8, 12, 13, 27, 31, 581, 628, 630]],
  ['recipient', '909', [4140]],
  ['recipient', '910', [1, 5, 9, 10, 11, 345, 351, 352, 568, 569, 629, 3041]],
  ['recipient', '912', [33, 256]],
  ['recipient', '918', [4103, 4104, 5492]],
  ['content', '902', [561, 607, 2051]],
  ['content', '920', [4153]],
  ['transient', '917', [4138]],
  ['transient', '919', [4107, 4141, 4144]],
  // Not listed: the group of the status speaks.
  ['recipient', '914', [51, 632, 9999]],
];

const timestamp = (doneAt: unknown, sentAt: unknown, expected: Date | undefined): CallbackCase => ({
  label: `reads ${JSON.stringify(doneAt)}, else ${JSON.stringify(sentAt)}`,
  request: { body: report([3, 5, 'DELIVERED_TO_HANDSET'], undefined, { doneAt, sentAt }) },
  expected: receipts({ ...delivered, at: expected }),
});

const callbackCases: CallbackCase[] = [
  { label: 'a v3 report', request: { body: JSON.stringify(reportsV3) }, expected: receipts(delivered) },
  {
    label: 'v2 reports',
    request: { body: JSON.stringify(reportsV2) },
    expected: receipts(delivered, {
      ...failed('sender', '906', '4108', 'EC_SENDER_BLOCKED_BY_DLT: Sender blocked by DLT'),
      attemptId: second.id,
    }),
  },
  ...(
    [
      [1, 3, 'PENDING_WAITING_DELIVERY'],
      [1, 7, 'PENDING_ENROUTE'],
      PENDING_ACCEPTED,
      [3, 2, 'DELIVERED_TO_OPERATOR'],
      // The report of a doubled submission must not fail the first one.
      [5, 23, 'REJECTED_DUPLICATE_MESSAGE_ID'],
    ] as Status[]
  ).map((status) => ({
    label: `${status[2]} is pending`,
    request: { body: report(status) },
    expected: receipts({ attemptId: message.id, status: 'pending', at }),
  })),
  ...REFUSED.filter(([groupId]) => groupId !== 4).map(([groupId, id, name, failure, clevertap]) => ({
    label: `status ${name} is ${failure} ${clevertap}`,
    request: { body: report([groupId, id, name]) },
    expected: receipts({
      ...failed(failure, clevertap, String(id), `${name}: said so`),
      ...telling(OPTED_OUT.status, id),
    }),
  })),
  ...ERRORS.flatMap(([failure, clevertap, ids]) =>
    ids.map((id) => ({
      label: `error ${id} is ${failure} ${clevertap}`,
      request: { body: report([2, 9, 'UNDELIVERABLE_NOT_DELIVERED'], { id, name: 'EC_NAME' }) },
      expected: receipts({
        ...failed(failure, clevertap, String(id), 'EC_NAME: told so'),
        ...telling(OPTED_OUT.error, id),
      }),
    })),
  ),
  ...(
    [
      [15, 'EXPIRED_EXPIRED', 0, '15', 'EXPIRED_EXPIRED: said so'],
      [29, 'EXPIRED_DLR_UNKNOWN', 0, '29', 'EXPIRED_DLR_UNKNOWN: said so'],
      [15, 'EXPIRED_EXPIRED', 27, '27', 'EC_ABSENT: told so'],
    ] as [number, string, number, string, string][]
  ).map(([id, name, error, code, reason]) => ({
    label: `${name} with error ${error} is expired`,
    request: { body: report([4, id, name], { id: error, name: 'EC_ABSENT' }) },
    expected: receipts({ ...failed('recipient', '916', code, reason), status: 'expired' }),
  })),
  ...[4098, 4100, 4101, 811].map((error) => ({
    label: `error ${error} is expired, whatever group its status has`,
    request: { body: report([2, 9, 'UNDELIVERABLE_NOT_DELIVERED'], { id: error, name: 'EC_VP_EXPIRED' }) },
    expected: receipts({
      ...failed('recipient', '916', String(error), 'EC_VP_EXPIRED: told so'),
      status: 'expired' as const,
    }),
  })),
  ...(
    [
      ['DELIVERED', { status: 'delivered' }],
      ['delivered', { status: 'delivered' }],
      ['PENDING', { status: 'pending' }],
      ['ACCEPTED', { status: 'pending' }],
      ['UNDELIVERABLE', failed('recipient', '914', '-1', 'no reason given')],
      ['REJECTED', failed('recipient', '900', '-1', 'no reason given')],
      ['EXPIRED', { ...failed('recipient', '916', '-1', 'no reason given'), status: 'expired' }],
    ] as [string, Partial<Receipt>][]
  ).map(([groupName, outcome]) => ({
    label: `a status that is the group’s name alone: ${groupName}`,
    request: { body: report(PENDING_ACCEPTED, undefined, { status: { groupName } }) },
    expected: receipts({ attemptId: message.id, at, ...outcome } as Receipt),
  })),
  {
    label: 'a known error beats the status',
    request: { body: report([5, 12, 'REJECTED_NOT_ENOUGH_CREDITS'], { id: 4108, name: 'EC_SENDER' }) },
    expected: receipts(failed('sender', '906', '4108', 'EC_SENDER: told so')),
  },
  {
    label: 'a known status beats an unknown error',
    request: { body: report([5, 13, 'REJECTED_SENDER'], { id: 9999, name: 'EC_NEW' }) },
    expected: receipts(failed('sender', '906', '9999', 'EC_NEW: told so')),
  },
  {
    label: 'ids in another case are ours all the same',
    request: { body: report([3, 5, 'DELIVERED_TO_HANDSET'], undefined, { messageId: message.id.toUpperCase() }) },
    expected: receipts(delivered),
  },
  timestamp('2019-11-09T16:00:00.000+0100', '2019-11-09T15:59:00.000+0100', at),
  timestamp('2019-11-09T20:30:00.000+05:30', null, at),
  timestamp('2019-11-09T15:00:00Z', null, at),
  timestamp('2019-11-09T11:30:00.000-0330', null, at),
  timestamp(undefined, '2019-11-09T16:00:00.000+0100', at),
  timestamp('yesterday', '2019-11-09T16:00:00.000+0100', at),
  timestamp('2019-13-40T16:00:00.000+0100', 7, undefined),
  timestamp('2019-11-09T16:00:00.000', undefined, undefined),
  {
    label: 'a report that cannot be used does not keep the others from being read',
    request: { body: JSON.stringify({ results: [{}, null, { messageId: 'x' }, ...reportsV3.results] }) },
    expected: receipts(delivered),
  },
  {
    label: 'no results',
    request: { body: '{"results":[]}' },
    expected: { kind: 'ignored', reason: 'no results' },
  },
  {
    label: 'inbound messages',
    request: {
      body: '{"results":[{"messageId":"1","from":"919800000001","text":"STOP","receivedAt":"2019-11-09T16:00:00.000+0100"}]}',
    },
    expected: {
      kind: 'inbound',
      texts: [
        { from: '+919800000001', to: undefined, text: 'STOP', providerId: '1', at: new Date('2019-11-09T15:00:00Z') },
      ],
    },
  },
  {
    label: 'a text whose keyword is taken off',
    request: {
      body: '{"results":[{"messageId":"1","from":"919800000001","text":"BRAND STOP","cleanText":"STOP","keyword":"BRAND","receivedAt":"x"}]}',
    },
    expected: {
      kind: 'inbound',
      texts: [
        {
          from: '+919800000001',
          to: undefined,
          text: 'BRAND STOP',
          cleanText: 'STOP',
          providerId: '1',
          at: undefined,
        },
      ],
    },
  },
  {
    label: 'the texts of an MMS',
    request: {
      body: '{"results":[{"messageId":"1","from":"919800000001","message":[{"contentType":"image/png","url":"x"},{"contentType":"text/plain","value":"STOP"}],"receivedAt":"x"}]}',
    },
    expected: {
      kind: 'inbound',
      texts: [{ from: '+919800000001', to: undefined, text: 'STOP', providerId: '1', at: undefined }],
    },
  },
  {
    label: 'inbound messages without a usable number or text',
    request: {
      body: '{"results":[{"from":"HELIOG","text":"x","receivedAt":"x"},{"from":"919800000001","receivedAt":"x"}]}',
    },
    expected: { kind: 'ignored', reason: 'inbound messages without a text' },
  },
  {
    label: 'a click',
    request: { body: `{"notificationType":"CLICKED","messageId":"${message.id}","recipient":"919800000001"}` },
    expected: { kind: 'ignored', reason: 'a click, not a report' },
  },
  ...['application/xml', 'text/plain', 'application/jsonx', '', null].map((type) => ({
    label: `whatever the content type says, what parses is read: ${type}`,
    request: {
      headers: { authorization: jsonHeaders.authorization, ...(type === null ? {} : { 'content-type': type }) },
    },
    expected: receipts(delivered),
  })),
  {
    label: 'a content type with a charset, a scheme in lower case',
    request: {
      headers: {
        'content-type': 'application/json;charset=UTF-8',
        authorization: jsonHeaders.authorization.replace('Basic', 'basic'),
      },
    },
    expected: receipts(delivered),
  },
];

/** A status as it comes where it has passed through other hands: without its numbers, or with numbers as texts. */
const spelledCases: CallbackCase[] = (
  [
    [{ groupName: 'DELIVERED', name: 'DELIVERED_TO_OPERATOR' }, { status: 'pending' }],
    [{ groupId: '3', groupName: 'DELIVERED', id: '2', name: 'DELIVERED_TO_OPERATOR' }, { status: 'pending' }],
    [{ groupId: '3', id: '5', name: 'DELIVERED_TO_HANDSET' }, { status: 'delivered' }],
    [{ groupName: 'REJECTED', name: 'REJECTED_DUPLICATE_MESSAGE_ID' }, { status: 'pending' }],
    [{ groupName: 'UNEXPECTED' }, { status: 'pending', unlisted: 'UNEXPECTED' }],
    [{ groupId: 9 }, { status: 'pending', unlisted: 'group 9' }],
    [
      { groupId: '5', groupName: 'REJECTED', id: '13', name: 'REJECTED_SENDER' },
      { status: 'failed', class: 'sender', clevertap: '906', code: '13', reason: 'REJECTED_SENDER' },
    ],
  ] as [object, Partial<Receipt>][]
).map(([status, expected]) => ({
  label: `the status ${JSON.stringify(status)}`,
  request: { body: report([0, 0, ''], undefined, { status }) },
  expected: receipts({ attemptId: message.id, at, ...expected } as Receipt),
}));

runCallbackCases(infobip, {
  credentials,
  callbackAuth: { basic },
  authHeader: 'authorization',
  genuine: { headers: jsonHeaders, body: JSON.stringify(reportsV3) },
  format: 'json',
  unknownStatus: {
    request: { body: report([9, 999, 'TELEPORTED']) },
    expected: receipts({ attemptId: message.id, status: 'pending', at, unlisted: 'GROUP TELEPORTED' }),
  },
  cases: [...callbackCases, ...spelledCases],
});

const LOG = {
  destination: '919800000001',
  bulkId: 'BULK-ID-123-xyz',
  messageId: message.id,
  sentAt: '2019-11-09T16:00:00.000+0100',
  doneAt: '2019-11-09T16:00:05.000+0100',
  messageCount: 1,
  price: { pricePerMessage: 0.01, currency: 'EUR' },
  status: { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET', description: 'Delivered' },
  error: { groupId: 0, groupName: 'OK', id: 0, name: 'NO_ERROR', description: 'No Error', permanent: false },
  content: { text: 'Hello' },
  mccMnc: '22801',
};
const subject = { attemptId: message.id, providerId: null, to: message.to, submittedAt: new Date(0) };
const other = { ...subject, attemptId: second.id, to: second.to };
const doneAt = new Date('2019-11-09T15:00:05Z');

runLookupCases(infobip, credentials, [
  {
    label: 'asks the logs for several messages, which takes no report away',
    subjects: [subject, other],
    answer: { body: JSON.stringify({ results: [LOG] }) },
    request: {
      method: 'GET',
      path: `/sms/3/logs?messageId=${message.id},${second.id}&limit=4`,
      headers: { authorization: `App ${credentials.apiKey}`, accept: 'application/json' },
      body: '',
    },
    receipts: [{ attemptId: message.id, at: doneAt, status: 'delivered' }],
  },
  {
    label: 'a message on its way is there',
    subjects: [subject],
    answer: {
      body: JSON.stringify({ results: [{ ...LOG, status: { groupId: 1, id: 7, name: 'PENDING_ENROUTE' } }] }),
    },
    receipts: [{ attemptId: message.id, at: doneAt, status: 'pending' }],
  },
  {
    label: 'a refusal has its reason',
    subjects: [subject],
    answer: {
      body: JSON.stringify({
        results: [
          {
            ...LOG,
            status: { groupId: 2, id: 4, name: 'UNDELIVERABLE_REJECTED_OPERATOR' },
            error: { id: 4108, name: 'EC_SENDER_BLOCKED_BY_DLT' },
          },
        ],
      }),
    },
    receipts: [
      {
        attemptId: message.id,
        at: doneAt,
        status: 'failed',
        class: 'sender',
        clevertap: '906',
        code: '4108',
        reason: 'EC_SENDER_BLOCKED_BY_DLT',
      },
    ],
  },
  {
    label: 'the entry of a repetition does not speak for the message',
    subjects: [subject],
    answer: {
      body: JSON.stringify({ results: [LOG, { ...LOG, status: { groupId: 5, id: 23, name: 'REJECTED_DUPLICATE' } }] }),
    },
    receipts: [
      { attemptId: message.id, at: doneAt, status: 'delivered' },
      { attemptId: message.id, at: doneAt, status: 'pending' },
    ],
  },
  { label: 'nothing known', subjects: [subject], answer: { body: '{"results":[]}' }, receipts: [] },
  {
    label: 'messages that were not asked for are left out',
    subjects: [other],
    answer: { body: JSON.stringify({ results: [LOG] }) },
    receipts: [],
  },
]);
