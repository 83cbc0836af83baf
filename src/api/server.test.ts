/** What the server does to clients that are slow, too large, or don't speak HTTP: over raw sockets. */
import { connect, type AddressInfo, type Socket } from 'node:net';
import type { Server } from 'node:http';
import express from 'express';
import { ByteBudget } from '../core/concurrency/byte-budget';
import { readBody } from './http/body';
import { takesItsTime } from './http/client-errors';
import { until } from '../../test/support/until';
import { createHttpServer } from './server';

/** Small, so that no test waits long; what is slow in them stands still for good. */
const TIMEOUTS = { headersTimeout: 100, requestTimeout: 200, connectionsCheckingInterval: 20 };

/** For one that must get to know a request before its time is over: so long that no machine is too slow for it. */
const LONGER_TIMEOUTS = { ...TIMEOUTS, headersTimeout: 1_500, requestTimeout: 1_500 };

/** With short timeouts. */
let server: Server;
/** With those of the product, within which every request here comes. */
let usual: Server;
let forgiving: Server;
let reached: string[];
beforeAll(async () => {
  const app = express();
  app.post('/patient', async (request, response) => {
    takesItsTime(request);
    let bytes = 0;
    for await (const piece of request as AsyncIterable<Buffer>) bytes += piece.length;
    response.json({ bytes });
  });
  app.use(async (request, response) => {
    await readBody(request, response, () => ({ budget: new ByteBudget(1_000_000), party: '' }));
    reached.push(request.url);
    response.json({ bytes: Buffer.isBuffer(request.body) ? request.body.length : 0 });
  });
  server = createHttpServer(app, TIMEOUTS);
  usual = createHttpServer(app);
  forgiving = createHttpServer(app, LONGER_TIMEOUTS);
  for (const each of [server, usual, forgiving])
    await new Promise<void>((resolve) => each.listen(0, '127.0.0.1', resolve));
});
beforeEach(() => (reached = []));
afterAll(async () => {
  for (const each of [server, usual, forgiving]) await new Promise((resolve) => each.close(resolve));
});
const portOf = (of: Server): number => (of.address() as AddressInfo).port;

/** Writes `text`, then nothing more; resolves with all that comes back once the server has closed the connection. */
function converse(text: string, to = server): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(portOf(to), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
    socket.on('error', reject).on('close', () => resolve(answer));
  });
}

/** Status line, content type and code of an answer as problem details. */
function problemIn(answer: string): { status: string; contentType: string | undefined; code: string } {
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  expect(Number(/content-length: (\d+)/i.exec(head)?.[1])).toBe(Buffer.byteLength(body));
  const { code } = JSON.parse(body) as { code: string };
  return { status: head.split('\r\n')[0]!, contentType: /content-type: ([^;\r]+)/i.exec(head)?.[1], code };
}
const problem = (status: string, code: string) => ({
  status: `HTTP/1.1 ${status}`,
  contentType: 'application/problem+json',
  code,
});

test('408: a head that never ends', async () => {
  const answer = await converse('POST /clevertap/v1/messages HTTP/1.1\r\nHost: x\r\nX-Slow: ');
  expect(problemIn(answer)).toEqual(problem('408 Request Timeout', 'request-timeout'));
  expect(reached).toEqual([]);
});

test('408: a body that never ends', async () => {
  const answer = await converse('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{"to":');
  expect(problemIn(answer)).toEqual(problem('408 Request Timeout', 'request-timeout'));
  expect(reached).toEqual([]);
});

test('408: what arrives after it, as when the server itself stood still, is not taken any more', async () => {
  const rest = new Promise<void>((resolve) => {
    // Before the answer is written.
    server.prependListener('clientError', function refused({ code }: NodeJS.ErrnoException) {
      if (code !== 'ERR_HTTP_REQUEST_TIMEOUT') return;
      server.off('clientError', refused);
      socket.write('world', () => resolve());
    });
  });
  const socket = connect({ port: portOf(server), host: '127.0.0.1', allowHalfOpen: true });
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.once('end', () => socket.end());
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello');
  await rest;
  await closed;
  expect(answer).not.toMatch(/^HTTP\/1.1 2/);
  expect(reached).toEqual([]);
});

