/** Clickatell: what its reports and replies mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { Receipt } from '../provider';
import { runCallbackCases } from '../testing/cases';
import type { CallbackCase } from '../testing/cases';
import { clickatell } from '.';
import { credentials, message } from './fixtures/sample';

const basic = { username: 'clickatell', password: 'p4ss:word' };
const headers = {
  'content-type': 'application/json',
  authorization: `Basic ${Buffer.from('clickatell:p4ss:word').toString('base64')}`,
};
const at = new Date(1_500_000_000_000);

/** A callback as Clickatell's documentation shows it. */
const report = (...updates: object[]) =>
  JSON.stringify({
    integrationId: 'i-1',
    integrationName: 'Heliograph',
    event: {
      messageStatusUpdate: updates.map((update) => ({
        channel: 'sms',
        timestamp: 1_500_000_000_000,
        statusCode: 5,
        status: 'DEVICE_ACK',
        messageId: 'api-1',
        clientMessageId: message.id,
        ...update,
      })),
    },
  });
const ids = { attemptId: message.id, providerId: 'api-1', at };
const receipts = (...list: Receipt[]) => ({ kind: 'receipts' as const, receipts: list });
const delivered: Receipt = { ...ids, status: 'delivered' };

/** Status codes that end in failure: code, name, class, CleverTap code. */
const FAILED: [number, string, FailureClass, CleverTapCode][] = [
  [21, 'STOPPED_BY_USER', 'recipient', '917'],
  [22, 'STOPPED_BY_ADMIN', 'recipient', '917'],
  [23, 'DELIVERY_FAILURE', 'recipient', '914'],
  [24, 'EMULATED', 'account', '904'],
  [25, 'INSUFFICIENT_BALANCE', 'account', '904'],
  [26, 'VOLUME_LIMIT', 'account', '904'],
  [27, 'VOLUME_LIMIT', 'account', '904'],
  [28, 'VOLUME_LIMIT', 'account', '904'],
  [29, 'RECIPIENT_DOES_NOT_EXIST', 'recipient', '910'],
  [60, 'ENCRYPTION_ACCESS_DENIED', 'account', '904'],
  [61, 'ENCRYPTION_CONTENT_ERROR', 'content', '900'],
  [100, 'ROUTING_ERROR', 'account', '904'],
];

/** A callback of the Platform API: flat. */
const flat = (changes: object) =>
  JSON.stringify({
    integrationName: 'Heliograph',
    messageId: 'api-1',
    requestId: 'r-1',
    clientMessageId: message.id,
    to: '919800000001',
    from: '27880000001',
    statusCode: 4,
    status: 'RECEIVED_BY_RECIPIENT',
    statusDescription: 'Received by recipient',
    timestamp: 1_500_000_000_000,
    ...changes,
  });

/** Codes of the Platform API that end in failure. */
const PLATFORM_FAILED: [number, FailureClass, CleverTapCode][] = [
  [5, 'content', '900'],
  [6, 'recipient', '917'],
  [7, 'recipient', '914'],
  [9, 'account', '904'],
  [12, 'account', '904'],
  [14, 'account', '904'],
];

const reply = {
  from: '+919800000001',
  to: '27990000001',
  text: 'STOP',
  providerId: 'mo-1',
  at: new Date(1_500_000_000_000),
};
const mo = (changes: object) =>
  JSON.stringify({
    messageId: 'mo-1',
    fromNumber: '919800000001',
    toNumber: '27990000001',
    timestamp: 1_500_000_000_000,
    text: 'STOP',
    ...changes,
  });

