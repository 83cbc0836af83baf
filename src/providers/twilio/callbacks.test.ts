/** Twilio: what its reports and replies mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { ReplyMeaning } from '../../core/messages/opt-out';
import type { CallbackResult, InboundText } from '../provider';
import { runCallbackCases } from '../testing/cases';
import type { CallbackCase, CallbackInput } from '../testing/cases';
import { twilio } from '.';
import { credentials, message, sid, telling, signature, path, receipt, report, signed } from './fixtures/sample';

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
