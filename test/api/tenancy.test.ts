/** A key of one account finds nothing of another: every route with a parameter, and every list. */
import { allRoutes, fill } from '../support/walk';
import type { Answer } from '../support/client';
import { joinStack, type SharedStack } from '../support/shared';
import { bodyOf, ENDLESS, gatewayDraft, THINGS, thingOf, type Owner } from '../support/things';

const routes = allRoutes().filter(({ name, scope }) => scope !== 'none' && !ENDLESS.has(name));
const single = routes.filter(({ params }) => params.length > 0);
const lists = routes.filter(({ method, params, scope }) => method === 'GET' && params.length === 0 && scope !== 'send');

let stack: SharedStack;
let owner: Owner;
/** Calls with a key of the account that owns the things, and of another one; both may do all but administrate. */
let own: Owner['call'];
let foreign: Owner['call'];

async function makeAccount(name: string): Promise<{ owner: Owner; call: Owner['call'] }> {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name });
  const as = { 'x-account-id': account.id as string };
  const call: Owner['call'] = (method, path, body, headers) => stack.call(method, path, body, { ...as, ...headers });
  await call('POST', '/api/v1/gateways', gatewayDraft());
  const { json } = await call('POST', '/api/v1/api-keys', { name, scopes: ['send', 'read', 'manage'] });
  const bearer = { authorization: `Bearer ${json.key}` };
  return {
    owner: { accountId: account.id, call, pool: stack.database.pool },
    call: (method, path, body) => stack.call(method, path, body, bearer),
  };
}

beforeAll(async () => {
  stack = await joinStack({ worker: false });
  ({ owner, call: own } = await makeAccount('Owner'));
  ({ call: foreign } = await makeAccount('Other'));
});
afterAll(() => stack.stop());

test.each(single.map((route) => [route.name, route] as const))('404 for %s of another account', async (_, route) => {
  const path = fill(route, await thingOf(route).make(owner));
  const answer: Answer = await foreign(route.method, path, bodyOf(route));
  expect([answer.status, answer.json?.code]).toEqual([404, 'not-found']);
  // It was there: whoever owns it is answered something else.
  if (route.scope !== 'admin') expect((await own(route.method, path, bodyOf(route))).status).not.toBe(404);
});

describe('lists', () => {
  let made: string[];
  beforeAll(async () => {
    made = [];
    for (const thing of Object.values(THINGS)) made.push(...Object.values(await thing.make(owner)));
  });

  test.each(lists.map((route) => [route.name, route] as const))(
    '%s shows nothing of another account',
    async (_, route) => {
      const { status, json } = await foreign('GET', fill(route, {}));
      expect(status).toBe(route.scope === 'admin' ? 403 : 200);
      const shown = JSON.stringify(json);
      // Serial numbers are no names: another account may have the same one.
      expect(made.filter((id) => id.length > 8 && shown.includes(id))).toEqual([]);
    },
  );
});

test('nobody but an admin acts in another account', async () => {
  const { json } = await owner.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read'] });
  const headers = { authorization: `Bearer ${json.key}`, 'x-account-id': 'default' };
  const { json: gateways } = await stack.call('GET', '/api/v1/gateways', undefined, headers);
  expect(gateways.items.map(({ name }: { name: string }) => name)).not.toContain('Simulator');
});
