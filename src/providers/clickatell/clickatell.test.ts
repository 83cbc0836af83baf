import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, Receipt, SubmitResult } from '../provider';
import { CALLBACK_URL, runCallbackCases, runLookupCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { clickatell } from '.';

const credentials = { apiKey: 'key-0123456789abcdef==' };
const message: OutboundMessage = {
  id: '06b8kzt5f7q3s9v1x2y4w6a8c01',
  to: '+919800000001',
  from: '+27880000001',
  text: 'Hello',
  encoding: 'gsm7',
  flash: false,
  port: null,
  entityId: null,
  templateId: null,
  validitySeconds: null,
  callbackUrl: CALLBACK_URL,
};
const second: OutboundMessage = { ...message, id: '06b8kzt5f7q3s9v1x2y4w6a8c02', to: '+919800000002', text: 'नमस्ते' };

type Item = Record<string, unknown>;
const accepted = (to = '919800000001', apiMessageId = 'api-1'): Item => ({
  apiMessageId,
  accepted: true,
  to,
  error: null,
});
const rejected = (code: unknown, to: string | null = '919800000001', description = 'said so'): Item => ({
  apiMessageId: null,
  accepted: false,
  to,
  error: { code, description },
});
const answer = (status: number, ...messages: Item[]) => ({ status, body: JSON.stringify({ messages, error: null }) });
const refusedRequest = (status: number, code: number, description = 'said so') => ({
  status,
  body: JSON.stringify({ messages: [], error: { code, description } }),
});
const asked = (...messages: string[]): SeenRequest => ({
  method: 'POST',
  path: '/v1/message',
  headers: { authorization: credentials.apiKey, 'content-type': 'application/json', accept: 'application/json' },
  body: `{"messages":[${messages.join(',')}]}`,
});
const wired = (content: string, from = '"from":"27880000001",') =>
  `{"channel":"sms","to":"919800000001","content":${content},${from}"clientMessageId":"${message.id}"}`;
const WIRED_SECOND = `{"channel":"sms","to":"919800000002","content":"नमस्ते","from":"27880000001","clientMessageId":"${second.id}"}`;
const taken: SubmitResult = { ok: true, providerId: 'api-1' };
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason = 'said so'): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
  ...(clevertap === '903' ? { optOut: true } : {}), // the one code of theirs that says so
});
const notAnswered = refused('unknown', '900', 'not-answered', 'the answer does not say what became of this message');

/** Error codes: class, CleverTap code, codes. */
const ERRORS: [FailureClass, CleverTapCode, number[]][] = [
  ['account', '904', [1, 2, 3, 7, 20, 38, 39, 41, 42, 46]],
  ['transient', '904', [18, 19, 43]],
  ['content', '900', [21, 22, 23, 24, 30, 40, 100, 101, 110, 111]],
  ['recipient', '910', [25, 27, 28]],
  ['recipient', '903', [26]],
  ['sender', '906', [44, 45]],
];

