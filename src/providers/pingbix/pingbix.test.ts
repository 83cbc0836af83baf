import { createHttpClient } from '../../outbound/client';
import type { OutboundMessage, Receipt, SubmitResult } from '../provider';
import { runCallbackCases, runLookupCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, SubmitCase } from '../testing/cases';
import { startVendor } from '../testing/vendor';
import type { Answer } from '../testing/vendor';
import { pingbix } from '.';
import type { PingbixCredentials } from '.';

const configured = (input: object) => pingbix.credentialsSchema.parse(input);
const credentials = configured({ userId: 'helios', password: 'pa55-w0rd' });
const message: OutboundMessage = {
  id: '06b8kzt5f7q3s9v1x2y4w6a8c01',
  to: '+919800000001',
  from: 'PNGBIX',
  text: 'Hello & good-bye',
  encoding: 'gsm7',
  flash: false,
  port: null,
  entityId: null,
  templateId: null,
  validitySeconds: null,
  callbackUrl: 'https://heliograph.example/callbacks/t0ken',
};
const another = (n: number, changes: Partial<OutboundMessage> = {}): OutboundMessage => ({
  ...message,
  id: message.id.slice(0, -1) + n,
  to: `+91980000000${n}`,
  ...changes,
});

/** `<transaction>-<digest of 9800000001>` and of 9800000002. */
const FIRST = '7c19-79a1458e4391d2b5';
const SECOND = '7c19-91230d269330c244';

const said = (body: object, status = 200) => ({ status, body: JSON.stringify(body) });
const success = said({ status: 'success', transactionId: '7c19', statusCode: '200', reason: 'success' });
const taken: SubmitResult = { ok: true, providerId: FIRST };
const refused = (code: string, reason: string): SubmitResult => ({
  ok: false,
  class: 'recipient',
  clevertap: '900',
  code,
  reason,
});

const form = (body: string, headers: Record<string, string> = {}) => ({
  method: 'POST',
  path: '/SMSApi/send',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
  body,
});
const LOGIN = 'userid=helios&password=pa55-w0rd';
const QUICK = 'sendMethod=quick&duplicatecheck=true&output=json&dlr=1';
const HELLO = 'msg=Hello+%26+good-bye&msgType=text&senderid=PNGBIX';

const submitCases: SubmitCase[] = [
  {
    label: 'a message',
    messages: [message],
    answer: success,
    request: form(`${LOGIN}&${QUICK}&mobile=919800000001&${HELLO}`),
    results: [taken],
  },
  {
    label: 'unicode and DLT ids, no sender',
    messages: [{ ...message, from: null, text: 'नमस्ते', encoding: 'ucs2', entityId: '12', templateId: '34' }],
    answer: success,
    request: form(
      `${LOGIN}&${QUICK}&mobile=919800000001&msg=%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87` +
        '&msgType=unicode&dltEntityId=12&dltTemplateId=34',
    ),
    results: [taken],
  },
  {
    label: 'one text to several numbers is one request, and each has an id of its own',
    messages: [message, another(2)],
    answer: success,
    request: form(`${LOGIN}&${QUICK}&mobile=919800000001%2C919800000002&${HELLO}`),
    results: [taken, { ok: true, providerId: SECOND }],
  },
  ...['success', 'SUCCESS', 'Success'].flatMap((status) =>
    [
      { status, transactionId: '7c19' },
      { response: { status, transactionId: '7c19' } },
      { status: 'ok', response: { status, transactionId: '7c19' } },
    ].map((body) => ({
      label: `takes ${JSON.stringify(body)} for accepted`,
      messages: [message],
      answer: said(body),
      results: [taken],
    })),
  ),
  {
    label: 'a success without a transaction',
    messages: [message],
    answer: said({ status: 'success', transactionId: '' }),
    results: [{ ok: true }],
  },
  {
    label: 'a refusal of every number',
    messages: [message, another(2)],
    answer: said({ status: 'error', statusCode: '213', reason: 'no 919800000001 for pa55-w0rd' }),
    results: [refused('213', 'no *** for ***'), refused('213', 'no *** for ***')],
  },
  ...[401, '402'].map((statusCode) => ({
    label: `statusCode ${statusCode} stops the account`,
    messages: [message],
    answer: said({ status: 'error', statusCode, reason: 'said so' }),
    results: [
      {
        ok: false as const,
        class: 'account' as const,
        clevertap: '904' as const,
        code: `${statusCode}`,
        reason: 'said so',
      },
    ],
  })),
  {
    label: 'a nested refusal without code and reason',
    messages: [message],
    answer: said({ response: { status: 'failed' } }),
    results: [refused('failed', 'failed')],
  },
  ...['{"Status":"Success","TransactionId":"A1"}', '{"status":"ok","transactionId":"A1"}'].map((body) => ({
    label: `a transaction is one in whatever words: ${body}`,
    messages: [message],
    answer: { body },
    results: [{ ok: true as const, providerId: expect.stringMatching(/^A1-/) as string }],
  })),
  {
    label: 'a success under an HTTP error is none',
    messages: [message],
    answer: said({ status: 'success' }, 502),
    failure: { class: 'unknown', code: 'http-502' },
  },
];

