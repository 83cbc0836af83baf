/** How large and how deep a request may be: what is beyond is refused by name, before it costs anything. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const JSON_TYPE = { 'content-type': 'application/json' };
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const fields = (count: number) => Array.from({ length: count }, (_, i) => `k${i}=v`).join('&');
const MESSAGE = { to: '919800000001', text: 'Hello' };
const send = (body: unknown, headers: Record<string, string> = JSON_TYPE) =>
  stack.call('POST', '/clevertap/v1/messages', body, headers);

describe('400, naming the path', () => {
  test('JSON nested deeper than 20 levels', async () => {
    const record = (depth: number) => `{"list":[{"to":"919800000001","text":"x","tags":${nested(depth)}}]}`;
    expect((await send(record(17))).status).toBe(200);
    const { status, json } = await send(record(18));
    const field = `list[0].tags${'[0]'.repeat(17)}`;
    expect([status, json.code, json.errors]).toEqual([
      400,
      'invalid-request',
      [{ field, message: 'is nested more than 20 levels deep' }],
    ]);
    expect(json.detail).toContain(field);
  });

  test('an object of more than 1,000 keys', async () => {
    const record = (count: number) => ({
      ...MESSAGE,
      more: Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])),
    });
    expect((await send(record(1_000))).status).toBe(200);
    const { status, json } = await send({ list: [MESSAGE, record(1_001)] });
    expect([status, json.errors]).toEqual([400, [{ field: 'list[1].more', message: 'has more than 1000 keys' }]]);
  });

  test('a form of more than 1,000 fields, a query of more', async () => {
    const form = `to=919800000001&text=x&${fields(998)}`;
    expect((await send(form, FORM)).status).toBe(200);
    expect(await send(`${form}&one=more`, FORM)).toMatchObject({ status: 400, json: { errors: [{ field: 'body' }] } });
    const query = 'a&'.repeat(1_000);
    const { status, json } = await stack.call('GET', `/clevertap/v1/messages?${query}`);
    expect([status, json.errors[0].field]).toEqual([400, 'query']);
  });

  test('on the operations API, and in Times’ shape', async () => {
    const { status, json } = await stack.call('POST', '/api/v1/gateways', `{"name":${nested(20)}}`, JSON_TYPE);
    expect([status, json.errors[0].field]).toEqual([400, `name${'[0]'.repeat(19)}`]);
    const times = await stack.call('POST', '/ct/api/v1/message', nested(21), JSON_TYPE);
    expect(times).toMatchObject({ status: 400, json: { state: 'SUBMIT_FAILED', statusCode: 400 } });
  });
});

test('414: a query over 8 KB', async () => {
  const query = (bytes: number) => `to=919800000001&text=${'x'.repeat(bytes - 21)}`;
  const get = (bytes: number) => stack.call('GET', `/clevertap/v1/messages?${query(bytes)}`);
  expect(await get(8_193)).toMatchObject({ status: 414, json: { code: 'uri-too-long' } });
  // Within the bound the text itself is too long.
  expect((await get(8_192)).json.rejected[0].code).toBe('too-long');
});

test('431: headers over 16 KB, as problem details', async () => {
  const answer = await send(MESSAGE, { ...JSON_TYPE, 'x-large': 'x'.repeat(17_000) });
  expect(answer).toMatchObject({ status: 431, json: { code: 'headers-too-large' } });
  expect(answer.headers.get('content-type')).toContain('application/problem+json');
});

test('400: a NUL in a field, a filter or an id is named, and never a 500', async () => {
  const named = async (method: string, path: string, body?: unknown) => {
    const { status, json } = await stack.call(method, path, body);
    return [status, json.errors];
  };
  const refused = (field: string) => [400, [{ field, message: expect.stringMatching(/^has a NUL .*remove it$/) }]];
  const key = { name: 'a\0b', scopes: ['read'] };
  expect(await named('POST', '/api/v1/api-keys', key)).toEqual(refused('name'));
  expect(await named('GET', '/api/v1/suppressions?cursor=%00')).toEqual(refused('cursor'));
  expect(await named('GET', '/api/v1/messages?meta=a%00')).toEqual(refused('meta'));
  expect(await named('GET', '/api/v1/gateways/%00')).toEqual(refused('id'));
  const gateway = {
    provider: 'http',
    name: 'x',
    baseUrl: 'https://sms.example.com',
    sendingPattern: 'loop',
    description: 'a\0',
  };
  const credentials = { path: '/send', format: 'json', fields: { to: '{to}', text: '{text}' } };
  expect(await named('POST', '/api/v1/gateways', { ...gateway, credentials })).toEqual(refused('description'));
});

test('400: a path with a broken escape', async () => {
  const { status, json } = await stack.call('GET', '/api/v1/gateways/%E0%A4%A');
  expect([status, json.code]).toEqual([400, 'malformed-request']);
});
