/** Webhooks: how they do, what waits, what is told again. */
import { session } from '../../api';
import { fakeApi, press, refusal, screenText, show, shown, the, write } from '../../testing';
import WebhookPage from './Webhook';
import Webhooks from './Webhooks';

const webhook = (over: object = {}) => ({
  id: 'wh_1', kind: 'clevertap', url: 'https://in1.cb.wzrkt.com/sms/generic?account=••••', isDefault: true, events: null,
  state: 'active', createdAt: '2026-11-29T10:00:00Z',
  health: { state: 'ok', successShare: 0.995, waiting: 0, oldestWaitingAt: null, lastError: null }, ...over,
}); // prettier-ignore
const failing = webhook({
  id: 'wh_2',
  kind: 'standard',
  url: 'https://hooks.example.com/sms',
  isDefault: false,
  health: {
    state: 'failing',
    successShare: 0.1,
    waiting: 2_806,
    oldestWaitingAt: '2026-11-29T09:00:00Z',
    lastError: { at: '2026-11-29T10:00:00Z', status: 503, message: 'no answer within 15 s' },
  },
});
const callback = (over: object = {}) => ({
  id: 'cb_1', messageId: 'm1', webhookId: 'wh_1', event: 'failed', meta: null, state: 'dead', code: '910', tries: 12,
  lastStatus: 503, occurredAt: '2026-11-29T10:00:00Z', createdAt: '2026-11-29T10:00:00Z', ...over,
}); // prettier-ignore
const page = (query = '') => ({ params: { id: 'wh_1' }, query: new URLSearchParams(query) });

describe('the list', () => {
  test('says which take nothing, what waits and since when', async () => {
    fakeApi({ 'GET /api/v1/webhooks': { items: [webhook(), failing], nextCursor: null } });
    show(<Webhooks />, '/webhooks');
    await shown('1 of 2 webhooks takes nothing: hooks.example.com/sms. 2,806 callbacks wait.');
    await shown('99.5%');
    expect(the('td a', '2,806').getAttribute('href')).toBe('/console/webhooks/wh_2?state=pending');
  });

  test('of a server that tells no health', async () => {
    fakeApi({ 'GET /api/v1/webhooks': { items: [{ ...webhook(), health: undefined }], nextCursor: null } });
    show(<Webhooks />, '/webhooks');
    await shown('The webhook is active.');
    await shown('Active');
  });

  test('none, and an error', async () => {
    fakeApi({ 'GET /api/v1/webhooks': { items: [], nextCursor: null } });
    show(<Webhooks />, '/webhooks');
    await shown('No webhook yet');
  });

  test('an error', async () => {
    fakeApi({ 'GET /api/v1/webhooks': refusal(503, 'unavailable') });
    show(<Webhooks />, '/webhooks');
    await shown('The webhooks can’t be shown');
  });

  test('one is made, and its secret shown', async () => {
    const asked = fakeApi({
      'GET /api/v1/webhooks': { items: [], nextCursor: null },
      'POST /api/v1/webhooks': { ...failing, secret: 'whsec_1' },
    });
    show(<Webhooks />, '/webhooks');
    await shown('No webhook yet');
    await press('Add a webhook');
    await write('Kind', 'standard');
    await write('URL', 'https://hooks.example.com/sms');
    await press('Add the webhook');
    await shown('whsec_1');
    expect(asked.find(({ route }) => route.startsWith('POST'))?.body).toEqual({ kind: 'standard', url: 'https://hooks.example.com/sms' }); // prettier-ignore
  });
});

describe('one webhook', () => {
  const api = (of: object, items: object[], more: object = {}) => ({
    'GET /api/v1/webhooks/wh_1': of,
    'GET /api/v1/callbacks': { items, nextCursor: null },
    ...more,
  });

  test('that rests says why; a person tries it now', async () => {
    const paused = webhook({ state: 'paused', pausedReason: 'it answers 403', pausedAt: '2026-11-29T10:00:00Z' });
    const asked = fakeApi(api(paused, [], { 'PATCH /api/v1/webhooks/wh_1': webhook() }));
    show(<WebhookPage {...page()} />, '/webhooks/wh_1');
    await shown('It rests: it answers 403. Nothing is lost');
    await press('Try it now');
    await shown('is tried at once');
    expect(asked.find(({ route }) => route.startsWith('PATCH'))?.body).toEqual({ state: 'active' });
  });

  test('what was given up is told again: one, and all, page by page', async () => {
    const asked = fakeApi(
      api(webhook(), [callback()], {
        'POST /api/v1/callbacks/cb_1/replay': callback({ state: 'pending' }),
        'POST /api/v1/callbacks/replay': ({ body }: { body: { cursor?: string } }) =>
          body.cursor === undefined ? { replayed: 50_000, nextCursor: 'more' } : { replayed: 1_200, nextCursor: null },
      }),
    );
    show(<WebhookPage {...page('state=dead')} />, '/webhooks/wh_1?state=dead');
    await shown('Failed (910)');
    expect(asked.find(({ route }) => route === 'GET /api/v1/callbacks')?.query).toMatchObject({ state: 'dead', webhookId: 'wh_1' }); // prettier-ignore
    await press('Tell again failed');
    await shown('It is told again.');
    await press('Tell all again');
    await press('Tell them again');
    await shown('51,200 callbacks are told again.');
  });

  test('since a moment', async () => {
    const asked = fakeApi(api(webhook(), [callback()], { 'POST /api/v1/callbacks/replay': { replayed: 1, nextCursor: null } })); // prettier-ignore
    show(<WebhookPage {...page()} />, '/webhooks/wh_1');
    await shown('Failed (910)');
    await write('Since', '2026-11-29T12:00');
    await press('Tell again since then');
    await press('Tell them again');
    await shown('1 callback is told again.');
    const { body } = asked.find(({ route }) => route === 'POST /api/v1/callbacks/replay')!;
    expect(body).toEqual({ webhookId: 'wh_1', state: 'dead', from: new Date('2026-11-29T12:00').toISOString() });
  });

  test('nothing told yet; to a reader nothing is offered', async () => {
    session.value = { ...session.value!, scopes: ['read'] };
    fakeApi(api(webhook(), []));
    show(<WebhookPage {...page()} />, '/webhooks/wh_1');
    await shown('Nothing has been told to it yet.');
    expect(screenText()).not.toMatch(/Disable|Tell again/);
  });

  test('callbacks that can’t be had leave the rest', async () => {
    fakeApi({ 'GET /api/v1/webhooks/wh_1': webhook(), 'GET /api/v1/callbacks': refusal(500, 'internal') });
    show(<WebhookPage {...page()} />, '/webhooks/wh_1');
    await shown('The callbacks can’t be shown');
    await shown('It takes 99.5% of what is sent.');
  });
});
