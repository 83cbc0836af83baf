/** What a browser is and is not let do: content types, other sites, challenges, caches, and what a page might run. */
import { joinStack, type SharedStack } from '../support/shared';
import { BODILESS, bodyOf, thingOf, type Owner } from '../support/things';
import { allRoutes, fill } from '../support/walk';

let stack: SharedStack;
let owner: Owner;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  owner = { accountId: stack.accountId, call: stack.call, pool: stack.database.pool };
});
afterAll(() => stack.stop());

const operations = allRoutes().filter(({ path, scope }) => scope !== 'none' && /^\/(api\/v1\/|send$)/.test(path));
const walk = (list: typeof operations) => list.map((route) => [route.name, route] as const);
const withJson = operations.filter(({ method, name }) => !['GET', 'DELETE'].includes(method) && !BODILESS.has(name));
const at = async (route: (typeof operations)[number]): Promise<string> =>
  route.params.length === 0 ? route.path : fill(route, await thingOf(route).make(owner));

describe('only application/json', () => {
  test.each(walk(withJson))('415: %s as text, as a form, as nothing', async (_, route) => {
    const path = await at(route);
    const text = JSON.stringify(bodyOf(route));
    for (const type of ['text/plain', 'text/plain; x=application/json', 'application/x-www-form-urlencoded']) {
      const { status, json } = await stack.call(route.method, path, text, { 'content-type': type });
      expect([status, json.code]).toEqual([415, 'unsupported-media-type']);
      expect(json.detail).toContain('Content-Type: application/json');
    }
  });

  test('with a charset, and in capitals, it is JSON', async () => {
    for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
      const body = JSON.stringify({ to: '+919800000071' });
      expect((await stack.call('POST', '/api/v1/suppressions', body, { 'content-type': type })).status).toBe(201);
    }
  });

  test('nothing is changed by what is refused; a request without a body needs no type', async () => {
    const body = JSON.stringify({ to: '+919800000072' });
    await stack.call('POST', '/api/v1/suppressions', body, { 'content-type': 'text/plain' });
    const { json } = await stack.call('GET', '/api/v1/suppressions');
    expect(JSON.stringify(json)).not.toContain('919800000072');
    const key = await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read'] });
    expect((await stack.call('POST', `/api/v1/api-keys/${key.json.id}/rotate`)).status).toBe(201);
  });

  test('uploads take CSV and forms; text that a page of another site may send is refused', async () => {
    const upload = (type: string) =>
      stack.call('POST', '/api/v1/uploads', 'to\n9800000001\n', { 'content-type': type });
    expect((await upload('text/csv')).status).toBe(201);
    expect(await upload('text/plain')).toMatchObject({ status: 415, json: { code: 'unsupported-media-type' } });
  });
});

describe('another site’s page', () => {
  const foreign = { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' };

  test.each(walk(operations))('403: %s', async (_, route) => {
    const type: Record<string, string> = bodyOf(route) === undefined ? {} : { 'content-type': 'application/json' };
    const { status, json } = await stack.call(route.method, await at(route), bodyOf(route), { ...foreign, ...type });
    expect([status, json.code]).toEqual([403, 'cross-site']);
  });

  test('the same site, an address that was typed, and CleverTap are not', async () => {
    for (const site of ['same-origin', 'none']) {
      expect((await stack.call('GET', '/api/v1/gateways', undefined, { 'sec-fetch-site': site })).status).toBe(200);
    }
    const message = { to: '919800000001', text: 'Hello' };
    expect((await stack.call('POST', '/clevertap/v1/messages', message, foreign)).status).toBe(200);
    expect((await stack.call('GET', '/healthz', undefined, foreign)).status).toBe(200);
  });
});

test('401 asks a browser for no password, except on CleverTap’s routes', async () => {
  const challenge = async (method: string, path: string) =>
    (await stack.call(method, path, undefined, { authorization: '' })).headers.get('www-authenticate');
  for (const path of ['/api/v1/messages', '/api/v1/gateways/x', '/api/v1/uploads']) {
    expect(await challenge('GET', path)).toBe('Bearer realm="heliograph"');
  }
  expect(await challenge('POST', '/send')).toBe('Bearer realm="heliograph"');
  for (const path of ['/clevertap/v1/messages', '/api/v2/sms/clevertap/send', '/ct/api/v1/send']) {
    expect(await challenge('GET', path)).toContain('Basic realm="heliograph"');
  }
});

test('nothing but documentation is kept by caches', async () => {
  const cache = async (method: string, path: string, body?: unknown) =>
    (await stack.call(method, path, body)).headers.get('cache-control');
  for (const path of ['/api/v1/messages', '/api/v1/gateways', '/api/v1/nope', '/nope', '/readyz']) {
    expect(await cache('GET', path)).toBe('no-store');
  }
  expect(await cache('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read'] })).toBe('no-store');
  expect(await cache('GET', '/clevertap/v1/messages?to=919800000001&text=x')).toBe('no-store');
  expect(await cache('POST', '/clevertap/v1/messages', { to: '1' })).toBe('no-store');
  for (const path of ['/docs', '/docs/errors', '/openapi.json']) expect(await cache('GET', path)).toMatch(/^public/);
});

