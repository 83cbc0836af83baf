/**
 * Every way in, given anything: whatever a body, a query or a header holds, the answer is no 5xx, and a second account's
 * request beside it is taken. Each run of the tests tries others; what it tried can be had again by its seed, which it
 * prints: `HELIOGRAPH_FUZZ_SEED=<seed> HELIOGRAPH_FUZZ_RUNS=150 npx jest test/api/fuzz`. A failure prints the smallest
 * example, too.
 */
import { hash, randomInt } from 'node:crypto';
import fc from 'fast-check';
import { providers } from '../../src/providers/registry';
import { sign } from '../../src/simulator/twilio/signature';
import { ADMIN_KEY } from '../support/servers';
import { KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { startStack, type TestStack } from '../support/stack';

/** Examples for each way in and each form of what it is given. */
const RUNS = Number(process.env.HELIOGRAPH_FUZZ_RUNS ?? 20);
const SEED = Number(process.env.HELIOGRAPH_FUZZ_SEED ?? randomInt(2 ** 31));
let stack: TestStack;
let neighbour: Tenant;
/** Callback paths by provider, of gateways that take reports of anybody. */
const open: Record<string, string> = {};
const statuses = new Map<string, number>();

/** Credentials in each provider's own form: what its schema asks for. */
const CREDENTIALS: Record<string, object> = {
  infobip: { apiKey: 'key' },
  clickatell: { apiKey: 'key' },
  'clickatell-legacy': { username: 'user', password: 'password', apiId: '1' },
  mobtexting: { token: 'token' },
  pingbix: { userId: 'user', password: 'password' },
  'times-mobile': { username: 'user', password: 'password' },
  http: {
    path: '/send',
    format: 'json',
    fields: { to: '{to}', text: '{text}' },
    answer: { providerId: 'id' },
    receipts: { in: 'json', providerId: 'id', status: 'status', statuses: { delivrd: 'delivered' } },
  },
  twilio: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token-1' },
};

beforeAll(async () => {
  stack = await startStack({ worker: false });
  neighbour = await makeTenant(stack, 'Neighbour');
  const fuzzed = await makeTenant(stack, 'Fuzzed');
  const named = Object.keys(providers).filter((provider) => providers[provider] !== undefined);
  expect(Object.keys(CREDENTIALS).sort()).toEqual(named.sort());
  for (const [provider, credentials] of Object.entries(CREDENTIALS)) {
    const baseUrl = provider === 'http' ? `${stack.simulator.url}/http/fuzzed` : null;
    const draft = { provider, name: provider, credentials, baseUrl, sendingPattern: 'loop', callbackAuth: null };
    const { status, json } = await fuzzed.call('POST', '/api/v1/gateways', draft);
    if (status !== 201) throw new Error(`${provider} was answered ${status}: ${JSON.stringify(json)}`);
    open[provider] = new URL(json.callbackUrl as string).pathname;
  }
  await neighbour.gateway('neighbour', KNOWS_OUR_IDS);
});
afterAll(async () => {
  await stack.stop();
  const answers = JSON.stringify(Object.fromEntries([...statuses].sort()));
  process.stdout.write(`fuzz: seed ${SEED}, ${RUNS} examples each, answers by status: ${answers}\n`);
});

const AS_ADMIN = { authorization: `Bearer ${ADMIN_KEY}` };

/** One request whose answer must be none of ours to be ashamed of, and the neighbour's beside it. */
async function attack(path: string, init: RequestInit): Promise<void> {
  const honest = fetch(`${stack.url}/clevertap/v1/messages`, {
    method: 'POST',
    headers: { ...AS_ADMIN, 'content-type': 'application/json', 'x-account-id': neighbour.accountId },
    body: '{"to":"919800000001","text":"Hello"}',
  });
  const hostile = await fetch(stack.url + path, init);
  await hostile.arrayBuffer();
  const key = `${hostile.status}`;
  statuses.set(key, (statuses.get(key) ?? 0) + 1);
  expect(hostile.status).toBeLessThan(500);
  expect((await honest).status).toBe(200);
}

/** Strings of the kinds that break parsers: numbers out of range, dates, markup, escapes, half characters. */
const odd = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '', '\0', '\ud800', '\u202e', '-1', '1e999', '-0', 'NaN', 'null', '0x10', '9'.repeat(400), '1970-01-01', '2026-02-30T25:61:61Z',
    '+275760-09-13', '0000-00-00 00:00:00', "'; drop table messages; --", '{{x}}', '${x}', '%', '%00', '%zz', '<x/>', '../..',
    '__proto__', 'constructor', '＋９１９８', '+91', '+919800000002', '919800000002,919800000003', '📱'.repeat(300),
  ),
); // prettier-ignore
const oddNumber = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(8.64e15, -8.64e15, 2 ** 53, -(2 ** 63), 1e308));
const anyValue = fc.anything({
  values: [odd, oddNumber, fc.boolean(), fc.constant(null)],
  key: odd,
  maxDepth: 4,
  withNullPrototype: false,
});

