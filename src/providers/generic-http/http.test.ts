/** A configured vendor: what is submitted, and what its answers mean. */
import type { CleverTapCode, FailureClass } from '../../core/messages/outcome';
import type { SubmitResult } from '../provider';
import { runSubmitCases } from '../testing/cases';
import { genericHttp } from '.';
import { configured, message } from './fixtures/sample';

const JSON_REQUEST = {
  path: '/v1/{id}/{account}',
  headers: { Authorization: 'Bearer {key}', 'X-Once': '{id}' },
  secrets: { key: 'key-0123456789', account: 'acc/55?' },
  format: 'json',
  fields: {
    messages: [{ number: '+{to}', from: '{from}', body: '{text}', ref: 'hg:{id}', coding: '{encoding}' }],
    dlt: { entity: '{entityId}', template: '{templateId}' },
    report: '{callbackUrl}',
    literal: '{{to}',
    flash: false,
    parts: 3,
    none: null,
  },
  answer: {
    success: { at: '/result/ok', equals: 'true' },
    providerId: '/result/ids/0',
    code: '/result/code',
    reason: '/message',
    refusals: [
      { value: '17', class: 'sender', clevertap: '906' },
      { value: 'NO_MONEY', class: 'account', clevertap: '904' },
    ],
  },
};
const said = (body: unknown, status = 200) => ({ status, body: JSON.stringify(body) });
const success = said({ result: { ok: true, ids: [4711, 4712] } });
const refused = (failure: FailureClass, clevertap: CleverTapCode, code: string, reason: string): SubmitResult => ({
  ok: false,
  class: failure,
  clevertap,
  code,
  reason,
});
const jsonRequest = (body: string) => ({
  method: 'POST',
  path: `/v1/${message.id}/acc%2F55%3F`,
  headers: { 'content-type': 'application/json', authorization: 'Bearer key-0123456789', 'x-once': message.id },
  body,
});

runSubmitCases(genericHttp, {
  credentials: configured(JSON_REQUEST),
  message,
  unknownStatus: {
    answer: said({ result: { ok: 'perhaps' }, message: 'well' }),
    results: [refused('recipient', '900', 'perhaps', 'well')],
  },
  cases: [
    {
      label: 'fills JSON; values are texts and nothing else',
      messages: [message],
      answer: success,
      request: jsonRequest(
        '{"messages":[{"number":"+919800000001","from":"HELIOS","body":"Hello \\"you\\" & {me} $& नमस्ते",' +
          `"ref":"hg:${message.id}","coding":"unicode"}],"dlt":{"template":"1107160016156755389"},` +
          `"report":"https://heliograph.example/callbacks/t0ken","literal":"{to}","flash":false,"parts":3,"none":null}`,
      ),
      results: [{ ok: true, providerId: '4711' }],
    },
    {
      label: 'a text that looks like a placeholder stays a text',
      messages: [{ ...message, text: '{key} {{to} {from}', from: null, templateId: null, encoding: 'gsm7' }],
      answer: success,
      request: jsonRequest(
        `{"messages":[{"number":"+919800000001","body":"{key} {{to} {from}","ref":"hg:${message.id}","coding":"text"}],"dlt":{},` +
          `"report":"https://heliograph.example/callbacks/t0ken","literal":"{to}","flash":false,"parts":3,"none":null}`,
      ),
      results: [{ ok: true, providerId: '4711' }],
    },
    {
      label: 'a success without an id',
      messages: [message],
      answer: said({ result: { ok: 'true', ids: [] } }),
      results: [{ ok: true }],
    },
    ...[200, 402, 500].map((status) => ({
      label: `a listed code under HTTP ${status}`,
      messages: [message],
      answer: said({ result: { ok: false, code: 17 }, message: 'no HELIOS for 919800000001, key-0123456789' }, status),
      results: [refused('sender', '906', '17', 'no HELIOS for ***, ***')],
    })),
    {
      label: 'a listed word, without a reason',
      messages: [message],
      answer: said({ result: { code: 'NO_MONEY' } }),
      results: [refused('account', '904', 'NO_MONEY', 'NO_MONEY')],
    },
    {
      label: 'a code that is not listed',
      messages: [message],
      answer: said({ result: { ok: false, code: 99 } }),
      results: [refused('recipient', '900', '99', '99')],
    },
    {
      label: 'a code that is not listed under an HTTP error leaves it to the status',
      messages: [message],
      answer: said({ result: { ok: false, code: 99 } }, 503),
      failure: { class: 'transient', code: 'http-503' },
    },
    {
      label: 'a success under an HTTP error is none',
      messages: [message],
      answer: { ...success, status: 500 },
      failure: { class: 'unknown', code: 'http-500' },
    },
    {
      label: 'nothing where success is told',
      messages: [message],
      answer: said({ result: { ok: { really: true } } }),
      failure: { class: 'unknown', code: 'unreadable-answer' },
    },
  ],
});

