/** The table of gateways, the one gateway, the way to a new one. */
import { session } from '../../api';
import { address, go, startRouter } from '../../router';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import { controls, fieldOf, fieldsOf } from '../../testing/schema-fields';
import EditGateway from './EditGateway';
import GatewayPage from './Gateway';
import Gateways from './Gateways';
import NewGateway from './NewGateway';

const page = (query = '') => ({ params: { id: 'gw_1' }, query: new URLSearchParams(query) });

const gateway = (over: object = {}) => ({
  id: 'gw_1',
  provider: 'infobip',
  name: 'Infobip I',
  credentials: { apiKey: '••••1234', secretKey: '••••9876' },
  callbackAuth: null,
  callbackUrl: 'https://sms.example.com/callbacks/token',
  callbackAllow: [],
  callbackAuthenticated: true,
  baseUrl: null,
  sendingPattern: 'batch',
  status: 'active',
  priority: 100,
  weight: 1,
  defaultSender: 'TXTSMS',
  fallbackSender: 'TXTALT',
  ratePerSecond: 50,
  maxInFlight: 64,
  batchSize: null,
  receiptDeadlineSeconds: 86_400,
  failoverAfterSeconds: null,
  validitySeconds: null,
  providerIdBase: null,
  smartEncoding: false,
  description: null,
  signupLink: null,
  logo: null,
  pricePerSegment: null,
  currency: null,
  demo: false,
  health: { state: 'up', breaker: 'closed', acceptRate: 0.98, deliveryRate: 0.9, p95Ms: 120 },
  createdAt: '2026-11-29T10:00:00Z',
  ...over,
});
const twilio = gateway({
  id: 'gw_2',
  provider: 'twilio',
  name: 'Twilio',
  credentials: { accountSid: 'AC00', authToken: '••••aaaa' },
  sendingPattern: 'loop',
});

const provider = (name: string, label: string, credentials: object[], over: object = {}) => ({
  name, label, signupLink: `https://${name}.example`, docs: `docs/providers/${name}.md`, baseUrl: `https://api.${name}.example`,
  sendingPatterns: ['batch', 'loop'], capabilities: { batchSize: 100, validity: true }, credentials,
  credentialsSchema: { properties: Object.fromEntries(credentials.map((each) => [(each as { name: string }).name, { type: 'string' }])) },
  ...over,
}); // prettier-ignore
const providers = {
  items: [
    provider('infobip', 'Infobip', [
      { name: 'apiKey', title: 'API key', secret: true, required: true },
      { name: 'secretKey', title: 'Secret key', secret: true, required: false },
    ]),
    provider('twilio', 'Twilio', [
      { name: 'accountSid', title: 'Account SID', secret: false, required: true },
      { name: 'authToken', title: 'Auth token', secret: true, required: true },
    ], { sendingPatterns: ['loop'], capabilities: { batchSize: 1, validity: true } }),
  ],
  nextCursor: null,
}; // prettier-ignore

const API = {
  'GET /api/v1/providers': providers,
  'GET /api/v1/routes': { items: [], nextCursor: null },
  'GET /api/v1/messages': { items: [], nextCursor: null },
  'GET /api/v1/test-phones': { items: [], nextCursor: null },
};
const list = (items: object[]) => ({ ...API, 'GET /api/v1/gateways': { items, nextCursor: null } });

const cells = (row: number): string[] =>
  [...document.querySelectorAll(`tbody tr:nth-child(${row}) td`)].map((cell) => cell.textContent!.trim());