describe('what a page would run or fetch', () => {
  const gateway = (more: object) => ({
    provider: 'infobip', name: `g${Math.random()}`, credentials: { apiKey: 'k' }, sendingPattern: 'batch', ...more,
  }); // prettier-ignore
  const make = (more: object) => stack.call('POST', '/api/v1/gateways', gateway(more));
  const png = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(40)]).toString('base64');
  const jpeg = Buffer.from('ffd8ffe000104a464946', 'hex').toString('base64');
  const webp = Buffer.from('RIFF\x10\0\0\0WEBPVP8 ', 'latin1').toString('base64');

  test('400: a sign-up link that is not https', async () => {
    for (const signupLink of [
      'javascript:alert(1)',
      'http://example.com',
      'data:text/html,x',
      'https://u:p@example.com',
    ]) {
      const { status, json } = await make({ signupLink });
      expect([status, json.errors?.[0]?.field]).toEqual([400, 'signupLink']);
    }
    expect((await make({ signupLink: 'https://example.com/sign-up' })).json.signupLink).toBe(
      'https://example.com/sign-up',
    );
  });

  test('a logo is what its bytes say: PNG, JPEG or WebP', async () => {
    for (const [type, bytes] of [['png', png], ['jpeg', jpeg], ['webp', webp]]) {
      for (const logo of [bytes, `data:image/gif;base64,${bytes}`]) {
        expect((await make({ logo })).json.logo).toBe(`data:image/${type};base64,${bytes}`);
      }
    }
  }); // prettier-ignore

  test('400: any other logo, also by a change', async () => {
    const svg = Buffer.from('<svg onload="alert(1)"/>').toString('base64');
    const { json: good } = await make({});
    const large = Buffer.concat([Buffer.from(png, 'base64'), Buffer.alloc(150_000)]).toString('base64');
    for (const logo of [svg, `data:image/png;base64,${svg}`, 'http://169.254.169.254/x.png', '<svg/>', '', large]) {
      const made = await make({ logo });
      const changed = await stack.call('PATCH', `/api/v1/gateways/${good.id}`, { logo });
      for (const { status, json } of [made, changed]) expect([status, json.errors?.[0]?.field]).toEqual([400, 'logo']);
    }
  });

  test('what an earlier version took is not shown', async () => {
    const { json: made } = await make({});
    await stack.database.pool.query('update gateways set logo = $2, signup_link = $3 where id = $1', [
      made.id,
      '<svg onload="alert(1)"/>',
      'javascript:alert(1)',
    ]);
    const { json } = await stack.call('GET', `/api/v1/gateways/${made.id}`);
    expect([json.logo, json.signupLink]).toEqual([null, null]);
  });

  test('400: the http provider sets no header that is the connection’s', async () => {
    for (const name of ['Host', 'content-length', 'Transfer-Encoding', 'connection']) {
      const credentials = { path: '/s', format: 'json', fields: { to: '{to}' }, headers: { [name]: 'evil.example' } };
      const draft = { ...gateway({}), provider: 'http', baseUrl: 'https://sms.example.com', sendingPattern: 'loop' };
      const { status, json } = await stack.call('POST', '/api/v1/gateways', { ...draft, credentials });
      expect([status, json.errors?.[0]?.field]).toEqual([400, `credentials.headers.${name}`]);
    }
  });
});