const submitCases: SubmitCase[] = [
  {
    label: 'carries a plain message',
    messages: [message],
    answer: answer(202, accepted()),
    request: asked(wired('"Hello"')),
    results: [taken],
  },
  {
    label: 'carries unicode, quotes and line breaks',
    messages: [{ ...message, text: 'न "b"\n😀', encoding: 'ucs2' }],
    answer: answer(202, accepted()),
    request: asked(wired('"न \\"b\\"\\n😀"')),
    results: [taken],
  },
  {
    label: 'carries an alphanumeric sender',
    messages: [{ ...message, from: 'HELIOS' }],
    answer: answer(202, accepted()),
    request: asked(wired('"Hello"', '"from":"HELIOS",')),
    results: [taken],
  },
  {
    label: 'carries no sender when there is none',
    messages: [{ ...message, from: null }],
    answer: answer(202, accepted()),
    request: asked(wired('"Hello"', '')),
    results: [taken],
  },
  {
    label: 'a batch is one request, answered by number',
    messages: [message, second],
    answer: answer(207, rejected(44, '+919800000002', 'blocked for +919800000002'), accepted()),
    request: asked(wired('"Hello"'), WIRED_SECOND),
    results: [taken, refused('sender', '906', '44', 'blocked for ***')],
  },
  {
    label: 'two messages to one number are answered in the order sent',
    messages: [message, second, { ...second, to: message.to }],
    answer: answer(202, accepted(), accepted('919800000001', 'api-3'), accepted('919800000002', 'api-2')),
    results: [taken, { ok: true, providerId: 'api-2' }, { ok: true, providerId: 'api-3' }],
  },
  {
    label: 'an item without a number stands for the message at its place',
    messages: [message, second],
    answer: answer(207, accepted(), rejected(25, null)),
    results: [taken, refused('recipient', '910', '25')],
  },
  {
    label: 'a message that the answer forgets is unknown',
    messages: [message, second],
    answer: answer(207, rejected(25, null)),
    results: [notAnswered, notAnswered],
  },
  {
    label: 'items that are none leave the message unknown',
    messages: [message],
    answer: { status: 202, body: '{"messages":[7]}' },
    results: [notAnswered],
  },
  {
    label: 'accepted without an id',
    messages: [message],
    answer: answer(202, { accepted: true, to: '919800000001' }),
    results: [{ ok: true }],
  },
  ...ERRORS.flatMap(([failure, clevertap, codes]) =>
    codes.flatMap((code): SubmitCase[] => [
      {
        label: `error ${code} of a message is ${failure} ${clevertap}`,
        messages: [message, second],
        answer: answer(207, rejected(code), accepted('919800000002', 'api-2')),
        results: [refused(failure, clevertap, String(code)), { ok: true, providerId: 'api-2' }],
      },
      {
        label: `error ${code} of the request is ${failure} ${clevertap}`,
        messages: [message, second],
        answer: refusedRequest(400, code),
        failure: { class: failure, clevertap, code: String(code), message: 'said so' },
      },
    ]),
  ),
  ...[400, 401, 402, 503].map((status) => ({
    label: `a ${status} that lists messages refuses each for its own reason`,
    messages: [message],
    answer: answer(status, rejected(25)),
    results: [refused('recipient', '910', '25')],
  })),
  ...(
    [
      [400, 'content', '900'],
      [402, 'account', '904'],
      [500, 'unknown', '900'],
      [503, 'transient', '904'],
    ] as [number, FailureClass, CleverTapCode][]
  ).map(([status, failure, clevertap]) => ({
    label: `an unlisted error of a ${status} is ${failure} ${clevertap}`,
    messages: [message],
    answer: refusedRequest(status, 999, `odd key ${credentials.apiKey}`),
    failure: { class: failure, clevertap, code: '999', message: 'odd key ***' },
  })),
  {
    label: 'a bare text as error',
    messages: [message],
    answer: { status: 400, body: '{"messages":[],"error":"From number is not related to integration"}' },
    failure: { class: 'sender', code: '45', message: 'From number is not related to integration' },
  },
  {
    label: 'a text that is one of the table has its code, inside a 200',
    messages: [message],
    answer: { status: 200, body: '{"messages":[],"error":"FROM number is not related to integration"}' },
    failure: { class: 'sender', clevertap: '906', code: '45', message: 'FROM number is not related to integration' },
  },
  {
    label: 'a text that is none refuses the request all the same',
    messages: [message],
    answer: { status: 200, body: '{"messages":[],"error":"The moon is full"}' },
    failure: { class: 'content', clevertap: '900', code: 'refused', message: 'The moon is full' },
  },
  {
    label: 'an error without a word leaves it unknown',
    messages: [message],
    answer: { status: 200, body: '{"messages":[],"error":null}' },
    failure: { class: 'unknown', code: 'unreadable-answer' },
  },
  {
    label: 'a refusal inside a 2xx without messages',
    messages: [message],
    answer: refusedRequest(202, 20),
    failure: { class: 'account', clevertap: '904', code: '20', message: 'said so' },
  },
  {
    label: 'a rate limit tells when to come again',
    messages: [message],
    answer: { ...answer(429, rejected(43)), headers: { 'retry-after': '2' } },
    results: [{ ...refused('transient', '904', '43'), retryAfterMs: 2_000 } as SubmitResult],
  },
  {
    label: 'a code beside its text, as the Platform API has it',
    messages: [message],
    answer: answer(207, { accepted: false, to: '919800000001', errorCode: '44', error: 'said so' }),
    results: [refused('sender', '906', '44')],
  },
  {
    label: 'a message refused without a reason',
    messages: [message],
    answer: answer(207, { accepted: false, to: '919800000001', error: null }),
    results: [refused('recipient', '900', 'refused', 'no reason given')],
  },
];

