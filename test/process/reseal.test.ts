/** A master key is rotated under a product in use: two accounts send and are told all the while, and the old key goes. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { startCleverTap, type CleverTapEndpoint } from '../support/clevertap';
import { testContext, sealerOf } from '../support/seal';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const RESEAL = path.resolve(__dirname, '../../dist/main/reseal.js');
const [OLD, NEW, LOST] = [randomBytes(32), randomBytes(32), randomBytes(32)];
const ring = (...keys: [string, Buffer][]) => keys.map(([id, key]) => `${id}:${key.toString('base64')}`).join(',');
/** As Temporal has one: what was written under the old key is read when that one has gone. */
const PAYLOAD = { metadata: { encoding: btoa('json/plain') }, data: btoa('"begun before"') };
const BOTH = ring(['2027', NEW], ['old', OLD]);

let stack: TestStack;
const tenants: { name: string; tenant: Tenant; cleverTap: CleverTapEndpoint; webhookId: string; gatewayId: string }[] =
  [];
let token: string;

beforeAll(async () => {
  const env = { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1', HELIOGRAPH_MASTER_KEY: OLD.toString('base64') };
  stack = await startStack({ env });
  for (const name of ['reseal-one', 'reseal-two']) {
    const tenant = await makeTenant(stack, name);
    const cleverTap = await startCleverTap();
    const gatewayId = await tenant.gateway(name, KNOWS_OUR_IDS);
    const { json } = await tenant.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url: cleverTap.url });
    tenants.push({ name, tenant, cleverTap, webhookId: json.id as string, gatewayId });
  }
  const { json: client } = await stack.call('POST', '/api/v1/api-keys', { name: 'client', scopes: ['read'] });
  const form = { grant_type: 'client_credentials', client_id: client.id, client_secret: client.key.split('_')[2] };
  const granted = await stack.call('POST', '/oauth/token', new URLSearchParams(form), { authorization: '' });
  token = granted.json.access_token as string;
});
afterAll(async () => {
  await stack.stop();
  await Promise.all(tenants.map(({ cleverTap }) => cleverTap.stop()));
});

const withToken = async () =>
  (await stack.call('GET', '/api/v1/messages', undefined, { authorization: `Bearer ${token}` })).status;

/** Sends a message of an account, and waits until its provider took it and its CleverTap heard of it. */
async function sendAndBeTold({ name, tenant, cleverTap, webhookId }: (typeof tenants)[0]): Promise<void> {
  const mid = randomBytes(6).toString('hex');
  const before = (await tenant.counts(name)).accepted!;
  await tenant.reach(await tenant.send(1, { webhook_id: webhookId, mid }), 'delivered');
  expect((await tenant.counts(name)).accepted).toBe(before + 1);
  await until(`${name} is told`, () => cleverTap.received.has(`delivered ${mid}`));
}

/** `npm run reseal`, with only what it needs. */
async function runReseal(keys: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { PATH: process.env.PATH, DATABASE_URL: stack.env.DATABASE_URL, HELIOGRAPH_MASTER_KEYS: keys };
  return promisify(execFile)(process.execPath, [RESEAL], { env }).then(
    (done) => ({ code: 0, ...done }),
    (error: { code: number; stdout: string; stderr: string }) => error,
  );
}

test('the new key is put before the old one, everything is sealed anew, and the old one goes', async () => {
  const { json: history } = await stack.call('POST', '/codec/encode', { payloads: [PAYLOAD] });
  await Promise.all(tenants.map(sendAndBeTold));
  await stack.restart({ HELIOGRAPH_MASTER_KEY: '', HELIOGRAPH_MASTER_KEYS: BOTH });
  await Promise.all(tenants.map(sendAndBeTold));
  expect(await withToken()).toBe(200);

  const { code, stdout } = await runReseal(BOTH);
  expect(stdout).toMatch(/^gateways\.credentials: 3 sealed anew$/m);
  expect(stdout).toMatch(/^webhooks\.url: 3 sealed anew$/m);
  expect(stdout).toMatch(
    /Everything is sealed with the key 2027\. Once no process has another first key, old may go\.\n$/,
  );
  expect(code).toBe(0);
  await Promise.all(tenants.map(sendAndBeTold));

  await stack.restart({ HELIOGRAPH_MASTER_KEYS: ring(['2027', NEW]) });
  await Promise.all(tenants.map(sendAndBeTold));
  expect(await withToken()).toBe(401);
  expect((await stack.call('POST', '/codec/decode', history)).json).toEqual({ payloads: [PAYLOAD] });
  expect((await runReseal(ring(['2027', NEW]))).stdout).not.toMatch(/[1-9]\d* sealed anew/);
});

test('what was sealed with a lost key is named, and nobody else is held up', async () => {
  const [one, two] = tenants as [(typeof tenants)[0], (typeof tenants)[0]];
  const context = testContext(`gateway:${two.gatewayId}:credentials`);
  const sealed = sealerOf({ id: 'lost', key: LOST }).seal('{"apiKey":"x"}', context);
  await stack.database.pool.query('update gateways set credentials = $2 where id = $1', [two.gatewayId, sealed]);
  const { code, stderr, stdout } = await runReseal(BOTH);
  expect(code).toBe(1);
  expect(stderr).toContain(
    `gateway:${two.gatewayId}:credentials was sealed with the master key lost, which is not in the ring`,
  );
  expect(stderr).toContain('1 value is not sealed with the key 2027: leave the other keys in the ring');
  expect(stdout + stderr).not.toContain('apiKey');
  await sendAndBeTold(one);
});

test('without keys, or without a database, there is a sentence with the remedy', async () => {
  const run = async (env: NodeJS.ProcessEnv) =>
    promisify(execFile)(process.execPath, [RESEAL], { env: { PATH: process.env.PATH, ...env } }).then(
      () => '',
      (error: { stderr: string }) => error.stderr,
    );
  const nowhere = path.join('/nonexistent', 'data');
  expect(await run({ HELIOGRAPH_DATA_DIR: nowhere })).toMatch(
    /^heliograph reseal: No master key can be read from .*Set HELIOGRAPH_MASTER_KEY/,
  );
  expect(await run({ HELIOGRAPH_DATA_DIR: nowhere, HELIOGRAPH_MASTER_KEYS: BOTH })).toMatch(
    /^heliograph reseal: .* has no database: set DATABASE_URL/,
  );
  expect(await run({ DATABASE_URL: 'postgres://u:p@127.0.0.1:9/x', HELIOGRAPH_MASTER_KEYS: BOTH })).toMatch(
    /^heliograph reseal: The database does not answer .*ECONNREFUSED.*: start it/,
  );
});
