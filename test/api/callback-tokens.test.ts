/** Callback URLs of gateways: who is shown them, how they are kept, and how one is changed for another. */
import { hashCallbackToken } from '../../src/store/gateways/callback-tokens';
import { auditOf, bearerOf } from '../support/api';
import { proofOf, type MadeGateway } from '../support/callbacks';
import { startDatabaseProxy, type DatabaseProxy } from '../support/proxy';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
let proxy: DatabaseProxy;
let a: Tenant;
let b: Tenant;
beforeAll(async () => {
  stack = await startStack({
    worker: false,
    databaseUrl: async (url) => (proxy = await startDatabaseProxy(url)).url,
  });
  a = await makeTenant(stack, 'Owner');
  b = await makeTenant(stack, 'Other');
});
afterAll(async () => {
  await stack.stopApi();
  await proxy.stop();
  await stack.stop();
});

let serial = 0;
async function made(tenant: Tenant, over: object = {}): Promise<MadeGateway> {
  const { status, json } = await tenant.call('POST', '/api/v1/gateways', {
    provider: 'infobip', name: `gateway ${++serial}`, credentials: { apiKey: 'k' }, sendingPattern: 'batch', ...over,
  }); // prettier-ignore
  expect([status, json.detail]).toEqual([201, undefined]);
  return json as MadeGateway;
}

const tokenOf = ({ callbackUrl }: Pick<MadeGateway, 'callbackUrl'>): string => callbackUrl.split('/').pop()!;
const DELIVERED = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET', description: 'x' };

/** Posts a report; resolves with the status. */
async function report(token: string, headers: Record<string, string>): Promise<number> {
  const results = [{ messageId: `none-${++serial}`, status: DELIVERED }];
  return (await stack.call('POST', `/callbacks/${token}`, { results }, { authorization: '', ...headers })).status;
}

test('the URL is for who may manage the gateway, and for nobody else', async () => {
  const gateway = await made(a);
  const path = `/api/v1/gateways/${gateway.id}`;
  const reader = await bearerOf({ ...stack, call: a.call }, ['read', 'send']);
  for (const where of [path, '/api/v1/gateways', '/api/v1/routes']) {
    const { status, text } = await a.call('GET', where, undefined, reader);
    expect(status).toBe(200);
    expect(text).not.toContain(tokenOf(gateway));
  }
  const manager = await bearerOf({ ...stack, call: a.call }, ['read', 'manage']);
  expect((await a.call('GET', path, undefined, manager)).json).toMatchObject({ callbackUrl: gateway.callbackUrl });
  expect((await b.call('GET', path)).status).toBe(404);
});

test('in the database it is hashed and sealed', async () => {
  const gateway = await made(a);
  const { rows } = await stack.database.pool.query<{ row: string; hash: Buffer }>(
    'select g::text as row, callback_token_hash as hash from gateways g where id = $1',
    [gateway.id],
  );
  expect(rows[0]!.row).not.toContain(tokenOf(gateway));
  expect(rows[0]!.row).not.toContain(gateway.callbackAuth!.basic!.password);
  expect(rows[0]!.hash).toEqual(hashCallbackToken(tokenOf(gateway)));
});

test('no log line has it, whatever goes wrong', async () => {
  const gateway = await made(a);
  stack.logged.length = 0;
  proxy.cut();
  try {
    await until('a callback failed', async () => (await report(tokenOf(gateway), proofOf(gateway))) === 503);
  } finally {
    proxy.restore();
  }
  await until('it is back', async () => (await report(tokenOf(gateway), proofOf(gateway))) === 200);
  const lines = stack.logged.filter((line) => line.includes('"route":"/callbacks/:token"'));
  expect(lines.length).toBeGreaterThan(0);
  expect(stack.logged.join('\n')).not.toContain(tokenOf(gateway));
  expect(stack.logged.join('\n')).not.toContain(tokenOf(gateway).slice(0, 8));
});

