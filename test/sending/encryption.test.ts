/** CleverTap's payload encryption: what comes in is opened, what goes back is closed. CleverTap's part is played with `node:crypto` alone. */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

type Encoding = 'base64' | 'hex';
const OLD = { version: '6f1c2a34-0000-4000-8000-000000000001', key: randomBytes(32) };
const NEW = { version: '6f1c2a34-0000-4000-8000-000000000002', key: randomBytes(32) };
const spelled = ({ version, key }: typeof OLD) => ({ version, key: key.toString('base64') });

function encrypted(plain: string, { version, key }: typeof OLD, encoding: Encoding = 'base64') {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-256-cbc', key, iv);
  const ciphertext = cipher.update(plain, 'utf8', encoding) + cipher.final(encoding);
  return { body: { ciphertext }, headers: { 'x-aes-iv': iv.toString(encoding), 'x-aes-key-version': version } };
}

let stack: SharedStack;
let receiver: Server;
let callbackUrl: string;
const received: { headers: IncomingHttpHeaders; body: string }[] = [];
let as: Record<string, string>;
let accountId: string;
beforeAll(async () => {
  receiver = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
    request.on('end', () => {
      received.push({ headers: request.headers, body });
      response.setHeader('content-type', 'application/json').end('{"status":"success"}');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  callbackUrl = `http://${host}/sms/generic?account=TEST`;
  stack = await joinStack();
  const { json: account } = await stack.call('POST', '/api/v1/accounts', {
    name: 'Encrypted',
    encryption: { keys: [spelled(OLD), spelled(NEW)] },
  });
  accountId = account.id;
  as = { 'x-account-id': account.id };
  const gateway = {
    provider: 'infobip',
    name: 'vendor',
    credentials: { apiKey: 'key' },
    sendingPattern: 'batch',
    baseUrl: `${stack.simulator.url}/infobip`,
    receiptDeadlineSeconds: 3_600,
  };
  await stack.call('POST', '/api/v1/gateways', gateway, as);
  await stack.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url: callbackUrl, isDefault: true }, as);
});
afterAll(async () => {
  await stack.stop();
  await new Promise((resolve) => receiver.close(resolve));
});

const post = ({ body, headers }: { body: unknown; headers: Record<string, string> }, path = '/clevertap/v1/messages') =>
  stack.call('POST', path, body, { ...as, ...headers });
