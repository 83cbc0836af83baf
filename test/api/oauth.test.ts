/** OAuth 2.0 client credentials: an API key gets a token, and the token is as good as the key, for an hour. */
import { createAccessTokens } from '../../src/core/accounts/access-token';
import { ADMIN_KEY } from '../support/servers';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const MESSAGE = { to: '919800000001', text: 'Hello' };
const FORM = 'application/x-www-form-urlencoded';

interface Client {
  id: string;
  secret: string;
  key: string;
}
async function makeClient(scopes: string[], extra: object = {}): Promise<Client> {
  const { json } = await stack.call('POST', '/api/v1/api-keys', { name: 'client', scopes, ...extra });
  return { id: json.id, key: json.key, secret: json.key.split('_')[2] };
}
const basic = ({ id, secret }: Pick<Client, 'id' | 'secret'>) =>
  `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;
const ask = (fields: Record<string, string> | string, headers: Record<string, string> = {}) =>
  stack.call('POST', '/oauth/token', new URLSearchParams(fields), {
    authorization: '',
    'content-type': FORM,
    ...headers,
  });
const grant = (client: Client, scope?: string) =>
  ask({
    grant_type: 'client_credentials',
    client_id: client.id,
    client_secret: client.secret,
    ...(scope === undefined ? {} : { scope }),
  });
const as = (token: string, method: string, path: string, body?: object) =>
  stack.call(method, path, body, { authorization: `Bearer ${token}` });

test('200: by form and by Basic, never to be cached', async () => {
  const client = await makeClient(['send', 'read']);
  const answers = [
    await grant(client),
    await ask({ grant_type: 'client_credentials' }, { authorization: basic(client) }),
    await ask({ grant_type: 'client_credentials', client_id: client.id }, { authorization: basic(client) }),
    await grant({ ...client, id: `hg_${client.id}` }),
  ];
  for (const { status, json, headers } of answers) {
    expect(status).toBe(200);
    expect(json).toEqual({
      access_token: expect.stringMatching(/^hgt_/),
      token_type: 'Bearer',
      expires_in: 3_600,
      scope: 'send read',
    });
    expect([headers.get('cache-control'), headers.get('pragma')]).toEqual(['no-store', 'no-cache']);
    expect((await as(json.access_token, 'GET', '/api/v1/messages')).status).toBe(200);
  }
});

test('a token is taken wherever its key is', async () => {
  const client = await makeClient(['send']);
  const { access_token: token } = (await grant(client)).json;
  const headers: Record<string, string>[] = [
    { authorization: `Bearer ${token}` },
    { authorization: basic({ id: 'anyone', secret: token }) },
    { 'x-api-key': token },
  ];
  for (const header of headers) {
    const answer = await stack.call('POST', '/clevertap/v1/messages', MESSAGE, { authorization: '', ...header });
    expect(answer.status).toBe(200);
  }
  for (const field of [{ access_token: token }, { apikey: token }, { username: 'any', password: token }]) {
    const body = { ...MESSAGE, ...field };
    expect((await stack.call('POST', '/clevertap/v1/messages', body, { authorization: '' })).status).toBe(200);
  }
});

test('a token can do what was asked for, and not what its key could beyond', async () => {
  const client = await makeClient(['send', 'read', 'manage']);
  const { json } = await grant(client, 'read');
  expect(json.scope).toBe('read');
  expect((await as(json.access_token, 'GET', '/api/v1/messages')).status).toBe(200);
  expect((await as(json.access_token, 'POST', '/clevertap/v1/messages', MESSAGE)).status).toBe(403);
  expect((await as(json.access_token, 'GET', '/api/v1/api-keys')).status).toBe(403);
});

test('an admin’s token without the scope admin does not act for another account', async () => {
  const admin = await makeClient(['admin']);
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const { json: narrow } = await grant(admin, 'read manage');
  const { json: wide } = await grant(admin);
  const gateways = async (token: string) => {
    const headers = { authorization: `Bearer ${token}`, 'x-account-id': account.id };
    return (await stack.call('GET', '/api/v1/gateways', undefined, headers)).json.items.length;
  };
  expect([narrow.scope, wide.scope]).toEqual(['read manage', 'admin']);
  expect(await gateways(narrow.access_token)).toBe(1);
  expect(await gateways(wide.access_token)).toBe(0);
});

describe('refusals as RFC 6749 has them', () => {
  const refusal = (error: string) => ({ error, error_description: expect.any(String) });

  test('400 invalid_request: grant_type missing, a parameter twice, no form, two ways at once', async () => {
    const client = await makeClient(['send']);
    const { id: client_id, secret: client_secret } = client;
    const answers = [
      await ask({ client_id, client_secret }),
      await ask({ client_id, client_secret, grant_type: '' }),
      await ask(`grant_type=client_credentials&grant_type=client_credentials&client_id=${client_id}`),
      await stack.call('POST', '/oauth/token', { grant_type: 'client_credentials' }),
      await ask({ grant_type: 'client_credentials', client_id, client_secret }, { authorization: basic(client) }),
      await ask({ grant_type: 'client_credentials', client_id: 'other' }, { authorization: basic(client) }),
    ];
    for (const { status, json } of answers) expect([status, json]).toEqual([400, refusal('invalid_request')]);
  });

  test('400 unsupported_grant_type', async () => {
    const { status, json } = await ask({ grant_type: 'password', username: 'x', password: 'y' });
    expect([status, json]).toEqual([400, refusal('unsupported_grant_type')]);
  });

  test('401 invalid_client: no client, an unknown one, a wrong secret, an expired key, the admin key', async () => {
    const client = await makeClient(['send']);
    const expired = await makeClient(['send']);
    await stack.database.pool.query(`update api_keys set expires_at = '2020-01-01' where id = $1`, [expired.id]);
    const answers = [
      await ask({ grant_type: 'client_credentials' }),
      await ask({ grant_type: 'client_credentials', client_id: client.id }),
      await grant({ ...client, id: 'unknown' }),
      await grant({ ...client, secret: 'wrong' }),
      await ask({ grant_type: 'client_credentials' }, { authorization: basic({ id: client.id, secret: 'wrong' }) }),
      await grant(expired),
      await grant({ ...client, secret: ADMIN_KEY }),
    ];
    for (const { status, json, headers } of answers) {
      expect([status, json]).toEqual([401, refusal('invalid_client')]);
      expect(headers.get('www-authenticate')).toMatch(/^Basic /);
    }
  });

  test('400 invalid_scope: unknown, or beyond the key', async () => {
    const client = await makeClient(['send']);
    for (const scope of ['send everything', 'read', 'send admin', 'send  send']) {
      const { status, json } = await grant(client, scope);
      expect([status, json]).toEqual([400, refusal('invalid_scope')]);
    }
  });
});

test('401: a token of a revoked key, one that has ended, a forged one', async () => {
  const client = await makeClient(['read']);
  const { access_token: token } = (await grant(client)).json;
  const tokens = createAccessTokens(Buffer.from(stack.env.HELIOGRAPH_MASTER_KEY!, 'base64'));
  const ended = tokens.issue({ keyId: client.id, scopes: ['read'] }, Date.now() - 3_600_000);
  const forged = createAccessTokens(Buffer.alloc(32, 1)).issue({ keyId: client.id, scopes: ['read'] }, Date.now());
  for (const bad of [ended, forged]) expect((await as(bad, 'GET', '/api/v1/messages')).status).toBe(401);
  expect((await as(token, 'GET', '/api/v1/messages')).status).toBe(200);
  await stack.call('DELETE', `/api/v1/api-keys/${client.id}`);
  expect((await as(token, 'GET', '/api/v1/messages')).status).toBe(401);
});
