/** The way to a new gateway, changes of one, and the secret that is shown once. */
import { session } from '../../api';
import { address, go, startRouter } from '../../router';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import { controls, fieldOf, fieldsOf } from '../../testing/schema-fields';
import EditGateway from './EditGateway';
import GatewayPage from './Gateway';
import NewGateway from './NewGateway';
import { API, gateway, page, provider } from './fixtures';

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
