import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, Receipt, SubmitResult } from '../provider';
import { runCallbackCases, runLookupCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, SubmitCase } from '../testing/cases';
import { mobtexting } from '.';

const credentials = { token: 'tok-0123456789abcdef', service: 'T' };
const message: OutboundMessage = {
  id: '06b8kzt5f7q3s9v1x2y4w6a8c01',
  to: '+919800000001',
  from: 'TXTSMS',
  text: 'Hello',
  encoding: 'gsm7',
  flash: false,
  port: null,
  entityId: null,
  templateId: null,
  validitySeconds: null,
  callbackUrl: 'https://heliograph.example/callbacks/t0ken',
};
const second: OutboundMessage = {
  ...message,
  id: '06b8kzt5f7q3s9v1x2y4w6a8c02',
  to: '+919800000002',
  text: 'नमस्ते',
  encoding: 'ucs2',
};
const UUID = 'b34e35ad-fe34-4a8b-977c-b21cd76cd7d6';

const entry = (n: number, status: unknown = 'AWAITING-DLR', more: object = {}) => ({
  id: `${UUID}:${n}`,
  mobile: `91980000000${n}`,
  status,
  units: 1,
  length: 7,
  charges: 1,
  customid: '',
  iso_code: null,
  submitted_at: '2018-07-09 16:27:35',
  ...more,
});
const ok200 = (...data: unknown[]) => ({
  body: JSON.stringify({ status: 200, message: `${data.length} numbers accepted for delivery.`, data }),
});
const said = (status: number, body: object) => ({ status, body: JSON.stringify(body) });
const asked = (path: string, body: string) => ({
  method: 'POST',
  path: `/api/v2/sms/${path}`,
  headers: {
    authorization: 'Bearer tok-0123456789abcdef',
    'content-type': 'application/json',
    accept: 'application/json',
  },
  body,
});
const taken = (n: number): SubmitResult => ({ ok: true, providerId: `${UUID}:${n}`, parts: 1 });
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason = code): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
  ...(clevertap === '903' ? { optOut: true } : {}), // the one code of theirs that says so
});
const notAnswered = refused('unknown', '900', 'not-answered', 'the answer does not mention this message');

const HEAD = `{"to":"919800000001","message":"Hello","sender":"TXTSMS","custom":"${message.id}","type":"A"`;
const CARRIED: [string, Partial<OutboundMessage>, string][] = [
  ['a plain message', {}, `${HEAD},"service":"T"}`],
  ['unicode', { encoding: 'ucs2' }, `${HEAD.replace('"A"', '"U"')},"service":"T"}`],
  ['quotes and line breaks', { text: 'a "b"\nc' }, `${HEAD.replace('Hello', 'a \\"b\\"\\nc')},"service":"T"}`],
  ['flash', { flash: true }, `${HEAD},"flash":1,"service":"T"}`],
  ['a port', { port: 16_001 }, `${HEAD},"port":16001,"service":"T"}`],
  [
    'DLT ids',
    { entityId: '1111111111111111112', templateId: '1107160016156755389' },
    `${HEAD},"entity_id":"1111111111111111112","template_id":"1107160016156755389","service":"T"}`,
  ],
  ['no sender', { from: null }, `${HEAD.replace('"sender":"TXTSMS",', '')},"service":"T"}`],
];

