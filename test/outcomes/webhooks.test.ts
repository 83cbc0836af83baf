/** Customer webhooks: signed events, tried again by the published schedule, each endpoint on its own. */
import { bearerOf } from '../support/api';
import { bundleAnew } from '../support/outbox';
import { signaturesBy, startReceiver, type Receiver } from '../support/receiver';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
const receivers: Receiver[] = [];
let serial = 919_700_000_000;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(async () => {
  await stack.stop();
  await Promise.all(receivers.map((receiver) => receiver.stop()));
});
afterEach(async () => {
  for (const { id, kind } of (await stack.call('GET', '/api/v1/webhooks')).json.items) {
    if (kind === 'standard') await stack.call('DELETE', `/api/v1/webhooks/${id}`);
  }
});

async function receive(): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}
const create = (body: object, headers?: Record<string, string>) =>
  stack.call('POST', '/api/v1/webhooks', { kind: 'standard', ...body }, headers);
async function makeWebhook(url: string, extra: object = {}): Promise<{ id: string; secret: string }> {
  const { status, json } = await create({ url, ...extra });
  expect(status).toBe(201);
  return json;
}
const send = async (extra: object = {}) => {
  const to = String(++serial);
  const { json } = await stack.call('POST', '/clevertap/v1/messages', { to, text: 'Hello', mid: `m-${to}`, ...extra });
  return { id: json.ids[0] as string, to: `+${to}`, meta: `m-${to}` };
};
const patch = (id: string, body: object) => stack.call('PATCH', `/api/v1/webhooks/${id}`, body);
async function callbackOf(messageId: string, webhookId: string) {
  const { json } = await stack.call('GET', `/api/v1/callbacks?messageId=${messageId}&webhookId=${webhookId}`);
  return json.items[0];
}
const callbackIn = (messageId: string, webhookId: string, state: string) =>
  until(`the callback is ${state}`, async () => {
    const callback = await callbackOf(messageId, webhookId);
    return callback?.state === state && callback.tries > 0 ? callback : null;
  });

test('a delivered message is told to the customer, signed, and to CleverTap', async () => {
  const receiver = await receive();
  const { id, secret } = await makeWebhook(receiver.url);
  const message = await send();
  await until('the event came', () => receiver.deliveries.length === 1);
  const [delivery] = receiver.deliveries;
  expect(delivery!.json).toEqual({
    type: 'message.delivered',
    timestamp: expect.any(String),
    data: expect.objectContaining({ ...message, state: 'delivered' }),
  });
  expect(signaturesBy(secret, delivery!)).toBe(1);
  const sentAt = Number(delivery!.headers['webhook-timestamp']);
  expect(Math.abs(Date.now() / 1_000 - sentAt)).toBeLessThan(300);
  expect(await callbackIn(message.id, id, 'delivered')).toMatchObject({
    lastStatus: 204,
    tries: 1,
    meta: message.meta,
  });
  const { json } = await stack.call('GET', `/api/v1/callbacks?messageId=${message.id}`);
  expect(json.items).toHaveLength(2);
});

test('only wanted events come', async () => {
  const receiver = await receive();
  await makeWebhook(receiver.url, { events: ['message.failed'] });
  await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'recipient', textIncludes: 'Refuse' }] });
  const { id: delivered } = await send();
  await until('delivered', async () => (await stack.call('GET', `/api/v1/messages/${delivered}`)).json.settledAt);
  const failed = await send({ text: 'Refuse me' });
  await until('an event came', () => receiver.deliveries.length > 0);
  expect(receiver.deliveries.map(({ json }) => [json.type, json.data.id, json.data.state])).toEqual([
    ['message.failed', failed.id, 'failed'],
  ]);
  expect(receiver.deliveries[0]!.json.data.code).toMatch(/^9\d\d$/);
  await stack.control('POST', '/control/reset');
});

