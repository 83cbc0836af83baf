/** Pingbix: how it is configured, what is submitted, and what its answers mean. */
import { createHttpClient } from '../../outbound/client';
import type { OutboundMessage, SubmitResult } from '../provider';
import { runSubmitCases } from '../testing/cases';
import type { SubmitCase } from '../testing/cases';
import { startVendor } from '../testing/vendor';
import type { Answer } from '../testing/vendor';
import { pingbix } from '.';
import type { PingbixCredentials } from '.';
import { credentials, configured, message, said, FIRST, LOGIN, SECOND } from './fixtures/sample';

const another = (n: number, changes: Partial<OutboundMessage> = {}): OutboundMessage => ({
  ...message,
  id: message.id.slice(0, -1) + n,
  to: `+91980000000${n}`,
  ...changes,
});
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