/** Statuses that refuse a number or end it: class, CleverTap code, words and numbers. */
const STATUS: [FailureClass, CleverTapCode, string][] = [
  ['recipient', '910', 'INVALID-SUB 001 002 015 INV-NUMBER 404 NOTALLOWED 459'],
  ['recipient', '905', 'ABSENT-SUB 003 010 MOB-OFF 013 HANDSET-ERR 004 006 007 HANDSET-BUSY 016'],
  ['recipient', '905', 'NET-ERR 008 012 017 019 BARRED 005 020'],
  ['recipient', '914', 'FAILED 011 014 045 462 UNDELIV 034 099 461'],
  ['recipient', '900', 'REJECTED 458'],
  ['recipient', '912', 'MEMEXEC 009'],
  ['recipient', '915', 'SERIES-BLK 018 SERIES-BLOCK 400'],
  ['recipient', '901', 'DNDNUMB 408'],
  ['recipient', '903', 'BLACKLST 450 OPTOUT-REJ 456'],
  ['recipient', '909', 'NOT-OPTIN 455'],
  ['recipient', '918', 'DUPLICATE 460'],
  ['account', '904', 'NO-CREDITS 401 NO-ACCOUNT 402'],
  ['account', '907', 'DLT-INV-ENTITY 781'],
  ['account', '919', 'DLT-INV-TMID 780 DLT-INV-TM-ID 782 DLT-ENTITY-NOT-FOUND 784 DLT-TM-BLACKLST 785'],
  ['account', '919', 'DLT-ENTITY-BLACKLST 786 DLT-TM-INACTIVE 788'],
  ['sender', '906', 'SNDR-BLOCK SNDR-NOT-ALLOTED 451 INV-SENDER 454 DLT-HEADER-INACTIVE 787 DLT-SENDER-NOT-REG-TM 789'],
  ['sender', '906', 'INV-PROVISION 790'],
  ['sender', '919', 'DLT-REJECTED 777'],
  ['content', '902', 'SPAM 407'],
  ['content', '908', 'TEMPLATE-NOT-FOUND 452 INV-TEMPLATE 453 DLT-TM-VAR-EXECEED VAR-EXCEED 783'],
  ['content', '900', 'REJ-MULTIPART 778 INV-SERVICE 791 INV-SCHEDULE 792'],
  ['transient', '917', 'PROMO-TMOUT 457'],
  ['transient', '904', 'THROTTLED 463 SERVER-ERR 403 405 406 430 431 432 433'],
];
const EVERY = STATUS.flatMap(([failure, clevertap, words]) =>
  words.split(' ').map((word) => [failure, clevertap, word] as const),
);

const submitCases: SubmitCase[] = [
  ...CARRIED.map(([label, changes, body]) => ({
    label: `carries ${label}`,
    messages: [{ ...message, ...changes }],
    answer: ok200(entry(1)),
    request: asked('send', body),
    results: [taken(1)],
  })),
  ...EVERY.map(([failure, clevertap, word]) => ({
    label: `${word} inside a 200 is ${failure} ${clevertap}`,
    messages: [message],
    answer: ok200(entry(1, word)),
    results: [refused(failure, clevertap, word)],
  })),
  {
    label: 'a number that is delivered already, in other letters',
    messages: [message],
    answer: ok200(entry(1, ' delivrd ')),
    results: [taken(1)],
  },
  {
    label: 'several are one request of nodes, answered in order',
    messages: [message, { ...second, flash: true, entityId: '12', templateId: '34' }],
    answer: ok200(entry(1), entry(2, 'SNDR-BLOCK')),
    request: asked(
      'send/json',
      `{"root":{"service":"T"},"nodes":[${HEAD}},` +
        `{"to":"919800000002","message":"नमस्ते","sender":"TXTSMS","custom":"${second.id}","type":"U","flash":1,"entity_id":"12","template_id":"34"}]}`,
    ),
    results: [taken(1), refused('sender', '906', 'SNDR-BLOCK')],
  },
  {
    label: 'our id in the answer goes before the order',
    messages: [message, second],
    answer: ok200(
      entry(1, 'SNDR-BLOCK', { customid: second.id.toUpperCase() }),
      entry(2, 'AWAITING-DLR', { customid: message.id }),
    ),
    results: [taken(2), refused('sender', '906', 'SNDR-BLOCK')],
  },
  {
    label: 'without our ids a shorter list says nothing about anybody',
    messages: [message, second],
    answer: ok200(entry(1)),
    results: [notAnswered, notAnswered],
  },
  {
    label: 'with our ids a shorter list says something about those in it',
    messages: [message, second],
    answer: ok200(entry(1, 'AWAITING-DLR', { customid: second.id })),
    results: [notAnswered, taken(1)],
  },
  {
    label: 'an answer to somebody else is not taken by its place',
    messages: [message, second],
    answer: ok200(entry(1, 'AWAITING-DLR', { customid: second.id }), entry(2, 'SPAM', { customid: 'foreign' })),
    results: [notAnswered, taken(1)],
  },
  {
    label: 'a number without a status is unknown',
    messages: [message],
    answer: ok200(7),
    results: [refused('unknown', '900', 'no status')],
  },
  {
    label: 'a number without an id is taken all the same',
    messages: [message],
    answer: ok200({ status: 'AWAITING-DLR' }),
    results: [{ ok: true }],
  },
  {
    label: 'an error says why, without number and token',
    messages: [message, second],
    answer: said(422, {
      status: 422,
      code: 422,
      message: 'The to field 919800000001 is invalid for tok-0123456789abcdef',
    }),
    failure: { class: 'content', clevertap: '900', code: 'http-422', message: 'The to field *** is invalid for ***' },
  },
  {
    label: 'an error without words',
    messages: [message],
    answer: said(409, { status: 409 }),
    failure: { class: 'content', clevertap: '900', code: 'http-409' },
  },
  ...([400, 404, 403, 429] as const).map((status) => ({
    label: `a status of ${status} in the body of a 200 is believed`,
    messages: [message],
    answer: said(200, { status, message: 'no' }),
    failure: {
      class: ({ 400: 'content', 403: 'account', 404: 'account', 429: 'transient' } as const)[status],
      code: `http-${status}`,
      message: 'no',
    },
  })),
  ...(
    [
      [{ status: 'ERROR', message: 'no' }, 'content', 'http-400'],
      [{ status: 'ERROR', code: 401, message: 'no' }, 'account', 'http-401'],
      [{ status: '403', message: 'no' }, 'account', 'http-403'],
    ] as const
  ).map(([body, failure, code]) => ({
    label: `a 200 that is none: ${JSON.stringify(body)}`,
    messages: [message],
    answer: said(200, body),
    failure: { class: failure, code, message: 'no' },
  })),
  {
    label: 'a status as a number',
    messages: [message],
    answer: ok200(entry(1, 1)),
    results: [refused('recipient', '910', '001')],
  },
  {
    label: 'Retry-After survives the words',
    messages: [message],
    answer: { ...said(429, { status: 429, message: 'slow down' }), headers: { 'retry-after': '3' } },
    failure: { class: 'transient', code: 'http-429', message: 'slow down', retryAfterMs: 3_000 },
  },
];

