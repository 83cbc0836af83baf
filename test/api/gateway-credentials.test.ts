/** The credentials of a gateway go where they were given for, and nowhere else; nobody is shown them. */
import { providers } from '../../src/providers/registry';
import { unsealGateway } from '../../src/store/gateways/gateways';
import { createKeyring } from '../../src/core/accounts/keyring';
import { createSealer, SEALED } from '../../src/store/seal';
import { auditOf, bearerOf, problemsOf } from '../support/api';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant, type Tenant } from '../support/tenants';
import { LOGINS as VENDORS } from '../support/logins';

let stack: TestStack;
let a: Tenant;
let b: Tenant;
beforeAll(async () => {
  stack = await startStack({ worker: false });
  a = await makeTenant(stack, 'Owner');
  b = await makeTenant(stack, 'Other');
});
afterAll(() => stack.stop());

const HTTP = {
  path: '/send',
  headers: { authorization: 'Bearer {key}' },
  secrets: { key: 'http-secret-1' },
  format: 'json',
  fields: { to: '{to}', text: '{text}' },
};
/** A login of every provider; each has a base URL. */
const LOGINS: Record<string, Record<string, unknown>> = { ...VENDORS, http: HTTP };
const HOME = 'https://vendor.example.com/prefix';
let serial = 0;

const draftOf = (provider: string, over: object = {}): object => ({
  provider, name: `gateway ${++serial}`, credentials: LOGINS[provider], sendingPattern: 'loop', baseUrl: HOME, ...over,
}); // prettier-ignore
const make = (tenant: Tenant, provider: string, over: object = {}) =>
  tenant.call('POST', '/api/v1/gateways', draftOf(provider, over));
async function made(tenant: Tenant, provider: string, over: object = {}): Promise<string> {
  const { status, json } = await make(tenant, provider, over);
  expect([status, json.detail]).toEqual([201, undefined]);
  return `/api/v1/gateways/${json.id}`;
}
/** All that is kept of a gateway, as it is kept. */
async function rowOf(gatewayPath: string): Promise<unknown> {
  const { rows } = await stack.database.pool.query('select * from gateways where id = $1', [
    gatewayPath.split('/').pop(),
  ]);
  return rows[0];
}

test('every provider is in the table', () => {
  expect(Object.keys(LOGINS).sort()).toEqual(Object.keys(providers).sort());
});

describe.each(Object.keys(LOGINS))('%s', (provider) => {
  test.each([
    ['another host', 'https://thief.example.com/prefix'],
    ['another port', 'https://vendor.example.com:8443/prefix'],
    ['another path', 'https://vendor.example.com/other'],
    ['no path', 'https://vendor.example.com'],
    ['a path below', 'https://vendor.example.com/prefix/more'],
    ...(provider === 'http' ? [] : [['the vendor’s own host', null] as [string, null]]),
  ])('%s needs the credentials in the same request: 400, and nothing is changed', async (_label, baseUrl) => {
    const path = await made(a, provider);
    const others = await made(b, provider);
    const [before, beside] = [await rowOf(path), await rowOf(others)];
    const { status, json } = await a.call('PATCH', path, { baseUrl, priority: 7 });
    expect([status, json.code, json.errors.map((problem: { field: string }) => problem.field)]).toEqual([
      400,
      'credentials-required',
      ['credentials'],
    ]);
    expect(json.detail).toContain('https://vendor.example.com');
    expect(await rowOf(path)).toEqual(before);
    expect(await rowOf(others)).toEqual(beside);
    expect((await a.call('PATCH', others, { baseUrl })).status).toBe(404);
  });

  test('with them it moves, and the audit says from where to where', async () => {
    const path = await made(a, provider);
    const change = { baseUrl: 'https://elsewhere.example.com/v2', credentials: LOGINS[provider] };
    expect((await a.call('PATCH', path, change)).json).toMatchObject({ baseUrl: 'https://elsewhere.example.com/v2' });
    const [, last] = await auditOf(stack, path.split('/').pop()!);
    expect(last).toEqual([
      'gateway.updated',
      {
        fields: ['credentials', 'baseUrl'],
        origin: { from: 'https://vendor.example.com', to: 'https://elsewhere.example.com' },
      },
    ]);
  });

  test('the same URL, however it is written, needs nothing', async () => {
    const path = await made(a, provider);
    for (const baseUrl of [HOME, `${HOME}/`, 'https://VENDOR.example.com:443/prefix']) {
      expect((await a.call('PATCH', path, { baseUrl })).status).toBe(200);
    }
  });

  test('no secret of it is in any answer, for whatever key', async () => {
    const path = await made(a, provider);
    const secrets = providers[provider]!.secrets(providers[provider]!.credentialsSchema.parse(LOGINS[provider]));
    expect(secrets.length).toBeGreaterThan(0);
    const places = [path, '/api/v1/gateways'];
    for (const [scopes, where] of [
      [['read'], places],
      [
        ['read', 'manage'],
        [...places, '/api/v1/audit'],
      ],
    ]) {
      const headers = await bearerOf({ ...stack, call: a.call }, scopes!);
      for (const one of where!) {
        const { status, text } = await a.call('GET', one, undefined, headers);
        expect(status).toBe(200);
        for (const secret of secrets) expect(text).not.toContain(secret);
      }
    }
  });

  test('a mask that is sent back is no secret: 400', async () => {
    const path = await made(a, provider);
    const { json } = await a.call('GET', path);
    const before = await rowOf(path);
    const answer = await a.call('PATCH', path, { credentials: json.credentials });
    expect(answer.status).toBe(400);
    expect(await rowOf(path)).toEqual(before);
  });
});