const platformCases: CallbackCase[] = [
  {
    label: 'Platform: 4 is delivered, which the One API’s is not',
    request: { body: flat({}) },
    expected: receipts(delivered),
  },
  ...[1, 2, 3, 8, 11].map((statusCode) => ({
    label: `Platform: ${statusCode} is pending`,
    request: { body: flat({ statusCode, status: 'X' }) },
    expected: receipts({ ...ids, status: 'pending' as const }),
  })),
  ...PLATFORM_FAILED.map(([statusCode, failure, clevertap]) => ({
    label: `Platform: ${statusCode} is ${failure} ${clevertap}`,
    request: { body: flat({ statusCode, status: 'X', statusDescription: 'said so' }) },
    expected: receipts({
      ...ids,
      status: 'failed',
      class: failure,
      clevertap,
      code: String(statusCode),
      reason: 'said so',
    }),
  })),
  {
    label: 'Platform: 10 is expired',
    request: { body: flat({ statusCode: 10, statusDescription: 'late' }) },
    expected: receipts({ ...ids, status: 'expired', class: 'recipient', clevertap: '916', code: '10', reason: 'late' }),
  },
  {
    label: 'a word of the One API beside its code is believed in a flat report',
    request: { body: flat({ statusCode: 5, status: 'DEVICE_ACK' }) },
    expected: receipts(delivered),
  },
  {
    label: 'Platform: a code of nobody',
    request: { body: flat({ statusCode: 77, status: 'BEAMED' }) },
    expected: receipts({ ...ids, status: 'pending', unlisted: '77 BEAMED' }),
  },
  {
    label: 'Platform: by GET',
    request: {
      method: 'GET',
      url: `/callbacks/token?messageId=api-1&clientMessageId=${message.id}&statusCode=004&timestamp=1500000000000`,
      body: '',
    },
    expected: receipts(delivered),
  },
  {
    label: 'Platform: no statusCode',
    request: { body: flat({ statusCode: null, status: null }) },
    expected: { kind: 'malformed', reason: 'no statusCode' },
  },
  { label: 'Platform: a text of a phone', request: { body: mo({}) }, expected: { kind: 'inbound', texts: [reply] } },
  ...(
    [
      ['bytes encoded as in a URL', '%00S%00T%00O%00P', 'UTF-16BE', 'STOP'],
      ['bytes as characters', '\0S\0T\0O\0P', 'UTF-16BE', 'STOP'],
      ['decoded on the way', 'बंद करो', 'UTF-16BE', 'बंद करो'],
      ['Latin, encoded as in a URL', 'ARR%CAT+SVP', 'ISO-8859-1', 'ARRÊT SVP'],
      ['Latin, decoded on the way', '100% & plus+', 'ISO-8859-1', '100% & plus+'],
    ] as const
  ).map(([label, text, charset, read]) => ({
    label: `Platform: a text of a phone, ${label}`,
    request: { body: mo({ text, charset }) },
    expected: { kind: 'inbound' as const, texts: [{ ...reply, text: read }] },
  })),
  {
    label: 'Platform: a text of a phone in a character set of nobody stays as it is',
    request: { body: mo({ text: '%D0%9A', charset: 'KLINGON-1' }) },
    expected: { kind: 'inbound', texts: [{ ...reply, text: '%D0%9A', unlisted: 'charset KLINGON-1' }] },
  },
  {
    label: 'Platform: a text without a number',
    request: { body: mo({ fromNumber: '' }) },
    expected: { kind: 'ignored', reason: 'an inbound message without a text' },
  },
];