describe('the table', () => {
  test('has each credential under the heading that its provider has none for', async () => {
    fakeApi(list([gateway(), twilio]));
    show(<Gateways />, '/gateways');
    await shown('All 2 gateways take messages.');
    await shown('Twilio');
    expect([...document.querySelectorAll('th')].map((each) => each.textContent)).toEqual(
      ['S/N', 'Company name', 'Gateway name', 'State', 'API key', 'Secret key', 'Username', 'Password', 'Actions'], // prettier-ignore
    );
    expect(cells(1)).toEqual(expect.arrayContaining(['1', 'Infobip I', '••••1234', '••••9876', '']));
    expect(cells(2).slice(4, 8)).toEqual(['AC00', '••••aaaa', '', '']);
  });

  test('its sentence names the one that is down, and why', async () => {
    const health = { ...gateway().health, state: 'down', reason: 'not enough credits' };
    fakeApi(list([gateway({ health }), twilio]));
    show(<Gateways />, '/gateways');
    await shown('1 of 2 gateways takes messages; not Infobip I (not enough credits).');
  });

  test('without one it says what a gateway is, and has the button', async () => {
    fakeApi(list([]));
    show(<Gateways />, '/gateways');
    await shown('No gateway yet');
    expect(the('.empty a', 'Add a gateway').getAttribute('href')).toBe('/console/gateways/new');
  });

  test('an error says what could not be had', async () => {
    fakeApi({ ...API, 'GET /api/v1/gateways': refusal(503, 'unavailable', 'Postgres is away.') });
    show(<Gateways />, '/gateways');
    await shown('The gateways can’t be shown: unavailable');
    await shown('Postgres is away.');
  });

  test('a reader is offered no change', async () => {
    session.value = { ...session.value!, scopes: ['read'] };
    fakeApi(list([gateway()]));
    show(<Gateways />, '/gateways');
    await shown('Infobip I');
    expect(screenText()).not.toMatch(/Edit|Delete|Add a gateway/);
  });

  test('one is deleted after a question; with open messages it is emptied after another', async () => {
    const asked = fakeApi({
      ...list([gateway()]),
      'DELETE /api/v1/gateways/gw_1': ({ query }: { query: { drain?: string } }) =>
        query.drain === 'true' ? undefined : refusal(409, 'gateway-in-use', '312 messages are open on it'),
    });
    show(<Gateways />, '/gateways');
    await shown('Infobip I');
    await press('Delete Infobip I');
    await press('Delete the gateway Infobip I');
    await shown('312 messages are open on it');
    await press('Empty and delete Infobip I');
    await shown('goes when its last message is settled');
    expect(asked.filter(({ route }) => route.startsWith('DELETE')).map(({ query }) => query)).toEqual([{}, { drain: 'true' }]); // prettier-ignore
  });
});

