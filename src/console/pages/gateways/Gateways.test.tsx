/** The table of gateways, and the one gateway. */
import { session } from '../../api';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import GatewayPage from './Gateway';
import Gateways from './Gateways';
import { API, gateway, list, page, twilio } from './fixtures';

const cells = (row: number): string[] =>
  [...document.querySelectorAll(`tbody tr:nth-child(${row}) td`)].map((cell) => cell.textContent!.trim());

describe('the table', () => {
  test('has each credential under the heading that its provider has none for', async () => {
    fakeApi(list([gateway(), twilio]));
    show(<Gateways />, '/gateways');
    await shown('Both gateways take messages.');
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
