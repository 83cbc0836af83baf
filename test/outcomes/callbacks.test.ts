/** The outbox, looked at by hand: what was told to whom, and telling it again. */
import { bearerOf } from '../support/api';
import { startReceiver, type Receiver } from '../support/receiver';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let receiver: Receiver;
let cleverTap: Receiver;
let webhookId: string;
let cleverTapId: string;
let serial = 919_900_000_000;
beforeAll(async () => {
  [receiver, cleverTap] = [await startReceiver(), await startReceiver()];
  stack = await joinStack();
  webhookId = (await stack.call('POST', '/api/v1/webhooks', { kind: 'standard', url: receiver.url })).json.id;
  cleverTapId = (await stack.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url: cleverTap.url })).json.id;
});
afterAll(async () => {
  await stack.stop();
  await receiver.stop();
  await cleverTap.stop();
});
beforeEach(() => {
  for (const each of [receiver, cleverTap]) {
    each.answer = { status: 200 };
    each.deliveries.length = 0;
  }
});

const send = async (): Promise<string> => {
  const to = String(++serial);
  const { json } = await stack.call('POST', '/clevertap/v1/messages', {
    to,
    text: 'Hello',
    mid: `c-${to}`,
    webhook_id: cleverTapId,
  });
  return json.ids[0];
};
const list = async (query: string) => (await stack.call('GET', `/api/v1/callbacks?${query}`)).json;
const replay = (id: string, headers?: Record<string, string>) =>
  stack.call('POST', `/api/v1/callbacks/${id}/replay`, undefined, headers);

/** The message's callback to its CleverTap webhook, or to the standard one, once it is in that state. */
async function callbackIn(messageId: string, kind: 'clevertap' | 'standard', state: string) {
  return until(`the ${kind} callback is ${state}`, async () => {
    const { items } = await list(`messageId=${messageId}`);
    const wanted = kind === 'standard' ? webhookId : cleverTapId;
    const found = items.find((item: { webhookId: string }) => item.webhookId === wanted);
    return found?.state === state && found.tries > 0 ? found : null;
  });
}
test('a dead callback is replayed, told, and on record', async () => {
  cleverTap.answer = { status: 400 };
  const messageId = await send();
  const dead = await callbackIn(messageId, 'clevertap', 'dead');
  expect(dead).toEqual({
    id: expect.stringMatching(/^\d+$/),
    messageId,
    webhookId: cleverTapId,
    event: 'delivered',
    meta: expect.stringMatching(/^c-/),
    state: 'dead',
    tries: 1,
    lastStatus: 400,
    lastError: expect.stringContaining('400'),
    occurredAt: expect.any(String),
    createdAt: expect.any(String),
  });
  expect((await list(`state=dead&messageId=${messageId}`)).items).toEqual([dead]);
  cleverTap.answer = { status: 200 };
  const { status, json } = await replay(dead.id);
  expect([status, json]).toEqual([200, expect.objectContaining({ id: dead.id, nextTryAt: expect.any(String) })]);
  expect(await callbackIn(messageId, 'clevertap', 'delivered')).toMatchObject({ lastStatus: 200 });
  const { rows } = await stack.database.pool.query('select action, detail from audit where subject = $1', [dead.id]);
  expect(rows).toEqual([{ action: 'callback.replayed', detail: { messageId, webhookId: cleverTapId, state: 'dead' } }]);
  expect(cleverTap.deliveries.map(({ json: body }) => body[0].data[0].meta)).toEqual([dead.meta, dead.meta]);
});

test('409: CleverTap is not told twice what it has', async () => {
  const messageId = await send();
  const { id } = await callbackIn(messageId, 'clevertap', 'delivered');
  const { status, json } = await replay(id);
  expect([status, json.code]).toEqual([409, 'wrong-state']);
  expect(json.detail).toBe('The callback is delivered; told again can be what is dead or skipped');
});

test('200: a customer’s webhook can be told again, under the same id', async () => {
  const messageId = await send();
  const { id } = await callbackIn(messageId, 'standard', 'delivered');
  expect((await replay(id)).status).toBe(200);
  // What tests before told may come only now.
  const own = () => receiver.deliveries.filter(({ json }) => json.data.id === messageId);
  await until('it came again', () => own().length === 2);
  expect(new Set(own().map(({ headers }) => headers['webhook-id'])).size).toBe(1);
});

test('409: what waits is not replayed', async () => {
  // No second try is under way when it is asked for.
  receiver.answer = { status: 500, headers: { 'retry-after': '3600' } };
  const messageId = await send();
  const { id } = await callbackIn(messageId, 'standard', 'pending');
  const { status, json } = await replay(id);
  expect([status, json.code, json.detail]).toEqual([
    409,
    'wrong-state',
    expect.stringContaining('The callback is pending'),
  ]);
});