describe('one gateway', () => {
  const one = (of: object, more: object = {}) => ({ ...list([of, twilio]), 'GET /api/v1/gateways/gw_1': of, ...more });

  test('says how it does, what waits and where messages go if it falls', async () => {
    const message = {
      id: 'm1',
      to: '+9198••••01',
      acceptedAt: '2026-11-29T10:00:00Z',
      reason: 'the gateway is paused',
    };
    const asked = fakeApi(one(gateway(), { 'GET /api/v1/messages': { items: [message], nextCursor: null } }));
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('It takes messages: the provider takes 98% of them, 90% of the final reports say delivered');
    await shown('1 message waits, the newest first.');
    await shown('the gateway is paused');
    await shown(/Messages without a route of their own go over Twilio/);
    await shown('https://sms.example.com/callbacks/token');
    expect(asked.find(({ route }) => route === 'GET /api/v1/messages')?.query).toMatchObject({ gatewayId: 'gw_1', state: 'queued' }); // prettier-ignore
  });

  test('that nothing stands in for is said to make messages wait', async () => {
    const route = { id: 'rt_1', name: 'main', isDefault: true, failoverOnNoReceipt: false, legs: [{ gatewayId: 'gw_1', sender: null }] }; // prettier-ignore
    fakeApi(one(gateway(), { 'GET /api/v1/routes': { items: [route], nextCursor: null } }));
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown(/Messages of the route main wait: there is no other gateway/);
    expect(screenText()).not.toContain('without a route of their own');
  });

  test('one that is off stands in for none', async () => {
    const off = gateway({ id: 'gw_3', name: 'Spare', status: 'inactive', priority: 1 });
    fakeApi({ ...one(gateway()), 'GET /api/v1/gateways': { items: [gateway(), off, twilio], nextCursor: null } });
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown(/Messages without a route of their own go over Twilio/);
  });

  test('the simulator stands in for none', async () => {
    const demo = gateway({ id: 'gw_3', name: 'Simulator', demo: true });
    fakeApi({ ...one(gateway()), 'GET /api/v1/gateways': { items: [gateway(), demo], nextCursor: null } });
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown(/Messages without a route of their own wait: there is no other gateway/);
  });

  test('what waits can’t be had: the rest of the page stands', async () => {
    fakeApi(one(gateway(), { 'GET /api/v1/messages': refusal(400, 'invalid-request', 'gatewayId is not known.') }));
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('The waiting messages can’t be shown');
    await shown('It takes messages');
  });

  test('is switched off, and on again by the undo', async () => {
    let status = 'active';
    const asked = fakeApi(
      one(gateway(), {
        'PATCH /api/v1/gateways/gw_1': ({ body }: { body: { status: string } }) => {
          status = body.status;
          return gateway({ status });
        },
      }),
    );
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('Make it inactive');
    await press('Make it inactive');
    await shown('It is inactive: nothing is sent over it.');
    await press('Undo');
    await shown('Infobip I is active.');
    expect(asked.filter(({ route }) => route.startsWith('PATCH')).map(({ body }) => body)).toEqual([{ status: 'inactive' }, { status: 'active' }]); // prettier-ignore
  });

  test('a test says what the provider said', async () => {
    const asked = fakeApi(
      one(gateway(), {
        'POST /api/v1/gateways/gw_1/test': { ok: false, outcome: 'sender', error: 'sender not allowed' },
      }),
    );
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('Test now');
    await write('To', '+919800000001');
    await press('Send a test message');
    await shown('“sender not allowed”. The provider refuses the sender ID');
    expect(asked.at(-1)?.body).toEqual({ to: '+919800000001', text: 'This is a test.' });
  });

  test('another callback URL is made after a question, and its secret shown', async () => {
    const made = gateway({ callbackAuth: { basic: { username: 'hg', password: 'once-only' } } });
    fakeApi(one(gateway(), { 'POST /api/v1/gateways/gw_1/rotate-callback': made }));
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('Make another URL');
    await press('Make another URL');
    await press('Make another callback URL');
    await shown('once-only');
    await press('I have kept it');
    await shown(() => !screenText().includes('once-only'));
  });

  test('that is not there', async () => {
    fakeApi(API);
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('Not found: the gateway');
  });
});