runSubmitCases(mobtexting, {
  credentials,
  message,
  unknownStatus: { answer: ok200(entry(1, 'TELEPORTED')), results: [refused('unknown', '900', 'TELEPORTED')] },
  cases: submitCases,
});

runSubmitCases(mobtexting, {
  credentials: { token: 'tok-0123456789abcdef', service: 'MKT', webhookId: 'wh-1' },
  message,
  unknownStatus: { answer: ok200(entry(1, '')), results: [refused('unknown', '900', 'no status')] },
  cases: [
    {
      label: 'names product and webhook of one message',
      messages: [message],
      answer: ok200(entry(1)),
      request: asked('send', `${HEAD},"service":"MKT","webhook_id":"wh-1"}`),
      results: [taken(1)],
    },
    {
      label: 'names product and webhook once for several',
      messages: [message, message],
      answer: ok200(entry(1), entry(2)),
      request: asked('send/json', `{"root":{"service":"MKT","webhook_id":"wh-1"},"nodes":[${HEAD}},${HEAD}}]}`),
      results: [taken(1), taken(2)],
    },
  ],
});

const headers = { 'content-type': 'application/json', authorization: 'Bearer s3cret' };
const at = new Date('2021-04-09T10:57:51.000Z');
const report = (changes: object) => ({
  body: JSON.stringify({
    id: `${UUID}:1`,
    mobile: '919800000001',
    status: 'DELIVRD',
    credits: '2.0000',
    units: 2,
    deliv_time: '2021-04-09 16:27:51',
    sent_time: '2021-04-09 16:27:35',
    submit_time: '2021-04-09 16:27:39',
    cid: '1234444',
    custom: message.id,
    ...changes,
  }),
});
const receipts = (receipt: Partial<Receipt> & Pick<Receipt, 'status'>) => ({
  kind: 'receipts' as const,
  receipts: [{ attemptId: message.id, providerId: `${UUID}:1`, at, ...receipt }],
});
const expired = (code: string) =>
  receipts({ status: 'expired', class: 'recipient', clevertap: '916', code, reason: code });

