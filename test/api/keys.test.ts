/** The life of an API key: rotation, its rate, and when it was last used. */
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const MESSAGE = { to: '919800000001', text: 'Hello' };

async function makeKey(scopes: string[], extra: object = {}): Promise<{ id: string; key: string }> {
  const { status, json } = await stack.call('POST', '/api/v1/api-keys', { name: 'test', scopes, ...extra });
  expect(status).toBe(201);
  return json;
}
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
const send = (key: string) => stack.call('POST', '/clevertap/v1/messages', MESSAGE, bearer(key));
const rotate = (id: string, body?: object, headers: Record<string, string> = {}) =>
  stack.call('POST', `/api/v1/api-keys/${id}/rotate`, body, headers);
const listed = async (id: string) =>
  (await stack.call('GET', '/api/v1/api-keys')).json.items.find((item: { id: string }) => item.id === id);

describe('rotation', () => {
  test('201: the new key works at once, the old one for the grace', async () => {
    const old = await makeKey(['send'], { ratePerSecond: 100 });
    const { status, json } = await rotate(old.id);
    expect([status, json]).toEqual([
      201,
      {
        id: expect.not.stringContaining(old.id),
        key: expect.stringMatching(/^hg_/),
        name: 'test',
        accountId: stack.accountId,
        scopes: ['send'],
        ratePerSecond: 100,
        replaces: { id: old.id, expiresAt: expect.any(String) },
      },
    ]);
    expect([(await send(old.key)).status, (await send(json.key)).status]).toEqual([200, 200]);
    expect((await listed(old.id)).expiresAt).toBe(json.replaces.expiresAt);
    expect((await listed(json.id)).expiresAt).toBeNull();
  });

  test('201: without grace the old key, and tokens of it, end at once', async () => {
    const old = await makeKey(['send']);
    const form = { grant_type: 'client_credentials', client_id: old.id, client_secret: old.key.split('_')[2]! };
    const { json: granted } = await stack.call('POST', '/oauth/token', new URLSearchParams(form), {
      authorization: '',
      'content-type': 'application/x-www-form-urlencoded',
    });
    for (const credential of [old.key, granted.access_token]) expect((await send(credential)).status).toBe(200);
    const { json } = await rotate(old.id, { graceSeconds: 0 });
    expect((await send(json.key)).status).toBe(200);
    for (const credential of [old.key, granted.access_token]) expect((await send(credential)).status).toBe(401);
  });

  test('the same request again under an idempotency key makes no second key', async () => {
    const { id } = await makeKey(['send']);
    const first = await rotate(id, {}, { 'idempotency-key': 'rotate' });
    const second = await rotate(id, {}, { 'idempotency-key': 'rotate' });
    expect(second.json).toEqual(first.json);
  });

  test('400: a grace beyond 30 days, or none that is one', async () => {
    const { id } = await makeKey(['send']);
    for (const graceSeconds of [2_592_001, -1, 1.5, '60']) {
      const { status, json } = await rotate(id, { graceSeconds });
      expect([status, json.errors]).toEqual([400, [{ field: 'graceSeconds', message: expect.any(String) }]]);
    }
    expect((await rotate(id, { graceSeconds: 2_592_000 })).status).toBe(201);
  });

  test('403: nobody gets by rotation what they have not got', async () => {
    const admin = await makeKey(['admin']);
    const manager = await makeKey(['manage']);
    const sender = await makeKey(['send']);
    expect((await rotate(admin.id, {}, bearer(manager.key))).status).toBe(403);
    expect((await rotate(manager.id, {}, bearer(sender.key))).status).toBe(403);
    expect((await rotate(manager.id, {}, bearer(manager.key))).status).toBe(201);
  });

  test('404: a key that is unknown, revoked, or of another account', async () => {
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
    const foreign = await makeKey(['admin'], { accountId: account.id });
    const revoked = await makeKey(['manage']);
    await stack.call('DELETE', `/api/v1/api-keys/${revoked.id}`);
    const manager = await makeKey(['manage']);
    for (const id of ['unknown', revoked.id, foreign.id]) {
      expect((await rotate(id, {}, bearer(manager.key))).status).toBe(404);
    }
  });
});

describe('ratePerSecond', () => {
  test('429 with Retry-After beyond it, for key and token together; others are not held up', async () => {
    const limited = await makeKey(['send', 'read'], { ratePerSecond: 1 });
    const free = await makeKey(['send']);
    const form = { grant_type: 'client_credentials', client_id: limited.id, client_secret: limited.key.split('_')[2]! };
    const { json: token } = await stack.call('POST', '/oauth/token', new URLSearchParams(form), {
      'content-type': 'application/x-www-form-urlencoded',
      authorization: '',
    });
    const credentials = Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? limited.key : token.access_token));
    const [answers, others] = await Promise.all([
      Promise.all(credentials.map((credential) => send(credential))),
      Promise.all(credentials.map(() => send(free.key))),
    ]);
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeGreaterThan(credentials.length / 2);
    for (const { json, headers } of refused) {
      expect([json.code, headers.get('retry-after')]).toEqual(['rate-limited', '1']);
    }
    expect(others.map(({ status }) => status)).toEqual(credentials.map(() => 200));
    await until('the key has a request again', async () => (await send(limited.key)).status === 200);
  });

  test('a second’s worth may come at once', async () => {
    const { key } = await makeKey(['send'], { ratePerSecond: 30 });
    const answers = await Promise.all(Array.from({ length: 30 }, () => send(key)));
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
  });

  test('429 in Times’ shape; nothing is kept under an idempotency key', async () => {
    const { key } = await makeKey(['send'], { ratePerSecond: 1 });
    const headers = { ...bearer(key), 'idempotency-key': 'limited' };
    const times = (text: string) => stack.call('POST', '/ct/api/v1/message', { ...MESSAGE, text }, headers);
    const answers = await Promise.all(Array.from({ length: 10 }, (_, i) => times(`text ${i}`)));
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.json).toMatchObject({ state: 'SUBMIT_FAILED', statusCode: 429 });
    const { rows } = await stack.database.pool.query(`select status from idempotency_keys where key = 'limited'`);
    expect(rows).toEqual([{ status: 200 }]);
  });

  test('400: no rate below one', async () => {
    const body = { name: 'x', scopes: ['send'], ratePerSecond: 0 };
    expect((await stack.call('POST', '/api/v1/api-keys', body)).json.errors[0].field).toBe('ratePerSecond');
  });
});

test('the last use of a key is shown, of one that is refused too when its secret was right', async () => {
  const [used, unused, wrong, reader] = await Promise.all(
    [['send'], ['send'], ['send'], ['read']].map((scopes) => makeKey(scopes)),
  );
  expect((await listed(used!.id)).lastUsedAt).toBeNull();
  await send(used!.key);
  await send(`${wrong!.key}0`);
  expect((await send(reader!.key)).status).toBe(403);
  await until('both uses are noted', async () => {
    const keys = await Promise.all([used!, reader!].map(({ id }) => listed(id)));
    return keys.every(({ lastUsedAt }) => lastUsedAt !== null);
  });
  expect((await listed(used!.id)).lastUsedAt).toMatch(/^\d{4}-.*Z$/);
  for (const { id } of [unused!, wrong!]) expect((await listed(id)).lastUsedAt).toBeNull();
});
