/** The life of an API key: who may give and end it, rotation, its rate, and when it was last used. */
import { ADMIN_KEY } from '../support/servers';
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
    const startedAt = performance.now();
    const [answers, others] = await Promise.all([
      Promise.all(credentials.map((credential) => send(credential))),
      Promise.all(credentials.map(() => send(free.key))),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    const refused = answers.filter(({ status }) => status === 429);
    expect(answers.length - refused.length).toBeGreaterThan(0);
    expect(answers.length - refused.length).toBeLessThanOrEqual(1 + Math.ceil(seconds));
    expect(refused.length).toBeGreaterThan(0);
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

describe('what a key may do to keys', () => {
  const revoke = (id: string, headers: Record<string, string>) =>
    stack.call('DELETE', `/api/v1/api-keys/${id}`, undefined, headers);

  test('403: nobody revokes a key that can do more than his own', async () => {
    const [admin, manager, sender] = [
      await makeKey(['admin']),
      await makeKey(['manage', 'send']),
      await makeKey(['send']),
    ];
    expect(await revoke(admin.id, bearer(manager.key))).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect((await stack.call('GET', '/api/v1/api-keys', undefined, bearer(admin.key))).status).toBe(200);
    expect((await revoke(sender.id, bearer(manager.key))).status).toBe(204);
    expect((await revoke(sender.id, bearer(manager.key))).status).toBe(404);
    expect((await revoke(admin.id, {})).status).toBe(204);
  });

  test('403: nobody gives a rate beyond his own; an admin does', async () => {
    const manager = await makeKey(['manage', 'admin'], { ratePerSecond: 200 });
    const lesser = await makeKey(['manage'], { ratePerSecond: 50 });
    const give = (ratePerSecond: number | undefined, key: string) =>
      stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['manage'], ratePerSecond }, bearer(key));
    expect(await give(51, lesser.key)).toMatchObject({ status: 403, json: { code: 'forbidden' } });
    expect((await give(50, lesser.key)).json.ratePerSecond).toBe(50);
    expect((await give(undefined, lesser.key)).json.ratePerSecond).toBe(50);
    expect((await give(10_000, manager.key)).json.ratePerSecond).toBe(10_000);
    const fast = await makeKey(['manage'], { ratePerSecond: 100 });
    expect((await rotate(fast.id, {}, bearer(lesser.key))).status).toBe(403);
  });

  test('a new key has a rate of 100; one that was made without stays without', async () => {
    const made = (await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read'] })).json;
    expect([made.ratePerSecond, (await listed(made.id)).ratePerSecond]).toEqual([100, 100]);
    const { id } = await makeKey(['read']);
    await stack.database.pool.query('update api_keys set rate_per_second = null where id = $1', [id]);
    expect((await listed(id)).ratePerSecond).toBeNull();
    expect((await rotate(id)).json.ratePerSecond).toBeUndefined();
  });

  test('400: a key that has ended before it begins', async () => {
    const past = '2020-01-01T00:00:00Z';
    const refused = [400, [{ field: 'expiresAt', message: expect.stringContaining('past') }]];
    const body = { name: 'x', scopes: ['read'], expiresAt: past };
    const made = await stack.call('POST', '/api/v1/api-keys', body);
    expect([made.status, made.json.errors]).toEqual(refused);
    const { id } = await makeKey(['read']);
    const rotated = await rotate(id, { expiresAt: past });
    expect([rotated.status, rotated.json.errors]).toEqual(refused);
    const future = new Date(Date.now() + 60_000).toISOString();
    expect((await stack.call('POST', '/api/v1/api-keys', { ...body, expiresAt: future })).status).toBe(201);
  });
});

describe('an account’s rate', () => {
  async function makeAccount(): Promise<Record<string, string>> {
    const { json } = await stack.call('POST', '/api/v1/accounts', { name: 'Limited' });
    return { 'x-account-id': json.id as string };
  }
  const keyIn = async (account: Record<string, string>, extra: object): Promise<{ id: string; key: string }> =>
    (await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read', 'manage'], ...extra }, account)).json;
  const look = (key: string) => stack.call('GET', '/api/v1/gateways', undefined, bearer(key));
  const answered = (answers: { status: number }[]) => answers.filter(({ status }) => status === 200).length;

  test('is that of its fastest key, however many keys it makes, by rotation or anew; another account has its own', async () => {
    const [account, other] = [await makeAccount(), await makeAccount()];
    const first = await keyIn(account, { ratePerSecond: 10 });
    const keys = [
      first.key,
      (await keyIn(account, { ratePerSecond: 9 })).key,
      (await keyIn(account, { ratePerSecond: 8 })).key,
    ];
    keys.push((await stack.call('POST', `/api/v1/api-keys/${first.id}/rotate`, {}, account)).json.key as string);
    const neighbour = await keyIn(other, { ratePerSecond: 40 });
    const startedAt = performance.now();
    const [ours, theirs] = await Promise.all([
      Promise.all(Array.from({ length: 80 }, (_, i) => look(keys[i % keys.length]!))),
      Promise.all(Array.from({ length: 40 }, () => look(neighbour.key))),
    ]);
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(answered(theirs)).toBe(40);
    expect(answered(ours)).toBeLessThanOrEqual(10 + Math.ceil(10 * seconds));
  });

  test('/oauth/token counts', async () => {
    const account = await makeAccount();
    const { id, key } = await keyIn(account, { ratePerSecond: 1 });
    const form = { grant_type: 'client_credentials', client_id: id, client_secret: key.split('_')[2]! };
    const grant = () =>
      stack.call('POST', '/oauth/token', new URLSearchParams(form).toString(), {
        authorization: '',
        'content-type': 'application/x-www-form-urlencoded',
      });
    const startedAt = performance.now();
    const answers = await Promise.all(Array.from({ length: 40 }, grant));
    const seconds = (performance.now() - startedAt) / 1_000;
    expect(answered(answers)).toBeLessThanOrEqual(1 + Math.ceil(seconds));
    const refused = answers.find(({ status }) => status === 429)!;
    expect([refused.json.code, refused.headers.get('retry-after')]).toEqual(['rate-limited', '1']);
  });
});

describe('the admin key of the environment', () => {
  test('401 in fields and in a query: it stands in a header only', async () => {
    const fields: Record<string, string>[] = [
      { apikey: ADMIN_KEY },
      { access_token: ADMIN_KEY },
      { username: 'x', password: ADMIN_KEY },
    ];
    for (const field of fields) {
      const body = { ...MESSAGE, ...field };
      expect((await stack.call('POST', '/clevertap/v1/messages', body, { authorization: '' })).status).toBe(401);
      const query = new URLSearchParams(body).toString();
      expect(
        (await stack.call('GET', `/clevertap/v1/messages?${query}`, undefined, { authorization: '' })).status,
      ).toBe(401);
    }
    for (const header of [bearer(ADMIN_KEY), { 'x-api-key': ADMIN_KEY, authorization: '' }]) {
      expect((await stack.call('POST', '/clevertap/v1/messages', MESSAGE, header)).status).toBe(200);
    }
  });

  test('has an id in the audit, and so has an admin’s key that acts in another account', async () => {
    const admin = await makeKey(['admin']);
    const as = { ...bearer(admin.key), 'x-account-id': stack.accountId };
    await stack.call('POST', '/api/v1/groups', { name: 'by a key' }, as);
    await stack.call('POST', '/api/v1/groups', { name: 'by the environment’s' });
    const { json } = await stack.call('GET', '/api/v1/audit?action=group.created&limit=2');
    const [environment, key] = json.items.map(({ keyId }: { keyId: string | null }) => keyId);
    expect(key).toBe(admin.id);
    expect(environment).toMatch(/^environment-[0-9a-f]{8}$/);
    expect(ADMIN_KEY).not.toContain(environment.slice('environment-'.length));
  });
});

test('404: X-Account-Id of nobody, whatever is asked; from who may not choose it is ignored', async () => {
  const nobody = { 'x-account-id': 'nobody' };
  for (const path of ['gateways', 'stats', 'audit', 'api-keys', 'messages', 'suppressions', 'events']) {
    const { status, json } = await stack.call('GET', `/api/v1/${path}`, undefined, nobody);
    expect([path, status, json.code]).toEqual([path, 404, 'not-found']);
  }
  const { key } = await makeKey(['read']);
  expect((await stack.call('GET', '/api/v1/gateways', undefined, { ...bearer(key), ...nobody })).status).toBe(200);
});

describe('a stream of events', () => {
  const open: AbortController[] = [];
  afterAll(() => open.forEach((abort) => abort.abort()));

  async function watch(headers: Record<string, string>): Promise<{ status: number; ended(): boolean }> {
    const abort = new AbortController();
    open.push(abort);
    const response = await fetch(`${stack.url}/api/v1/events`, { headers, signal: abort.signal });
    let ended = false;
    void (async () => {
      await response.body!.pipeTo(new WritableStream());
      ended = true;
    })().catch(() => undefined);
    return { status: response.status, ended: () => ended };
  }

  test('ends when its key is revoked, or expires; that of another key goes on', async () => {
    const [revoked, expiring, kept] = [await makeKey(['read']), await makeKey(['read']), await makeKey(['read'])];
    const streams = await Promise.all([revoked, expiring, kept].map(({ key }) => watch(bearer(key))));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200]);
    await stack.call('DELETE', `/api/v1/api-keys/${revoked.id}`);
    await stack.database.pool.query('update api_keys set expires_at = now() where id = $1', [expiring.id]);
    await until('both have ended', () => streams[0]!.ended() && streams[1]!.ended());
    expect(streams[2]!.ended()).toBe(false);
  });

  test('429: twenty of one account, whatever keys it has; another account has its own', async () => {
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Watched' });
    const as = { 'x-account-id': account.id as string };
    const keys = [];
    for (let i = 0; i < 5; i++)
      keys.push((await stack.call('POST', '/api/v1/api-keys', { name: 'x', scopes: ['read'] }, as)).json.key as string);
    const statuses = [];
    for (const key of keys) for (let i = 0; i < 5; i++) statuses.push((await watch(bearer(key))).status);
    expect(statuses).toEqual([...Array<number>(20).fill(200), ...Array<number>(5).fill(429)]);
    expect((await watch(bearer((await makeKey(['read'])).key))).status).toBe(200);
  });
});