const storedAs = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`, undefined, as)).json;
const record = (n: number) => ({
  to: `+91980000030${n}`,
  body: 'नमस्ते, order 17',
  from: 'SENDER',
  mid: `meta-${n}.-1.`,
});

describe('200', () => {
  test('an encrypted batch is stored, and its outcome told encrypted with the newest key', async () => {
    const { status, json } = await post(encrypted(JSON.stringify({ msgs: [record(1)], hid: 'x' }), OLD));
    expect([status, json.rejected]).toEqual([200, []]);
    const stored = { text: 'नमस्ते, order 17', to: '+919800000301', meta: 'meta-1.-1.', sender: 'SENDER' };
    expect(await storedAs(json.ids[0])).toMatchObject(stored);
    const callback = await until('CleverTap was told', () => received.at(0));
    expect(callback.body).not.toContain('meta-1');
    expect(callback.headers).toMatchObject({ 'x-aes-key-version': NEW.version, 'content-type': 'application/json' });
    const { ciphertext, ...rest } = JSON.parse(callback.body) as { ciphertext: string };
    expect(rest).toEqual({});
    const iv = Buffer.from(callback.headers['x-aes-iv'] as string, 'base64');
    const decipher = createDecipheriv('aes-256-cbc', NEW.key, iv);
    const told = JSON.parse(decipher.update(ciphertext, 'base64', 'utf8') + decipher.final('utf8')) as unknown;
    expect(told).toEqual([{ event: 'delivered', data: [expect.objectContaining({ meta: 'meta-1.-1.' })] }]);
  });

  test('a form inside, a form outside, and each contract', async () => {
    const form = new URLSearchParams({ to: '919800000302', message: 'a & b', sender: 'SENDER' }).toString();
    const inside = await post(encrypted(form, NEW), '/api/v2/sms/clevertap/send');
    expect(await storedAs(inside.json.data[0].id)).toMatchObject({ text: 'a & b', to: '+919800000302' });
    const { body, headers } = encrypted(JSON.stringify({ to: '919800000303', text: 'times', from: 'TIMESM' }), NEW);
    const outside = await post({ body: new URLSearchParams(body), headers }, '/ct/api/v1/message');
    expect(await storedAs(outside.json.transactionId)).toMatchObject({ text: 'times', sender: 'TIMESM' });
    const nodes = { root: { message: 'to all' }, nodes: [{ to: '919800000304' }] };
    const json = await post(encrypted(JSON.stringify(nodes), NEW), '/api/v2/sms/clevertap/json');
    expect(await storedAs(json.json.data[0].id)).toMatchObject({ text: 'to all' });
  });

  test('plain requests are still taken, and hex where the account says so', async () => {
    expect((await post({ body: record(5), headers: {} })).status).toBe(200);
    const set = (encoding: Encoding) =>
      stack.call('PATCH', `/api/v1/accounts/${accountId}`, {
        encryption: { keys: [{ version: OLD.version }, { version: NEW.version }], encoding },
      });
    await set('hex');
    const { status, json } = await post(encrypted(JSON.stringify(record(6)), OLD, 'hex'));
    await set('base64');
    expect([status, json.accepted]).toEqual([200, 1]);
  });
});

describe('400, naming what is wrong', () => {
  const good = () => encrypted(JSON.stringify(record(9)), OLD);
  const cases: [string, () => { body: unknown; headers: Record<string, string> }, RegExp][] = [
    ['a wrong key', () => encrypted(JSON.stringify(record(9)), { ...OLD, key: Buffer.alloc(32, 3) }), /does not open/],
    ['garbage inside', () => encrypted('no payload at all', OLD), /neither JSON nor a form/],
    ['broken JSON inside', () => encrypted('{"to": "9198000', OLD), /neither JSON nor a form/],
    ['an unknown version', () => encrypted('{}', { ...OLD, version: 'v-9' }), /no key of the version "v-9"/],
    ['no version', () => ({ ...good(), headers: { 'x-aes-iv': 'AAAA' } }), /X-AES-KEY-VERSION is missing/],
    ['no IV', () => ({ ...good(), headers: { 'x-aes-key-version': OLD.version } }), /X-AES-IV is missing/],
    ['a short IV', () => ({ ...good(), headers: { ...good().headers, 'x-aes-iv': 'AAAA' } }), /X-AES-IV must be 16/],
    ['ciphertext that is no base64', () => ({ ...good(), body: { ciphertext: '%%' } }), /ciphertext must be whole/],
    ['no ciphertext', () => ({ ...good(), body: record(9) }), /must have the field "ciphertext"/],
  ];
  test.each(cases)('%s', async (_, make, detail) => {
    const { status, json } = await post(make());
    expect([status, json.code]).toEqual([400, 'undecryptable']);
    expect(json.detail).toMatch(detail);
  });

  test('an account without keys', async () => {
    const { status, json } = await stack.call('POST', '/clevertap/v1/messages', good().body, good().headers);
    expect([status, json.code]).toEqual([400, 'undecryptable']);
    expect(json.detail).toContain('has no encryption keys');
  });

  test('in Times’ shape', async () => {
    const { status, json } = await post({ ...good(), body: {} }, '/ct/api/v1/send');
    expect([status, json.state, json.statusCode]).toEqual([400, 'SUBMIT_FAILED', 400]);
  });

  test('nothing of these was stored', async () => {
    const { json } = await stack.call('GET', '/api/v1/messages?meta=meta-9.-1.', undefined, as);
    expect(json.items).toEqual([]);
  });
});

test('401: the key must stand outside the ciphertext', async () => {
  const { key } = (await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['send'] }, as)).json;
  const inside = encrypted(JSON.stringify({ ...record(8), apikey: key }), OLD);
  expect((await post({ ...inside, headers: { ...inside.headers, authorization: '' } })).status).toBe(401);
});
