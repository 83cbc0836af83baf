import { createHash, createHmac } from 'node:crypto';
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { ReplyMeaning } from '../../core/messages/opt-out';
import type { CallbackRequest, CallbackResult, InboundText, OutboundMessage, Receipt } from '../provider';
import { CALLBACK_URL, runCallbackCases, runLookupCases, runSubmitCases } from '../testing/cases';
import type { CallbackCase, CallbackInput, SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { twilio } from '.';

const credentials = { accountSid: 'ACexample1', authToken: 'token-0123456789abcdef' };
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
  callbackUrl: CALLBACK_URL,
};
const sid = 'SM11111111111111111111111111111111';
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

/** "Attempt to send to unsubscribed recipient". */
const telling = (code: number | string) => (['21610', '30630'].includes(String(code)) ? { optOut: true as const } : {});

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

const path = `/callbacks/token?attempt=${message.id}`;

/** Signs as Twilio's page describes it: fields in the order of their names, written one after the other. */
function signature(url: string, fields: [string, string][], authToken = credentials.authToken): string {
  const names = [...fields].sort(([a], [b]) => (a < b ? -1 : 1));
  return createHmac('sha1', authToken)
    .update(url + names.map(([name, value]) => name + value).join(''))
    .digest('base64');
}

function signed(fields: Record<string, string>, url = path, origin = 'https://sms.example.test'): CallbackInput {
  return {
    url,
    headers: {
      'content-type': 'application/x-www-form-urlencoded; charset=UTF-8',
      'x-twilio-signature': signature(origin + url, Object.entries(fields)),
    },
    body: new URLSearchParams(fields).toString(),
  };
}

/** A webhook whose method is GET: all of it stands in the query, over which the URL is signed. */
function signedGet(fields: Record<string, string>): CallbackInput {
  const url = `/callbacks/token?${new URLSearchParams(fields).toString()}`;
  return {
    method: 'GET',
    url,
    headers: { 'x-twilio-signature': signature(`https://sms.example.test${url}`, []) },
    body: '',
  };
}

const TWIML = { contentType: 'text/xml', body: '<?xml version="1.0" encoding="UTF-8"?><Response/>' };
const inbound = (text: string, told?: ReplyMeaning): InboundText => ({
  from: '+919800000001',
  to: '+15005550006',
  text,
  providerId: sid,
  at: undefined,
  ...(told === undefined ? {} : { told }),
});

/** A callback as Twilio's documentation shows it. */
const report = (status: string, more: Record<string, string> = {}, url = path) =>
  signed(
    {
      SmsSid: sid,
      SmsStatus: status,
      MessageStatus: status,
      To: '+919800000001',
      MessageSid: sid,
      AccountSid: credentials.accountSid,
      From: 'HELIOS',
      ApiVersion: '2010-04-01',
      ...more,
    },
    url,
  );
const receipt = (outcome: Omit<Receipt, 'attemptId' | 'providerId'>): CallbackResult => ({
  kind: 'receipts',
  receipts: [{ attemptId: message.id, providerId: sid, ...outcome }],
});
const unauthentic: CallbackResult = { kind: 'unauthentic', reason: 'wrong or no X-Twilio-Signature' };

/** Error codes of callbacks: class, CleverTap code, codes. */
const REPORT_ERRORS: [FailureClass, CleverTapCode, number[]][] = [
  ['transient', '905', [30003]],
  ['transient', '914', [30008, 30017, 30020, 30021, 30022]],
  ['recipient', '903', [30004, 21610, 30630]],
  ['recipient', '902', [30450]],
  ['recipient', '914', [30453, 30485, 30615, 30620, 30640]],
  ['recipient', '910', [30005, 30006, 30014]],
  ['content', '902', [30007, 30019, 30038, 30039]],
  ['sender', '906', [30016, 30018, 30024, 30032, 30033, 30034, 30035, 30040, 30041, 30042, 30043, 63007]],
  ['transient', '904', [30001, 30023, 30027, 30454, 30500]],
  ['content', '900', [30011, 30012, 30013, 30015, 30028, 30029, 30030, 30031, 30044, 30045, 30400]],
  ['account', '904', [30002, 30037]],
  ['unknown', '904', [30410]],
  ['unknown', '914', [30046]],
  ['transient', '917', [30610]],
  // Not listed: the status speaks.
  ['recipient', '914', [39999]],
];

