/** How much an account may have of what it makes: bounded, named, and no other account's business. */
import { auditOf, bearerOf } from '../support/api';
import type { Answer } from '../support/client';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const LIMIT = 2;
const PER_PATH = 1;
const UPLOAD_BYTES = 400;
const LIMITS = ['gateways', 'webhooks', 'apiKeys', 'groups', 'templates', 'routes', 'uploads'];

let stack: TestStack;
let serial = 0;
beforeAll(async () => {
  const limits = [
    ...LIMITS.map((name) => `${name}=${LIMIT}`),
    `uploadBytes=${UPLOAD_BYTES}`,
    `webhooksPerPath=${PER_PATH}`,
  ].join(',');
  stack = await startStack({ worker: false, env: { HELIOGRAPH_ACCOUNT_LIMITS: limits } });
});
afterAll(() => stack.stop());

const tenant = (): Promise<Tenant> => makeTenant(stack, `Tenant ${++serial}`);
const unique = (): string => `thing ${++serial}`;
const CSV = { 'content-type': 'text/csv' };
const csv = (rows: number): string =>
  `to\n${Array.from({ length: rows }, (_, i) => `91980000${String(i).padStart(4, '0')}\n`).join('')}`;

/** How one of each is made; where a path is told, how one goes away. */
const MAKE: Record<string, (of: Tenant) => Promise<Answer>> = {
  gateways: ({ call }) =>
    call('POST', '/api/v1/gateways', {
      provider: 'infobip', name: unique(), credentials: { apiKey: 'k' }, sendingPattern: 'loop',
    }), // prettier-ignore
  webhooks: ({ call }) =>
    call('POST', '/api/v1/webhooks', { kind: 'standard', url: `https://hooks.example.com/${++serial}` }),
  apiKeys: ({ call }) => call('POST', '/api/v1/api-keys', { name: unique(), scopes: ['read'] }),
  groups: ({ call }) => call('POST', '/api/v1/groups', { name: unique() }),
  templates: ({ call }) => call('POST', '/api/v1/templates', { name: unique(), text: 'Hello' }),
  routes: async ({ call }) => {
    const { json } = await call('GET', '/api/v1/gateways');
    return call('POST', '/api/v1/routes', { name: unique(), legs: [{ gatewayId: json.items[0].id }] });
  },
  uploads: ({ call }) => call('POST', '/api/v1/uploads', csv(1), CSV),
};
const PATHS: Record<string, string> = { apiKeys: 'api-keys' };

test.each(LIMITS)(
  '%s: 409 naming limit and setting; another account goes on; one that goes makes room',
  async (thing) => {
    const [a, b] = [await tenant(), await tenant()];
    if (thing === 'routes') for (const one of [a, b]) await MAKE.gateways!(one);
    const made: string[] = [];
    for (let i = 0; i < LIMIT; i++) {
      const { status, json } = await MAKE[thing]!(a);
      expect([status, json.detail]).toEqual([201, undefined]);
      made.push(json.id as string);
    }
    const { status, json } = await MAKE[thing]!(a);
    expect([status, json.code, json.quota, json.limit]).toEqual([409, 'quota-reached', thing, LIMIT]);
    expect(json.detail).toContain(`may have ${LIMIT} `);
    expect(json.detail).toContain('HELIOGRAPH_ACCOUNT_LIMITS');
    expect((await MAKE[thing]!(b)).status).toBe(201);

    expect((await a.call('DELETE', `/api/v1/${PATHS[thing] ?? thing}/${made[0]}`)).status).toBe(204);
    expect((await MAKE[thing]!(a)).status).toBe(201);
  },
);

test('of many at once no more are made than there may be', async () => {
  const a = await tenant();
  const answers = await Promise.all(Array.from({ length: 12 }, () => MAKE.templates!(a)));
  expect(answers.filter(({ status }) => status === 201)).toHaveLength(LIMIT);
  expect(answers.filter(({ json }) => json.code === 'quota-reached')).toHaveLength(12 - LIMIT);
});

test('rotations of a key can’t go beyond it', async () => {
  const a = await tenant();
  const { json } = await MAKE.apiKeys!(a);
  expect((await a.call('POST', `/api/v1/api-keys/${json.id}/rotate`)).status).toBe(201);
  expect((await a.call('POST', `/api/v1/api-keys/${json.id}/rotate`)).json).toMatchObject({ code: 'quota-reached' });
});

