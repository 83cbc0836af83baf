/** The console's session: a cookie that stands for a key, in requests of the console itself, as long as the key is good. */
import { joinStack, type SharedStack } from '../support/shared';
import { ADMIN_KEY } from '../support/servers';
import { request, type Answer } from '../support/client';
import { checkAnswer } from '../support/contract';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => void (stack = await joinStack({ worker: false })));
afterAll(() => stack.stop());

const OWN = { 'sec-fetch-site': 'same-origin' };
const WRITES = { ...OWN, 'x-heliograph-console': '1' };

const makeKey = async (scopes: string[], more: object = {}) =>
  (await stack.call('POST', '/api/v1/api-keys', { name: 'Desk', scopes, ...more })).json as { id: string; key: string };
const signIn = (body: object, headers: Record<string, string> = OWN): Promise<Answer> =>
  stack.call('POST', '/console/session', body, { authorization: '', ...headers });
const cookieOf = (answer: Answer): string => answer.headers.get('set-cookie')!.split(';')[0]!;
/** What a browser with this cookie asks. */
async function as(
  cookie: string,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = WRITES,
) {
  const answer = await request(stack.url, method, path, body, { cookie, ...headers });
  const contentType = answer.headers.get('content-type');
  checkAnswer(method, path, { status: answer.status, contentType, body: answer.text });
  return answer;
}

async function session(scopes: string[] = ['read', 'manage']) {
  const key = await makeKey(scopes);
  const answer = await signIn({ key: key.key });
  expect(answer.status).toBe(204);
  return { ...key, cookie: cookieOf(answer) };
}

test('a key becomes a cookie that no script reads, and the cookie does what the key may', async () => {
  const key = await makeKey(['read', 'manage']);
  const answer = await signIn({ key: key.key });
  expect(answer.headers.get('set-cookie')).toMatch(
    /^heliograph_session=[\w-]+\.[\w-]+; Path=\/; HttpOnly; SameSite=Strict; Secure; Max-Age=43200$/,
  );
  expect(answer.headers.get('set-cookie')).not.toContain(key.key.slice(-10));
  const cookie = cookieOf(answer);
  const { json } = await as(cookie, 'GET', '/console/session');
  expect(json).toEqual({
    accountId: stack.accountId,
    accountName: 'Tests',
    scopes: ['read', 'manage'],
    keyName: 'Desk',
    timezone: 'Asia/Kolkata',
  });
  expect((await as(cookie, 'GET', '/api/v1/gateways')).json.items).toHaveLength(1);
  expect((await as(cookie, 'POST', '/api/v1/suppressions', { to: '+919800000061' })).status).toBe(201);
  expect((await as(cookie, 'GET', '/api/v1/accounts')).status).toBe(403);
  const { json: audit } = await stack.call('GET', `/api/v1/audit?subject=${key.id}`);
  expect(audit.items.map(({ action }: { action: string }) => action)).toContain('session.created');
});

test('a second account sees nothing of the first, whatever account it names', async () => {
  const { json: other } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const { json: key } = await stack.call(
    'POST',
    '/api/v1/api-keys',
    { name: 'x', scopes: ['read', 'manage'] },
    { 'x-account-id': other.id },
  );
  for (const body of [{ key: key.key }, { key: key.key, accountId: stack.accountId }]) {
    const cookie = cookieOf(await signIn(body));
    expect((await as(cookie, 'GET', '/console/session')).json.accountId).toBe(other.id);
    const named = { ...OWN, 'x-account-id': stack.accountId };
    expect((await as(cookie, 'GET', '/api/v1/gateways', undefined, named)).json.items).toEqual([]);
    expect((await as(cookie, 'GET', `/api/v1/gateways/${stack.gatewayId}`)).status).toBe(404);
  }
});

test('an admin’s key acts for the account it was signed in for', async () => {
  const cookie = cookieOf(await signIn({ key: ADMIN_KEY, accountId: stack.accountId }));
  expect((await as(cookie, 'GET', '/console/session', undefined, OWN)).json).toMatchObject({
    accountId: stack.accountId,
    keyName: 'admin key of the environment',
  });
  expect((await signIn({ key: ADMIN_KEY, accountId: 'acc_nobody' })).status).toBe(404);
});

test('a revoked key ends its sessions, streams too; that of another key goes on', async () => {
  const [gone, stays] = [await session(['read']), await session(['read'])];
  const stream = await fetch(`${stack.url}/api/v1/events`, { headers: { cookie: gone.cookie, ...OWN } });
  expect(stream.status).toBe(200);
  await stack.call('DELETE', `/api/v1/api-keys/${gone.id}`);
  await until('the stream has ended', () => stream.text().then(() => true));
  const answer = await as(gone.cookie, 'GET', '/api/v1/gateways');
  expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
  expect((await as(stays.cookie, 'GET', '/api/v1/gateways')).status).toBe(200);
});