const callbackCases: CallbackCase[] = [
  ...['accepted', 'scheduled', 'queued', 'sending', 'sent', 'receiving', 'received', 'partially_delivered'].map(
    (status) => ({
      label: `${status} is pending`,
      request: report(status),
      expected: receipt({ status: 'pending' }),
    }),
  ),
  ...['delivered', 'read', 'DELIVERED', ' delivered '].map((status) => ({
    label: `${status} is delivered`,
    request: report(status, { RawDlrDoneDate: '2401151200' }),
    expected: receipt({ status: 'delivered' }),
  })),
  ...REPORT_ERRORS.flatMap(([failure, clevertap, codes]) =>
    codes.map((code) => ({
      label: `error ${code} is ${failure} ${clevertap}`,
      request: report('undelivered', { ErrorCode: String(code) }),
      expected: receipt({
        status: 'failed',
        class: failure,
        clevertap,
        code: String(code),
        reason: `undelivered: error ${code}`,
        ...telling(code),
      }),
    })),
  ),
  {
    label: 'error 30036 is expired',
    request: report('failed', { ErrorCode: '30036' }),
    expected: receipt({
      status: 'expired',
      class: 'recipient',
      clevertap: '916',
      code: '30036',
      reason: 'failed: error 30036',
    }),
  },
  ...(
    [
      ['undelivered', '914'],
      ['failed', '900'],
      ['canceled', '917'],
    ] as [string, CleverTapCode][]
  ).map(([status, clevertap]) => ({
    label: `${status} without a code is ${clevertap}`,
    request: report(status, { ErrorCode: '' }),
    expected: receipt({ status: 'failed', class: 'recipient', clevertap, code: status, reason: status }),
  })),
  {
    label: 'our id in another case is ours all the same',
    request: report('sent', {}, `/callbacks/token?attempt=${message.id.toUpperCase()}`),
    expected: receipt({ status: 'pending' }),
  },
  {
    label: 'without our id there is Twilio’s',
    request: report('delivered', {}, '/callbacks/token'),
    expected: { kind: 'receipts', receipts: [{ providerId: sid, status: 'delivered' }] },
  },
  {
    label: 'a signed form without MessageSid',
    request: signed({ MessageStatus: 'sent' }),
    expected: { kind: 'malformed', reason: 'no MessageSid' },
  },
  {
    label: 'a signed form without MessageStatus',
    request: signed({ MessageSid: sid }),
    expected: { kind: 'malformed', reason: 'no MessageStatus' },
  },
  {
    label: 'an inbound message',
    request: signed({
      MessageSid: sid,
      SmsStatus: 'received',
      From: '+919800000001',
      To: '+15005550006',
      Body: 'STOP',
      OptOutType: 'STOP',
    }),
    expected: {
      kind: 'inbound',
      texts: [inbound('STOP', 'stop')],
      answer: TWIML,
    },
  },
  ...(
    [
      ['BAJA', 'STOP', 'stop'],
      ['YES', 'START', 'start'],
      ['STOP', 'HELP', 'reply'],
      ['stop', 'stop', 'stop'],
      ['STOP', '', undefined],
      ['STOP', 'OTHER', undefined],
    ] as [string, string, ReplyMeaning | undefined][]
  ).map(([text, type, told]) => ({
    label: `${text} with OptOutType ${JSON.stringify(type)} is ${told ?? 'left to its words'}`,
    request: signed({ MessageSid: sid, From: '+919800000001', To: '+15005550006', Body: text, OptOutType: type }),
    expected: { kind: 'inbound' as const, texts: [inbound(text, told)], answer: TWIML },
  })),
  {
    label: 'OptOutType of a text that is empty',
    request: signed({ MessageSid: sid, From: '+919800000001', To: '+15005550006', Body: '', OptOutType: 'STOP' }),
    expected: { kind: 'inbound', texts: [inbound('', 'stop')], answer: TWIML },
  },
  {
    label: 'an inbound message of a short code',
    request: signed({ MessageSid: sid, SmsStatus: 'received', From: '12345', Body: 'STOP' }),
    expected: { kind: 'ignored', reason: 'an inbound message without a text', answer: TWIML },
  },
  ...(['MessageSid', 'SmsMessageSid', 'SmsSid'] as const).map((name) => ({
    label: `an inbound message whose id is ${name}`,
    request: signed({ [name]: sid, SmsStatus: 'received', From: '+919800000001', To: '+15005550006', Body: 'Hello' }),
    expected: { kind: 'inbound' as const, texts: [inbound('Hello')], answer: TWIML },
  })),
  {
    label: 'a report with the names of old',
    request: signed({ SmsSid: sid, SmsStatus: 'delivered', From: 'HELIOS', To: '+919800000001' }),
    expected: receipt({ status: 'delivered' }),
  },
  {
    label: 'a report by GET, signed over its query',
    request: signedGet({ MessageSid: sid, MessageStatus: 'undelivered', ErrorCode: '30005', attempt: message.id }),
    expected: receipt({
      status: 'failed',
      class: 'recipient',
      clevertap: '910',
      code: '30005',
      reason: 'undelivered: error 30005',
    }),
  },
  {
    label: 'an inbound message by GET, signed over its query',
    request: signedGet({
      MessageSid: sid,
      SmsStatus: 'received',
      From: '+919800000001',
      To: '+15005550006',
      Body: 'STOP',
    }),
    expected: { kind: 'inbound', texts: [inbound('STOP')], answer: TWIML },
  },
  {
    label: 'a GET that was changed on its way',
    request: {
      ...signedGet({ MessageSid: sid, MessageStatus: 'undelivered' }),
      url: `/callbacks/token?MessageSid=${sid}&MessageStatus=delivered`,
    },
    expected: unauthentic,
  },
  {
    label: 'a URL signed with its port',
    request: signed({ MessageSid: sid, MessageStatus: 'sent' }, path, 'https://sms.example.test:443'),
    expected: receipt({ status: 'pending' }),
  },
  {
    label: 'a URL signed with another port',
    request: signed({ MessageSid: sid, MessageStatus: 'sent' }, path, 'https://sms.example.test:8443'),
    expected: unauthentic,
  },
  {
    label: 'a URL signed for another host',
    request: signed({ MessageSid: sid, MessageStatus: 'sent' }, path, 'https://evil.example.test'),
    expected: unauthentic,
  },
  {
    label: 'a URL signed for http',
    request: signed({ MessageSid: sid, MessageStatus: 'sent' }, path, 'http://sms.example.test'),
    expected: unauthentic,
  },
  {
    label: 'whatever the proxy calls us',
    request: {
      ...report('sent'),
      headers: { ...report('sent').headers, host: '10.0.0.7:8080', 'x-forwarded-proto': 'http' },
    },
    expected: receipt({ status: 'pending' }),
  },
  {
    label: 'a proxy that cuts a prefix off the path',
    request: {
      ...report('sent'),
      url: `/token?attempt=${message.id}`,
    },
    expected: receipt({ status: 'pending' }),
  },
  {
    label: 'a repeated field counts once a value, in order',
    request: {
      url: path,
      headers: {
        'x-twilio-signature': signature(`https://sms.example.test${path}`, [
          ['MessageSid', sid],
          ['MessageStatus', 'sent'],
          ['X', 'a'],
          ['X', 'b'],
        ]),
      },
      body: `X=b&X=a&X=b&MessageSid=${sid}&MessageStatus=sent`,
    },
    expected: receipt({ status: 'pending' }),
  },
];

