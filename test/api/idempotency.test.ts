/** `Idempotency-Key`: what comes again is answered as it was, and does nothing. */
import { startStack, type Answer, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack({ worker: false });
});
afterAll(() => stack.stop());

const post = (path: string, body: unknown, key: string, headers: Record<string, string> = {}) =>
  stack.call('POST', path, body, { 'idempotency-key': key, ...headers });
const send = (body: object, key: string) => post('/clevertap/v1/messages', body, key);
const isReplay = ({ headers }: Answer) => headers.get('idempotency-replayed') === 'true';
const count = async (table: 'messages' | 'api_keys' | 'gateways' | 'idempotency_keys') =>
  Number((await stack.database.pool.query<{ n: string }>(`select count(*) as n from ${table}`)).rows[0]!.n);
/** As a process leaves it that did the work and died before it kept the answer. */
const loseAnswer = (key: string) =>
  stack.database.pool.query(
    `update idempotency_keys set status = null, answer = null, created_at = now() - interval '2 minutes' where key = $1`,
    [key],
  );

const MESSAGE = { to: '919800000001', text: 'Hello' };

const GATEWAY = {
  provider: 'infobip',
  credentials: { apiKey: 'a-secret-of-some-length' },
  sendingPattern: 'batch',
};

describe('the first answer again', () => {
  const routes: [string, string, object, 'messages' | 'api_keys' | 'gateways'][] = [
    ['generic', '/clevertap/v1/messages', MESSAGE, 'messages'],
    ['Mobtexting', '/api/v2/sms/clevertap/send', { to: '919800000001', message: 'Hello' }, 'messages'],
    ['Mobtexting JSON', '/api/v2/sms/clevertap/json', { nodes: [{ ...MESSAGE, sender: 'A' }] }, 'messages'],
    ['Times Mobile', '/ct/api/v1/message', MESSAGE, 'messages'],
    ['a gateway', '/api/v1/gateways', { ...GATEWAY, name: 'Twice' }, 'gateways'],
    ['a key', '/api/v1/api-keys', { name: 'twice', scopes: ['send'] }, 'api_keys'],
  ];
  test.each(routes)('%s', async (name, path, body, table) => {
    const first = await post(path, body, `again ${name}`.replaceAll(' ', '-'));
    const stored = await count(table);
    const second = await post(path, body, `again ${name}`.replaceAll(' ', '-'));
    expect(first.status).toBeLessThan(300);
    expect([isReplay(first), isReplay(second)]).toEqual([false, true]);
    expect([second.status, second.json]).toEqual([first.status, first.json]);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    expect(await count(table)).toBe(stored);
  });

  test('a refusal too, in its own content type', async () => {
    const first = await post('/api/v1/api-keys', { name: 'x' }, 'refused');
    const second = await post('/api/v1/api-keys', { name: 'x' }, 'refused');
    expect([first.status, second.status, isReplay(second)]).toEqual([400, 400, true]);
    expect(second.headers.get('content-type')).toContain('application/problem+json');
    expect(second.json).toEqual(first.json);
  });

  test('without a key, and by GET, every request is a new one', async () => {
    const before = await count('messages');
    await stack.call('POST', '/clevertap/v1/messages', MESSAGE);
    await stack.call('POST', '/clevertap/v1/messages', MESSAGE);
    const query = `/clevertap/v1/messages?${new URLSearchParams(MESSAGE).toString()}`;
    await stack.call('GET', query, undefined, { 'idempotency-key': 'get' });
    await stack.call('GET', query, undefined, { 'idempotency-key': 'get' });
    expect((await count('messages')) - before).toBe(4);
  });

  test('of many at once, one is done', async () => {
    const before = await count('messages');
    const answers = await Promise.all(Array.from({ length: 20 }, () => send(MESSAGE, 'at-once')));
    expect((await count('messages')) - before).toBe(1);
    expect(answers.filter((answer) => answer.status === 200 && !isReplay(answer))).toHaveLength(1);
    for (const { status } of answers) expect([200, 409]).toContain(status);
  });
});

test('a key that is shown once is kept sealed, and shown again to who has its idempotency key', async () => {
  const first = await post('/api/v1/api-keys', { name: 'sealed', scopes: ['read'] }, 'sealed');
  const { rows } = await stack.database.pool.query<{ answer: string }>(
    `select answer from idempotency_keys where key = 'sealed'`,
  );
  expect(rows[0]!.answer).toMatch(/^v2\./);
  expect(JSON.stringify(rows)).not.toContain(first.json.key);
  expect((await post('/api/v1/api-keys', { name: 'sealed', scopes: ['read'] }, 'sealed')).json.key).toBe(
    first.json.key,
  );
});