const FIELDS = {
  to: '{to}',
  text: '{text}',
  from: '{from}',
  key: '{key}',
  entity: '{entityId}',
  both: '{from}/{entityId}',
};
const ENCODED =
  'to=919800000001&text=Hello+%22you%22+%26+%7Bme%7D+%24%26+%E0%A4%A8%E0%A4%AE%E0%A4%B8%E0%A5%8D%E0%A4%A4%E0%A5%87' +
  '&from=HELIOS&key=k%26y%3D1&both=HELIOS%2F';
const answer = { success: { at: 'status', equals: 'ok' } };
const ok = said({ status: 'ok' });
const unknownStatus = { answer: said({ status: 'odd' }), results: [refused('recipient', '900', 'odd', 'odd')] };

runSubmitCases(genericHttp, {
  credentials: configured({ path: '/send', secrets: { key: 'k&y=1' }, format: 'form', fields: FIELDS, answer }),
  message,
  unknownStatus,
  cases: [
    {
      label: 'fills a form',
      messages: [message],
      answer: ok,
      request: {
        method: 'POST',
        path: '/send',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: ENCODED,
      },
      results: [{ ok: true }],
    },
  ],
});

runSubmitCases(genericHttp, {
  credentials: configured({
    method: 'GET',
    path: '/send',
    secrets: { key: 'k&y=1' },
    format: 'query',
    fields: FIELDS,
    encodings: { gsm7: '0', ucs2: '8' },
    answer,
  }),
  message,
  unknownStatus,
  cases: [
    {
      label: 'fills a query',
      messages: [message],
      answer: ok,
      request: { method: 'GET', path: `/send?${ENCODED}`, headers: {}, body: '' },
      results: [{ ok: true }],
    },
  ],
});

describe('http submit', () => {
  const http = { request: () => Promise.resolve({ status: 204, headers: {}, body: '' }) };
  const plain = configured({ path: '/send', format: 'form', fields: { to: '{to}' } });
  const submit = (baseUrl: string) =>
    genericHttp.submit(
      { credentials: plain, baseUrl, callbackUrl: '', callbackAuth: null },
      [message],
      http,
      new AbortController().signal,
    );

  it('takes 2xx for success when nothing else is configured', async () => {
    expect(await submit('https://vendor.example')).toEqual([{ ok: true }]);
  });

  it('needs a base URL', async () => {
    await expect(submit(genericHttp.defaultBaseUrl)).rejects.toMatchObject({ class: 'account', code: 'no-base-url' });
  });
});

describe('http configuration', () => {
  const good = { path: '/send', format: 'form', fields: { to: '{to}' } };
  it.each<[string, object]>([
    ['no {to}', { fields: { text: '{text}' } }],
    ['a placeholder nobody knows', { fields: { to: '{to}', text: '{body}' } }],
    ['a brace that opens nothing', { fields: { to: '{to}', text: 'a { b' } }],
    ['an empty placeholder', { fields: { to: '{to}', text: '{}' } }],
    ['a secret by the name of a field of messages', { secrets: { text: 'x' } }],
    ['the text in a header', { headers: { 'x-text': '{text}' } }],
    ['the sender in the path', { path: '/{from}' }],
    ['a path with a query', { path: '/send?a=b' }],
    ['a path without a slash', { path: 'send' }],
    ['a header that is none', { headers: { 'a b': 'c' } }],
    ['GET with a body', { method: 'GET' }],
    ['a form of more than texts', { fields: { to: '{to}', n: 1 } }],
    ['a form that is a list', { fields: ['{to}'] }],
    ['a refusal of a class we have not', { answer: { refusals: [{ value: '1', class: 'x', clevertap: '900' }] } }],
    ['an option we have not', { retries: 3 }],
  ])('refuses %s', (_label, changes) => {
    expect(genericHttp.credentialsSchema.safeParse(good).success).toBe(true);
    expect(genericHttp.credentialsSchema.safeParse({ ...good, ...changes }).success).toBe(false);
  });

  it('says what is wrong and where', () => {
    const result = genericHttp.credentialsSchema.safeParse({ ...good, headers: { 'x-key': '{key}' } });
    expect(result.error?.issues).toMatchObject([
      { path: ['headers', 'x-key'], message: expect.stringContaining('{key}') },
    ]);
  });
});