/** The names that a way in knows, each with anything; so that what is behind the first check is tried, too. */
const withNames = (names: readonly string[]) =>
  fc.record(Object.fromEntries(names.map((name) => [name, fc.oneof(odd, oddNumber, anyValue)])), { requiredKeys: [] });

const RECORD = [
  'to', 'msisdn', 'mobile', 'from', 'sender', 'senderId', 'text', 'message', 'msg', 'body', 'mid', 'msgId', 'meta', 'time', 'schedule',
  'service', 'entityId', 'templateId', 'callback_url', 'list', 'messages', 'data', 'options', 'route', 'maxAgeSeconds', 'validUntil',
  'groupId', 'useTemplate', 'variables',
]; // prettier-ignore
const REPORT = [
  'results', 'messageId', 'MessageSid', 'MessageStatus', 'SmsSid', 'ErrorCode', 'apiMsgId', 'apiMessageId', 'cliMsgId', 'status',
  'statusCode', 'event', 'messageStatusUpdate', 'moText', 'messages', 'timestamp', 'to', 'From', 'To', 'Body', 'from', 'text', 'doneAt',
  'sentAt', 'receivedAt', 'price', 'smsCount', 'error', 'msgid', 'msgId', 'mobile', 'deliverystatus', 'dlr', 'id', 'reports', 'mid',
  'dlr_time', 'sms_status', 'requestId', 'integrationName', 'clientMessageId',
]; // prettier-ignore
const INGRESS = [
  '/clevertap/v1/messages',
  '/api/v2/sms/clevertap/send',
  '/api/v2/sms/clevertap/json',
  '/ct/api/v1/message',
  '/api/v1/send',
];

const json = (value: unknown): RequestInit => ({
  method: 'POST',
  headers: { ...AS_ADMIN, 'content-type': 'application/json' },
  body: JSON.stringify(value) ?? 'null',
});
const form = (fields: Record<string, unknown>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(fields).map(([name, value]): [string, string] => [
      name,
      typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
    ]),
  );

/** Anything JSON can say under the names that are known, in lists of them, or under none. */
const bodies = (names: readonly string[]) =>
  fc.oneof(
    withNames(names),
    fc.array(withNames(names), { maxLength: 4 }),
    fc.record({ list: fc.array(withNames(names), { maxLength: 4 }) }),
    anyValue,
  );

/** Each test has a seed of its own, which follows from the run's: they try different things. */
const seedOf = (test: string): number => (SEED ^ Buffer.from(hash('md5', test), 'hex').readInt32BE()) | 0;
const tried = (property: fc.IAsyncProperty<[unknown]> | fc.IAsyncProperty<[unknown, unknown]>) =>
  fc.assert(property as fc.IAsyncProperty<[unknown]>, {
    numRuns: RUNS,
    seed: seedOf(expect.getState().currentTestName!),
  });

describe.each(INGRESS)('%s', (path) => {
  test('any JSON', () => tried(fc.asyncProperty(bodies(RECORD), (value) => attack(path, json(value)))));

  test('any form and any query', () =>
    tried(
      fc.asyncProperty(withNames(RECORD), async (fields) => {
        await attack(path, { method: 'POST', headers: AS_ADMIN, body: form(fields) });
        await attack(`${path}?${form(fields).toString().slice(0, 8_000)}`, { headers: AS_ADMIN });
      }),
    ));

  test('any bytes under any type', () =>
    tried(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 2_000 }),
        fc.constantFrom(
          'application/json',
          'text/plain',
          'application/x-www-form-urlencoded',
          'multipart/form-data; boundary=x',
          'text/csv',
          'application/json; charset=utf-16',
          'x/y',
        ),
        (bytes, type) =>
          attack(path, { method: 'POST', headers: { ...AS_ADMIN, 'content-type': type }, body: Buffer.from(bytes) }),
      ),
    ));
});

describe.each(Object.keys(CREDENTIALS))('callbacks of %s', (provider) => {
  test('any JSON', () => tried(fc.asyncProperty(bodies(REPORT), (value) => attack(open[provider]!, json(value)))));

  test('any form and any query', () =>
    tried(
      fc.asyncProperty(withNames(REPORT), async (fields) => {
        const posted = form(fields);
        const signature = sign('token-1', stack.url + open[provider]!, posted);
        await attack(open[provider]!, { method: 'POST', headers: { 'x-twilio-signature': signature }, body: posted });
        await attack(`${open[provider]}?${form(fields).toString().slice(0, 8_000)}`, {});
      }),
    ));

  test('any bytes', () =>
    tried(
      fc.asyncProperty(fc.uint8Array({ maxLength: 2_000 }), (bytes) =>
        attack(open[provider]!, { method: 'POST', body: Buffer.from(bytes) }),
      ),
    ));
});

test('any file as an upload', () =>
  tried(
    fc.asyncProperty(
      fc.oneof(
        fc.uint8Array({ maxLength: 2_000 }),
        odd.map((text) => Buffer.from(`to,name\n${text}\n`)),
      ),
      (bytes) =>
        attack('/api/v1/uploads', {
          method: 'POST',
          headers: { ...AS_ADMIN, 'content-type': 'text/csv' },
          body: Buffer.from(bytes),
        }),
    ),
  ));