runSubmitCases(clickatell, {
  credentials,
  message,
  unknownStatus: {
    answer: answer(207, rejected(999)),
    results: [refused('recipient', '900', '999')],
  },
  lookupId: 'api-1',
  cases: submitCases,
});

const subject = { attemptId: message.id, providerId: 'api-1', to: message.to, submittedAt: new Date(0) };
const asks = (id: string): SeenRequest => ({
  method: 'GET',
  path: `/v1/message/${id}`,
  headers: { authorization: credentials.apiKey, accept: 'application/json' },
  body: '',
});
const looked = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const found = { attemptId: message.id, providerId: 'api-1', at: new Date(1_500_000_000_000) };

runLookupCases(clickatell, credentials, [
  {
    label: 'asks by Clickatell’s id',
    subjects: [subject],
    answer: looked({ sms: { status: 'DEVICE_ACK', timestamp: 1_500_000_000_000 } }),
    request: asks('api-1'),
    receipts: [{ ...found, status: 'delivered' }],
  },
  {
    label: 'restores the zeros that normalising took off its id',
    subjects: [{ ...subject, providerId: '6411ad91fa211e7d17bc873aa4a41d' }],
    answer: looked({ sms: { status: 'QUEUED' } }),
    request: asks('006411ad91fa211e7d17bc873aa4a41d'),
    receipts: [
      { attemptId: message.id, providerId: '6411ad91fa211e7d17bc873aa4a41d', at: undefined, status: 'pending' },
    ],
  },
  ...[
    { statusCode: 29, status: 'RECIPIENT_DOES_NOT_EXIST', timestamp: 1_500_000_000_000 },
    { messages: [{ Status: 'recipient_does_not_exist', timestamp: 1_500_000_000_000 }] },
  ].map((body) => ({
    label: `a failure, as ${JSON.stringify(body)}`,
    subjects: [subject],
    answer: looked(body),
    receipts: [
      {
        ...found,
        status: 'failed' as const,
        class: 'recipient' as const,
        clevertap: '910' as const,
        code: '29',
        reason: expect.stringMatching(/^recipient_does_not_exist$/i) as string,
      },
    ],
  })),
  {
    label: 'a message that it does not have is unknown',
    subjects: [subject],
    answer: looked({ sms: { status: 'UNKNOWN', timestamp: 1_500_000_000_000 } }),
    receipts: [],
  },
  {
    label: 'so is one that is said so by an error',
    subjects: [subject],
    answer: looked({ error: { code: 41, description: 'Resource does not exist' } }, 404),
    receipts: [],
  },
  {
    label: 'a refused key is an error',
    subjects: [subject],
    answer: looked({ error: { code: 1, description: 'Invalid or missing Integration API Key' } }),
    failure: { class: 'account', code: '1' },
  },
]);

it('asks nothing where Clickatell’s id never came', async () => {
  const config = { credentials, baseUrl: 'http://127.0.0.1:9', callbackUrl: CALLBACK_URL, callbackAuth: null };
  const http = { request: () => Promise.reject(new Error('nothing may be asked')) };
  const asked = clickatell.lookup!(config, [{ ...subject, providerId: null }], http, new AbortController().signal);
  expect(await asked).toEqual([]);
});

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
