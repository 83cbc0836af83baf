/**
 * CleverTap's routes are called ahead of Express where their path is written as declared, and by Express otherwise, for
 * example with a slash behind it: whatever is asked, the answers are the same.
 */
import { Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { request as undici } from 'undici';
import { ADMIN_KEY } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
/** The admin's key acts in it. */
let account: Record<string, string>;
let key: string;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  account = { 'x-account-id': stack.accountId };
  key = (await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['send'] })).json.key as string;
});
afterAll(() => stack.stop());

interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'HEAD';
  query?: string;
  headers?: Record<string, string>;
  body?: string | Buffer | Readable;
}

const AUTHORIZED = { authorization: `Bearer ${ADMIN_KEY}` };
const JSON_TYPE = { 'content-type': 'application/json' };
const RECORD = { to: '919800000001', text: 'Hello', message: 'Hello', from: 'HELIOG', sender: 'HELIOG' };
const ROUTES = ['/clevertap/v1/messages', '/api/v2/sms/clevertap/send', '/ct/api/v1/message'];
let keys = 0;

/** Status, headers and body, without what is different every time. */
async function ask(path: string, { method = 'POST', query = '', headers = AUTHORIZED, body }: Asked) {
  const answer = await undici(`${stack.url}${path}${query}`, {
    method,
    headers: { ...JSON_TYPE, ...account, ...headers },
    body,
  });
  const { date: _date, connection: _connection, 'keep-alive': _alive, ...rest } = answer.headers;
  const text = (await answer.body.text())
    .replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '<id>')
    .replace(/\d\d:\d\d:\d\d/g, '<time>');
  return { status: answer.statusCode, headers: rest, text };
}

const inPieces = (text: string): Readable => Readable.from(text.match(/.{1,10}/gs) ?? []);

const text = JSON.stringify(RECORD);
const CASES: [string, () => Asked, status: number | RegExp][] = [
  ['a record', () => ({ body: text }), 200],
  ['a form', () => ({ body: new URLSearchParams(RECORD).toString(), headers: { ...AUTHORIZED, 'content-type': 'application/x-www-form-urlencoded' } }), 200],
  ['a record by query', () => ({ method: 'GET', query: `?${new URLSearchParams(RECORD).toString()}` }), 200],
  ['a body in chunks', () => ({ body: inPieces(text) }), 200],
  ['a compressed body', () => ({ body: gzipSync(text), headers: { ...AUTHORIZED, 'content-encoding': 'gzip' } }), 200],
  ['a body that is compressed otherwise than it says', () => ({ body: text, headers: { ...AUTHORIZED, 'content-encoding': 'gzip' } }), 400],
  ['an encoding that nobody knows', () => ({ body: text, headers: { ...AUTHORIZED, 'content-encoding': 'lzw' } }), 400],
  ['a credential among the fields', () => ({ body: JSON.stringify({ ...RECORD, apikey: key }), headers: {} }), 200],
  ['the admin’s key among the fields', () => ({ body: JSON.stringify({ ...RECORD, apikey: ADMIN_KEY }), headers: {} }), 401],
  ['a credential in a large body', () => ({ body: JSON.stringify({ apikey: key, ...RECORD, more: 'x'.repeat(300_000) }), headers: {} }), /^(200|400)$/],
  ['a large body without a credential', () => ({ body: `{"more":"${'x'.repeat(300_000)}"}`, headers: {} }), 401],
  ['a compressed credential', () => ({ body: gzipSync(JSON.stringify({ ...RECORD, apikey: key })), headers: { 'content-encoding': 'gzip' } }), 200],
  ['no credential', () => ({ body: text, headers: {} }), 401],
  ['a wrong credential', () => ({ body: text, headers: { authorization: 'Bearer hg_a_b' } }), 401],
  ['no body', () => ({}), 400],
  ['an empty body', () => ({ body: '' }), 400],
  ['no JSON', () => ({ body: '{"to":' }), 400],
  ['a record without a number', () => ({ body: '{"text":"Hello"}' }), 400],
  ['an account that is not', () => ({ body: text, headers: { ...AUTHORIZED, 'x-account-id': 'acc_none' } }), 404],
  ['a body beyond 4 MB', () => ({ body: `{"text":"${'x'.repeat(4_194_304)}"}` }), 413],
  ['a query beyond 8 KB', () => ({ method: 'GET', query: `?text=${'x'.repeat(8_192)}` }), 414],
  ['a HEAD', () => ({ method: 'HEAD' }), 400],
  ['another method', () => ({ method: 'PUT', body: text }), 405],
  ['an Idempotency-Key that is none', () => ({ body: text, headers: { ...AUTHORIZED, 'idempotency-key': 'a b' } }), 400],
  ['a first request under an Idempotency-Key', () => ({ body: text, headers: { ...AUTHORIZED, 'idempotency-key': `first-${keys++}` } }), 200],
]; // prettier-ignore

describe.each(ROUTES)('%s', (path) => {
  test.each(CASES)('%s', async (_, asked, status) => {
    const ahead = await ask(path, asked());
    const byExpress = await ask(`${path}/`, asked());
    expect(ahead).toEqual(byExpress);
    if (status instanceof RegExp) expect(String(ahead.status)).toMatch(status);
    else expect(ahead.status).toBe(status);
  });

  test.each([
    ['gzip', Buffer.from(text), 'Content-Encoding says "gzip", which the body is not: '],
    ['gzip', gzipSync(text).subarray(0, 30), 'Content-Encoding says "gzip", which the body is not: '],
    ['deflate', Buffer.from(text), 'Content-Encoding says "deflate", which the body is not: '],
    ['br', Buffer.from(text), 'Content-Encoding says "br", which the body is not: '],
    ['lzw', Buffer.from(text), 'Content-Encoding says "lzw", which is not known: '],
  ])('a body that is not what Content-Encoding says: %s', async (encoding, body, says) => {
    const answer = await ask(path, { body, headers: { ...AUTHORIZED, 'content-encoding': encoding } });
    expect(answer.status).toBe(400);
    // Each shape of answer has a place of its own for it.
    expect(answer.text.replaceAll('\\"', '"')).toContain(
      `${says}compress it with gzip, deflate or br, or send it as it is, without that header`,
    );
  });

  test('a repeated request under its Idempotency-Key gets the first answer', async () => {
    const asked = { body: text, headers: { ...AUTHORIZED, 'idempotency-key': `again-${keys++}` } };
    const first = await ask(path, asked);
    const { headers, ...again } = await ask(path, asked);
    expect(headers['idempotency-replayed']).toBe('true');
    expect(again).toEqual({ status: first.status, text: first.text });
    // The path is part of what a key is for.
    expect((await ask(`${path}/`, asked)).status).toBe(409);
    expect((await ask(path, { ...asked, body: text.replace('Hello', 'Hallo') })).status).toBe(409);
  });
});
