/** Callbacks of vendors over real HTTP: tests of the URL, odd content types, bounds; and what a gateway may be told of them. */
import { proofOf, type MadeGateway } from '../support/callbacks';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant, type Tenant } from '../support/tenants';
import { LOGINS } from '../support/logins';

let stack: TestStack;
let a: Tenant;
let b: Tenant;
beforeAll(async () => {
  stack = await startStack({ worker: false });
  a = await makeTenant(stack, 'Owner');
  b = await makeTenant(stack, 'Other');
});
afterAll(() => stack.stop());

let serial = 0;
const make = (tenant: Tenant, provider: string, over: object = {}) =>
  tenant.call('POST', '/api/v1/gateways', {
    provider,
    name: `gateway ${++serial}`,
    credentials: LOGINS[provider as keyof typeof LOGINS],
    sendingPattern: 'loop',
    ...over,
  });
async function made(tenant: Tenant, provider: string, over: object = {}): Promise<MadeGateway> {
  const { status, json } = await make(tenant, provider, over);
  expect([status, json.detail]).toEqual([201, undefined]);
  return json as MadeGateway;
}
const urlOf = ({ callbackUrl }: Pick<MadeGateway, 'callbackUrl'>): string =>
  `http://127.0.0.1:${stack.api.port}${new URL(callbackUrl).pathname}`;
const ask = async (url: string, init: RequestInit): Promise<[number, string]> => {
  const response = await fetch(url, { ...init, redirect: 'error' });
  return [response.status, await response.text()];
};

const PROBES: [string, RequestInit][] = [
  ['HEAD', { method: 'HEAD' }],
  ['GET', { method: 'GET' }],
  ['an empty POST', { method: 'POST' }],
  ['an empty POST of JSON', { method: 'POST', headers: { 'content-type': 'application/json' }, body: '' }],
  ['an empty form', { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: '' }],
];

describe.each(Object.keys(LOGINS).filter((name) => name !== 'twilio'))('a test of the URL of %s', (provider) => {
  test.each(PROBES)('%s is 200 with the proof', async (_label, init) => {
    const gateway = await made(a, provider);
    const headers = { ...init.headers, ...proofOf(gateway) };
    expect(await ask(urlOf(gateway), { ...init, headers })).toEqual([
      200,
      init.method === 'HEAD' ? '' : '{"status":"ignored"}',
    ]);
  });
});

test.each(['infobip', 'twilio', 'clickatell', 'mobtexting'])(
  'a test of %s without its proof is 401, of a URL that nobody has 404',
  async (provider) => {
    const gateway = await made(a, provider);
    for (const [, init] of PROBES) {
      expect([(await ask(urlOf(gateway), init))[0], (await ask(`${urlOf(gateway)}x`, init))[0]]).toEqual([401, 404]);
    }
  },
);

test.each([
  ['text/plain', 'txid=1&deliverystatus=DELIVRD'],
  ['', 'txid=1&deliverystatus=DELIVRD'],
  ['application/octet-stream', '{"txid":"1","deliverystatus":"DELIVRD"}'],
  ['application/xml', '{"txid":"1","deliverystatus":"DELIVRD"}'],
])('a report as %j is taken as what it is', async (type, body) => {
  const gateway = await made(a, 'times-mobile');
  const headers: Record<string, string> = type === '' ? {} : { 'content-type': type };
  // fetch names text/plain for a string by itself; bytes have none.
  expect(await ask(urlOf(gateway), { method: 'POST', headers, body: Buffer.from(body) })).toEqual([
    200,
    '{"status":"stored"}',
  ]);
});

test('a body beyond the bound is 413, and the next report is taken', async () => {
  const gateway = await made(a, 'times-mobile');
  const [status] = await ask(urlOf(gateway), { method: 'POST', body: 'x'.repeat(4 * 1_048_576 + 1) });
  expect(status).toBe(413);
  expect((await ask(`${urlOf(gateway)}?txid=1&deliverystatus=DELIVRD`, { method: 'GET' }))[0]).toBe(200);
});

describe('validity', () => {
  test.each([
    ['infobip', 172_800, 'Infobip'],
    ['twilio', 36_000, 'Twilio'],
  ])('%s takes %i seconds and no more', async (provider, most, label) => {
    const gateway = await made(a, provider, { validitySeconds: most });
    const problem = {
      field: 'validitySeconds',
      message: `is ${most + 1}; it must be ${most} or less: ${label} keeps a message no longer`,
    };
    const refused = await make(a, provider, { validitySeconds: most + 1 });
    expect([refused.status, refused.json.errors]).toEqual([400, [problem]]);
    const path = `/api/v1/gateways/${gateway.id}`;
    const patched = await a.call('PATCH', path, { validitySeconds: most + 1 });
    expect([patched.status, patched.json.errors]).toEqual([400, [problem]]);
    expect((await a.call('PATCH', path, { priority: 7 })).json).toMatchObject({ validitySeconds: most, priority: 7 });
  });

  test('Clickatell’s HTTP API names no most', async () => {
    expect((await make(a, 'clickatell-legacy', { validitySeconds: 604_800 })).status).toBe(201);
  });
});

describe('providerIdBase', () => {
  test('is shown, changed and taken back, for every provider, and no one else’s is touched', async () => {
    const other = await made(b, 'times-mobile');
    for (const provider of Object.keys(LOGINS)) {
      const gateway = await made(a, provider, { providerIdBase: 'hex' });
      const path = `/api/v1/gateways/${gateway.id}`;
      expect((await a.call('GET', path)).json).toMatchObject({ providerIdBase: 'hex' });
      expect((await a.call('PATCH', path, { providerIdBase: 'decimal' })).json.providerIdBase).toBe('decimal');
      expect((await a.call('PATCH', path, { weight: 2 })).json.providerIdBase).toBe('decimal');
      expect((await a.call('PATCH', path, { providerIdBase: null })).json.providerIdBase).toBeNull();
    }
    expect((await b.call('GET', `/api/v1/gateways/${other.id}`)).json.providerIdBase).toBeNull();
  });

  test('another word is refused by name', async () => {
    const { status, json } = await make(a, 'times-mobile', { providerIdBase: 'octal' });
    expect([status, json.errors]).toEqual([400, [expect.objectContaining({ field: 'providerIdBase' })]]);
  });
});
