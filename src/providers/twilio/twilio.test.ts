/** Twilio: what is submitted, and what its answers mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage } from '../provider';
import { runSubmitCases } from '../testing/cases';
import type { SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { twilio } from '.';
import { credentials, message, sid, telling } from './fixtures/sample';

const taken = (more: object = {}) => ({
  status: 201,
  body: JSON.stringify({ sid, status: 'queued', num_segments: '1', error_code: null, error_message: null, ...more }),
});
const refusal = (status: number, code: number, text = 'said so', headers?: Record<string, string>) => ({
  status,
  headers,
  body: JSON.stringify({ code, message: text, more_info: `https://www.twilio.com/docs/api/errors/${code}`, status }),
});
const asked = (form: string): SeenRequest => ({
  method: 'POST',
  path: `/2010-04-01/Accounts/${credentials.accountSid}/Messages.json`,
  headers: {
    authorization: 'Basic QUNleGFtcGxlMTp0b2tlbi0wMTIzNDU2Nzg5YWJjZGVm',
    'content-type': 'application/x-www-form-urlencoded',
    accept: 'application/json',
  },
  body: form,
});
const STATUS_CALLBACK = `StatusCallback=https%3A%2F%2Fsms.example.test%2Fcallbacks%2Ftoken%3Fattempt%3D${message.id}`;

/** Carried fields: label, changes to the message, the form that must leave. */
const CARRIED: [string, Partial<OutboundMessage>, string][] = [
  ['a plain message', {}, `To=%2B919800000001&From=HELIOS&Body=Hello&${STATUS_CALLBACK}`],
  [
    'a number as sender',
    { from: '+15005550006' },
    `To=%2B919800000001&From=%2B15005550006&Body=Hello&${STATUS_CALLBACK}`,
  ],
  [
    'a Messaging Service',
    { from: 'MG22222222222222222222222222222222' },
    `To=%2B919800000001&MessagingServiceSid=MG22222222222222222222222222222222&Body=Hello&${STATUS_CALLBACK}`,
  ],
  [
    'an alphanumeric sender that starts like a service',
    { from: 'MGMOTORS' },
    `To=%2B919800000001&From=MGMOTORS&Body=Hello&${STATUS_CALLBACK}`,
  ],
  ['no sender', { from: null }, `To=%2B919800000001&Body=Hello&${STATUS_CALLBACK}`],
  [
    'unicode and signs',
    { text: 'न 50% & more+\n', encoding: 'ucs2' },
    `To=%2B919800000001&From=HELIOS&Body=%E0%A4%A8+50%25+%26+more%2B%0A&${STATUS_CALLBACK}`,
  ],
  [
    'a validity',
    { validitySeconds: 900 },
    `To=%2B919800000001&From=HELIOS&Body=Hello&${STATUS_CALLBACK}&ValidityPeriod=900`,
  ],
  [
    'a validity beyond ten hours as ten hours',
    { validitySeconds: 86_400 },
    `To=%2B919800000001&From=HELIOS&Body=Hello&${STATUS_CALLBACK}&ValidityPeriod=36000`,
  ],
];

/** Codes of refused requests: HTTP status, class, CleverTap code, codes. */
const API_ERRORS: [number, FailureClass, CleverTapCode, number[]][] = [
  [401, 'account', '904', [20003]],
  [400, 'account', '904', [10001, 20002, 20005, 20006, 20008, 21470, 21471, 21472, 21609, 30002, 30037, 30112]],
  [429, 'transient', '904', [20429]],
  [500, 'transient', '904', [20500]],
  [503, 'transient', '904', [20503]],
  [400, 'recipient', '910', [21211, 21214, 21217, 21265, 21268, 21604, 21614, 21635]],
  [400, 'recipient', '904', [21219, 21608, 572_005]],
  [400, 'recipient', '903', [21610]],
  [400, 'sender', '904', [21408, 30010]],
  [400, 'content', '900', [21602, 21605, 21617, 21618, 21619, 21620, 21621, 21622, 21623, 21624, 21626, 21627]],
  [400, 'content', '900', [21652, 21653, 21654, 21655, 21656, 21658, 21664, 21665, 21666, 21667, 21902]],
  [400, 'account', '907', [21900]],
  [400, 'content', '908', [21901]],
  [400, 'content', '920', [30110, 30111]],
  [400, 'sender', '906', [21212, 21210, 21603, 21606, 21607, 21601, 21616, 21709, 21712, 21612]],
  [400, 'sender', '906', [21213, 21264, 21266, 21267, 21401, 21407]],
  [400, 'sender', '906', [21657, 21659, 21660, 21661, 21662, 21663, 21668, 21910]],
  [400, 'sender', '906', [21701, 21702, 21703, 21704, 21705, 21708, 21711, 21713, 21715, 21717, 21729, 21731]],
  [400, 'transient', '904', [21611, 21730, 14107, 63018, 63038]],
  // Not listed: the HTTP status speaks.
  [400, 'content', '900', [21999]],
  [403, 'account', '904', [20999]],
  [404, 'account', '904', [20404]],
  [500, 'unknown', '900', [20999]],
];