describe('numbers are not in URLs that we make', () => {
  const suppress = async (to: string) => (await stack.call('POST', '/api/v1/suppressions', { to })).json;

  test('a suppression has an id, and goes by it, and not by its number', async () => {
    const [first, second, other] = [await suppress('+919800000081'), await suppress('+919800000082'), await suppress('+919800000083')];
    expect(first.id).toMatch(/^[0-9a-f-]{36}$/);
    expect((await suppress('+919800000081')).id).toBe(first.id);
    expect((await stack.call('DELETE', `/api/v1/suppressions/${first.id}`)).status).toBe(204);
    expect((await stack.call('DELETE', `/api/v1/suppressions/${first.id}`)).status).toBe(404);
    const byNumber = await stack.call('DELETE', '/api/v1/suppressions/%2B919800000082');
    expect([byNumber.status, byNumber.json.detail]).toEqual([404, expect.stringContaining('?to=')]);
    expect((await stack.call('DELETE', `/api/v1/suppressions/${second.id}`)).status).toBe(204);
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Foreign' });
    const as = { 'x-account-id': account.id as string };
    expect((await stack.call('DELETE', `/api/v1/suppressions/${other.id}`, undefined, as)).status).toBe(404);
    expect(JSON.stringify((await stack.call('GET', '/api/v1/suppressions')).json)).toContain('+919800000083');
  }); // prettier-ignore

  test('a cursor is opaque: no number in it, however it is read', async () => {
    for (const to of ['+919800000091', '+919800000092', '+919800000093']) await suppress(to);
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
      const { json } = await stack.call('GET', `/api/v1/suppressions?limit=1${query}`);
      seen.push(...json.items.map(({ to }: { to: string }) => to));
      cursor = json.nextCursor;
      const readings = cursor === null ? [] : [cursor, ...(['base64url', 'base64', 'hex'] as const).map((form) => Buffer.from(cursor!, form).toString('latin1'))];
      // So many digits that no id has them by chance.
      expect(readings.join('\n')).not.toMatch(/9800000/);
    } while (cursor !== null);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toEqual(expect.arrayContaining(['+919800000091', '+919800000092', '+919800000093']));
    const mine = (await stack.call('GET', '/api/v1/suppressions?limit=1')).json.nextCursor as string;
    for (const given of ['+919800000091', mine.slice(0, -4)]) {
      const { status, json } = await stack.call('GET', `/api/v1/suppressions?cursor=${encodeURIComponent(given)}`);
      expect([status, json.errors?.[0]?.field]).toEqual([400, 'cursor']);
    }
  }); // prettier-ignore
});

test('400: a group names a route of its account, or none', async () => {
  const route = await thingOf({ path: '/api/v1/routes/:id', name: 'route' } as never).make(owner);
  const { json: foreign } = await stack.call('POST', '/api/v1/accounts', { name: 'Foreign' });
  const group = (routeId: string, account: string) =>
    stack.call('POST', '/api/v1/groups', { name: `g ${Math.random()}`, routeId }, { 'x-account-id': account });
  const made = await group(route.id!, stack.accountId);
  expect(made.status).toBe(201);
  for (const answer of [
    await group(route.id!, foreign.id as string),
    await group('rt_nope', stack.accountId),
    await stack.call('PATCH', `/api/v1/groups/${made.json.id}`, { routeId: 'rt_nope' }),
  ]) {
    expect([answer.status, answer.json.errors?.[0]?.field]).toEqual([400, 'routeId']);
  }
});

describe('an upload under an Idempotency-Key', () => {
  let serial = 0;
  const upload = (csv: string, key: string, query = '') =>
    stack.call('POST', `/api/v1/uploads${query}`, csv, { 'content-type': 'text/csv', 'idempotency-key': key });
  const unique = () => `upload-${process.pid}-${serial++}`;

  test('409: another file of the same length; the same file is answered as the first', async () => {
    const key = unique();
    const first = await upload('to\n9800000001\n', key);
    const again = await upload('to\n9800000001\n', key);
    expect([again.status, again.json, again.headers.get('idempotency-replayed')]).toEqual([201, first.json, 'true']);
    const other = await upload('to\n9800000002\n', key);
    expect([other.status, other.json.code]).toEqual([409, 'idempotency-mismatch']);
    const { json } = await stack.call('GET', '/api/v1/uploads?limit=500');
    expect(json.items.filter(({ id }: { id: string }) => id === first.json.id)).toHaveLength(1);
  });

  test('one that was refused has done nothing: its key is free for the file that is right', async () => {
    const key = unique();
    expect((await upload('nothing\nx\n', key)).status).toBe(400);
    expect((await upload('nothing\nx\n', key)).status).toBe(400);
    const first = await upload('to\n9800000001\n', key);
    expect(first.status).toBe(201);
    expect((await upload('to\n9800000001\n', key)).json).toEqual(first.json);
  });

  test('409: what reads it otherwise is another request', async () => {
    const key = unique();
    expect((await upload('to\n9800000001\n', key)).status).toBe(201);
    expect((await upload('to\n9800000001\n', key, '?name=x')).status).toBe(409);
  });
});
