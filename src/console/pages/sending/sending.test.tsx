/** Sender IDs, templates, routes: with data, empty, with an error; the DLT checks; why a leg is passed over. */
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import Routes from './Routes';
import Senders from './Senders';
import TemplatePage from './Template';
import Templates from './Templates';

const page = (params: Record<string, string> = {}, query = '') => ({ params, query: new URLSearchParams(query) });
const none = { items: [], nextCursor: null };

const sender = (over: object = {}) => ({
  id: 'snd_1', sender: 'BRANDA', class: 'transactional', status: 'requested', reason: null, entityId: '1001000000000000001',
  templates: [], gatewayIds: [], default: false, ratePerSecond: null, createdAt: '2026-11-29T10:00:00Z',
  updatedAt: '2026-11-29T10:00:00Z', ...over,
}); // prettier-ignore
const gateway = (id: string, name: string, over: object = {}) => ({
  id, name, status: 'active', defaultSender: 'TXTSMS', fallbackSender: null, priority: 100, weight: 1, demo: false,
  health: { state: 'up', breaker: 'closed', acceptRate: null, deliveryRate: null, p95Ms: null }, ...over,
}); // prettier-ignore

describe('sender IDs', () => {
  const api = (items: object[], more: object = {}) => ({
    'GET /api/v1/senders': ({ query }: { query: { status?: string } }) => ({
      items: items.filter((each) => query.status === undefined || (each as { status: string }).status === query.status),
      nextCursor: null,
    }),
    'GET /api/v1/gateways': { items: [gateway('gw_1', 'Infobip')], nextCursor: null },
    ...more,
  });

  test('with their states; a request is approved, and a decision taken back', async () => {
    let status = 'rejected';
    const asked = fakeApi({
      ...api([sender(), sender({ id: 'snd_2', sender: 'BRANDB', status: 'rejected', reason: 'no such entity' })]),
      'POST /api/v1/senders/snd_2/approve': () =>
        sender({ id: 'snd_2', sender: 'BRANDB', status: (status = 'approved') }),
      'POST /api/v1/senders/snd_2/reject': () =>
        sender({ id: 'snd_2', sender: 'BRANDB', status: (status = 'rejected') }),
    });
    show(<Senders {...page()} />, '/senders');
    await shown('1 request waits for a decision.');
    await shown('no such entity');
    await press('Approve BRANDB');
    await shown('BRANDB is approved.');
    await press('Undo');
    await shown('BRANDB is rejected.');
    expect(status).toBe('rejected');
    expect(asked.filter(({ route }) => route.startsWith('POST'))).toHaveLength(2);
  });

  test('a request is made, with DLT ids checked beside their field', async () => {
    const asked = fakeApi(api([], { 'POST /api/v1/senders': sender() }));
    show(<Senders {...page()} />, '/senders');
    await shown('No sender ID yet');
    await press('Request a sender ID');
    await write('Sender name', 'BRANDA');
    await write('DLT principal entity id', '123');
    await shown('has 3 digits; DLT ids have 19');
    await write('DLT principal entity id', '1001000000000000001');
    await write('DLT template ids', '1007000000000000001\n1007000000000000002');
    await press('Create sender request');
    await shown('BRANDA is requested.');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({
      sender: 'BRANDA', class: 'transactional', entityId: '1001000000000000001',
      templates: ['1007000000000000001', '1007000000000000002'], gatewayIds: [], default: false, ratePerSecond: null,
    }); // prettier-ignore
  });

  test('an error', async () => {
    fakeApi({ 'GET /api/v1/senders': refusal(500, 'internal', 'It broke.') });
    show(<Senders {...page()} />, '/senders');
    await shown('The sender IDs can’t be shown');
  });

  test('none of a state that was asked for', async () => {
    fakeApi(api([sender()]));
    show(<Senders {...page({}, 'status=approved')} />, '/senders?status=approved');
    await shown('No sender ID is like this');
  });
});

