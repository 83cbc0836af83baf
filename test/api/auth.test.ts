/** Keys: the ways to present one, what its scopes allow, whose things it sees. */
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const MESSAGE = { to: '919800000001', text: 'Hello' };

async function makeKey(scopes: string[], extra: object = {}): Promise<{ id: string; key: string; secret: string }> {
  const { status, json } = await stack.call('POST', '/api/v1/api-keys', { name: 'test', scopes, ...extra });
  expect(status).toBe(201);
  return { id: json.id, key: json.key, secret: json.key.split('_')[2] };
}

const as = (method: string, path: string, body: object | undefined, headers: Record<string, string>) =>
  stack.call(method, path, body, { authorization: '', ...headers });
const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

test('a key is good as Bearer, Basic, X-Api-Key, and in the fields of a CleverTap route', async () => {
  const { id, key, secret } = await makeKey(['send']);
  const headers = [{ authorization: `Bearer ${key}` }, basic('anyone', key), basic(id, secret), { 'x-api-key': key }];
  for (const header of headers) {
    expect((await as('POST', '/clevertap/v1/messages', MESSAGE, header)).status).toBe(200);
  }
  const fields = [
    { apikey: key },
    { access_token: key },
    { username: 'anyone', password: key },
    { username: id, password: secret },
    { username: `hg_${id}`, password: secret },
  ];
  for (const field of fields) {
    expect((await as('POST', '/clevertap/v1/messages', { ...MESSAGE, ...field }, {})).status).toBe(200);
  }
  // Elsewhere fields are no credentials.
  expect((await as('GET', `/api/v1/messages?apikey=${key}`, undefined, {})).status).toBe(401);
});

test('403: scopes bound what a key can do, and what it can give', async () => {
  const sender = { authorization: `Bearer ${(await makeKey(['send'])).key}` };
  expect(await as('GET', '/api/v1/messages', undefined, sender)).toMatchObject({
    status: 403,
    json: { code: 'forbidden' },
  });
  const manager = { authorization: `Bearer ${(await makeKey(['manage'])).key}` };
  expect((await as('POST', '/api/v1/api-keys', { name: 'x', scopes: ['admin'] }, manager)).status).toBe(403);
  expect((await as('POST', '/api/v1/accounts', { name: 'x' }, manager)).status).toBe(403);
});

test('401: a wrong secret, an expired key, a revoked key', async () => {
  const { id, key } = await makeKey(['send']);
  const wrong = `${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`;
  expect((await as('POST', '/clevertap/v1/messages', MESSAGE, { authorization: `Bearer ${wrong}` })).status).toBe(401);
  const expired = await makeKey(['send']);
  await stack.database.pool.query(`update api_keys set expires_at = '2020-01-01' where id = $1`, [expired.id]);
  expect((await as('POST', '/clevertap/v1/messages', MESSAGE, { authorization: `Bearer ${expired.key}` })).status).toBe(
    401,
  );
  expect((await as('POST', '/clevertap/v1/messages', MESSAGE, { authorization: `Bearer ${key}` })).status).toBe(200);
  expect((await stack.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(204);
  expect((await as('POST', '/clevertap/v1/messages', MESSAGE, { authorization: `Bearer ${key}` })).status).toBe(401);
  expect((await stack.call('DELETE', `/api/v1/api-keys/${id}`)).status).toBe(404);
});

test('404: a key of one account sees nothing of another', async () => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other', timezone: 'Europe/Berlin' });
  const other = {
    authorization: `Bearer ${(await makeKey(['send', 'read', 'manage'], { accountId: account.id })).key}`,
  };
  const { json: sent } = await stack.call('POST', '/clevertap/v1/messages', MESSAGE);
  const { json: gateways } = await stack.call('GET', '/api/v1/gateways');
  const foreign = [
    ['GET', `/api/v1/messages/${sent.ids[0]}`],
    ['GET', `/api/v1/gateways/${gateways.items[0].id}`],
    ['PATCH', `/api/v1/gateways/${gateways.items[0].id}`],
    ['DELETE', `/api/v1/gateways/${gateways.items[0].id}`],
  ] as const;
  for (const [method, path] of foreign) {
    expect((await as(method, path, method === 'PATCH' ? {} : undefined, other)).status).toBe(404);
  }
  for (const list of ['messages', 'gateways', 'webhooks']) {
    expect((await as('GET', `/api/v1/${list}`, undefined, other)).json.items).toEqual([]);
  }
  expect((await as('GET', '/api/v1/stats', undefined, other)).json.ledger.accepted).toBe(0);
  // The header that acts for another account is the admin's alone.
  expect((await as('GET', '/api/v1/messages', undefined, { ...other, 'x-account-id': 'default' })).json.items).toEqual(
    [],
  );
});

test('a number is shown whole to manage only', async () => {
  const { json: sent } = await stack.call('POST', '/clevertap/v1/messages', MESSAGE);
  const reader = { authorization: `Bearer ${(await makeKey(['read'])).key}` };
  const { json } = await as('GET', `/api/v1/messages/${sent.ids[0]}`, undefined, reader);
  expect(json.to).toMatch(/^\+91.*\*+.*01$/);
  expect(json.to).not.toBe('+919800000001');
});

test('secrets are written, never read: credentials, callback URLs, keys', async () => {
  const { json: made } = await stack.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name: 'Masked',
    credentials: { apiKey: 'a-secret-of-some-length' },
    callbackAuth: { basic: { username: 'user', password: 'another-secret' } },
    sendingPattern: 'batch',
  });
  expect(JSON.stringify(made)).not.toMatch(/a-secret-of|another-secret/);
  const { rows } = await stack.database.pool.query('select * from gateways where id = $1', [made.id]);
  expect(JSON.stringify(rows)).not.toMatch(/a-secret-of|another-secret/);
  const { json: hooks } = await stack.call('GET', '/api/v1/webhooks');
  expect(hooks.items[0].url).toMatch(/account=••••/);
});

test('400: a gateway’s fields are checked against its provider, all at once', async () => {
  const { status, json } = await stack.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name: '',
    credentials: {},
    sendingPattern: 'flood',
    colour: 'red',
  });
  expect(status).toBe(400);
  expect(json.errors.map((error: { field: string }) => error.field).sort()).toEqual([
    'colour',
    'name',
    'sendingPattern',
  ]);
  const second = await stack.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name: 'x',
    credentials: {},
    sendingPattern: 'loop',
  });
  expect(second.json.errors).toEqual([{ field: 'credentials.apiKey', message: expect.any(String) }]);
  const third = await stack.call('POST', '/api/v1/gateways', {
    provider: 'carrier-pigeon',
    name: 'x',
    credentials: {},
    sendingPattern: 'loop',
  });
  expect(third.json.errors[0]).toMatchObject({ field: 'provider', message: expect.stringContaining('infobip') });
});