describe('replay of many', () => {
  const replayAll = (body?: object, headers?: Record<string, string>) =>
    stack.call('POST', '/api/v1/callbacks/replay', body, headers);

  test('200: all that a webhook gave up are sent again, and it is on record', async () => {
    cleverTap.answer = { status: 400 };
    const since = new Date().toISOString();
    const ids = [await send(), await send(), await send()];
    for (const id of ids) await callbackIn(id, 'clevertap', 'dead');
    cleverTap.answer = { status: 200 };
    const until = new Date(Date.parse(since) - 1_000).toISOString();
    expect((await replayAll({ webhookId: cleverTapId, until })).json).toEqual({ replayed: 0, nextCursor: null });
    const { status, json } = await replayAll({ webhookId: cleverTapId, state: 'dead', from: since });
    expect([status, json]).toEqual([200, { replayed: 3, nextCursor: null }]);
    for (const id of ids) await callbackIn(id, 'clevertap', 'delivered');
    expect((await replayAll({ webhookId: cleverTapId, from: since })).json).toEqual({ replayed: 0, nextCursor: null });
    const { rows } = await stack.database.pool.query(
      `select action, detail from audit where subject = $1 and action = 'callbacks.replayed'`,
      [cleverTapId],
    );
    expect(rows).toEqual([
      {
        action: 'callbacks.replayed',
        detail: { webhookId: cleverTapId, state: 'dead', from: new Date(since).toISOString(), replayed: 3 },
      },
    ]);
  });

  test('200: a webhook that is paused is tried at once', async () => {
    cleverTap.answer = { status: 400 };
    const messageId = await send();
    await callbackIn(messageId, 'clevertap', 'dead');
    const pause = `update webhooks set paused_reason = 'away', paused_at = now(), probes = 9, probe_at = now() + interval '1 hour'`;
    await stack.database.pool.query(`${pause} where id = $1`, [cleverTapId]);
    expect((await stack.call('GET', `/api/v1/webhooks/${cleverTapId}`)).json).toMatchObject({ state: 'paused' });
    cleverTap.answer = { status: 200 };
    expect((await replayAll()).json).toEqual({ replayed: 1, nextCursor: null });
    await callbackIn(messageId, 'clevertap', 'delivered');
    expect((await stack.call('GET', `/api/v1/webhooks/${cleverTapId}`)).json).toMatchObject({ state: 'active' });
  });

  test('409: CleverTap is not told twice what it has', async () => {
    const { status, json } = await replayAll({ webhookId: cleverTapId, state: 'delivered' });
    expect([status, json.code]).toEqual([409, 'wrong-state']);
  });

  test('404: no such webhook, and none of another account', async () => {
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
    expect((await replayAll({ webhookId: 'wh_none' })).status).toBe(404);
    expect((await replayAll({ webhookId: cleverTapId }, { 'x-account-id': account.id })).status).toBe(404);
  });

  test.each<[string, object]>([
    ['state', { state: 'pending' }],
    ['webhookId', { webhookId: 'x' }],
    ['from', { from: 'yesterday' }],
    ['until', { until: '2026-08-01 10:00' }],
    ['campaignId', { campaignId: '' }],
    ['cursor', { cursor: 'x' }],
    ['limit', { limit: 5 }],
  ])('400: %s', async (field, body) => {
    const { status, json } = await replayAll(body);
    expect([status, json.errors[0].field]).toEqual([400, field]);
  });
});

test('lists are filtered, and paged newest first', async () => {
  const since = new Date().toISOString();
  const ids = [await send(), await send(), await send()];
  for (const id of ids) await callbackIn(id, 'standard', 'delivered');
  const all = await list(`webhookId=${webhookId}&state=delivered&event=delivered&from=${since}`);
  expect(all.items.map(({ messageId }: { messageId: string }) => messageId).sort()).toEqual([...ids].sort());
  expect(all.nextCursor).toBeNull();
  const numbers = all.items.map(({ id }: { id: string }) => Number(id));
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a));
  const first = await list(`webhookId=${webhookId}&from=${since}&limit=2`);
  const second = await list(`webhookId=${webhookId}&from=${since}&limit=2&cursor=${first.nextCursor}`);
  expect([...first.items, ...second.items]).toEqual(all.items);
  expect((await list(`until=${since}&messageId=${ids[0]}`)).items).toEqual([]);
  expect((await list(`event=failed&from=${since}`)).items).toEqual([]);
  expect((await stack.call('GET', `/api/v1/callbacks/${all.items[0].id}`)).json).toEqual(all.items[0]);
});

test.each([
  'state=done',
  'event=sent',
  'messageId=7',
  'webhookId=%00',
  'from=yesterday',
  'cursor=x',
  'limit=0',
  'what=1',
])('400: %s', async (query) => {
  const { status, json } = await stack.call('GET', `/api/v1/callbacks?${query}`);
  expect([status, json.errors[0].field]).toEqual([400, query.split('=')[0]]);
});

test('401, 403 and 404', async () => {
  const messageId = await send();
  const { id } = await callbackIn(messageId, 'standard', 'delivered');
  const path = `/api/v1/callbacks/${id}`;
  const [reader, sender] = [await bearerOf(stack, ['read']), await bearerOf(stack, ['send'])];
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const other = { 'x-account-id': account.id };
  for (const where of ['/api/v1/callbacks', path]) {
    expect((await stack.call('GET', where, undefined, { authorization: '' })).status).toBe(401);
    expect((await stack.call('GET', where, undefined, sender)).status).toBe(403);
    expect((await stack.call('GET', where, undefined, reader)).status).toBe(200);
  }
  expect((await stack.call('GET', '/api/v1/callbacks', undefined, other)).json.items).toEqual([]);
  expect((await stack.call('GET', path, undefined, other)).status).toBe(404);
  expect((await replay(id, { authorization: '' })).status).toBe(401);
  expect((await replay(id, reader)).status).toBe(403);
  expect((await replay(id, other)).status).toBe(404);
  for (const unknown of ['0', 'x', '999999999999999999', '9999999999999999999999']) {
    expect((await stack.call('GET', `/api/v1/callbacks/${unknown}`)).status).toBe(404);
    expect((await replay(unknown)).status).toBe(404);
  }
});
