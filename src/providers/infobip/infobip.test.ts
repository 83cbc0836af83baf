/** Infobip: what is submitted, and what its answers mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { OutboundMessage, SubmitResult } from '../provider';
import { runSubmitCases } from '../testing/cases';
import type { SubmitCase } from '../testing/cases';
import type { SeenRequest } from '../testing/vendor';
import { infobip } from '.';
import {
  credentials,
  message,
  callbackUrl,
  PENDING_ACCEPTED,
  second,
  REFUSED,
  telling,
  OPTED_OUT,
  type Status,
} from './fixtures/sample';

/** An entry of the answer's `messages[]`. */
const answerTo = (id: string, [groupId, code, name]: Status, description = 'said so') => ({
  messageId: id,
  status: { groupId, groupName: 'GROUP', id: code, name, description },
  destination: '919800000001',
  details: { messageCount: 1 },
});
const ok200 = (...messages: object[]) => ({ body: JSON.stringify({ bulkId: '2034072219640523072', messages }) });
const bad400 = (...violations: { property: string; violation: string }[]) => ({
  status: 400,
  body: JSON.stringify({
    errorCode: 'E400',
    description: 'Request cannot be processed.',
    action: 'Check the syntax, violations and adjust the request.',
    violations,
    resources: [],
  }),
});
const asked = (body: string): SeenRequest => ({
  method: 'POST',
  path: '/sms/3/messages',
  headers: {
    authorization: 'App key-0123456789abcdef-fedcba',
    'content-type': 'application/json',
    accept: 'application/json',
  },
  body,
});

/** The body of a request for one message, whose content and options are given as they must stand there. */
const single = (content: string, options = '') =>
  asked(
    `{"messages":[{"sender":"HELIOS","destinations":[{"to":"919800000001","messageId":"${message.id}"}],"content":${content},` +
      `${options && `"options":${options},`}"webhooks":{"delivery":{"url":"${callbackUrl}"},"contentType":"application/json"}}],"options":{"includeSmsCountInResponse":true}}`,
  );
const taken: SubmitResult = { ok: true, parts: 1 };
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason: string): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
});

/** Carried fields: label, changes to the message, content and options on the wire. */
const CARRIED: [string, Partial<OutboundMessage>, string, string?][] = [
  ['a plain message', {}, '{"text":"Hello"}'],
  ['unicode', { text: 'नमस्ते 😀', encoding: 'ucs2' }, '{"text":"नमस्ते 😀"}'],
  ['quotes and line breaks', { text: 'a "b"\nc' }, '{"text":"a \\"b\\"\\nc"}'],
  ['flash', { flash: true }, '{"text":"Hello"}', '{"flash":true}'],
  ['validity', { validitySeconds: 900 }, '{"text":"Hello"}', '{"validityPeriod":{"amount":900,"timeUnit":"SECONDS"}}'],
  [
    'a validity beyond 48 hours as 48 hours',
    { validitySeconds: 604_800 },
    '{"text":"Hello"}',
    '{"validityPeriod":{"amount":172800,"timeUnit":"SECONDS"}}',
  ],
  [
    'DLT ids',
    { entityId: '1111111111111111112', templateId: '1111111111111111111' },
    '{"text":"Hello"}',
    '{"regional":{"indiaDlt":{"contentTemplateId":"1111111111111111111","principalEntityId":"1111111111111111112"}}}',
  ],
  [
    'a DLT entity alone',
    { entityId: '1111111111111111112' },
    '{"text":"Hello"}',
    '{"regional":{"indiaDlt":{"principalEntityId":"1111111111111111112"}}}',
  ],
  ['a DLT template alone is not carried', { templateId: '1111111111111111111' }, '{"text":"Hello"}'],
  [
    'everything at once',
    { flash: true, validitySeconds: 60, entityId: '12', templateId: '34' },
    '{"text":"Hello"}',
    '{"flash":true,"validityPeriod":{"amount":60,"timeUnit":"SECONDS"},"regional":{"indiaDlt":{"contentTemplateId":"34","principalEntityId":"12"}}}',
  ],
  ['a port', { text: 'Hi€', port: 16_001 }, '{"dataCoding":0,"esmClass":64,"hex":"06 05 04 3e 81 00 00 48 69 1b 65"}'],
  [
    'a port with unicode and flash',
    { text: 'न😀', encoding: 'ucs2', port: 2_948, flash: true },
    '{"dataCoding":8,"esmClass":64,"hex":"06 05 04 0b 84 00 00 09 28 d8 3d de 00"}',
    '{"flash":true}',
  ],
];
const TAKEN: Status[] = [
  [0, 0, 'ACCEPTED'],
  [1, 3, 'PENDING_WAITING_DELIVERY'],
  [1, 7, 'PENDING_ENROUTE'],
  PENDING_ACCEPTED,
  [3, 2, 'DELIVERED_TO_OPERATOR'],
  [3, 5, 'DELIVERED_TO_HANDSET'],
  // Our id is known there: the message was taken before.
  [5, 23, 'REJECTED_DUPLICATE_MESSAGE_ID'],
];