describe('409 idempotency-mismatch', () => {
  const mismatch = { status: 409, json: { code: 'idempotency-mismatch' } };

  test('another body, another route', async () => {
    await send(MESSAGE, 'mine');
    expect(await send({ ...MESSAGE, text: 'Other' }, 'mine')).toMatchObject(mismatch);
    expect(await post('/api/v2/sms/clevertap/send', MESSAGE, 'mine')).toMatchObject(mismatch);
  });

  test('a key with other scopes sees nothing of what was answered', async () => {
    const body = { name: 'inner', scopes: ['read'] };
    const first = await post('/api/v1/api-keys', body, 'scoped');
    const { json: manager } = await stack.call('POST', '/api/v1/api-keys', { name: 'm', scopes: ['read', 'manage'] });
    const answer = await post('/api/v1/api-keys', body, 'scoped', { authorization: `Bearer ${manager.key}` });
    expect(answer).toMatchObject(mismatch);
    expect(JSON.stringify(answer.json)).not.toContain(first.json.key);
  });

  test('in Times’ shape on Times’ routes', async () => {
    await post('/ct/api/v1/message', MESSAGE, 'times');
    const { json } = await post('/ct/api/v1/message', { ...MESSAGE, text: 'Other' }, 'times');
    expect(json).toMatchObject({ state: 'SUBMIT_FAILED', statusCode: 409 });
  });
});

test('accounts don’t share keys', async () => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
  const body = { name: 'x', scopes: ['read'] };
  const mine = await post('/api/v1/api-keys', body, 'shared');
  const theirs = await post('/api/v1/api-keys', body, 'shared', { 'x-account-id': account.id });
  expect([theirs.status, isReplay(theirs)]).toEqual([201, false]);
  expect(theirs.json.key).not.toBe(mine.json.key);
});

test('409 idempotency-in-progress with Retry-After, while the first is under way', async () => {
  const body = { name: 'slow', scopes: ['read'] };
  const client = await stack.database.pool.connect();
  await client.query('begin');
  await client.query('lock table api_keys in access exclusive mode');
  const first = post('/api/v1/api-keys', body, 'slow');
  await until('the key is claimed', async () => {
    const { rows } = await stack.database.pool.query(`select 1 from idempotency_keys where key = 'slow'`);
    return rows.length === 1;
  });
  const second = await post('/api/v1/api-keys', body, 'slow');
  expect(second).toMatchObject({ status: 409, json: { code: 'idempotency-in-progress' } });
  expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0);
  await client.query('rollback');
  client.release();
  expect((await first).status).toBe(201);
  expect(isReplay(await post('/api/v1/api-keys', body, 'slow'))).toBe(true);
});

test('a 5xx is not kept: the next request with the key is a first one, whatever its body', async () => {
  const { pool } = stack.database;
  await pool.query('alter table api_keys rename to api_keys_away');
  expect((await post('/api/v1/api-keys', { name: 'failed', scopes: ['read'] }, 'failed')).status).toBe(500);
  await pool.query('alter table api_keys_away rename to api_keys');
  const next = await post('/api/v1/api-keys', { name: 'mended', scopes: ['read'] }, 'failed');
  expect([next.status, isReplay(next)]).toEqual([201, false]);
});

test('what is not authenticated leaves no trace', async () => {
  const before = await count('idempotency_keys');
  expect((await post('/clevertap/v1/messages', MESSAGE, 'anonymous', { authorization: '' })).status).toBe(401);
  expect((await post('/callbacks/unknown', {}, 'provider')).status).toBe(404);
  expect((await post('/nowhere', {}, 'nowhere')).status).toBe(404);
  expect(await count('idempotency_keys')).toBe(before);
});

test('400: a key that is none', async () => {
  for (const key of ['', 'k'.repeat(256), 'two words']) {
    expect(await send(MESSAGE, key)).toMatchObject({ status: 400, json: { code: 'invalid-request' } });
  }
});

test('a send whose answer was lost in a crash is not sent again, with or without a meta', async () => {
  const list = [MESSAGE, MESSAGE, { ...MESSAGE, mid: '919800000001.crash.-1.' }];
  const first = await send({ list }, 'crash');
  expect(new Set(first.json.ids).size).toBe(3);
  const before = await count('messages');
  await loseAnswer('crash');
  const second = await send({ list }, 'crash');
  expect(isReplay(second)).toBe(false);
  expect(second.json).toMatchObject({ accepted: 3, ids: first.json.ids, duplicates: [0, 1, 2] });
  expect(await count('messages')).toBe(before);
});
