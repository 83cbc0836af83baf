/** What a declaration makes of a request, over real sockets: in which order it is admitted, checked and answered. */
import { connect, type AddressInfo } from 'node:net';
import type { Server } from 'node:http';
import express from 'express';
import { z } from 'zod';
import { ByteBudget } from '../core/concurrency/byte-budget';
import { AppError } from '../errors';
import { until } from '../../test/support/until';
import type { ApiDeps } from './deps';
import { endpoint, reply, type Endpoint } from './endpoint';
import { errorHandler } from './http/problems';

const GOOD = 'Bearer good';
const answers = { 200: { description: 'It.', schema: z.object({}) } };
const declared = { tag: 'Things', summary: 'A thing.', scope: 'manage', answers } as const;

/** What happened, in order. */
let log: string[];

const deps = {
  auth: {
    authenticate: (
      request: { headers: { authorization?: string } },
      _scope: string,
      offered?: { fields: { apikey?: string } },
    ) => {
      log.push('authenticated');
      const key = request.headers.authorization ?? offered?.fields.apikey;
      if (key !== GOOD) throw new AppError('unauthorized', 'wrong');
      return Promise.resolve({ accountId: 'a', keyId: 'k', scopes: ['manage'], ratePerSecond: null });
    },
  },
  addresses: { partyOf: () => 'here' },
  bodies: { known: new ByteBudget(1_000_000), strangers: new ByteBudget(1_000_000) },
  idempotency: {
    enter: () => {
      log.push('entered');
      return Promise.resolve();
    },
  },
} as unknown as ApiDeps;

const things: Endpoint[] = [
  endpoint(
    {
      ...declared,
      id: 'putThing',
      method: 'post',
      path: '/things/:id',
      body: { schema: z.strictObject({ n: z.int() }) },
    },
    ({ params, body }) => {
      log.push('handled');
      return { ...params, ...body };
    },
  ),
  endpoint(
    { ...declared, id: 'listThings', method: 'get', path: '/things', query: z.strictObject({ q: z.string() }) },
    ({ query, actor }) => reply(202, { q: query.q, account: actor.accountId }),
  ),
  endpoint(
    {
      ...declared,
      id: 'deleteThing',
      method: 'delete',
      path: '/things/:id',
      answers: { 204: { description: 'Gone.' } },
    },
    () => undefined,
  ),
  endpoint(
    {
      ...declared,
      id: 'takeThing',
      method: 'post',
      path: '/partner',
      takes: { schema: z.unknown() },
      intake: ({ body }) => {
        log.push('parsed');
        const fields = JSON.parse(String(body)) as Record<string, unknown>;
        return { body: fields, fields };
      },
    },
    ({ body }) => body as object,
  ),
];

let server: Server;
let base: string;
beforeAll(async () => {
  const app = express();
  for (const { method, path, handler } of things) app[method](path, handler(deps));
  app.use(errorHandler({ info: () => undefined, error: () => undefined }));
  server = app.listen(0, '127.0.0.1');
  await until('it listens', () => server.address());
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
beforeEach(() => (log = []));
afterAll(() => new Promise((resolve) => server.close(resolve)));

async function call(method: string, path: string, body?: string, authorization: string | null = GOOD) {
  const headers = authorization === null ? undefined : { authorization };
  const response = await fetch(base + path, { method, body, headers });
  const text = await response.text();
  return { status: response.status, json: text === '' ? null : (JSON.parse(text) as Record<string, unknown>) };
}

test('a request is authenticated, entered, checked, handled; its answer has the status that is declared', async () => {
  expect(await call('POST', '/things/7', '{"n": 1}')).toEqual({ status: 200, json: { id: '7', n: 1 } });
  expect(log).toEqual(['authenticated', 'entered', 'handled']);
  expect(await call('GET', '/things?q=x')).toEqual({ status: 202, json: { q: 'x', account: 'a' } });
  expect(await call('DELETE', '/things/7')).toEqual({ status: 204, json: null });
});

test('a wrong header key is refused before the body has come', async () => {
  const { port } = server.address() as AddressInfo;
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    // A megabyte is announced and never sent.
    socket.write('POST /things/7 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer bad\r\nContent-Length: 1048576\r\n\r\n');
    socket.on('error', reject).on('data', (chunk) => {
      socket.destroy();
      resolve(String(chunk));
    });
  });
  expect(answer).toMatch(/^HTTP\/1\.1 401 /);
});

test('a parser of its own reads a body only once its sender is known, also by a key among its fields', async () => {
  expect((await call('POST', '/partner', '{"x": 1}')).json).toEqual({ x: 1 });
  expect(log).toEqual(['authenticated', 'parsed', 'entered']);
  log = [];
  expect((await call('POST', '/partner', `{"apikey": "${GOOD}"}`, null)).status).toBe(200);
  expect(log).toEqual(['authenticated', 'parsed', 'entered']);
});

test.each([
  ['an id', 'POST', '/things/a%00b', '{"n": 1}', 'id'],
  ['a query', 'GET', '/things?q=a%00b', undefined, 'q'],
  ['a field', 'POST', '/things/7', '{"n": 1, "deep": {"x": ["a\\u0000"]}}', 'deep.x.0'],
  ['half a surrogate pair', 'POST', '/things/7', '{"n": "\\ud800"}', 'n'],
  ['a name of a field', 'POST', '/things/7', '{"a\\u0000": 1}', 'body'],
])('400 names the place of what no column holds: %s', async (_, method, path, body, field) => {
  const { status, json } = await call(method, path, body);
  expect([status, json!.code, json!.errors]).toEqual([
    400,
    'invalid-request',
    [{ field, message: expect.stringMatching(/^has a NUL .*remove it$/) }],
  ]);
  expect(log).not.toContain('handled');
});

test('what does not fit its schema is named field by field', async () => {
  const { status, json } = await call('POST', '/things/7', '{"n": "x", "y": 1}');
  expect([status, (json!.errors as { field: string }[]).map(({ field }) => field)]).toEqual([400, ['n', 'y']]);
});

test('an endpoint describes itself, and its body whoever reads it', () => {
  expect(things.map(({ id }) => id)).toEqual(['putThing', 'listThings', 'deleteThing', 'takeThing']);
  expect(things.map(({ body }) => body !== undefined)).toEqual([true, false, false, true]);
});