const callbackCases: CallbackCase[] = [
  { label: 'a delivery', request: report({}), expected: receipts({ status: 'delivered' }) },
  { label: 'a delivery by number', request: report({ status: '000' }), expected: receipts({ status: 'delivered' }) },
  { label: 'other letters', request: report({ status: 'Delivrd' }), expected: receipts({ status: 'delivered' }) },
  { label: 'still waiting', request: report({ status: 'AWAITING-DLR' }), expected: receipts({ status: 'pending' }) },
  ...['EXPIRED', '021', 'TIMEOUT-DLR'].map((word) => ({
    label: `${word} is expired`,
    request: report({ status: word }),
    expected: expired(word),
  })),
  ...EVERY.map(([failure, clevertap, word]) => ({
    label: `${word} is ${failure} ${clevertap}`,
    request: report({ status: word }),
    expected: receipts({
      status: 'failed',
      class: failure,
      clevertap,
      code: word,
      reason: word,
      ...(clevertap === '903' ? { optOut: true } : {}),
    }),
  })),
  {
    label: 'our id in other letters',
    request: report({ custom: message.id.toUpperCase() }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'their id alone',
    request: report({ custom: '' }),
    expected: receipts({ status: 'delivered', attemptId: undefined }),
  },
  {
    label: 'our id alone',
    request: report({ id: undefined }),
    expected: receipts({ status: 'delivered', providerId: undefined }),
  },
  {
    label: 'no id',
    request: report({ id: null, custom: null }),
    expected: { kind: 'malformed', reason: 'neither custom nor id' },
  },
  {
    label: 'our id as cid, which a composed webhook may call it',
    request: report({ custom: undefined, cid: message.id.toUpperCase() }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'a status that came as a number',
    request: report({ status: 9 }),
    expected: receipts({ status: 'failed', class: 'recipient', clevertap: '912', code: '009', reason: '009' }),
  },
  { label: 'no status', request: report({ status: ' ' }), expected: { kind: 'malformed', reason: 'no status' } },
  ...(
    [
      [{ deliv_at: '1701086585' }, new Date(1_701_086_585_000)],
      [{ deliv_at: '0' }, at],
      [{ deliv_at: '' }, at],
      [{ deliv_time: '' }, undefined],
      [{ deliv_time: '2021-13-09 16:27:51' }, undefined],
      [{ deliv_time: 7 }, undefined],
    ] as [object, Date | undefined][]
  ).map(([times, expected]) => ({
    label: `reads the time of ${JSON.stringify(times)}`,
    request: report(times),
    expected: receipts({ status: 'delivered', at: expected }),
  })),
  {
    label: 'the check of a new webhook',
    request: { url: '/callbacks/token?token=9012XX', body: '{"validation_key":"9012XX","challenge":"a234qwe"}' },
    expected: { kind: 'challenge', answer: { challenge: 'a234qwe' } },
  },
  {
    label: 'an inbound message',
    request: {
      body: JSON.stringify({
        event: 'vmn:message:in',
        payload: {
          id: 'their-id',
          channels: [{ name: 'vmn', to: '919000000000' }],
          recipient: { from: '919800000001', user: {} },
          message: { type: 'text', payload: { text: 'STOP' } },
        },
      }),
    },
    expected: {
      kind: 'inbound',
      texts: [{ from: '+919800000001', to: '919000000000', text: 'STOP', providerId: 'their-id', at: undefined }],
    },
  },
  {
    label: 'an inbound message that is no text',
    request: { body: '{"event":"vmn:message:in","payload":{"message":{"type":"image"}}}' },
    expected: { kind: 'ignored', reason: 'an inbound message without a text' },
  },
  {
    label: 'a report with a field named challenge is a report',
    request: report({ challenge: 'a234qwe' }),
    expected: receipts({ status: 'delivered' }),
  },
  {
    label: 'a challenge that is no text',
    request: { body: '{"validation_key":"9012XX","challenge":{"a":1}}' },
    expected: { kind: 'malformed', reason: 'no status' },
  },
  {
    label: 'a challenge that nobody would send',
    request: { body: JSON.stringify({ validation_key: 'x', challenge: 'a'.repeat(201) }) },
    expected: { kind: 'malformed', reason: 'the challenge is too long' },
  },
  {
    label: 'a challenge without the secret is not answered',
    request: { headers: {}, body: '{"validation_key":"9012XX","challenge":"a234qwe"}' },
    expected: { kind: 'unauthentic', reason: 'wrong or no Authorization' },
  },
];

runCallbackCases(mobtexting, {
  credentials,
  callbackAuth: { bearer: 's3cret' },
  authHeader: 'authorization',
  genuine: { headers, ...report({}) },
  format: 'json',
  unknownStatus: {
    request: report({ status: 'TELEPORTED' }),
    expected: receipts({ status: 'pending', unlisted: 'TELEPORTED' }),
  },
  cases: callbackCases,
});

const ZERO_ID = `00${UUID.slice(2)}:2`;
const subject = { attemptId: message.id, providerId: `${UUID}:1`, to: message.to, submittedAt: new Date(0) };
const pulled = (...data: object[]) => ({ body: JSON.stringify({ status: 'OK', code: 200, message: 'OK', data }) });
const row = (more: object = {}) => ({
  id: `${UUID}:1`,
  mobile: '919800000001',
  status: 'DELIVRD',
  units: 1,
  custom: message.id,
  submitted_at: '2018-07-06 09:57:42',
  delivered_at: '2018-07-06 21:57:42',
  ...more,
});
const arrived = {
  attemptId: message.id,
  providerId: `${UUID}:1`,
  at: new Date('2018-07-06T16:27:42Z'),
  status: 'delivered' as const,
};
const question = (query: string) => ({
  method: 'GET',
  path: `/api/v2/sms/status?${query}`,
  headers: { authorization: 'Bearer tok-0123456789abcdef', accept: 'application/json' },
  body: '',
});

runLookupCases(mobtexting, credentials, [
  {
    label: 'asks by their id',
    subjects: [subject],
    answer: pulled(row()),
    request: question(`id=${UUID}%3A1`),
    receipts: [arrived],
  },
  {
    label: 'restores the zeros that normalising took off their id',
    subjects: [{ ...subject, providerId: ZERO_ID.replace(/^0+/, '') }],
    answer: pulled(row({ id: ZERO_ID })),
    request: question(`id=${encodeURIComponent(ZERO_ID)}`),
    receipts: [{ ...arrived, providerId: ZERO_ID }],
  },
  {
    label: 'asks by our id where theirs never came',
    subjects: [{ ...subject, providerId: null }],
    answer: pulled(row({ status: 'AWAITING-DLR', delivered_at: '' })),
    request: question(`cid=${message.id}`),
    receipts: [{ ...arrived, at: undefined, status: 'pending' }],
  },
  {
    label: 'a failure has its word',
    subjects: [subject],
    answer: pulled(row({ status: 'inv-sender' })),
    receipts: [
      { ...arrived, status: 'failed', class: 'sender', clevertap: '906', code: 'INV-SENDER', reason: 'INV-SENDER' },
    ],
  },
  { label: 'a status as a number', subjects: [subject], answer: pulled(row({ status: 0 })), receipts: [arrived] },
  {
    label: 'messages of others are left out',
    subjects: [subject],
    answer: pulled(row({ id: `${UUID}:2`, custom: second.id })),
    receipts: [],
  },
  {
    label: 'messages of others are left out, asked for by our id',
    subjects: [{ ...subject, providerId: null }],
    answer: pulled(row({ id: `${UUID}:2`, custom: second.id })),
    receipts: [],
  },
  { label: 'nothing known', subjects: [{ ...subject, providerId: null }], answer: pulled(), receipts: [] },
  {
    label: 'a word that nobody knows is no end',
    subjects: [subject],
    answer: pulled(row({ status: 'TELEPORTED' })),
    receipts: [{ ...arrived, status: 'pending', unlisted: 'TELEPORTED' }],
  },
  {
    label: 'an error inside a 200',
    subjects: [subject],
    answer: { body: '{"status":"Unauthorized","code":401,"message":"Unauthenticated."}' },
    failure: { class: 'account', code: 'http-401' },
  },
]);