runCallbackCases(twilio, {
  credentials,
  callbackAuth: null,
  authHeader: 'x-twilio-signature',
  genuine: report('delivered'),
  format: 'form',
  unknownStatus: {
    request: report('teleported', { ErrorCode: '30008' }),
    expected: receipt({ status: 'pending', unlisted: 'teleported' }),
  },
  cases: callbackCases,
});

/** Vectors of twilio-node 6, `spec/validation.spec.js`: token `12345`, `https://mycompany.com/myapp.php?foo=1&bar=2`. */
describe('twilio signature', () => {
  const VECTOR_URL = '/myapp.php?foo=1&bar=2';
  const FORM = {
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
    To: '+18005551212',
  };
  const JSON_BODY = '{"property": "value", "boolean": true}';
  const JSON_URL = `${VECTOR_URL}&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620`;

  /** The vectors are no status callbacks: authentic ones are malformed. */
  function receive(url: string, signed: string, body: string | Buffer, callbackUrl: string, token = '12345') {
    const request: CallbackRequest = {
      method: 'POST',
      url,
      headers: { 'x-twilio-signature': signed },
      query: new URL(url, callbackUrl).searchParams,
      body: Buffer.from(body),
    };
    const config = {
      credentials: { accountSid: 'AC1', authToken: token },
      baseUrl: '',
      callbackUrl,
      callbackAuth: null,
    };
    return twilio.callback(request, config).kind;
  }
  const form = new URLSearchParams(FORM).toString();

  it.each(['https://mycompany.com/myapp.php', 'https://mycompany.com:443/myapp.php'])(
    'the published form vector holds for %s',
    (callbackUrl) => {
      expect(receive(VECTOR_URL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', form, callbackUrl)).toBe('malformed');
    },
  );

  it('the published JSON vector', () => {
    const at = 'https://mycompany.com/myapp.php';
    expect(receive(JSON_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', JSON_BODY, at)).toBe('malformed');
    expect(receive(JSON_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', JSON_BODY.replace('true', 'null'), at)).toBe(
      'unauthentic',
    );
    expect(receive(JSON_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', '', at)).toBe('unauthentic');
    expect(receive(VECTOR_URL, 'a9nBmqA0ju/hNViExpshrM61xv4=', JSON_BODY, at)).toBe('unauthentic');
  });

  it('a port of our own counts', () => {
    const at = 'https://mycompany.com:8443/myapp.php';
    const own = signature(`https://mycompany.com:8443${VECTOR_URL}`, Object.entries(FORM), '12345');
    expect(receive(VECTOR_URL, own, form, at)).toBe('malformed');
    expect(receive(VECTOR_URL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', form, at)).toBe('malformed');
  });

  it('another token', () => {
    expect(receive(VECTOR_URL, 'RSOYDt4T1cUTdK1PDd93/VVr8B8=', form, 'https://mycompany.com/myapp.php', '12346')).toBe(
      'unauthentic',
    );
  });

  it('reads a JSON callback', () => {
    const body = JSON.stringify({ MessageSid: sid, MessageStatus: 'delivered', ErrorCode: null });
    const url = `${path}&bodySHA256=${createHash('sha256').update(body).digest('hex').toUpperCase()}`;
    const request: CallbackRequest = {
      method: 'POST',
      url,
      headers: {
        'content-type': 'application/json',
        'x-twilio-signature': signature(`https://sms.example.test${url}`, []),
      },
      query: new URL(url, CALLBACK_URL).searchParams,
      body: Buffer.from(body),
    };
    const config = { credentials, baseUrl: '', callbackUrl: CALLBACK_URL, callbackAuth: null };
    expect(twilio.callback(request, config)).toEqual({ ...receipt({ status: 'delivered' }), proof: 'signature' });
  });

  it('no byte of body or query can be changed', () => {
    const genuine = report('delivered');
    const config = { credentials, baseUrl: '', callbackUrl: CALLBACK_URL, callbackAuth: null };
    const kindOf = (url: string, body: Buffer) =>
      twilio.callback(
        { method: 'POST', url, headers: genuine.headers!, query: new URL(url, CALLBACK_URL).searchParams, body },
        config,
      ).kind;
    const body = Buffer.from(genuine.body!);
    expect(kindOf(path, body)).toBe('receipts');
    for (let i = 0; i < body.length; i++) {
      const changed = Buffer.from(body);
      changed[i] = changed[i] === 0x78 ? 0x79 : 0x78;
      expect([i, kindOf(path, changed)]).toEqual([i, 'unauthentic']);
    }
    for (let i = path.indexOf('?') + 1; i < path.length; i++) {
      const changed = `${path.slice(0, i)}${path[i] === 'x' ? 'y' : 'x'}${path.slice(i + 1)}`;
      expect([i, kindOf(changed, body)]).toEqual([i, 'unauthentic']);
    }
  });
});

const submittedAt = new Date('2026-03-01T23:59:58Z');
const subject = { attemptId: message.id, providerId: sid.toLowerCase(), to: message.to, submittedAt };
const unnamed = { ...subject, providerId: null };
const resource = (more: object = {}) => ({
  sid,
  account_sid: credentials.accountSid,
  to: message.to,
  body: 'Hello',
  direction: 'outbound-api',
  status: 'delivered',
  error_code: null,
  date_created: 'Mon, 02 Mar 2026 00:00:00 +0000',
  ...more,
});
const list = (...messages: object[]) => ({ body: JSON.stringify({ messages, page: 0, next_page_uri: null }) });
const question = (path: string): SeenRequest => ({
  method: 'GET',
  path: `/2010-04-01/Accounts/${credentials.accountSid}/${path}`,
  headers: { authorization: 'Basic QUNleGFtcGxlMTp0b2tlbi0wMTIzNDU2Nzg5YWJjZGVm', accept: 'application/json' },
  body: '',
});
const delivered: Receipt = { attemptId: message.id, providerId: sid, status: 'delivered' };

runLookupCases(twilio, credentials, [
  {
    label: 'fetches a message by its SID, whatever its spelling here',
    subjects: [subject],
    answer: { body: JSON.stringify(resource()) },
    request: question(`Messages/${sid}.json`),
    receipts: [delivered],
  },
  {
    label: 'a failure has its code',
    subjects: [subject],
    answer: { body: JSON.stringify(resource({ status: 'undelivered', error_code: 30005 })) },
    receipts: [
      {
        ...delivered,
        status: 'failed',
        class: 'recipient',
        clevertap: '910',
        code: '30005',
        reason: 'undelivered: error 30005',
      },
    ],
  },
  {
    label: 'a code in digits is one',
    subjects: [subject],
    answer: { body: JSON.stringify(resource({ status: 'undelivered', error_code: '21610' })) },
    receipts: [
      {
        ...delivered,
        status: 'failed',
        class: 'recipient',
        clevertap: '903',
        optOut: true,
        code: '21610',
        reason: 'undelivered: error 21610',
      },
    ],
  },
  {
    label: 'a message on its way is there',
    subjects: [subject],
    answer: { body: JSON.stringify(resource({ status: 'sent' })) },
    receipts: [{ ...delivered, status: 'pending' }],
  },
  {
    label: 'a SID that is unknown',
    subjects: [subject],
    answer: { status: 404, body: '{"code":20404}' },
    receipts: [],
  },
  {
    label: 'without a SID finds it by number and time',
    subjects: [unnamed],
    answer: list(
      resource({ sid: 'SM2', date_created: 'Mon, 02 Mar 2026 00:01:00 +0000' }),
      resource(),
      resource({ sid: 'SM3', date_created: 'Sun, 01 Mar 2026 23:59:40 +0000' }),
      resource({ sid: 'SM4', direction: 'inbound' }),
      resource({ sid: 'SM5', to: '+919800000002' }),
    ),
    request: question('Messages.json?To=%2B919800000001&DateSent%3E=2026-03-01&PageSize=1000'),
    receipts: [delivered],
  },
  {
    label: 'tells two messages of one minute apart by their text',
    subjects: [{ ...unnamed, text: 'Hello' }],
    answer: list(resource(), resource({ sid: 'SM2', body: 'Another' })),
    receipts: [delivered],
  },
  {
    label: 'takes neither of two that could be it',
    subjects: [unnamed],
    answer: list(resource(), resource({ sid: 'SM2' })),
    receipts: [],
  },
  { label: 'without a SID and unknown', subjects: [unnamed], answer: list(), receipts: [] },
  {
    label: 'a path that is not there is no answer',
    subjects: [unnamed],
    answer: { status: 404 },
    failure: { class: 'account', code: 'http-404' },
  },
]);
