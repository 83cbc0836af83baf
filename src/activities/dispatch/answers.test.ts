/** What is kept of what providers answer: of each wire request, for those of its messages that it did not take. */
import { startStore, storeGateway, SEALER, type TestStore } from '../../../test/support/rows';
import { uuidv7 } from '../../core/messages/ids';
import { createHttpClient, type HttpClient } from '../../outbound/client';
import { startVendor, type Vendor } from '../../providers/testing/vendor';
import { createAnswerLog, draftsOf, type Submission } from './answers';
import { submit } from './exchange';
import { GatewayHealthMonitor } from './gateway-health';
import { createGateways } from './gateways';

let store: TestStore;
let vendor: Vendor;
let http: HttpClient & { close(): Promise<void> };
const warned: string[] = [];
const log = { warn: (_: object, message: string) => void warned.push(message) };
beforeAll(async () => {
  store = await startStore();
  vendor = await startVendor();
  http = createHttpClient({ allow: [vendor.host], maxConnectionsPerOrigin: 4 });
});
afterAll(async () => {
  await http.close();
  await vendor.close();
  await store.stop();
});
beforeEach(async () => {
  vendor.seen.length = 0;
  await store.pool.query('truncate provider_answers');
});

const PASSWORD = 'pass+word/31';
const message = (n: number, over: { body?: string; options?: { sensitive?: true } | null } = {}) => ({
  id: uuidv7(), no: n, msisdn: `+9198000000${String(n).padStart(2, '0')}`, sender: 'BRANDA', body: `Dear customer ${n}, hello`,
  encoding: 'gsm7' as const, options: null, ...over,
}); // prettier-ignore

async function submission(
  gateway: Parameters<typeof storeGateway>[1],
  part: ReturnType<typeof message>[],
): Promise<Submission> {
  const row = await storeGateway(store, { baseUrl: vendor.origin, ...gateway });
  const health = new GatewayHealthMonitor({ pool: store.pool, log, onClosed: () => Promise.resolve() });
  const gateways = createGateways(store, SEALER, 'https://sms.example.com', health, 10);
  const loaded = (await gateways.load([row.id])).get(row.id)!;
  return submit({ http }, { ...loaded, provider: loaded.adapter }, part, new AbortController().signal);
}
const pingbix = { provider: 'pingbix', credentials: { userId: 'u', password: PASSWORD } };

test('a batch that failed as a whole is one row, for all of its messages', async () => {
  vendor.answers = [{ status: 401, body: '{"error":"wrong login"}', headers: { 'content-type': 'application/json' } }];
  const part = [message(1), message(2), message(3)];
  const drafts = draftsOf(await submission({}, part));
  expect(drafts).toEqual([
    {
      id: expect.any(String), of: part.map(({ id, no }) => ({ messageId: id, no })), size: 3, status: 401, failure: null,
      contentType: 'application/json', body: '{"error":"wrong login"}', cutFrom: null, tookMs: expect.any(Number),
    },
  ]); // prettier-ignore
});

test('of an adapter that makes several requests each is about its own messages, and what was taken has none', async () => {
  vendor.answers = [
    { status: 200, body: '{"status":"success","transactionId":"1"}' },
    { status: 200, body: `{"status":"error","statusCode":"402","reason":"no credit for u/${PASSWORD}"}` },
  ];
  const part = [message(1, { body: 'One text' }), message(2, { body: 'Another text' })];
  const drafts = draftsOf(await submission(pingbix, part));
  expect(drafts.map(({ of, body, size }) => [of, body, size])).toEqual([
    [[{ messageId: part[1]!.id, no: 2 }], '{"status":"error","statusCode":"402","reason":"no credit for u/***"}', 1],
  ]);
});

test('where no request was made there is nothing', async () => {
  const tooLong = message(1, { body: 'x'.repeat(2_000) });
  const login = { provider: 'twilio', credentials: { accountSid: 'AC1', authToken: 'token' }, sendingPattern: 'loop' as const }; // prettier-ignore
  const { answers, ...rest } = await submission(login, [tooLong]);
  expect(answers).toMatchObject([{ ok: false }]);
  expect(draftsOf({ answers, ...rest })).toEqual([]);
});

test('with a sensitive message in it nothing that was said is kept, for nobody of the request', async () => {
  vendor.answers = [{ status: 400, body: '{"description":"not: 482910"}' }];
  const drafts = draftsOf(await submission({}, [message(1), message(2, { body: 'Code 482910', options: { sensitive: true } })])); // prettier-ignore
  expect(drafts).toMatchObject([{ status: 400, body: null }]);
});

test.each([
  ['the login', PASSWORD],
  ['the login in a URL', encodeURIComponent(PASSWORD)],
  ['the login in base64', Buffer.from(PASSWORD).toString('base64')],
  ['an Authorization header', `Basic ${Buffer.from(`u:${PASSWORD}`).toString('base64')}`],
  ['the secret of the callbacks', 'callback-secret'],
])('no secret is kept: %s', async (_, secret) => {
  vendor.answers = [{ status: 403, body: `{"said":"${secret}"}` }, { status: 403, body: `said ${secret}` }];
  for (let i = 0; i < 2; i++) {
    const over = { ...pingbix, callbackAuth: { bearer: 'callback-secret' } };
    const [draft] = draftsOf(await submission(over, [message(1)]));
    expect(draft!.body).toContain('***');
    expect(draft!.body).not.toContain(secret);
  }
}); // prettier-ignore

describe('the log', () => {
  const kept = async (): Promise<number> =>
    (await store.pool.query<{ count: number }>('select count(*)::int as count from provider_answers')).rows[0]!.count;

  it('has so much room for each account, and another one has its own', async () => {
    vendor.answers = [{ status: 400, body: 'x'.repeat(2_048) }];
    const one = await submission({}, [message(1)]);
    const answers = createAnswerLog(store.pool, log);
    const many = Array.from({ length: 1_000 }, () => one);
    for (let i = 0; i < 9; i++) await answers.keep('default', many);
    const most = await kept();
    // A little of it comes back meanwhile.
    expect(most * 2_298).toBeLessThanOrEqual(16 * 1_048_576 + 100_000);
    expect(most).toBeGreaterThan(7_000);
    await answers.keep('other', [one]);
    expect(await kept()).toBe(most + 1);
  });

  it('never fails, and says that something is not kept', async () => {
    vendor.answers = [{ status: 400, body: 'no' }];
    const one = await submission({}, [message(1)]);
    await store.pool.query('alter table provider_answers rename to elsewhere');
    await createAnswerLog(store.pool, log).keep('default', [one]);
    await store.pool.query('alter table elsewhere rename to provider_answers');
    expect([warned, await kept()]).toEqual([['what providers answered is not kept'], 0]);
  });

  it('takes whatever a provider may say', async () => {
    vendor.answers = [{ status: 500, body: '{"a":"\\u0000\\ud800 \\n","b":{"__proto__":1}}' }];
    await createAnswerLog(store.pool, log).keep('default', [await submission({}, [message(1)])]);
    vendor.answers = [{ status: 500, body: 'nul \0 here' }];
    await createAnswerLog(store.pool, log).keep('default', [await submission({}, [message(1)])]);
    expect(await kept()).toBe(2);
  });
});