const portTooLong = refused(
  'content',
  '900',
  'port-too-long',
  'a message to a port must fit its encoding and one part',
);
const bystander = refused('transient', '904', 'http-400', 'the request was refused because of another message in it');

const submitCases: SubmitCase[] = [
  ...CARRIED.map(([label, changes, content, options]) => ({
    label: `carries ${label}`,
    messages: [{ ...message, ...changes }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: single(content, options),
    results: [taken],
  })),
  {
    label: 'a number as the sender goes without its plus sign',
    messages: [{ ...message, from: '+447700900001' }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: asked(single('{"text":"Hello"}').body.replace('"HELIOS"', '"447700900001"')),
    results: [taken],
  },
  {
    label: 'a count of parts that is told is kept',
    messages: [message],
    answer: ok200({ ...answerTo(message.id, PENDING_ACCEPTED), details: { messageCount: 3 } }),
    results: [{ ok: true, parts: 3 }],
  },
  {
    label: 'a status that is a group’s name alone',
    messages: [message, second],
    answer: ok200(
      { messageId: message.id, status: { groupName: 'PENDING' } },
      { messageId: second.id, status: { groupName: 'Rejected' } },
    ),
    results: [{ ok: true }, refused('recipient', '900', '-1', 'no reason given')],
  },
  {
    label: 'carries no sender when there is none',
    messages: [{ ...message, from: null }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: asked(single('{"text":"Hello"}').body.replace('"sender":"HELIOS",', '')),
    results: [taken],
  },
  ...TAKEN.map((status) => ({
    label: `takes ${status[2]} for accepted`,
    messages: [message],
    answer: ok200(answerTo(message.id, status)),
    results: [taken],
  })),
  ...REFUSED.map(([groupId, id, name, failure, clevertap]) => ({
    label: `${name} inside a 200 is ${failure} ${clevertap}`,
    messages: [message],
    answer: ok200(answerTo(message.id, [groupId, id, name])),
    results: [{ ...refused(failure, clevertap, String(id), `${name}: said so`), ...telling(OPTED_OUT.status, id) }],
  })),
  {
    label: 'a batch is one request, answered in the order given whatever the order of the answer and the case of ids',
    messages: [message, second],
    answer: ok200(
      answerTo(second.id.toUpperCase(), [5, 13, 'REJECTED_SENDER'], 'blocked for 919800000002'),
      answerTo(message.id, PENDING_ACCEPTED),
    ),
    request: asked(
      `{"messages":[{"sender":"HELIOS","destinations":[{"to":"919800000001","messageId":"${message.id}"}],"content":{"text":"Hello"},"webhooks":{"delivery":{"url":"${callbackUrl}"},"contentType":"application/json"}},` +
        `{"sender":"HELIOS","destinations":[{"to":"919800000002","messageId":"${second.id}"}],"content":{"text":"नमस्ते"},"webhooks":{"delivery":{"url":"${callbackUrl}"},"contentType":"application/json"}}],"options":{"includeSmsCountInResponse":true}}`,
    ),
    results: [taken, refused('sender', '906', '13', 'REJECTED_SENDER: blocked for ***')],
  },
  {
    label: 'a description that quotes our key is cleaned',
    messages: [message],
    answer: ok200(answerTo(message.id, [5, 12, 'REJECTED_NOT_ENOUGH_CREDITS'], `key ${credentials.apiKey} is empty`)),
    results: [refused('account', '904', '12', 'REJECTED_NOT_ENOUGH_CREDITS: key *** is empty')],
  },
  {
    label: 'a message that the answer forgets is unknown',
    messages: [message, second],
    answer: ok200({ messageId: message.id, status: { groupId: 1, id: 26 } }, { status: {} }, 7 as unknown as object),
    results: [{ ok: true }, refused('unknown', '900', 'not-answered', 'the answer does not mention this message')],
  },
  {
    label: 'a message to a port that needs two parts stays here, its neighbour leaves',
    messages: [{ ...second, port: 16_001, encoding: 'ucs2', text: 'न'.repeat(67) }, message],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    request: single('{"text":"Hello"}'),
    results: [portTooLong, taken],
  },
  ...(
    [
      ['153 septets', { text: 'a'.repeat(153), encoding: 'gsm7' }],
      ['an extension character over the border', { text: 'a'.repeat(151) + '€', encoding: 'gsm7' }],
      ['a character outside GSM 03.38', { text: 'न', encoding: 'gsm7' }],
    ] as [string, Partial<OutboundMessage>][]
  ).map(([label, changes]) => ({
    label: `nothing leaves for ${label} to a port`,
    messages: [{ ...message, ...changes, port: 16_001 }],
    answer: 'reset' as const,
    request: null,
    results: [portTooLong],
  })),
  {
    label: '152 septets to a port fit',
    messages: [{ ...message, text: 'a'.repeat(152), port: 16_001 }],
    answer: ok200(answerTo(message.id, PENDING_ACCEPTED)),
    results: [taken],
  },
  {
    label: 'a 400 without violations refuses every message',
    messages: [message, second],
    answer: bad400(),
    failure: { class: 'content', clevertap: '900', code: 'http-400', message: 'Request cannot be processed.' },
  },
  {
    label: 'a 400 without a body refuses every message',
    messages: [message, second],
    answer: { status: 400 },
    failure: { class: 'content', clevertap: '900', code: 'http-400', message: 'the request was refused' },
  },
  ...(
    [
      ['messages[1].destinations[0].to', 'recipient', '910'],
      ['messages[1].sender', 'sender', '906'],
      ['messages[1].content.text', 'content', '900'],
    ] as [string, FailureClass, CleverTapCode][]
  ).map(([property, failure, clevertap]) => ({
    label: `a 400 that names ${property} refuses that message and spares the other`,
    messages: [message, second],
    answer: bad400({ property, violation: 'invalid value 919800000002' }),
    results: [bystander, refused(failure, clevertap, 'http-400', `${property}: invalid value ***`)],
  })),
  {
    label: 'a 400 counts messages as they were sent, without those that stayed here',
    messages: [{ ...message, port: 1, text: 'a'.repeat(153) }, message, second],
    answer: bad400({ property: 'messages[1].sender', violation: 'too long' }),
    results: [portTooLong, bystander, refused('sender', '906', 'http-400', 'messages[1].sender: too long')],
  },
  {
    label: 'a 400 that names a message we did not send refuses all',
    messages: [message],
    answer: bad400({ property: 'messages[7].sender', violation: 'too long' }),
    failure: { class: 'content', clevertap: '900', code: 'http-400' },
  },
];

runSubmitCases(infobip, {
  credentials,
  message,
  unknownStatus: {
    answer: ok200(answerTo(message.id, [9, 999, 'TELEPORTED'])),
    results: [refused('unknown', '900', '999', 'TELEPORTED: said so')],
  },
  cases: submitCases,
});
