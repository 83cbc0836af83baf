/** Infobip: what its reports and replies mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { Receipt } from '../provider';
import { runCallbackCases } from '../testing/cases';
import type { CallbackCase } from '../testing/cases';
import reportsV2 from './fixtures/reports-v2.json';
import reportsV3 from './fixtures/reports-v3.json';
import { infobip } from '.';
import {
  credentials,
  message,
  PENDING_ACCEPTED,
  second,
  REFUSED,
  telling,
  OPTED_OUT,
  type Status,
} from './fixtures/sample';

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
