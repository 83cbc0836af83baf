import dns from 'node:dns';
import { getEventListeners, once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { isPublicAddress, publicLookup } from './addresses';
import { OutboundError } from './errors';
import { createHttpClient } from './client';
import type { HttpClientOptions } from './client';
import { startVendor } from '../providers/testing/vendor';
import type { Answer, Vendor } from '../providers/testing/vendor';

const never = new AbortController().signal;
let vendor: Vendor;
const opened: { close(): Promise<void> }[] = [];

function open(options: Partial<HttpClientOptions> = {}) {
  const http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 2, ...options });
  opened.push(http);
  return http;
}
const post = (url: string, body = '{}') => ({ method: 'POST' as const, url, headers: { 'x-test': 'yes' }, body });

async function failureOf(request: Promise<unknown>): Promise<Pick<OutboundError, 'class' | 'code' | 'message'>> {
  const error: unknown = await request.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof OutboundError)) throw new Error('expected an OutboundError', { cause: error });
  return { class: error.class, code: error.code, message: error.message };
}

beforeEach(async () => {
  vendor = await startVendor({ body: 'hello', headers: { 'X-Answer': 'yes' } });
});
afterEach(async () => {
  await vendor.close();
  await Promise.all(opened.splice(0).map((http) => http.close()));
});

describe('an answer', () => {
  it('comes with status, lower-case headers and body; the request leaves as given', async () => {
    const response = await open().request(post(`${vendor.origin}/a/b?c=%20d`, '{"é":1}'), never);
    expect(response).toMatchObject({ status: 200, body: 'hello', headers: { 'x-answer': 'yes' } });
    expect(vendor.seen).toEqual([
      { method: 'POST', path: '/a/b?c=%20d', headers: { 'x-test': 'yes' }, body: '{"é":1}' },
    ]);
  });

  it('is asked for by the name of this program, unless the caller goes by another', async () => {
    const http = open();
    await http.request(post(vendor.origin), never);
    await http.request({ method: 'GET', url: vendor.origin, headers: { 'user-agent': 'own/1' } }, never);
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(vendor.userAgents).toEqual([`heliograph/${version}`, 'own/1']);
  });

  it.each([204, 302, 404, 500])('of status %i is an answer too, and no redirect is followed', async (status) => {
    vendor.answers = [{ status, headers: { location: '/elsewhere' } }];
    expect(await open().request(post(vendor.origin), never)).toMatchObject({ status, body: '' });
    expect(vendor.seen).toHaveLength(1);
  });

  it('leaves the connection open for the next request', async () => {
    const http = open();
    const sockets = new Set<string>();
    for (let i = 0; i < 3; i++) {
      const response = await http.request({ method: 'GET', url: vendor.origin, headers: {} }, never);
      sockets.add(String(response.headers['connection']));
    }
    expect(sockets).toEqual(new Set(['keep-alive']));
    expect(vendor.seen.map(({ method }) => method)).toEqual(['GET', 'GET', 'GET']);
  });

  it('many at once share one signal and one listener, and leave no listener and no timer', async () => {
    const { signal } = new AbortController();
    const http = open();
    const timers = () => process.getActiveResourcesInfo().filter((resource) => resource === 'Timeout').length;
    const before = timers();
    const answers = Array.from({ length: 50 }, () => http.request(post(vendor.origin), signal));
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    await Promise.all(answers);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(timers()).toBeLessThan(before + 10);
    expect(vendor.seen).toHaveLength(50);
  });
});

