/** Which requests are called ahead of Express, and that what they throw is answered by it. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler } from 'express';
import type { ApiDeps } from './deps';
import type { Endpoint } from './endpoint';
import { frontDoor, takeUpFailure } from './front-door';
import { answerJson } from './http/json';

let server: Server;
let url: string;
/** Paths that Express was asked for. */
let passedOn: string[];
let watched: number;
/** What the handler throws; null = it answers. */
let failure: Error | null;

const endpointAt = (path: string, direct?: true): Endpoint => ({
  id: path,
  method: 'post',
  path,
  tag: 'test',
  summary: '',
  scope: null,
  answers: {},
  ...(direct === undefined ? {} : { direct }),
  handler: () => async (request, response) => {
    await Promise.resolve();
    if (failure !== null) throw failure;
    const { originalUrl, params, path: pathname } = request;
    answerJson(response, 200, { originalUrl, params, pathname, agent: request.get('x-agent') });
  },
});

beforeAll(async () => {
  const app = express();
  app.use(takeUpFailure);
  app.use((request, response, next) => {
    passedOn.push(request.url);
    next();
  });
  const endpoints = [endpointAt('/direct', true), endpointAt('/other')];
  const deps = { metrics: { watch: () => watched++ } } as unknown as ApiDeps;
  for (const { path, handler } of endpoints) app.post(path, handler(deps));
  const onError: ErrorRequestHandler = (error: Error, request, response, next) => {
    if (response.headersSent) return next(error);
    response.status(500).json({ error: error.message, path: request.path, route: (request.route as object) ?? null });
  };
  app.use(onError);
  server = createServer(frontDoor(app, deps, endpoints));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => new Promise((resolve) => server.close(resolve)));
beforeEach(() => {
  passedOn = [];
  watched = 0;
  failure = null;
});

const post = (path: string) => fetch(url + path, { method: 'POST', headers: { 'x-agent': 'me' } });

it('calls a direct route with Express’s request and response, and Express is not asked', async () => {
  const response = await post('/direct?a=b');
  expect(response.status).toBe(200);
  expect(await response.json()).toEqual({ originalUrl: '/direct?a=b', params: {}, pathname: '/direct', agent: 'me' });
  expect(passedOn).toEqual([]);
});

it.each([
  ['another route', '/other', 200],
  ['a path that is written otherwise', '/direct/', 200],
  ['a path that nobody has', '/DIRECT/x', 404],
  ['a URL that may be too long', `/direct?${'a'.repeat(8_192)}`, 200],
])('Express is asked for %s', async (_, path, status) => {
  expect((await post(path)).status).toBe(status);
  expect(passedOn).toEqual([path]);
});

it('Express is asked for another method', async () => {
  expect((await fetch(`${url}/direct`)).status).toBe(404);
  expect(passedOn).toEqual(['/direct']);
});

it('what a direct route throws is answered by Express, and its other routes are not called', async () => {
  failure = new Error('no');
  const response = await post('/direct?a=b');
  expect(response.status).toBe(500);
  expect(await response.json()).toEqual({ error: 'no', path: '/direct', route: { path: '/direct' } });
  expect(passedOn).toEqual([]);
});

it('every request is watched once and has helmet’s headers', async () => {
  const good = await post('/direct');
  failure = new Error('no');
  const bad = await post('/direct');
  const other = await post('/other');
  expect(watched).toBe(3);
  for (const { headers } of [good, bad, other]) {
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain("default-src 'self'");
  }
});