const callbackCases: CallbackCase[] = [
  ...(
    [
      [1, 'UNKNOWN', 'pending'],
      [2, 'QUEUED', 'pending'],
      [3, 'SCHEDULED', 'pending'],
      [4, 'SENT_TO_SUPPLIER', 'pending'],
      [5, 'DEVICE_ACK', 'delivered'],
      [6, 'READ', 'delivered'],
    ] as [number, string, Receipt['status']][]
  ).map(([statusCode, status, expected]) => ({
    label: `${status} is ${expected}`,
    request: { body: report({ statusCode, status }) },
    expected: receipts({ ...ids, status: expected }),
  })),
  ...FAILED.map(([statusCode, status, failure, clevertap]) => ({
    label: `${statusCode} ${status} is ${failure} ${clevertap}`,
    request: { body: report({ statusCode, status }) },
    expected: receipts({
      ...ids,
      status: 'failed',
      class: failure,
      clevertap,
      code: String(statusCode),
      reason: status,
    }),
  })),
  {
    label: 'EXPIRED is expired',
    request: { body: report({ statusCode: 20, status: 'EXPIRED' }) },
    expected: receipts({
      ...ids,
      status: 'expired',
      class: 'recipient',
      clevertap: '916',
      code: '20',
      reason: 'EXPIRED',
    }),
  },
  {
    label: 'several updates, one of no use',
    request: {
      body: report(
        {},
        { messageId: null, clientMessageId: '' },
        { statusCode: null, status: null },
        { statusCode: '4' },
      ),
    },
    expected: receipts({ ...delivered, raw: expect.anything() }, { ...ids, status: 'pending', raw: expect.anything() }),
  },
  {
    label: 'our id in another case is ours all the same',
    request: { body: report({ clientMessageId: message.id.toUpperCase() }) },
    expected: receipts(delivered),
  },
  {
    label: 'without our id there is Clickatell’s',
    request: { body: report({ clientMessageId: null }) },
    expected: receipts({ providerId: 'api-1', status: 'delivered', at }),
  },
  {
    label: 'without Clickatell’s id there is ours',
    request: { body: report({ messageId: undefined }) },
    expected: receipts({ attemptId: message.id, status: 'delivered', at }),
  },
  {
    label: 'a timestamp in digits',
    request: { body: report({ timestamp: '1500000000000' }) },
    expected: receipts(delivered),
  },
  ...['yesterday', '', null, 1e300].map((timestamp) => ({
    label: `the timestamp ${JSON.stringify(timestamp)} is none`,
    request: { body: report({ timestamp }) },
    expected: receipts({ ...delivered, at: undefined }),
  })),
  {
    label: 'no status updates',
    request: { body: report() },
    expected: { kind: 'ignored', reason: 'no status updates' },
  },
  {
    label: 'a word that nobody knows, without its code',
    request: { body: report({ statusCode: null, status: 'TELEPORTED' }) },
    expected: receipts({ ...ids, status: 'pending', unlisted: 'TELEPORTED' }),
  },
  {
    label: 'an update that stands alone, in the names that some senders of it use',
    request: {
      body: JSON.stringify({
        Event: { MessageStatusUpdate: { MessageId: 'api-1', ClientMessageId: message.id, StatusCode: 1 } },
      }),
    },
    expected: receipts({ ...ids, status: 'pending', at: undefined }),
  },
  ...['{"event":{"moMedia":[{"from":"919800000001"}]}}', '{"event":{"templateStatus":{"name":"x"}}}'].map((body) => ({
    label: `an event of another kind: ${body}`,
    request: { body },
    expected: { kind: 'ignored' as const, reason: 'an event that is neither a status update nor a text' },
  })),
  {
    label: 'updates without ids',
    request: { body: report({ messageId: null, clientMessageId: null }) },
    expected: { kind: 'malformed', reason: 'no report has an id' },
  },
  {
    label: 'inbound messages',
    request: {
      body: JSON.stringify({
        integrationId: 'i-1',
        event: {
          moText: [
            {
              channel: 'sms',
              messageId: '1',
              from: '919800000001',
              to: '27990000001',
              content: 'STOP',
              timestamp: 1_500_000_000_000,
            },
          ],
        },
      }),
    },
    expected: {
      kind: 'inbound',
      texts: [
        {
          from: '+919800000001',
          to: '27990000001',
          text: 'STOP',
          providerId: '1',
          at: new Date(1_500_000_000_000),
        },
      ],
    },
  },
  {
    label: 'inbound messages without a number',
    request: { body: '{"integrationId":"i-1","event":{"moText":[{"messageId":"1","content":"STOP"}]}}' },
    expected: { kind: 'ignored', reason: 'inbound messages without a text' },
  },
];

runCallbackCases(clickatell, {
  credentials,
  callbackAuth: { basic },
  authHeader: 'authorization',
  genuine: { headers, body: report({}) },
  format: 'json',
  unknownStatus: {
    request: { body: report({ statusCode: 999, status: 'TELEPORTED' }) },
    expected: receipts({ ...ids, status: 'pending', unlisted: '999 TELEPORTED' }),
  },
  cases: [...callbackCases, ...platformCases],
});