describe('a new one', () => {
  test('begins with whose: each with its sign-up link', async () => {
    fakeApi(API);
    show(<NewGateway {...page()} />, '/gateways/new');
    await shown('At which provider do you have an account?');
    expect(the('a', 'Sign up at Twilio').getAttribute('href')).toBe('https://twilio.example');
    expect(the('a', 'Add Twilio').getAttribute('href')).toBe('/console/gateways/new?provider=twilio');
  });

  test('its form is what the provider’s schema says, and offers the patterns that it takes', async () => {
    const made = gateway({ id: 'gw_9', callbackAuth: { bearer: 'only-now' } });
    const asked = fakeApi({ ...API, 'POST /api/v1/gateways': made });
    show(<NewGateway {...page('provider=infobip')} />, '/gateways/new?provider=infobip');
    await shown('Add Infobip');
    expect(the('select[name=sendingPattern]').querySelectorAll('option')).toHaveLength(2);
    await write('Gateway name', 'Infobip II');
    await write(/^API key/, 'key-1');
    await write('Fallback sender ID', 'TXTALT');
    await press('Add the gateway');
    await shown('only-now');
    expect(asked.at(-1)?.body).toEqual({
      provider: 'infobip', name: 'Infobip II', sendingPattern: 'batch', status: 'active', fallbackSender: 'TXTALT',
      credentials: { apiKey: 'key-1' },
    }); // prettier-ignore
  });

  test('Twilio: loop only', async () => {
    fakeApi(API);
    show(<NewGateway {...page('provider=twilio')} />, '/gateways/new?provider=twilio');
    await shown('Twilio takes one message in each request.');
    expect(the('select[name=sendingPattern]').textContent).toBe('Loop: one at a time');
  });

  test('one whose credentials have a structure takes JSON, and offers the words of a choice', async () => {
    const http = provider('http', 'Generic HTTP', [
      { name: 'path', title: 'Path', secret: false, required: true },
      { name: 'format', title: 'Format', secret: false, required: true },
      { name: 'fields', title: 'Fields', secret: false, required: true },
    ], {
      baseUrl: null,
      sendingPatterns: ['loop'],
      credentialsSchema: { properties: { path: { type: 'string' }, format: { type: 'string', enum: ['form', 'json'] }, fields: {} } },
    }); // prettier-ignore
    const asked = fakeApi({
      ...API,
      'GET /api/v1/providers': { items: [http], nextCursor: null },
      'POST /api/v1/gateways': gateway({ id: 'gw_9' }),
    });
    show(<NewGateway {...page('provider=http')} />, '/gateways/new?provider=http');
    await shown('Add Generic HTTP');
    await write('Path', '/v1/messages');
    await write('Base URL', 'https://api.vendor.example');
    await write('Fields', '{ "to": ');
    await press('Add the gateway');
    await shown('is no JSON');
    await write('Fields', '{ "to": "{to}" }');
    await press('Add the gateway');
    await shown('is added.');
    expect(asked.at(-1)?.body).toMatchObject({
      baseUrl: 'https://api.vendor.example',
      credentials: { path: '/v1/messages', format: 'form', fields: { to: '{to}' } },
    });
  });

  test('what the API refuses stands at its field', async () => {
    const problem = {
      ...refusal(400, 'invalid-request').problem,
      errors: [
        { field: 'credentials.apiKey', message: 'must be visible ASCII' },
        { field: 'elsewhere', message: 'is odd' },
      ],
    };
    fakeApi({ ...API, 'POST /api/v1/gateways': { problem } });
    show(<NewGateway {...page('provider=infobip')} />, '/gateways/new?provider=infobip');
    await shown('Add Infobip');
    await write(/^API key/, '…');
    await press('Add the gateway');
    await shown('elsewhere is odd');
    expect(the('.wrongly', 'must be visible ASCII').id).toContain('error');
  });

  test('is offered to nobody who may not', async () => {
    session.value = { ...session.value!, scopes: ['read'] };
    fakeApi(API);
    show(<NewGateway {...page('provider=infobip')} />, '/gateways/new?provider=infobip');
    await shown('It needs the scope “manage”.');
  });
});

test('an edit sends what was changed: the secrets that nobody wrote anew stay, what was emptied is emptied', async () => {
  const asked = fakeApi({
    ...API,
    'GET /api/v1/gateways/gw_1': gateway(),
    'PATCH /api/v1/gateways/gw_1': gateway(),
  });
  show(<EditGateway {...page()} />, '/gateways/gw_1/edit');
  await shown('Edit Infobip I');
  await write('Fallback sender ID', '');
  await write('Messages per second', '');
  await press('Save');
  await shown('Infobip I is saved.');
  expect(asked.at(-1)?.body).toEqual({ fallbackSender: null, ratePerSecond: null });
  expect(address.value.path).toBe('/gateways/gw_1');
  go('/console');
});