describe('templates', () => {
  const template = (over: object = {}) => ({
    id: 'tpl_1', name: 'bill', text: 'Dear {name}, {amount} is due.', variables: ['name', 'amount'],
    segments: { encoding: 'gsm7', parts: 1 }, dltTemplateId: null, dltText: null, entityId: null, class: null,
    language: null, sensitive: false, createdAt: '2026-11-29T10:00:00Z', ...over,
  }); // prettier-ignore

  test('the list says which lack a DLT id', async () => {
    fakeApi({ 'GET /api/v1/templates': { items: [template()], nextCursor: null } });
    show(<Templates {...page()} />, '/templates');
    await shown('One template; 1 without a DLT id');
    expect(the('tbody a', 'bill').getAttribute('href')).toBe('/console/templates/tpl_1');
  });

  test('none yet, and an error', async () => {
    fakeApi({ 'GET /api/v1/templates': none });
    show(<Templates {...page()} />, '/templates');
    await shown('No template yet');
    fakeApi({ 'GET /api/v1/templates/tpl_1': refusal(404, 'not-found') });
    show(<TemplatePage {...page({ id: 'tpl_1' })} />, '/templates/tpl_1');
    await shown('Not found: the template');
  });

  test('preview, parts and the DLT check follow what is written', async () => {
    const asked = fakeApi({ 'POST /api/v1/templates': template() });
    show(<TemplatePage {...page()} />, '/templates/new');
    await write('Name', 'bill');
    await write(/^Text/, 'Dear {name}, {amount is due.');
    await shown('the brace is not closed');
    expect(the('button', 'Save the template')).toHaveProperty('disabled', true);
    await write(/^Text/, 'Dear {name}, {amount} is due.');
    await shown('Dear NAME, AMOUNT is due.');
    await write(/^name/, 'Asha');
    await shown('Dear Asha, AMOUNT is due.');
    await shown(/1 part, 25 characters of the SMS alphabet/);
    await write('Registered text', 'Dear {#var#}, {#var#} is overdue.');
    await shown(() => document.querySelector('.wrongly') !== null);
    await write('Registered text', 'Dear {#var#}, {#var#} is due.');
    await shown('The text fits what is registered');
    await write(/^Text/, 'Dear {name}, “{amount}” is due.');
    await shown('as Unicode');
    expect([...document.querySelectorAll('.bubble mark')].map((each) => each.textContent)).toEqual(['“', '”']);
    await write(/^Text/, 'Dear {name}, {amount} is due.');
    await press('Save the template');
    await shown('“bill” is saved.');
    expect(asked[0]?.body).toMatchObject({
      name: 'bill',
      dltText: 'Dear {#var#}, {#var#} is due.',
      dltTemplateId: null,
    });
  });
});

describe('routes', () => {
  const route = (over: object = {}) => ({
    id: 'rt_1', name: 'main', isDefault: true, failoverOnNoReceipt: false,
    legs: [{ gatewayId: 'gw_1', sender: null }, { gatewayId: 'gw_2', sender: 'BRANDB' }, { gatewayId: 'gone', sender: null }],
    createdAt: '2026-11-29T10:00:00Z', updatedAt: '2026-11-29T10:00:00Z', ...over,
  }); // prettier-ignore
  const api = (routes: object[], more: object = {}) => ({
    'GET /api/v1/routes': { items: routes, nextCursor: null },
    'GET /api/v1/gateways': {
      items: [gateway('gw_1', 'Infobip', { status: 'inactive' }), gateway('gw_2', 'Twilio')],
      nextCursor: null,
    },
    'GET /api/v1/senders': { items: [sender({ sender: 'BRANDB', gatewayIds: ['gw_1'], status: 'approved' })], nextCursor: null }, // prettier-ignore
    'GET /api/v1/accounts/acc_1': { requireApprovedSenders: false, indiaStrict: false, promotionalServices: [] },
    ...more,
  });

  test('are drawn as chains, each leg with why it would be passed over', async () => {
    fakeApi(api([route()]));
    show(<Routes {...page()} />, '/routes');
    await shown('Messages take the route “main”');
    const legs = [...document.querySelectorAll('.chain li')].map((each) => each.textContent);
    expect(legs[0]).toContain('Infobip is inactive');
    expect(legs[1]).toContain('The sender ID BRANDB is not registered for this gateway');
    expect(legs[2]).toContain('The gateway was deleted');
  });

  test('without one, the chain is the gateways by priority', async () => {
    fakeApi(api([]));
    show(<Routes {...page()} />, '/routes');
    await shown('Messages take the account’s gateways by priority: there is no route.');
    expect(document.querySelectorAll('.chain li')).toHaveLength(2);
  });

  test('one is made of legs in an order', async () => {
    const asked = fakeApi(api([], { 'POST /api/v1/routes': route() }));
    show(<Routes {...page()} />, '/routes');
    await shown('by priority: there is no route');
    await press('Add a route');
    await write('Name', 'main');
    await press('Add a leg');
    await write('Gateway of leg 2', 'gw_2');
    await write('Sender ID of leg 2', 'BRANDB');
    await press('Leg 2 up');
    await press('Save the route');
    await shown('“main” is saved.');
    expect(asked.find(({ route: of }) => of.startsWith('POST'))?.body).toMatchObject({
      legs: [{ gatewayId: 'gw_2', sender: 'BRANDB' }, { gatewayId: 'gw_1', sender: null }], isDefault: false,
    }); // prettier-ignore
  });

  test('what its legs are made of can’t be had', async () => {
    fakeApi(api([route()], { 'GET /api/v1/senders': refusal(503, 'unavailable') }));
    show(<Routes {...page()} />, '/routes');
    await shown('The legs can’t be shown');
    expect(screenText()).toContain('“main”');
  });
});