test('a key that expires takes its session with it', async () => {
  const key = await makeKey(['read']);
  const cookie = cookieOf(await signIn({ key: key.key }));
  await stack.database.pool.query(`update api_keys set expires_at = now() - interval '1 second' where id = $1`, [
    key.id,
  ]);
  await until('it is 401', async () => (await as(cookie, 'GET', '/api/v1/gateways')).status === 401);
});

describe('what another site’s page can make a browser send', () => {
  test.each([
    ['a read from another site', 'GET', { 'sec-fetch-site': 'cross-site' }],
    ['a read from another host of the site', 'GET', { 'sec-fetch-site': 'same-site' }],
    ['a write without the console’s header', 'POST', OWN],
    ['a write from another site', 'POST', { 'sec-fetch-site': 'cross-site', 'x-heliograph-console': '1' }],
    ['a write of an old browser without it', 'POST', {}],
    ['a read of an old browser from another origin', 'GET', { origin: 'https://evil.example' }],
    ['a read of an old browser from another port of the host', 'GET', { origin: 'http://127.0.0.1:1' }],
    ['a read from a page without an origin', 'GET', { origin: 'null' }],
  ])('403: %s', async (_, method, headers) => {
    const { cookie } = await session();
    const body = method === 'POST' ? { to: '+919800000062' } : undefined;
    const path = method === 'POST' ? '/api/v1/suppressions' : '/api/v1/gateways';
    const answer = await as(cookie, method, path, body, headers as Record<string, string>);
    expect([answer.status, answer.json.code]).toEqual([403, 'cross-site']);
    const { json } = await stack.call('GET', '/api/v1/suppressions?limit=500');
    expect(JSON.stringify(json)).not.toContain('919800000062');
  });

  test('a browser that says nothing of sites, over plain HTTP: the header and the origin do', async () => {
    const { cookie } = await session();
    const own = { 'x-heliograph-console': '1', origin: stack.url };
    expect((await as(cookie, 'POST', '/api/v1/suppressions', { to: '+919800000063' }, own)).status).toBe(201);
    expect((await as(cookie, 'GET', '/api/v1/gateways', undefined, {})).status).toBe(200);
  });

  test('signing in from another site, or as a form, is refused', async () => {
    const key = await makeKey(['read']);
    expect((await signIn({ key: key.key }, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
    const type = { 'content-type': 'text/plain', authorization: '' };
    expect((await stack.call('POST', '/console/session', JSON.stringify({ key: key.key }), type)).status).toBe(415);
  });

  test('CleverTap’s routes take no session', async () => {
    const { cookie } = await session(['read', 'send']);
    const message = { to: '919800000064', text: 'Hello' };
    expect((await as(cookie, 'POST', '/clevertap/v1/messages', message)).status).toBe(401);
    expect((await as(cookie, 'GET', '/clevertap/v1/messages?to=919800000064&text=x')).status).toBe(401);
  });
});

test('a forged, cut or foreign cookie is nobody’s; a key beside it is the key’s', async () => {
  const { cookie, key } = await session();
  const [payload, signature] = cookie.split('=')[1]!.split('.') as [string, string];
  const forged = Buffer.from(JSON.stringify(['hg', stack.accountId, 9_999_999_999])).toString('base64url');
  for (const value of [`${forged}.${signature}`, payload, `${payload}.`, 'x', `${payload}.${signature.slice(1)}`]) {
    expect((await as(`heliograph_session=${value}`, 'GET', '/api/v1/gateways')).status).toBe(401);
  }
  const wrong = { ...OWN, 'x-api-key': `${key.slice(0, -4)}AAAA` };
  expect((await as(cookie, 'GET', '/api/v1/gateways', undefined, wrong)).status).toBe(401);
});

test('a wrong key is told so, is counted, and in the end has to wait; a right one passes', async () => {
  const key = await makeKey(['read']);
  const wrong = `hg_${key.id}_${(await makeKey(['read'])).key.split('_')[2]}`;
  const statuses = new Set<number>();
  // One guess a second is forgiven: each time ten come at once, however long their answers take.
  await until('it has to wait', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => signIn({ key: wrong })));
    for (const { status } of answers) statuses.add(status);
    return statuses.has(429);
  });
  expect([...statuses].sort()).toEqual([401, 429]);
  expect((await signIn({ key: key.key })).status).toBe(204);
});

