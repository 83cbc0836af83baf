/** What every route answers alike: 400, 401, 403, 404, 413 and 429. A new route is walked as soon as it is declared. */
import { allRoutes, fill, type Route } from '../support/walk';
import type { Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';
import { BODILESS, bodyOf, ENDLESS, gatewayDraft, LARGE, thingOf, unknownOf, type Owner } from '../support/things';
import { until } from '../support/until';

const routes = allRoutes().filter(({ scope }) => scope !== 'none');
const withBody = routes.filter(({ method }) => ['POST', 'PUT', 'PATCH'].includes(method));
const walk = (list: Route[]) => list.map((route) => [route.name, route] as const);

/** All scopes but the one that is asked for, and those that imply it. */
const LESS: Record<string, string[]> = {
  send: ['read', 'manage'],
  read: ['send', 'manage'],
  manage: ['send', 'read'],
  admin: ['send', 'read', 'manage'],
};

let stack: SharedStack;
let owner: Owner;
/** One key for each entry of {@link LESS}, faster than the walk. */
const lesser: Record<string, string> = {};
let limited: string;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Walked' });
  const as = { 'x-account-id': account.id as string };
  owner = {
    accountId: account.id,
    pool: stack.database.pool,
    call: (method, path, body, headers) => stack.call(method, path, body, { ...as, ...headers }),
  };
  await owner.call('POST', '/api/v1/gateways', gatewayDraft());
  const makeKey = async (draft: object) =>
    (await owner.call('POST', '/api/v1/api-keys', { name: 'walk', ...draft })).json.key as string;
  for (const [scope, scopes] of Object.entries(LESS)) lesser[scope] = await makeKey({ scopes, ratePerSecond: 1_000 });
  limited = await makeKey({ scopes: ['admin'], ratePerSecond: 1 });
});
afterAll(() => stack.stop());

const unknown = (route: Route): string => fill(route, route.params.length === 0 ? {} : unknownOf(route));
const call = (route: Route, credential: string, body: unknown = bodyOf(route)): Promise<Answer> =>
  stack.call(route.method, unknown(route), body, {
    authorization: credential === '' ? '' : `Bearer ${credential}`,
    'content-type': 'application/json',
  });
/** Times Mobile's callers look for its own shape. */
const told = ({ json }: Answer): unknown => json.code ?? json.state;
const code = (route: Route, expected: string): string =>
  route.path.startsWith('/ct/api/v1') ? 'SUBMIT_FAILED' : expected;

test.each(walk(routes))('401: %s without a key, or with a wrong one', async (_, route) => {
  for (const credential of ['', 'hg_nobody_nothing']) {
    // All files' wrong keys come from one address: if there were too many of late, the next has to wait.
    const answer = await until('it is told what is wrong', async () => {
      const one = await call(route, credential);
      return one.status !== 429 && one;
    });
    expect([answer.status, told(answer)]).toEqual([401, code(route, 'unauthorized')]);
    expect(answer.headers.get('www-authenticate')).toContain('Bearer');
  }
});

test.each(walk(routes))('403: %s with a key of other scopes', async (_, route) => {
  const answer = await call(route, lesser[route.scope]!);
  expect([answer.status, told(answer)]).toEqual([403, code(route, 'forbidden')]);
});

test.each(walk(routes.filter(({ params }) => params.length > 0)))('404: %s of nothing', async (_, route) => {
  const answer = await owner.call(route.method, unknown(route), bodyOf(route));
  expect([answer.status, told(answer)]).toEqual([404, 'not-found']);
});

test.each(walk(withBody.filter(({ name }) => !BODILESS.has(name))))('400: %s with half a body', async (_, route) => {
  const path = route.params.length === 0 ? route.path : fill(route, await thingOf(route).make(owner));
  const headers = { 'x-account-id': owner.accountId, 'content-type': 'application/json' };
  const answer = await stack.call(route.method, path, '{"name": "x', headers);
  expect([answer.status, told(answer)]).toEqual([400, code(route, 'malformed-body')]);
});

const withId = routes.filter(({ params }) => params.length > 0);
test.each(walk(withId))('400: %s with an id that no column could hold', async (_, route) => {
  const params = Object.fromEntries(route.params.map((name) => [name, 'a\0b']));
  const answer = await owner.call(route.method, fill(route, params), bodyOf(route));
  expect([answer.status, told(answer)]).toEqual([400, 'invalid-request']);
  expect(answer.json.errors).toEqual([{ field: route.params[0], message: expect.stringMatching(/NUL.*remove it/) }]);
});

test.each(walk(routes.filter(({ paged }) => paged)))(
  '400: %s from a cursor that no column could hold',
  async (_, route) => {
    const path = route.params.length === 0 ? route.path : fill(route, await thingOf(route).make(owner));
    const answer = await owner.call(route.method, `${path}?cursor=a%00b`);
    expect([answer.status, told(answer)]).toEqual([400, 'invalid-request']);
    expect(answer.json.errors).toEqual([{ field: 'cursor', message: expect.any(String) }]);
  },
);

test.each(walk(withBody.filter(({ name }) => !LARGE.has(name))))('413: %s with more than 4 MB', async (_, route) => {
  const body = JSON.stringify({ name: 'x'.repeat(4 * 1_048_576) });
  const answer = await stack.call(route.method, unknown(route), body, { 'content-type': 'application/json' });
  expect([answer.status, told(answer)]).toEqual([413, code(route, 'too-large')]);
});

test.each(walk(routes.filter(({ name }) => !ENDLESS.has(name))))('429: %s beyond the key’s rate', async (_, route) => {
  const refused = await until('a request is refused', async () => {
    const answers = await Promise.all(Array.from({ length: 3 }, () => call(route, limited)));
    return answers.find(({ status }) => status === 429);
  });
  expect([told(refused), refused.headers.get('retry-after')]).toEqual([code(route, 'rate-limited'), '1']);
});