const submitCases: SubmitCase[] = [
  ...CARRIED.map(([label, changes, form]) => ({
    label: `carries ${label}`,
    messages: [{ ...message, ...changes }],
    answer: taken(),
    request: asked(form),
    results: [{ ok: true as const, providerId: sid, parts: 1 }],
  })),
  ...['accepted', 'scheduled', 'queued', 'sending', 'sent', 'delivered'].map((status) => ({
    label: `takes ${status} for accepted`,
    messages: [message],
    answer: taken({ status, num_segments: '0' }),
    results: [{ ok: true as const, providerId: sid }],
  })),
  ...(
    [
      ['failed', null, 'recipient', '900', 'failed'],
      ['canceled', null, 'recipient', '917', 'canceled'],
      ['undelivered', null, 'recipient', '914', 'undelivered'],
      ['failed', 21610, 'recipient', '903', '21610'],
      ['failed', 29_999, 'recipient', '900', '29999'],
    ] as [string, number | null, FailureClass, CleverTapCode, string][]
  ).map(([status, error, failure, clevertap, code]) => ({
    label: `a message that is ${status} at once (${error}) is ${failure} ${clevertap}`,
    messages: [message],
    answer: taken({ status, error_code: error }),
    results: [
      { ok: false as const, class: failure, clevertap, code, reason: `the message is ${status}`, ...telling(code) },
    ],
  })),
  ...API_ERRORS.flatMap(([status, failure, clevertap, codes]) =>
    codes.map((code) => ({
      label: `${code} in a ${status} is ${failure} ${clevertap}`,
      messages: [message],
      answer: refusal(status, code),
      failure: { class: failure, clevertap, code: String(code), message: 'said so', ...telling(code) },
    })),
  ),
  {
    label: 'a 429 tells when to come again',
    messages: [message],
    answer: refusal(429, 20429, 'Too Many Requests', { 'retry-after': '3' }),
    failure: { class: 'transient', code: '20429', retryAfterMs: 3_000 },
  },
  {
    label: 'a reason that quotes number and token is cleaned',
    messages: [message],
    answer: refusal(400, 21211, `The 'To' number +919800000001 (${credentials.authToken}) is not valid`),
    failure: { class: 'recipient', code: '21211', message: "The 'To' number *** (***) is not valid" },
  },
  {
    label: 'an error envelope without a text',
    messages: [message],
    answer: { status: 400, body: '{"code":21211}' },
    failure: { class: 'recipient', code: '21211', message: 'the provider answered HTTP 400' },
  },
  {
    label: '1,600 characters leave, of whatever plane',
    messages: [{ ...message, text: '😀'.repeat(1_600), encoding: 'ucs2' }],
    answer: taken(),
    results: [{ ok: true, providerId: sid, parts: 1 }],
  },
  {
    label: 'a code in digits is one',
    messages: [message],
    answer: { status: 400, body: '{"code":"21659","message":"no such From","status":400}' },
    failure: { class: 'sender', clevertap: '906', code: '21659', message: 'no such From' },
  },
  {
    label: '1,601 characters stay here',
    messages: [{ ...message, text: 'a'.repeat(1_601) }],
    answer: 'reset',
    request: null,
    results: [
      {
        ok: false,
        class: 'content',
        clevertap: '900',
        code: 'text-too-long',
        reason: 'Twilio takes 1600 characters at most',
      },
    ],
  },
];

runSubmitCases(twilio, {
  credentials,
  message,
  // The message exists; what becomes of it the callback will tell.
  unknownStatus: {
    answer: taken({ status: 'teleported' }),
    results: [{ ok: true, providerId: sid, parts: 1 }],
  },
  cases: submitCases,
});