runSubmitCases(pingbix, {
  credentials,
  message,
  unknownStatus: { answer: said({ status: 'teleported' }), results: [refused('teleported', 'teleported')] },
  lookupId: FIRST,
  cases: submitCases,
});

runSubmitCases(pingbix, {
  credentials: configured({
    apiKey: 'key-0123456789',
    fields: { apiKey: 'X-Key', to: 'mobiles', text: 'text', from: 'sender', type: 'coding', templateId: 'tid' },
    constants: { route: 'T' },
    refusals: [{ value: '7', class: 'account', clevertap: '904' }],
    receipts: { to: null },
  }),
  message,
  unknownStatus: { answer: said({ status: 'teleported' }), results: [refused('teleported', 'teleported')] },
  lookupId: '7c19',
  cases: [
    {
      label: 'an API key goes into a header; names are as configured',
      messages: [{ ...message, templateId: '34' }],
      answer: success,
      request: form('route=T&mobiles=919800000001&text=Hello+%26+good-bye&coding=text&sender=PNGBIX&tid=34', {
        'x-key': 'key-0123456789',
      }),
      results: [{ ok: true, providerId: '7c19' }],
    },
    ...[200, 401, 500].map((status) => ({
      label: `a listed statusCode under HTTP ${status}`,
      messages: [message],
      answer: said({ status: 'error', statusCode: 7, reason: 'who is key-0123456789?' }, status),
      results: [
        {
          ok: false as const,
          class: 'account' as const,
          clevertap: '904' as const,
          code: '7',
          reason: 'who is ***?',
        },
      ],
    })),
  ],
});

describe('pingbix submit of messages that differ', () => {
  async function submit(config: PingbixCredentials, messages: OutboundMessage[], ...answers: Answer[]) {
    const vendor = await startVendor(...answers);
    const http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 1, headersTimeoutMs: 100 });
    try {
      const target = { credentials: config, baseUrl: vendor.origin, callbackUrl: '', callbackAuth: null };
      const results = await pingbix.submit(target, messages, http, new AbortController().signal);
      const asked = vendor.seen.map(({ body }) => new URLSearchParams(body).get('mobile'));
      return { results, asked };
    } finally {
      await vendor.close();
      await http.close();
    }
  }
  const ok = (transactionId: string) => said({ status: 'success', transactionId });
  const ids = (results: SubmitResult[]) =>
    results.map((result) => (result.ok ? result.providerId?.split('-')[0] : result.code));

  it.each<[string, Partial<OutboundMessage>]>([
    ['text', { text: 'Another' }],
    ['sender', { from: null }],
    ['encoding', { encoding: 'ucs2' }],
    ['DLT entity', { entityId: '12' }],
    ['DLT template', { templateId: '34' }],
  ])('asks apart for another %s and answers in the order given', async (_label, changes) => {
    const messages = [message, another(2, changes), another(3), another(4, changes)];
    const { results, asked } = await submit(credentials, messages, ok('A'), ok('B'));
    expect(asked).toEqual(['919800000001,919800000003', '919800000002,919800000004']);
    expect(ids(results)).toEqual(['A', 'B', 'A', 'B']);
  });

  it('names no number twice in one request', async () => {
    const messages = [message, another(2, { to: message.to }), another(3), another(4, { to: message.to })];
    const { results, asked } = await submit(credentials, messages, ok('A'), ok('B'), ok('C'));
    expect(asked).toEqual(['919800000001,919800000003', '919800000001', '919800000001']);
    expect(ids(results)).toEqual(['A', 'B', 'A', 'C']);
  });

  it('asks for each alone where receipts name no number', async () => {
    const alone = configured({ userId: 'helios', password: 'pa55-w0rd', receipts: { to: null } });
    const { results, asked } = await submit(alone, [message, another(2)], ok('A'), ok('B'));
    expect(asked).toEqual(['919800000001', '919800000002']);
    expect(results).toEqual([
      { ok: true, providerId: 'A' },
      { ok: true, providerId: 'B' },
    ]);
  });

  it.each<[string, Answer, Partial<SubmitResult>, string[]]>([
    ['a refusal', said({ status: 'error', statusCode: 9 }), { class: 'recipient', code: '9' }, ['A', '9', 'A', 'C']],
    ['a request that is wrong', { status: 400 }, { class: 'content' }, ['A', 'http-400', 'A', 'C']],
  ])('%s of one group is no matter of the others', async (_label, answer, expected, codes) => {
    const messages = [message, another(2, { text: 'b' }), another(3), another(4, { text: 'c' })];
    const { results, asked } = await submit(credentials, messages, ok('A'), answer, ok('C'));
    expect(asked).toHaveLength(3);
    expect(results[1]).toMatchObject({ ok: false, ...expected });
    expect(ids(results)).toEqual(codes);
  });

  it.each<[string, Answer, string, string]>([
    ['refused account', { status: 401 }, 'account', 'account'],
    ['refused login in a 200', said({ status: 'error', statusCode: 401 }), 'account', 'account'],
    ['throttle', { status: 429, headers: { 'retry-after': '7' } }, 'transient', 'transient'],
    ['lost answer', 'reset', 'unknown', 'transient'],
  ])('a %s keeps the groups behind it here', async (_label, answer, own, rest) => {
    const messages = [message, another(2, { text: 'b' }), another(3, { text: 'c' })];
    const { results, asked } = await submit(credentials, messages, ok('A'), answer, ok('C'));
    expect(asked).toHaveLength(2);
    expect(results).toMatchObject([{ ok: true }, { ok: false, class: own }, { ok: false, class: rest }]);
    if (own === 'transient') expect(results[2]).toMatchObject({ retryAfterMs: 7_000 });
  });
});