test('the bytes of all uploads: a larger file is given up, and leaves nothing', async () => {
  const [a, b] = [await tenant(), await tenant()];
  const large = csv(40);
  expect(large.length).toBeGreaterThan(UPLOAD_BYTES);
  const { status, json } = await a.call('POST', '/api/v1/uploads', large, CSV);
  expect([status, json.code, json.quota, json.limit]).toEqual([409, 'quota-reached', 'uploadBytes', UPLOAD_BYTES]);
  const left = async () =>
    (await stack.database.pool.query('select from uploads where account_id = $1', [a.accountId])).rows.length;
  await until('nothing is left of it', async () => (await left()) === 0);
  expect((await a.call('POST', '/api/v1/uploads', csv(25), CSV)).status).toBe(201);
  expect((await a.call('POST', '/api/v1/uploads', csv(25), CSV)).json).toMatchObject({ quota: 'uploadBytes' });
  expect((await b.call('POST', '/api/v1/uploads', csv(25), CSV)).status).toBe(201);
});

describe('webhooks that requests make', () => {
  const urlOf = (host: string, path: string, account: number | string) =>
    `https://${host}.wzrkt.com/${path}?account=${account}`;
  const send = (of: Tenant, url: string, headers?: Record<string, string>) =>
    of.call(
      'POST',
      '/clevertap/v1/messages',
      { to: '919800000001', text: `Hello ${++serial}`, callback_url: url },
      headers,
    );
  const webhooksOf = async ({ accountId }: Tenant) =>
    (await stack.database.pool.query<{ id: string }>('select id from webhooks where account_id = $1', [accountId]))
      .rows;

  test('300 callback URLs of one host and path from a key that may only send: one row, written down', async () => {
    const [a, b] = [await tenant(), await tenant()];
    for (const one of [a, b]) await MAKE.gateways!(one);
    const sender = await bearerOf({ ...stack, call: a.call }, ['send']);
    expect((await send(a, urlOf('in1', 'sms', 'first'), sender)).json).toMatchObject({ accepted: 1 });
    const list = Array.from({ length: 300 }, (_, i) => ({
      to: '919800000001', text: `Hello ${i}`, callback_url: urlOf('in1', 'sms', i),
    })); // prettier-ignore
    const { status, json } = await a.call('POST', '/clevertap/v1/messages', { list }, sender);
    expect(status).toBe(400);
    const rejected = (json.rejected ?? json.errors) as { code?: string; message: string }[];
    expect(rejected).toHaveLength(300);
    expect(rejected[0]!.message).toContain('POST /api/v1/webhooks');
    const rows = await webhooksOf(a);
    expect(rows).toHaveLength(1);
    expect(await auditOf(stack, rows[0]!.id)).toEqual([['webhook.created', { kind: 'clevertap', by: 'callback_url' }]]);
    // The one that is there goes on, and so does another account's.
    expect((await send(a, urlOf('in1', 'sms', 'first'), sender)).json).toMatchObject({ accepted: 1 });
    expect((await send(b, urlOf('in1', 'sms', 'b'))).json).toMatchObject({ accepted: 1 });
  });

  test('other paths are others, up to the account’s limit', async () => {
    const a = await tenant();
    await MAKE.gateways!(a);
    const sender = await bearerOf({ ...stack, call: a.call }, ['send']);
    for (const path of ['one', 'two']) expect((await send(a, urlOf('in1', path, 1), sender)).json.accepted).toBe(1);
    const { status, text } = await send(a, urlOf('in1', 'three', 1), sender);
    expect(status).toBe(400);
    expect(text).toContain('HELIOGRAPH_ACCOUNT_LIMITS');
    expect(await webhooksOf(a)).toHaveLength(2);
  });

  test('a key that may manage makes as many as it may make by POST', async () => {
    const a = await tenant();
    await MAKE.gateways!(a);
    for (const account of [1, 2]) expect((await send(a, urlOf('in1', 'sms', account))).json.accepted).toBe(1);
    expect(await webhooksOf(a)).toHaveLength(2);
  });

  test('a login in a callback URL is refused', async () => {
    const a = await tenant();
    await MAKE.gateways!(a);
    const { status, text } = await send(a, 'https://user:pw@in1.wzrkt.com/sms?account=1');
    expect(status).toBe(400);
    expect(text).toContain('must not carry credentials');
    expect(text).not.toContain('user:pw');
  });
});