test('a route may let its body take longer; the next request on the connection is timed as any other', async () => {
  const overdue = new Promise<void>((resolve) =>
    forgiving.on('clientError', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ERR_HTTP_REQUEST_TIMEOUT') resolve();
    }),
  );
  const socket = connect(portOf(forgiving), '127.0.0.1');
  let answers = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => (answers += chunk));
  socket.write('POST /patient HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello');
  await overdue;
  socket.write('world');
  await until('the whole body is taken', () => answers.includes('{"bytes":10}'));
  socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhello');
  await new Promise((resolve) => socket.once('close', resolve));
  expect(answers.split('HTTP/1.1 ')[2]).toMatch(/^408 Request Timeout/);
});

test('431: headers beyond 16 KB; just below they are taken', async () => {
  const get = (bytes: number) =>
    `GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Large: ${'x'.repeat(bytes)}\r\n\r\n`;
  const refused = problem('431 Request Header Fields Too Large', 'headers-too-large');
  expect(problemIn(await converse(get(17_000), usual))).toEqual(refused);
  expect(reached).toEqual([]);
  expect(await converse(get(15_000), usual)).toMatch(/^HTTP\/1.1 200 OK/);
});

test('400: what is no HTTP', async () => {
  const answer = await converse('HELLO\r\n\r\n', usual);
  expect(problemIn(answer)).toEqual(problem('400 Bad Request', 'malformed-request'));
});

test('a client that goes away in the middle leaves the server as it was', async () => {
  const socket = connect(portOf(usual), '127.0.0.1');
  await new Promise((resolve) => socket.write('POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{', resolve));
  socket.resetAndDestroy();
  const request = 'POST / HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello';
  const answer = await converse(request, usual);
  expect(answer).toMatch(/\{"bytes":5\}$/);
});

describe('connections', () => {
  const MAX = 8;
  let limited: Server;
  let proxies: boolean;
  const sockets: Socket[] = [];
  beforeEach(async () => {
    proxies = false;
    limited = createHttpServer((_request, response) => response.end('ok'), undefined, {
      max: MAX,
      isProxy: () => proxies,
    });
    await new Promise<void>((resolve) => limited.listen(0, '127.0.0.1', resolve));
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await new Promise((resolve) => limited.close(resolve));
  });

  /** Opens a connection from an address of this machine; whether it is still open once all before it were dealt with. */
  async function open(localAddress: string): Promise<boolean> {
    const socket = connect({ port: (limited.address() as AddressInfo).port, host: '127.0.0.1', localAddress });
    sockets.push(socket);
    socket.on('error', () => undefined).write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    return new Promise((resolve) => {
      socket.once('data', () => resolve(true)).once('close', () => resolve(false));
    });
  }
  const openMany = async (localAddress: string, count: number): Promise<number> => {
    let opened = 0;
    for (let i = 0; i < count; i++) if (await open(localAddress)) opened++;
    return opened;
  };

  test('one address may have up to half of them, and others still get in', async () => {
    const first = await openMany('127.0.0.1', MAX);
    expect([first >= MAX / 3, first <= MAX / 2]).toEqual([true, true]);
    expect(await openMany('127.0.0.2', MAX)).toBeGreaterThan(0);
    expect(await open('127.0.0.1')).toBe(false);
    expect(await open('127.0.0.3')).toBe(true);
    for (const socket of sockets) socket.destroy();
    await until('it has a place again', () => open('127.0.0.1'));
  });

  test('a proxy that is trusted may have all', async () => {
    proxies = true;
    expect(await openMany('127.0.0.1', MAX + 2)).toBe(MAX);
  });
});