describe('an early hint', () => {
  it('is no answer, and the time for the body does not begin with it', async () => {
    const server = createServer((socket) => {
      socket.once('data', () => {
        socket.write('HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n');
        setTimeout(() => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'), 100);
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const response = await open({ allow: [host], bodyTimeoutMs: 20 }).request(post(`http://${host}`), never);
    expect(response).toMatchObject({ status: 200, body: 'ok' });
    await new Promise((resolve) => server.close(resolve));
  });
});

describe('before a byte has left, a failure is transient', () => {
  it('refused connection', async () => {
    const http = open();
    await vendor.close();
    expect(await failureOf(http.request(post(vendor.origin), never))).toEqual({
      class: 'transient',
      code: 'ECONNREFUSED',
      message: `nothing was sent to ${vendor.host}: ECONNREFUSED`,
    });
  });

  it('unresolvable name', async () => {
    const failure = await failureOf(open().request(post('http://no-such-host.invalid/path?key=secret'), never));
    expect(failure).toMatchObject({ class: 'transient', code: expect.stringMatching(/^(ENOTFOUND|EAI_AGAIN)$/) });
    expect(failure.message).not.toContain('secret');
  });

  it('connection reset during the TLS handshake', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const failure = await failureOf(open({ allow: [host] }).request(post(`https://${host}`), never));
    expect(failure).toMatchObject({ class: 'transient', code: 'ECONNRESET' });
    await new Promise((resolve) => server.close(resolve));
  });

  it('aborted before it began', async () => {
    expect(await failureOf(open().request(post(vendor.origin), AbortSignal.abort()))).toMatchObject({
      class: 'transient',
      code: 'aborted',
    });
    expect(vendor.seen).toEqual([]);
  });

  it('aborted while it waits for a connection: it never leaves', async () => {
    vendor.answers = ['hang', { body: 'third' }];
    const http = open({ maxConnectionsPerOrigin: 1 });
    const first = new AbortController();
    const second = new AbortController();
    const hanging = failureOf(http.request(post(vendor.origin, 'first'), first.signal));
    await vendor.hasSeen(1);
    const waiting = failureOf(http.request(post(vendor.origin, 'second'), second.signal));
    second.abort();
    expect(await waiting).toMatchObject({ class: 'transient', code: 'aborted' });
    const third = http.request(post(vendor.origin, 'third'), never);
    first.abort();
    expect(await hanging).toMatchObject({ class: 'unknown', code: 'aborted' });
    expect((await third).body).toBe('third');
    expect(vendor.seen.map(({ body }) => body)).toEqual(['first', 'third']);
  });
});

describe('after bytes have left, a failure is unknown', () => {
  it.each<[string, Answer, string, Partial<HttpClientOptions>]>([
    ['reset', 'reset', 'UND_ERR_SOCKET', {}],
    ['no headers in time', 'hang', 'UND_ERR_HEADERS_TIMEOUT', { headersTimeoutMs: 50 }],
    ['a body that never ends', 'drip', 'UND_ERR_BODY_TIMEOUT', { bodyTimeoutMs: 50 }],
    ['a body that is too long', { body: 'x'.repeat(1_001) }, 'body-too-large', { maxBodyBytes: 1_000 }],
    ['an endless body', 'drip', 'body-too-large', { maxBodyBytes: 10 }],
    [
      'a body shorter than announced',
      { headers: { 'content-length': '9', connection: 'close' }, body: 'x' },
      'UND_ERR_RES_CONTENT_LENGTH_MISMATCH',
      {},
    ],
  ])('%s', async (_label, answer, code, options) => {
    vendor.answers = [answer, 'reset'];
    const failure = await failureOf(open(options).request(post(`${vendor.origin}/p?key=secret`), never));
    expect(failure).toEqual({ class: 'unknown', code, message: `no complete answer from ${vendor.host}: ${code}` });
  });

  it('a body of exactly the limit passes', async () => {
    vendor.answers = [{ body: 'x'.repeat(1_000) }];
    expect((await open({ maxBodyBytes: 1_000 }).request(post(vendor.origin), never)).body).toHaveLength(1_000);
  });

  it('aborted while the vendor is thinking', async () => {
    vendor.answers = ['hang'];
    const abort = new AbortController();
    const failure = failureOf(open().request(post(vendor.origin), abort.signal));
    await vendor.hasSeen(1);
    abort.abort();
    expect(await failure).toMatchObject({ class: 'unknown', code: 'aborted' });
  });
});

describe('the guard', () => {
  const NOT_PUBLIC = 'ERR_ADDRESS_NOT_PUBLIC';

  it('lets a listed host pass on any port when it is listed without one', async () => {
    expect((await open({ allow: ['127.0.0.1'] }).request(post(vendor.origin), never)).status).toBe(200);
  });

  it.each([
    ['a loopback address', () => vendor.origin],
    ['a name of a loopback address', () => vendor.origin.replace('127.0.0.1', 'localhost')],
    ['a number for an address', () => vendor.origin.replace('127.0.0.1', '2130706433')],
    ['a short address', () => vendor.origin.replace('127.0.0.1', '127.1')],
    ['a mapped address', () => vendor.origin.replace('127.0.0.1', '[::ffff:127.0.0.1]')],
    ['IPv6 loopback', () => 'http://[::1]/'],
    ['the metadata address of clouds', () => 'http://169.254.169.254/latest'],
  ])('refuses %s', async (_label, url) => {
    const failure = await failureOf(open({ allow: ['127.0.0.1:1'] }).request(post(url()), never));
    expect(failure).toMatchObject({ class: 'account', code: NOT_PUBLIC });
    expect(vendor.seen).toEqual([]);
  });

  it.each(['ftp://example.com/', 'file:///etc/passwd', 'example.com', ''])('refuses %j as no http URL', async (url) => {
    expect(await failureOf(open().request(post(url), never))).toMatchObject({
      class: 'account',
      code: 'ERR_INVALID_URL',
    });
  });

  it('refuses a header that would split the request', async () => {
    const request = { ...post(vendor.origin), headers: { authorization: 'App x\r\nx-more: y' } };
    expect(await failureOf(open().request(request, never))).toMatchObject({
      class: 'account',
      code: 'UND_ERR_INVALID_ARG',
    });
  });

  describe('asks for the address at the moment it connects', () => {
    afterEach(() => jest.restoreAllMocks());

    it.each([
      ['only private addresses', ['10.0.0.1', '::1'], NOT_PUBLIC, []],
      ['a private address among public ones', ['10.0.0.1', '8.8.8.8'], undefined, ['8.8.8.8']],
    ])('%s', async (_label, addresses, code, passed) => {
      const answer = addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
      const lookup = jest.spyOn(dns, 'lookup') as unknown as jest.SpyInstance;
      lookup.mockImplementation((_host: string, _options: object, callback: (error: null, found: object) => void) =>
        callback(null, answer),
      );
      const found = await new Promise<unknown[]>((resolve) =>
        publicLookup('rebind.example', { all: true }, (...result) => resolve(result)),
      );
      expect(found[0]).toEqual(code ? expect.objectContaining({ code }) : null);
      expect(code ? [] : found[1]).toEqual(passed.map((address) => ({ address, family: 4 })));
      if (code) {
        const failure = await failureOf(open().request(post('http://rebind.example/'), never));
        expect(failure).toMatchObject({ class: 'account', code });
      }
    });
  });

  it.each([
    ['0.0.0.0', false], ['10.1.2.3', false], ['100.64.0.1', false], ['100.128.0.1', true], ['127.255.255.255', false],
    ['169.254.169.254', false], ['172.15.0.1', true], ['172.16.0.1', false], ['172.31.255.255', false], ['172.32.0.1', true],
    ['192.168.0.1', false], ['192.169.0.1', true], ['198.18.0.1', false], ['203.0.113.9', false], ['224.0.0.1', false],
    ['239.255.255.255', false], ['255.255.255.255', false], ['8.8.8.8', true], ['1.1.1.1', true],
    ['::', false], ['::1', false], ['::ffff:8.8.8.8', false], ['::ffff:10.0.0.1', false], ['64:ff9b::a00:1', false],
    ['fc00::1', false], ['fd12:3456::1', false], ['fe80::1', false], ['ff02::1', false], ['2002:a00:1::', false],
    ['2001::1', false], ['2001:db8::1', false], ['2606:4700:4700::1111', true], ['2a00:1450:4001:80b::200e', true],
    ['not an address', false],
  ])('%s is public: %s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  }); // prettier-ignore
});

it('close waits for the request under way', async () => {
  vendor.answers = [{ body: 'done' }];
  const http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 1 });
  const answer = http.request(post(vendor.origin), never);
  await http.close();
  expect((await answer).body).toBe('done');
});
