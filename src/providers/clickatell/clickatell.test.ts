/** Clickatell: what is submitted, and what its answers mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, SubmitResult } from '../provider';
import { runSubmitCases } from '../testing/cases';
import type { SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { clickatell } from '.';
import { credentials, message } from './fixtures/sample';

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