describe('where credentials may go', () => {
  test.each([
    ['without TLS', 'http://vendor.example.com', 'must start with https://'],
    ['with a login', 'https://user:pw@vendor.example.com', 'must not carry credentials'],
    ['with a user', 'https://user@vendor.example.com', 'must not carry credentials'],
    ['to a private address', 'https://10.0.0.1', 'has the private host'],
    ['to what clouds tell of themselves', 'http://169.254.169.254', 'must start with https://'],
    ['to a private name', 'https://db.internal', 'has the private host'],
    ['with a query', 'https://vendor.example.com/x?key=v', 'without a query'],
    ['with a fragment', 'https://vendor.example.com/x#y', 'without a query'],
  ])('%s: 400', async (_label, baseUrl, message) => {
    const refused = await make(a, 'infobip', { baseUrl });
    expect(refused.status).toBe(400);
    expect(problemsOf(refused)).toEqual([expect.stringMatching(new RegExp(`^baseUrl: .*${message}`))]);
    const path = await made(a, 'infobip');
    const before = await rowOf(path);
    const patched = await a.call('PATCH', path, { baseUrl, credentials: LOGINS.infobip });
    expect([patched.status, problemsOf(patched)]).toEqual([400, problemsOf(refused)]);
    expect(await rowOf(path)).toEqual(before);
  });

  test('a host of HELIOGRAPH_OUTBOUND_ALLOW may be private, and without TLS', async () => {
    await made(a, 'infobip', { baseUrl: `${stack.simulator.url}/infobip/allowed` });
  });
});

describe('secrets among what a person names as he likes', () => {
  const LOGIN = Buffer.from('user:http-secret-1').toString('base64');
  test.each<[string, object, string]>([
    ['a header that is for them', { headers: { Authorization: 'Bearer abcdef' } }, 'credentials.headers.Authorization'],
    ['another one', { headers: { 'X-Api-Key': 'abcdef' } }, 'credentials.headers.X-Api-Key'],
    ['a field', { fields: { to: '{to}', password: 'abcdef' } }, 'credentials.fields.password'],
    ['a field within', { fields: { to: '{to}', login: { apiKey: 'abc' } } }, 'credentials.fields.login.apiKey'],
    ['a declared one', { headers: { 'x-plain': 'http-secret-1' } }, 'credentials.headers.x-plain'],
    ['one in base64', { headers: { 'x-plain': `Basic ${LOGIN}` } }, 'credentials.headers.x-plain'],
    ['one in the path', { path: '/send/http-secret-1/{to}' }, 'credentials.path'],
    ['one in percent encoding', { path: '/send/http%2Dsecret%2D1/{to}' }, 'credentials.path'],
  ])('%s: 400 with the hint', async (_label, over, field) => {
    const answer = await make(a, 'http', { credentials: { ...HTTP, ...over } });
    expect(answer.status).toBe(400);
    expect(problemsOf(answer)).toEqual([expect.stringContaining(`${field}: `)]);
    expect(problemsOf(answer)[0]).toContain('credentials.secrets');
    expect(answer.text).not.toContain('http-secret-1');
  });

  test('what an earlier version stored is masked, in whatever encoding', async () => {
    const path = await made(a, 'http');
    const pingbix = await made(a, 'pingbix', {
      credentials: { userId: 'u', password: 'pingbix-secret', constants: { authKey: 'literal-key', echo: 'pingbix-secret', output: 'json' } },
    }); // prettier-ignore
    const sealer = createSealer(createKeyring(stack.config.masterKeys!));
    const id = path.split('/').pop()!;
    const { credentials } = unsealGateway((await rowOf(path)) as never, sealer);
    const old = {
      ...(credentials as object),
      headers: { authorization: 'Bearer literal-token', 'x-id': LOGIN, accept: '*/*' },
    };
    await stack.database.pool.query('update gateways set credentials = $2, base_url = $3 where id = $1', [
      id,
      sealer.seal(JSON.stringify(old), SEALED.gatewayCredentials.context(id)),
      'https://user:login-secret@vendor.example.com/prefix?token=query-secret',
    ]);
    const { text, json } = await a.call('GET', path);
    for (const secret of ['literal-token', LOGIN, 'login-secret', 'query-secret', 'http-secret-1']) {
      expect(text).not.toContain(secret);
    }
    expect(json.credentials.headers.accept).toBe('*/*');
    expect(json.baseUrl).toBe('https://vendor.example.com/prefix?hidden');
    const shown = await a.call('GET', pingbix);
    expect(shown.text).not.toMatch(/literal-key|pingbix-secret/);
    expect(shown.json.credentials.constants.output).toBe('json');
  });
});

test('a webhook’s URL: its place is for who may manage, its host for who may read', async () => {
  const url = 'https://hooks.example.com/services/T0/SECRET-PATH?sig=SECRET-QUERY';
  const { json } = await a.call('POST', '/api/v1/webhooks', { kind: 'standard', url });
  const reader = await bearerOf({ ...stack, call: a.call }, ['read']);
  for (const where of [`/api/v1/webhooks/${json.id}`, '/api/v1/webhooks']) {
    const { text } = await a.call('GET', where, undefined, reader);
    expect(text).toContain('https://hooks.example.com/••••');
    expect(text).not.toContain('SECRET');
    expect((await a.call('GET', where)).text).toContain('/services/T0/SECRET-PATH?sig=');
  }
  for (const login of ['https://user:pw@hooks.example.com/x', 'https://user@hooks.example.com/x']) {
    expect((await a.call('POST', '/api/v1/webhooks', { kind: 'standard', url: login })).status).toBe(400);
  }
});