describe('rotate-callback', () => {
  const rotate = (tenant: Tenant, id: string, body?: object, headers?: Record<string, string>) =>
    tenant.call('POST', `/api/v1/gateways/${id}/rotate-callback`, body, headers);

  test('gives another URL and secret; those of before are good, too, until the grace is over', async () => {
    const [old, neighbour] = [await made(a), await made(b)];
    const { status, json } = await rotate(a, old.id);
    expect(status).toBe(200);
    const fresh = json as MadeGateway & { previousCallbackUntil: string };
    expect(fresh.callbackUrl).not.toBe(old.callbackUrl);
    expect(fresh.callbackAuth!.basic!.username).toBe(old.callbackAuth!.basic!.username);
    expect(fresh.callbackAuth!.basic!.password).not.toBe(old.callbackAuth!.basic!.password);
    const hours = (Date.parse(fresh.previousCallbackUntil) - Date.now()) / 3_600_000;
    expect(hours).toBeGreaterThan(23.9);
    expect(hours).toBeLessThan(24.1);
    for (const url of [old, fresh]) {
      for (const secret of [old, fresh]) expect(await report(tokenOf(url), proofOf(secret))).toBe(200);
      expect(await report(tokenOf(url), proofOf(neighbour))).toBe(401);
      expect(await report(tokenOf(url), {})).toBe(401);
    }
    // The secret is shown this once.
    const { text } = await a.call('GET', `/api/v1/gateways/${old.id}`);
    expect(text).not.toContain(fresh.callbackAuth!.basic!.password);
    expect(text).toContain(fresh.callbackUrl);

    await stack.database.pool.query(`update gateways set previous_callback_until = now() - interval '1 second' where id = $1`, [
      old.id,
    ]); // prettier-ignore
    await until('the old URL is gone', async () => (await report(tokenOf(old), proofOf(fresh))) === 404);
    await until('so is the old secret', async () => (await report(tokenOf(fresh), proofOf(old))) === 401);
    expect(await report(tokenOf(fresh), proofOf(fresh))).toBe(200);
    // What B has is as it was.
    expect(await report(tokenOf(neighbour), proofOf(neighbour))).toBe(200);
  });

  test('without a grace the old one ends at once', async () => {
    const old = await made(a);
    const fresh = (await rotate(a, old.id, { graceSeconds: 0 })).json as MadeGateway;
    expect(await report(tokenOf(fresh), proofOf(fresh))).toBe(200);
    expect(await report(tokenOf(old), proofOf(old))).toBe(404);
    expect((await a.call('GET', `/api/v1/gateways/${old.id}`)).json).not.toHaveProperty('previousCallbackUntil');
  });

  test('a second rotation ends what the first one left', async () => {
    const first = await made(a);
    const second = (await rotate(a, first.id)).json as MadeGateway;
    const third = (await rotate(a, first.id)).json as MadeGateway;
    expect(await report(tokenOf(first), proofOf(third))).toBe(404);
    expect(await report(tokenOf(second), proofOf(second))).toBe(200);
    expect(await report(tokenOf(third), proofOf(third))).toBe(200);
  });

  test('a gateway that was made without a secret goes on without', async () => {
    const old = await made(a, { callbackAuth: null });
    const fresh = (await rotate(a, old.id)).json as MadeGateway;
    expect(fresh).toMatchObject({ callbackAuth: null, callbackAuthenticated: false });
    expect(await report(tokenOf(fresh), {})).toBe(200);
  });

  test('is for who may manage, of the own account, in bounds, and is written down', async () => {
    const gateway = await made(a);
    const reader = await bearerOf({ ...stack, call: a.call }, ['read', 'send']);
    expect((await rotate(a, gateway.id, {}, reader)).status).toBe(403);
    expect((await rotate(b, gateway.id)).status).toBe(404);
    expect((await rotate(a, gateway.id, { graceSeconds: -1 })).status).toBe(400);
    expect((await rotate(a, gateway.id, { graceSeconds: 3_000_000 })).status).toBe(400);
    expect((await rotate(a, gateway.id, { graceSeconds: 60 })).status).toBe(200);
    const audit = await auditOf(stack, gateway.id);
    expect(audit.slice(1)).toEqual([['gateway.callback-rotated', { graceSeconds: 60, withSecret: true }]]);
  });
});

test('a gateway of an earlier version goes on under its URL, and its token is sealed by the next start', async () => {
  const gateway = await made(a, { callbackAuth: null });
  const token = 'OldTokenOldTokenOldTokenOldToken';
  await stack.database.pool.query(
    `update gateways set callback_token = $2, callback_token_sealed = null, callback_token_hash = sha256($2::text::bytea)
     where id = $1`,
    [gateway.id, token],
  );
  const url = gateway.callbackUrl.replace(tokenOf(gateway), token);
  expect(await report(token, {})).toBe(200);
  expect((await a.call('GET', `/api/v1/gateways/${gateway.id}`)).json.callbackUrl).toBe(url);
  await stack.stopApi();
  await stack.startApi();
  await until('nothing of it is left', async () => {
    const { rows } = await stack.database.pool.query('select from gateways where callback_token is not null');
    return rows.length === 0;
  });
  expect(await report(token, {})).toBe(200);
  expect((await a.call('GET', `/api/v1/gateways/${gateway.id}`)).json.callbackUrl).toBe(url);
});
