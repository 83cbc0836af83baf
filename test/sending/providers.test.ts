/** Every provider, through its own wire protocol: 1,000 messages with mixed outcomes end in the right counts and codes. */
import { portalOf, type MadeGateway } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

interface Case {
  provider: string;
  credentials: object;
  sendingPattern: 'batch' | 'loop';
  /** What CleverTap is told of a bad number. */
  badNumber: string;
  /** It has no place for DLT ids: the account sends without them. */
  noDlt?: true;
}

const CASES: Case[] = [
  { provider: 'infobip', credentials: { apiKey: 'key' }, sendingPattern: 'batch', badNumber: '910' },
  {
    provider: 'twilio',
    credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' },
    sendingPattern: 'loop',
    badNumber: '910',
    noDlt: true,
  },
  { provider: 'clickatell', credentials: { apiKey: 'key' }, sendingPattern: 'batch', badNumber: '910', noDlt: true },
  {
    provider: 'clickatell-legacy',
    credentials: { username: 'user', password: 'secret', apiId: '1' },
    sendingPattern: 'loop',
    badNumber: '910',
    noDlt: true,
  },
  {
    provider: 'times-mobile',
    credentials: { username: 'user', password: 'secret' },
    sendingPattern: 'loop',
    badNumber: '910',
  },
  { provider: 'mobtexting', credentials: { token: 'token' }, sendingPattern: 'batch', badNumber: '910' },
  {
    provider: 'pingbix',
    // The simulator's own codes: Pingbix publishes none.
    credentials: {
      userId: 'user',
      password: 'secret',
      refusals: [
        { value: '402', class: 'account', clevertap: '904' },
        { value: '403', class: 'sender', clevertap: '906' },
        { value: '404', class: 'recipient', clevertap: '910' },
        { value: '406', class: 'content', clevertap: '908' },
      ],
    },
    sendingPattern: 'loop',
    badNumber: '910',
  },
];

const COUNT = 1_000;
let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

test.each(CASES)('$provider', async ({ provider, credentials, sendingPattern, badNumber, noDlt }) => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: provider });
  const as = { 'x-account-id': account.id as string };
  const vendor = stack.vendor(provider);
  if (noDlt) {
    await stack.database.pool.query(`update accounts set unsupported_options = 'drop' where id = $1`, [account.id]);
  }
  const { status, json: gateway } = await stack.call(
    'POST',
    '/api/v1/gateways',
    {
      provider,
      name: provider,
      credentials,
      sendingPattern,
      baseUrl: `${stack.simulator.url}/${provider}/${vendor}`,
      defaultSender: 'BRANDA',
      fallbackSender: 'BRANDB',
    },
    as,
  );
  expect({ status, error: gateway.detail }).toEqual({ status: 201, error: undefined });
  await stack.call(
    'POST',
    '/api/v1/webhooks',
    { kind: 'clevertap', url: `${stack.simulator.url}/clevertap/callback?account=${vendor}`, isDefault: true },
    as,
  );
  const script = {
    senderRefusedShare: 0.05,
    senderRefusedFor: ['BRANDA'],
    badNumberShare: 0.05,
    receipts: { ...portalOf(gateway as MadeGateway), delayMs: { min: 1, max: 300 }, twice: 0.05, early: 0.05 },
  };
  const put = await stack.control('PUT', `/control/script?account=${vendor}`, script);
  expect({ status: put.status, json: put.status === 200 ? undefined : put.json }).toEqual({ status: 200 });

  const list = Array.from({ length: COUNT }, (_, i) => ({
    to: `+91987650${String(i).padStart(4, '0')}`,
    text: `Offer ${i} – ₹100`,
    mid: `${provider}.${i}.-1.`,
  }));
  const dlt = { entityid: '1701158123540939524', templateid: '1107160016156755389' };
  const sent = await stack.call('POST', '/clevertap/v1/messages', { ...dlt, list }, as);
  expect(sent.json).toMatchObject({ accepted: COUNT, rejected: [] });
  const ledger = await until(`${provider}: nothing is open`, async () => {
    const { json } = await stack.call('GET', '/api/v1/stats', undefined, as);
    return json.ledger.open === 0 ? (json.ledger as Record<string, number>) : null;
  });
  const told = await until(`${provider}: CleverTap was told everything`, async () => {
    const { json } = await stack.control('GET', `/control/clevertap?account=${vendor}`);
    return json.records >= COUNT ? json : null;
  });
  expect(told).toMatchObject({ records: COUNT, metas: COUNT, duplicates: 0, conflicts: 0 });
  expect(told.byEvent).toMatchObject({ delivered: ledger.delivered, failed: ledger.failed });
  expect({ provider, codes: Object.keys(told.byCode) }).toEqual({ provider, codes: [badNumber] });
  expect(ledger.failed).toBeGreaterThan(COUNT * 0.02);
  expect(ledger.delivered! + ledger.failed!).toBe(COUNT);
  const { rows } = await stack.database.pool.query<{ n: number }>(
    `select count(*)::int as n from attempts where account_id = $1 and sender = 'BRANDB'`,
    [account.id],
  );
  expect(rows[0]!.n).toBeGreaterThan(COUNT * 0.02);
});