test('a key that may read nothing, an access token and an empty key sign nobody in', async () => {
  const sends = await makeKey(['send']);
  expect((await signIn({ key: sends.key })).json.code).toBe('forbidden');
  const reads = await makeKey(['read', 'manage']);
  const [id, secret] = reads.key.replace('hg_', '').split('_') as [string, string];
  const form = new URLSearchParams({ grant_type: 'client_credentials', client_id: id, client_secret: secret });
  const { json: token } = await stack.call('POST', '/oauth/token', form, { authorization: '' });
  expect((await signIn({ key: token.access_token })).status).toBe(401);
  expect((await signIn({ key: '' })).status).toBe(400);
});

test('signing out takes the cookie away and is written down', async () => {
  const { cookie, id } = await session();
  const answer = await as(cookie, 'DELETE', '/console/session');
  expect([answer.status, answer.headers.get('set-cookie')]).toEqual([
    204,
    'heliograph_session=; Path=/; HttpOnly; SameSite=Strict; Secure; Max-Age=0',
  ]);
  const { json } = await stack.call('GET', `/api/v1/audit?subject=${id}`);
  expect(json.items[0].action).toBe('session.ended');
});

test('signed out, a copy of the cookie is refused, streams too; other sessions of the key and other accounts go on', async () => {
  const key = await makeKey(['read']);
  const [copied, beside] = [cookieOf(await signIn({ key: key.key })), cookieOf(await signIn({ key: key.key }))];
  const { json: other } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const named = { 'x-account-id': other.id };
  const theirs = await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read'] }, named);
  const foreign = cookieOf(await signIn({ key: theirs.json.key }));
  const admins = [await signIn({ key: ADMIN_KEY }), await signIn({ key: ADMIN_KEY })].map(cookieOf);
  const streams = await Promise.all(
    [copied, beside].map((cookie) => fetch(`${stack.url}/api/v1/overview/events`, { headers: { cookie, ...OWN } })),
  );
  const readers = streams.map(({ body }) => body!.getReader());

  for (const cookie of [copied, admins[0]!]) {
    expect((await as(cookie, 'DELETE', '/console/session')).status).toBe(204);
    for (const path of ['/console/session', '/api/v1/gateways']) {
      const answer = await as(cookie, 'GET', path);
      expect([answer.status, answer.json.code]).toEqual([401, 'unauthorized']);
    }
    expect((await as(cookie, 'DELETE', '/console/session')).status).toBe(401);
  }
  for (const cookie of [beside, foreign, admins[1]!]) {
    expect((await as(cookie, 'GET', '/api/v1/gateways')).status).toBe(200);
  }
  await until('its stream has ended', async () => {
    while (!(await readers[0]!.read()).done);
    return true;
  });
  expect((await Promise.race([readers[1]!.read(), readers[1]!.closed.then(() => ({ done: true }))])).done).toBe(false);
  await readers[1]!.cancel();
});

test('what was signed out is kept until its time is over, and goes with a later one', async () => {
  const { pool } = stack.database;
  await as((await session()).cookie, 'DELETE', '/console/session');
  await pool.query(`update ended_sessions set ends_at = now() - interval '1 second'`);
  await as((await session()).cookie, 'DELETE', '/console/session');
  const { rows } = await pool.query(`select ends_at - now() < interval '12 hours' as within from ended_sessions`);
  expect(rows).toEqual([{ within: true }]);
});

describe('the page', () => {
  const get = (path: string) => request(stack.url, 'GET', path);

  test('every address of the console is the page; its files are kept for ever, the page is not', async () => {
    const page = await get('/console');
    expect(page.status).toBe(200);
    expect(page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(page.headers.get('cache-control')).toBe('no-store');
    const policy = page.headers.get('content-security-policy')!;
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toMatch(/unsafe|\*|http/);
    expect(page.text).not.toMatch(/<script(?![^>]*src=)|<style|style=|\son\w+=/);
    for (const path of ['/console/', '/console/messages/x', '/console/find?q=1']) {
      expect((await get(path)).text).toBe(page.text);
    }
    const files = [...page.text.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g)].map(([, path]) => path!);
    expect(files.length).toBeGreaterThanOrEqual(3);
    for (const path of files) {
      const file = await get(path);
      expect([path, file.status]).toEqual([path, 200]);
      expect(file.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(file.headers.get('x-content-type-options')).toBe('nosniff');
      expect(file.headers.get('content-type')).toMatch(/javascript|css/);
    }
  });

  test('a file that an update took away is 404, and no way leads out of the folder', async () => {
    expect((await get('/console/assets/main-OLD.js')).status).toBe(404);
    for (const path of ['/console/assets/..%2f..%2fpackage.json', '/console/assets/../../../package.json']) {
      expect((await get(path)).text).not.toContain('"heliograph"');
    }
  });

  test('/ leads to the console', async () => {
    const answer = await fetch(stack.url, { redirect: 'manual' });
    expect([answer.status, answer.headers.get('location')]).toEqual([302, '/console']);
  });
});