const report = (fields: Record<string, string>) => ({
  body: JSON.stringify({ transactionId: '7c19', mobile: '919800000001', ...fields }),
});
const receipts = (receipt: Receipt) => ({ kind: 'receipts' as const, receipts: [{ providerId: FIRST, ...receipt }] });
const failed = (code: string, reason = code) =>
  receipts({ status: 'failed', class: 'recipient', clevertap: '900', code, reason });

/** Reports of the family without a status: label, what differs, what is made of it. */
const FAMILY: [string, Record<string, string>, CallbackCase['expected']][] = [
  [
    'a time of delivery',
    { ErrorCode: '0', ReceivedTime: '2026-11-29 10:00:00', DeliveredTime: '2026-11-29 10:00:03' },
    receipts({ status: 'delivered' }),
  ],
  ['a time of delivery, no code', { DeliveredTime: '1795946403' }, receipts({ status: 'delivered' })],
  ['a code', { ErrorCode: '27', DeliveredTime: '2026-11-29 10:00:03' }, failed('27', 'failed')],
  ['a code and a cause', { ErrorCode: '27', Cause: 'Absent 919800000001' }, failed('27', 'Absent ***')],
  [
    'received, not delivered',
    { ErrorCode: '000', ReceivedTime: '2026-11-29 10:00:00' },
    receipts({ status: 'pending' }),
  ],
  ['a time that is none', { ErrorCode: '0', DeliveredTime: '0' }, receipts({ status: 'pending' })],
  ['the request was a success', { Status: 'success', statusCode: '200' }, receipts({ status: 'pending' })],
  [
    'the request was a success, and it is there',
    { status: 'OK', DeliveredTime: '10:00:03' },
    receipts({ status: 'delivered' }),
  ],
  ['a status goes before a time', { STATUS: 'FAILED', DeliveredTime: '10:00:03' }, failed('FAILED')],
  ['nothing at all', {}, { kind: 'malformed', reason: 'no status' }],
];