describe('every setting of the API', () => {
  // Whose it is was chosen before; which credentials there are says its provider.
  const settings = (method: string, route: string) =>
    fieldsOf(method, route, ['credentials']).filter((name) => name !== 'provider');
  const stands = (fields: readonly string[], there: ReadonlySet<string>) =>
    fields.filter((field) => !there.has(field) && ![...there].some((name) => name.startsWith(`${field}.`)));
  /** With each kind of proof, which has fields of its own. */
  const fieldsThere = async () => {
    const there = new Set<string>();
    for (const proof of ['', 'basic', 'bearer']) {
      await write('Their proof', proof);
      controls().forEach((control) => there.add(fieldOf(control)));
    }
    return there;
  };

  test('stands in the form of a new gateway, and of one that is there', async () => {
    fakeApi({ ...API, 'GET /api/v1/gateways/gw_1': gateway() });
    show(<NewGateway {...page('provider=infobip')} />, '/gateways/new?provider=infobip');
    await shown('Add the gateway');
    const forNew = settings('post', '/api/v1/gateways');
    expect(forNew.length).toBeGreaterThan(25);
    expect(stands(forNew, await fieldsThere())).toEqual([]);
    show(<EditGateway {...page()} />, '/gateways/gw_1/edit');
    await shown('Edit Infobip I');
    expect(stands(settings('patch', '/api/v1/gateways/{id}'), await fieldsThere())).toEqual([]);
  });

  test.each([
    ['basic', { 'User of reports': 'reports', 'Password of reports': 'secret-1' }, { basic: { username: 'reports', password: 'secret-1' } }],
    ['bearer', { 'Token of reports': 'token-1' }, { bearer: 'token-1' }],
    ['none', {}, null],
  ])('reports prove themselves by %s', async (proof, written, callbackAuth) => {
    const asked = fakeApi({ ...API, 'GET /api/v1/gateways/gw_1': gateway({ callbackAuth: { basic: { username: '••••', password: '••••' } } }), 'PATCH /api/v1/gateways/gw_1': gateway() });
    show(<EditGateway {...page()} />, '/gateways/gw_1/edit');
    await shown('Edit Infobip I');
    await write('Their proof', proof);
    for (const [label, value] of Object.entries(written)) await write(label, value);
    await press('Save');
    await shown('is saved');
    expect(asked.find(({ route }) => route.startsWith('PATCH'))?.body).toEqual({ callbackAuth });
  }); // prettier-ignore
});

describe('a secret that is shown once', () => {
  const rotated = gateway({ callbackAuth: { basic: { username: 'heliograph', password: 'a-secret-1' } } });
  const open = async () => {
    const asked = fakeApi({ ...API, 'GET /api/v1/gateways/gw_1': gateway(), 'POST /api/v1/gateways/gw_1/rotate-callback': rotated }); // prettier-ignore
    const stop = startRouter();
    show(<GatewayPage {...page()} />, '/gateways/gw_1');
    await shown('Make another URL');
    await press('Make another URL');
    await write('The present ones are good for hours', '2');
    await press('Make another callback URL');
    await shown('a-secret-1');
    return { asked, stop };
  };
  /** Whether the browser would ask before it closes the page. */
  const asksAtClose = (): boolean => !window.dispatchEvent(new Event('beforeunload', { cancelable: true }));

  test('is not left without a question until it was copied; the old one is good as long as was said', async () => {
    const { asked, stop } = await open();
    expect(asked.find(({ route }) => route.endsWith('rotate-callback'))?.body).toEqual({ graceSeconds: 7_200 });
    expect(asksAtClose()).toBe(true);
    await press('All gateways');
    await shown('Leave without having copied it?');
    await press('Stay and copy it');
    expect(address.value.path).toBe('/gateways/gw_1');
    await press('All gateways');
    await press('Leave it');
    await shown(() => address.value.path === '/gateways');
    stop();
  });

  test('copied, or said to be kept, it is left as any page', async () => {
    for (const kept of [['Copy Callback username', 'Copy Callback password'], ['I have kept it']]) {
      const { stop } = await open();
      Object.defineProperty(navigator, 'clipboard', {
        value: { writeText: async () => undefined },
        configurable: true,
      });
      for (const button of kept) await press(button);
      await shown(() => !asksAtClose());
      await press('All gateways');
      await shown(() => address.value.path === '/gateways');
      expect(screenText()).not.toContain('Leave without');
      stop();
    }
  });
});