test('a failing endpoint is tried again after five seconds, then five minutes, with the same id and a new signature', async () => {
  const receiver = await receive();
  receiver.answer = { status: 500 };
  const { id, secret } = await makeWebhook(receiver.url);
  const message = await send();
  const first = await callbackIn(message.id, id, 'pending');
  expect(first).toMatchObject({ lastStatus: 500, lastError: 'the endpoint answered 500' });
  // The durable timer of the relay brings the second try.
  const second = await until('the second try', async () => {
    const callback = await callbackOf(message.id, id);
    return callback.tries === 2 && callback.state === 'pending' ? callback : null;
  });
  // Five seconds, a tenth more or less, as whole seconds show it.
  const [firstAt, secondAt] = receiver.deliveries.map(({ headers }) => Number(headers['webhook-timestamp']));
  expect(receiver.deliveries).toHaveLength(2);
  expect(secondAt! - firstAt!).toBeGreaterThanOrEqual(4);
  const pauseMs = Date.parse(second.nextTryAt) - Date.now();
  expect(pauseMs).toBeGreaterThan(200_000);
  expect(pauseMs).toBeLessThanOrEqual(331_000);
  receiver.answer = { status: 200 };
  await stack.database.pool.query('update callbacks set next_try_at = now() where id = $1', [first.id]);
  await bundleAnew(stack.database.pool);
  await patch(id, { state: 'active' });
  expect(await callbackIn(message.id, id, 'delivered')).toMatchObject({ tries: 3 });
  expect(new Set(receiver.deliveries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  for (const delivery of receiver.deliveries) expect(signaturesBy(secret, delivery)).toBe(1);
});

test('Retry-After is honoured where it is longer than the schedule', async () => {
  const receiver = await receive();
  receiver.answer = { status: 429, headers: { 'retry-after': '3600' } };
  const { id } = await makeWebhook(receiver.url);
  const message = await send();
  const callback = await callbackIn(message.id, id, 'pending');
  expect(Date.parse(callback.nextTryAt) - Date.now()).toBeGreaterThan(3_000_000);
});

test('after ten tries it is given up', async () => {
  const receiver = await receive();
  // Not tried again before the test says so.
  receiver.answer = { status: 503, headers: { 'retry-after': '3600' } };
  const { id } = await makeWebhook(receiver.url);
  const message = await send();
  const { id: callbackId } = await callbackIn(message.id, id, 'pending');
  await stack.database.pool.query('update callbacks set next_try_at = now(), tries = 9 where id = $1', [callbackId]);
  await bundleAnew(stack.database.pool);
  await patch(id, { state: 'active' });
  expect(await callbackIn(message.id, id, 'dead')).toMatchObject({
    tries: 10,
    lastError: 'given up after 10 tries: the endpoint answered 503',
  });
});

test('410 disables the webhook; what comes meanwhile waits until it is activated', async () => {
  const receiver = await receive();
  receiver.answer = { status: 410 };
  const { id } = await makeWebhook(receiver.url, { isDefault: false });
  const message = await send();
  expect(await callbackIn(message.id, id, 'dead')).toMatchObject({ lastStatus: 410 });
  const disabled = await until('the webhook is disabled', async () => {
    const { json } = await stack.call('GET', `/api/v1/webhooks/${id}`);
    return json.state === 'disabled' ? json : null;
  });
  expect(disabled.disabledReason).toBe('the endpoint answered 410 Gone');

  receiver.answer = { status: 200 };
  const own = await send({ webhook_id: id });
  await until('its outcome waits', async () => (await callbackOf(own.id, id))?.state === 'pending');
  expect(receiver.deliveries).toHaveLength(1);
  expect((await patch(id, { state: 'active' })).json).toMatchObject({ state: 'active' });
  expect(await callbackIn(own.id, id, 'delivered')).toMatchObject({ tries: 1 });
});

test('while a secret is rotated both sign; without grace the old one is out at once', async () => {
  const receiver = await receive();
  const { id, secret: old } = await makeWebhook(receiver.url);
  const rotate = (body?: object) => stack.call('POST', `/api/v1/webhooks/${id}/rotate-secret`, body);
  const { status, json: rotated } = await rotate();
  expect(status).toBe(201);
  expect(rotated).toEqual({
    id,
    secret: expect.stringMatching(/^whsec_/),
    previousSecretExpiresAt: expect.any(String),
  });
  const inMs = Date.parse(rotated.previousSecretExpiresAt) - Date.now();
  expect(Math.abs(inMs - 86_400_000)).toBeLessThan(60_000);
  await send();
  await until('signed twice', () => receiver.deliveries.length === 1);
  expect([old, rotated.secret].map((secret) => signaturesBy(secret, receiver.deliveries[0]!))).toEqual([1, 1]);

  const { json: newest } = await rotate({ graceSeconds: 0 });
  await send();
  await until('signed once', () => receiver.deliveries.length === 2);
  const by = [old, rotated.secret, newest.secret].map((secret) => signaturesBy(secret, receiver.deliveries[1]!));
  expect(by).toEqual([0, 0, 1]);
});

test('a dead endpoint never delays another', async () => {
  const [dead, living] = [await receive(), await receive()];
  dead.answer = 'hang';
  const { id: deadId } = await makeWebhook(dead.url);
  await makeWebhook(living.url);
  const COUNT = 120;
  const records = Array.from({ length: COUNT }, (_, i) => ({
    to: String(919_710_000_000 + i),
    text: 'Hi',
    mid: `d-${i}`,
  }));
  await stack.call('POST', '/clevertap/v1/messages', { records });
  await until('the living one has all', () => living.deliveries.length === COUNT);
  // The dead one is told too, and answers none of it.
  await until('the dead one is told some', () => dead.deliveries.length > 0);
  const { json } = await stack.call('GET', `/api/v1/callbacks?webhookId=${deadId}&state=delivered`);
  expect(json.items).toEqual([]);
});

describe('/api/v1/webhooks', () => {
  const URL = 'https://hooks.example.com/events?token=abc';

  test('201: made, with a secret that is shown once; 200: the same one is found', async () => {
    const { status, json } = await create({
      url: URL,
      events: ['message.failed', 'message.replied', 'message.failed'],
    });
    expect([status, json]).toEqual([
      201,
      {
        id: expect.stringMatching(/^wh_/),
        kind: 'standard',
        url: 'https://hooks.example.com/events?token=••••',
        isDefault: false,
        events: ['message.failed', 'message.replied'],
        state: 'active',
        secret: expect.stringMatching(/^whsec_/),
        health: { state: 'idle', successShare: null, waiting: 0, oldestWaitingAt: null, lastError: null },
        createdAt: expect.any(String),
      },
    ]);
    const { secret, ...shown } = json;
    const again = await create({ url: URL });
    expect([again.status, again.json]).toEqual([200, shown]);
    expect((await stack.call('GET', `/api/v1/webhooks/${json.id}`)).json).toEqual(shown);
    expect((await stack.call('GET', '/api/v1/webhooks')).json.items).toContainEqual(shown);
    const { rows } = await stack.database.pool.query('select * from webhooks where id = $1', [json.id]);
    expect(JSON.stringify(rows)).not.toContain(secret);
  });

  test('200: changed, and every change is on record', async () => {
    const { id } = await makeWebhook(URL);
    const { status, json } = await patch(id, { events: ['message.clicked'], state: 'disabled' });
    expect([status, json.events, json.state]).toEqual([200, ['message.clicked'], 'disabled']);
    expect((await patch(id, { events: null, state: 'active' })).json).toMatchObject({ events: null, state: 'active' });
    await stack.call('POST', `/api/v1/webhooks/${id}/rotate-secret`);
    expect((await stack.call('DELETE', `/api/v1/webhooks/${id}`)).status).toBe(204);
    const { rows } = await stack.database.pool.query('select action from audit where subject = $1 order by id', [id]);
    expect(rows.map(({ action }: { action: string }) => action)).toEqual([
      'webhook.created', 'webhook.updated', 'webhook.updated', 'webhook.secret-rotated', 'webhook.deleted',
    ]); // prettier-ignore
  });

  test('204: what waited for a deleted webhook is skipped, and no message can name it', async () => {
    const receiver = await receive();
    receiver.answer = { status: 500 };
    const { id } = await makeWebhook(receiver.url);
    const message = await send();
    await callbackIn(message.id, id, 'pending');
    expect((await stack.call('DELETE', `/api/v1/webhooks/${id}`)).status).toBe(204);
    expect(await callbackIn(message.id, id, 'skipped')).toMatchObject({ lastError: 'the webhook was deleted' });
    expect((await stack.call('GET', `/api/v1/webhooks/${id}`)).status).toBe(404);
    const refused = await stack.call('POST', '/clevertap/v1/messages', {
      to: '919800000001',
      text: 'x',
      webhook_id: id,
    });
    expect(refused.json.rejected).toMatchObject([{ code: 'unknown-webhook' }]);
  });

  test.each([
    ['another kind', { kind: 'slack', url: URL }, 'kind'],
    ['no URL', { url: 'hooks' }, 'url'],
    ['a private host', { url: 'https://10.0.0.1/x' }, 'url'],
    ['no TLS', { url: 'http://hooks.example.com/' }, 'url'],
    ['credentials in the URL', { url: 'https://a:b@hooks.example.com/' }, 'url'],
    ['an unknown event', { url: URL, events: ['message.sent'] }, 'events.0'],
    ['no event at all', { url: URL, events: [] }, 'events'],
    [
      'events for CleverTap',
      { kind: 'clevertap', url: 'https://in1.cb.wzrkt.com/x', events: ['message.failed'] },
      'events',
    ],
    ['a CleverTap URL elsewhere', { kind: 'clevertap', url: 'https://hooks.example.com/' }, 'url'],
    ['an unknown field', { url: URL, secret: 'whsec_x' }, 'secret'],
  ])('400: %s', async (_, body, field) => {
    const { status, json } = await create(body);
    expect([status, json.code]).toEqual([400, 'invalid-request']);
    expect(json.errors.map((error: { field: string }) => error.field)).toContain(field);
  });

  test('400: a change that makes no sense', async () => {
    const { id } = await makeWebhook(URL);
    for (const body of [{ url: URL }, { state: 'broken' }, { events: ['x'] }]) {
      expect((await patch(id, body)).status).toBe(400);
    }
    const { items } = (await stack.call('GET', '/api/v1/webhooks')).json;
    const cleverTap = items.find(({ kind }: { kind: string }) => kind === 'clevertap');
    expect((await patch(cleverTap.id, { events: ['message.failed'] })).status).toBe(400);
    const rotated = await stack.call('POST', `/api/v1/webhooks/${id}/rotate-secret`, { graceSeconds: -1 });
    expect(rotated.status).toBe(400);
  });

  test('409: CleverTap’s webhooks have no secret to rotate', async () => {
    const { items } = (await stack.call('GET', '/api/v1/webhooks')).json;
    const cleverTap = items.find(({ kind }: { kind: string }) => kind === 'clevertap');
    const { status, json } = await stack.call('POST', `/api/v1/webhooks/${cleverTap.id}/rotate-secret`);
    expect([status, json.code]).toEqual([409, 'wrong-state']);
  });

  test('401, 403 and 404', async () => {
    const { id } = await makeWebhook(URL);
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
    const reader = await bearerOf(stack, ['read']);
    const sender = await bearerOf(stack, ['send']);
    const routes: [string, string, object | undefined][] = [
      ['GET', `/api/v1/webhooks/${id}`, undefined],
      ['PATCH', `/api/v1/webhooks/${id}`, { state: 'active' }],
      ['POST', `/api/v1/webhooks/${id}/rotate-secret`, undefined],
      ['DELETE', `/api/v1/webhooks/${id}`, undefined],
    ];
    for (const [method, path, body] of routes) {
      expect((await stack.call(method, path, body, { authorization: '' })).status).toBe(401);
      expect((await stack.call(method, path, body, method === 'GET' ? sender : reader)).status).toBe(403);
      expect((await stack.call(method, path, body, { 'x-account-id': account.id })).status).toBe(404);
    }
    for (const unknown of ['wh_none', 'none']) {
      expect((await stack.call('GET', `/api/v1/webhooks/${unknown}`)).status).toBe(404);
    }
    expect((await create({ url: URL }, { authorization: '' })).status).toBe(401);
    expect((await create({ url: URL }, reader)).status).toBe(403);
    expect((await stack.call('GET', '/api/v1/webhooks', undefined, sender)).status).toBe(403);
    expect((await stack.call('GET', `/api/v1/webhooks/${id}`)).status).toBe(200);
  });
});

test('health: a webhook that takes nothing shows what waits and why; the one beside it is well', async () => {
  const [dead, well] = [await receive(), await receive()];
  // Nothing is on its way to it when it is looked at.
  dead.answer = { status: 500, headers: { 'retry-after': '3600' } };
  const [failing, taking] = [await makeWebhook(dead.url), await makeWebhook(well.url)];
  expect((await stack.call('GET', `/api/v1/webhooks/${failing.id}`)).json.health).toEqual({
    state: 'idle', successShare: null, waiting: 0, oldestWaitingAt: null, lastError: null,
  }); // prettier-ignore
  await send();
  const health = async (id: string) => (await stack.call('GET', `/api/v1/webhooks/${id}`)).json.health;
  const shown = await until('it fails', async () => {
    const now = await health(failing.id);
    return now.state === 'failing' && now;
  });
  expect(shown).toEqual({
    state: 'failing',
    successShare: 0,
    waiting: 1,
    oldestWaitingAt: expect.any(String),
    lastError: { at: expect.any(String), status: 500, message: 'the endpoint answered 500' },
  });
  await until('the other one is well', async () => (await health(taking.id)).successShare === 1);
  expect(await health(taking.id)).toMatchObject({ state: 'ok', waiting: 0, lastError: null });
  const { json } = await stack.call('GET', '/api/v1/webhooks');
  expect(json.items.map((item: { health: { state: string } }) => item.health.state)).toContain('failing');
});