const callbackCases: CallbackCase[] = [
  ...['DELIVRD', 'delivered', 'Delivered'].map((status) => ({
    label: `${status} is delivered`,
    request: report({ status }),
    expected: receipts({ status: 'delivered' }),
  })),
  ...['UNDELIV', 'undelivered', 'UNDELIVERABLE', 'FAILED', 'REJECTD', 'rejected'].map((status) => ({
    label: `${status} is failed`,
    request: report({ status }),
    expected: failed(status),
  })),
  {
    label: 'EXPIRED is expired',
    request: report({ status: 'EXPIRED' }),
    expected: receipts({ status: 'expired', class: 'recipient', clevertap: '916', code: 'EXPIRED', reason: 'EXPIRED' }),
  },
  {
    label: 'code and reason',
    request: report({ status: 'FAILED', statusCode: '620', reason: 'header of 919800000001' }),
    expected: failed('620', 'header of ***'),
  },
  {
    label: 'a number without its country',
    request: report({ status: 'DELIVRD', mobile: '9800000001' }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'another number of the same request',
    request: report({ status: 'DELIVRD', mobile: '+91 98000 00002' }),
    expected: receipts({ providerId: SECOND, status: 'delivered' }),
  },
  {
    label: 'no number',
    request: report({ status: 'DELIVRD', mobile: '' }),
    expected: { kind: 'malformed', reason: 'no number' },
  },
  {
    label: 'no id',
    request: report({ status: 'DELIVRD', transactionId: '' }),
    expected: { kind: 'malformed', reason: 'no id' },
  },
  { label: 'no status', request: report({ status: '' }), expected: { kind: 'malformed', reason: 'no status' } },
  {
    label: 'BLACKLISTED is blocked for this number',
    request: report({ status: 'Blacklisted' }),
    expected: receipts({
      status: 'failed',
      class: 'recipient',
      clevertap: '903',
      code: 'Blacklisted',
      reason: 'Blacklisted',
    }),
  },
  ...['SUBMITTED', 'Sent', 'PENDING'].map((status) => ({
    label: `${status} is pending`,
    request: report({ status }),
    expected: receipts({ status: 'pending' }),
  })),
  ...FAMILY.flatMap(([label, fields, expected]) => {
    const said = { Transactionid: '7c19', Messageid: 'm-1', mobileNo: '919800000001', ...fields };
    const form = new URLSearchParams(said).toString();
    return [
      { label: `by GET: ${label}`, request: { method: 'GET', url: `/callbacks/token?${form}`, body: '' }, expected },
      { label: `by a form: ${label}`, request: { url: '/callbacks/token', body: form }, expected },
      { label: `in JSON: ${label}`, request: { body: JSON.stringify(said) }, expected },
    ];
  }),
];

const proof = {
  callbackAuth: { basic: { username: 'pingbix', password: 'p4ss:word' } },
  authHeader: 'authorization',
};
const headers = { authorization: `Basic ${Buffer.from('pingbix:p4ss:word').toString('base64')}` };

runCallbackCases(pingbix, {
  credentials,
  ...proof,
  genuine: { headers, ...report({ status: 'DELIVRD' }) },
  format: 'json',
  unknownStatus: {
    request: report({ status: 'TELEPORTED' }),
    expected: receipts({ status: 'pending', unlisted: 'TELEPORTED' }),
  },
  cases: callbackCases,
});

const query = (fields: Record<string, string>) => ({
  method: 'GET',
  url: `/callbacks/token?${new URLSearchParams({ id: 'A1', ...fields }).toString()}`,
});
runCallbackCases(pingbix, {
  credentials: configured({
    apiKey: 'key-0123456789',
    receipts: {
      in: 'query',
      providerId: 'id',
      status: 'word',
      statuses: { done: 'delivered', lost: 'failed' },
      code: 'why',
      refusals: [{ value: '620', class: 'sender', clevertap: '906' }],
      to: null,
    },
  }),
  ...proof,
  genuine: { headers, ...query({ word: 'done' }) },
  format: 'query',
  unknownStatus: {
    request: query({ word: 'DELIVRD' }),
    expected: receipts({ providerId: 'A1', status: 'pending', unlisted: 'DELIVRD' }),
  },
  cases: [
    { label: 'as configured', request: {}, expected: receipts({ providerId: 'A1', status: 'delivered' }) },
    {
      label: 'a listed code',
      request: query({ word: 'LOST', why: '620' }),
      expected: receipts({
        providerId: 'A1',
        status: 'failed',
        class: 'sender',
        clevertap: '906',
        code: '620',
        reason: 'LOST',
      }),
    },
  ],
});

const subject = { attemptId: message.id, providerId: FIRST, to: message.to, submittedAt: new Date(0) };
const listed = (...statuses: object[]) =>
  said({ response: { status: 'success', report_statusList: statuses.map((status) => ({ status })) } });
const entry = { uuid: '7c19', msgId: 'm-1', mobileNo: '919800000001', 'Submitted Time': '10:00:00' };
const found = { attemptId: message.id };

runLookupCases(pingbix, credentials, [
  {
    label: 'asks by the transaction, and takes the entry of the number',
    subjects: [subject],
    answer: listed({ ...entry, mobileNo: '919800000002', Status: 'FAILED' }, { ...entry, Status: 'DELIVERED' }),
    request: {
      method: 'GET',
      path: `/SMSApi/report/status?uuid=7c19&output=json&${LOGIN}`,
      headers: { accept: 'application/json' },
      body: '',
    },
    receipts: [{ ...found, status: 'delivered' }],
  },
  {
    label: 'a failure, under the other name of the list',
    subjects: [subject],
    answer: said({ response: { reports_statusList: [{ ...entry, Status: 'UNDELIVERABLE', Cause: 'Absent' }] } }),
    receipts: [
      { ...found, status: 'failed', class: 'recipient', clevertap: '900', code: 'UNDELIVERABLE', reason: 'Absent' },
    ],
  },
  {
    label: 'no status yet',
    subjects: [subject],
    answer: listed(entry),
    receipts: [{ ...found, status: 'pending' }],
  },
  {
    label: 'messages of others',
    subjects: [subject],
    answer: listed({ mobileNo: '919800000003', Status: 'DELIVERED' }),
    receipts: [],
  },
  { label: 'no report yet', subjects: [subject], answer: said({ response: { status: 'error' } }), receipts: [] },
  {
    label: 'a refused login',
    subjects: [subject],
    answer: said({ response: { status: 'error', statusCode: 401, reason: 'no pa55-w0rd' } }),
    failure: { class: 'account', code: '401', message: 'no ***' },
  },
]);

describe('pingbix ids in another base', () => {
  const base = { baseUrl: '', callbackUrl: '', callbackAuth: null };
  const request = {
    method: 'GET',
    url: '/callbacks/token?Transactionid=7C19&Status=DELIVRD&mobileNo=919800000001',
    headers: {},
    query: new URLSearchParams(),
    body: Buffer.alloc(0),
  };

  it.each<[string, 'hex' | 'decimal' | null, string]>([
    ['hex', 'hex', '31769-79a1458e4391d2b5'],
    ['the same', null, '7C19-79a1458e4391d2b5'],
  ])('%s', (_label, providerIdBase, providerId) => {
    expect(pingbix.callback(request, { ...base, credentials, providerIdBase })).toEqual({
      kind: 'receipts',
      receipts: [{ providerId, status: 'delivered' }],
    });
  });
});

describe('pingbix configuration', () => {
  it.each<[string, object]>([
    ['half a login', { userId: 'a' }],
    ['both kinds of login', { userId: 'a', password: 'b', apiKey: 'c' }],
    ['a key that is no header value', { apiKey: 'a b' }],
    ['a field we have not', { apiKey: 'a', fields: { flash: 'flash' } }],
    ['our id in receipts, which is not sent', { apiKey: 'a', receipts: { attemptId: 'custom' } }],
    ['a class that does not exist', { apiKey: 'a', refusals: [{ value: '1', class: 'bad', clevertap: '900' }] }],
    [
      'a CleverTap code that does not exist',
      { apiKey: 'a', refusals: [{ value: '1', class: 'account', clevertap: '911' }] },
    ],
  ])('refuses %s', (_label, input) => {
    expect(pingbix.credentialsSchema.safeParse(input).success).toBe(false);
  });
});

describe('pingbix texts of phones', () => {
  const config = (inbound?: object) => ({
    credentials: configured({ apiKey: 'key-0123456789', ...(inbound && { inbound }) }),
    baseUrl: '',
    callbackUrl: '',
    callbackAuth: null,
  });
  const request = {
    method: 'POST',
    url: '/callbacks/token',
    headers: {},
    query: new URLSearchParams(),
    body: Buffer.from('{"mobile":"919800000001","message":"STOP","mo":"1"}'),
  };

  it('are read where the gateway says, and are no reports', () => {
    const inbound = { in: 'json', from: 'mobile', text: 'message', id: 'mo' };
    expect(pingbix.callback(request, config(inbound))).toMatchObject({
      kind: 'inbound',
      texts: [{ from: '+919800000001', text: 'STOP', providerId: '1' }],
    });
    expect(pingbix.callback(request, config())).toEqual({ kind: 'malformed', reason: 'no status' });
  });
});
