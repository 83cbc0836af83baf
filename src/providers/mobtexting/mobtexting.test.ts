/** Mobtexting: what is submitted, and what its answers mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, SubmitResult } from '../provider';
import { runSubmitCases } from '../testing/cases';
import type { SubmitCase } from '../testing/cases';
import { mobtexting } from '.';
import { credentials, message, UUID, EVERY, second } from './fixtures/sample';

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
