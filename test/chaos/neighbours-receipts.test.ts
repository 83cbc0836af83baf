/**
 * Odd receipts of one account beside the honest ones of another. Whatever a provider posts, or somebody who has its
 * callback URL: that one receipt is contained, and no other is refused or lost for it, of no account.
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { randomBytes } from 'node:crypto';
import { attemptWireId } from '../../src/core/messages/ids';
import { proofFor } from '../support/callbacks';
import { KEPT_RECEIPTS } from '../support/rows';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';

let stack: TestStack;
/** A vendor of one message a request; the text tells it which id to answer with. */
let vendor: Server;
beforeAll(async () => {
  vendor = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { text } = JSON.parse(Buffer.concat(chunks).toString()) as { text: string };
      response.end(JSON.stringify({ id: text.includes('odd') ? LONG_ID : randomBytes(8).toString('hex') }));
    });
  });
  await new Promise<void>((resolve) => vendor.listen(0, '127.0.0.1', resolve));
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
});
afterAll(async () => {
  await stack.stop();
  vendor.close();
});

const LONG_ID = randomBytes(3_000).toString('hex');
/** The last millisecond that a Date holds: in the year 275760, which Postgres can write and no one means. */
const LAST_MS = 8.64e15;
const HONEST = 100;
/** A vendor that posts many reports at once, with times in milliseconds. */
const CLICKATELL = 'clickatell';
const CLICKATELL_KEY = { credentials: { apiKey: 'key' } };
const LOOPS = 4;

/** Posts a report as a provider does; resolves with the status of the answer. */
async function post(url: string, body: unknown): Promise<number> {
  const headers = { 'content-type': 'application/json', ...proofFor(url) };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify(body) });
  await response.arrayBuffer();
  return response.status;
}

/** A gateway whose provider reports nothing by itself; returns where it would report to. */
async function silentGateway(tenant: Tenant, name: string, provider: string, over?: object): Promise<string> {
  await tenant.script(name, { receipts: { missing: 1 } });
  const id = await tenant.gateway(name, provider, over);
  return urlOf(tenant, id);
}

async function urlOf(tenant: Tenant, gatewayId: string): Promise<string> {
  const { json } = await tenant.call('GET', `/api/v1/gateways/${gatewayId}`);
  const { pathname } = new URL(json.callbackUrl as string);
  return `http://127.0.0.1:${stack.api.port}${pathname}`;
}

interface Attempt {
  id: string;
  to: string;
  providerId: string;
}

async function attemptsOf(ids: readonly string[]): Promise<Attempt[]> {
  const { rows } = await stack.database.pool.query<Attempt>(
    `select m.id, m.msisdn as to, a.provider_id as "providerId" from messages m join attempts a on a.message_id = m.id
     where m.id = any($1) order by m.id`,
    [ids],
  );
  return rows;
}

const DELIVERED = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };

/** A report that says delivered, as each provider words it. */
const HONEST_REPORT: Record<string, (attempt: Attempt) => object> = {
  [KNOWS_OUR_IDS]: ({ id, to }) => ({ results: [{ messageId: attemptWireId(id, 1), to, status: DELIVERED }] }),
  [KNOWS_ITS_OWN]: ({ providerId, to }) => ({
    transactionId: providerId.slice(0, providerId.indexOf('-')),
    mobile: to,
    status: 'DELIVERED',
  }),
};

/** Odd reports, and who sends them. */
const ODD: [name: string, provider: string, report: () => object][] = [
  [
    'an id of 6,000 characters in the place of ours',
    KNOWS_OUR_IDS,
    () => ({ results: [{ messageId: randomBytes(3_000).toString('hex'), status: DELIVERED }] }),
  ],
  [
    'an id of 6,000 characters in the place of its own',
    KNOWS_ITS_OWN,
    () => ({ transactionId: randomBytes(3_000).toString('hex'), mobile: '919800000001', status: 'DELIVERED' }),
  ],
  [
    'an instant in the year 275760',
    CLICKATELL,
    () => ({
      event: {
        messageStatusUpdate: [{ messageId: randomBytes(8).toString('hex'), statusCode: 5, timestamp: -LAST_MS }],
      },
    }),
  ],
];

describe.each([KNOWS_OUR_IDS, KNOWS_ITS_OWN])('while the reports of B come over %s', (provider) => {
  test.each(ODD)('%s, again and again, from A: none of B’s is refused', async (name, oddProvider, odd) => {
    const key = `${provider}-${ODD.findIndex(([other]) => other === name)}`;
    const [a, b] = [await makeTenant(stack, `odd ${key}`), await makeTenant(stack, `honest ${key}`)];
    const from = await silentGateway(a, `a-${key}`, oddProvider, oddProvider === CLICKATELL ? CLICKATELL_KEY : {});
    const to = await silentGateway(b, `b-${key}`, provider);
    const ids = await b.send(HONEST);
    await b.reach(ids, 'submitted');

    let honestLeft = true;
    const oddAnswers: number[] = [];
    const loops = Array.from({ length: LOOPS }, async () => {
      while (honestLeft) oddAnswers.push(await post(from, odd()));
    });
    const answers: number[] = [];
    for (const attempt of await attemptsOf(ids)) answers.push(await post(to, HONEST_REPORT[provider]!(attempt)));
    honestLeft = false;
    await Promise.all(loops);

    expect(answers.filter((status) => status !== 200)).toEqual([]);
    expect(oddAnswers.filter((status) => status >= 500)).toEqual([]);
    expect(oddAnswers.length).toBeGreaterThan(0);
    await b.reach(ids, 'delivered');
  });
});

test('odd reports inside a block of good ones: the good ones count, and what is kept of the odd ones is small', async () => {
  const a = await makeTenant(stack, 'block');
  const to = await silentGateway(a, 'block', CLICKATELL, CLICKATELL_KEY);
  const ids = await a.send(5);
  await a.reach(ids, 'submitted');
  const update = (id: string, over: object = {}) => ({
    clientMessageId: attemptWireId(id, 1),
    messageId: id,
    statusCode: 5,
    timestamp: Date.now(),
    ...over,
  });
  const status = await post(to, {
    event: {
      messageStatusUpdate: [
        update(ids[0]!),
        update(ids[1]!, { timestamp: -LAST_MS }),
        update(ids[2]!, { messageId: LONG_ID }),
        update(ids[3]!, { padding: 'x'.repeat(3_000_000) }),
        { messageId: LONG_ID, statusCode: 5, timestamp: LAST_MS },
        update(ids[4]!),
      ],
    },
  });
  expect(status).toBe(200);
  await a.reach(ids, 'delivered');
  const { rows } = await stack.database.pool.query<{ raw: number; id: number; from: Date; until: Date }>(
    `select max(octet_length(raw)) as raw, max(length(provider_id)) as id, min(occurred_at) as from,
            max(occurred_at) as until from ${KEPT_RECEIPTS} kept`,
  );
  expect(rows[0]!.raw).toBeLessThanOrEqual(16_384);
  expect(rows[0]!.id).toBeLessThanOrEqual(255);
  expect(rows[0]!.from.getUTCFullYear()).toBeGreaterThanOrEqual(2000);
  expect(rows[0]!.until.getUTCFullYear()).toBeLessThan(2100);
});

test('a report of 3.5 MB is stored as 16 KB', async () => {
  const a = await makeTenant(stack, 'large');
  const to = await silentGateway(a, 'large', KNOWS_OUR_IDS);
  const padding = 'ü'.repeat(1_700_000);
  expect(await post(to, { results: [{ messageId: 'large', status: DELIVERED, padding }] })).toBe(200);
  const { rows } = await stack.database.pool.query<{ bytes: number }>(
    `select octet_length(raw) as bytes from parked_receipts where provider_id = 'large'`,
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]!.bytes).toBeLessThanOrEqual(16_384);
});

test('an answer to a submission with an id of 6,000 characters: its block is submitted, and its report is found', async () => {
  const a = await makeTenant(stack, 'answers');
  const id = await a.gateway('answers', 'http', {
    baseUrl: `http://127.0.0.1:${(vendor.address() as AddressInfo).port}`,
    credentials: {
      path: '/send',
      format: 'json',
      fields: { to: '{to}', text: '{text}' },
      answer: { providerId: 'id' },
      receipts: { in: 'json', providerId: 'id', status: 'status', statuses: { delivrd: 'delivered' } },
    },
  });
  const to = await urlOf(a, id);
  const list = Array.from({ length: 20 }, (_, i) => ({
    to: `9198000000${String(i).padStart(2, '0')}`,
    text: i === 7 ? 'an odd one' : 'a plain one',
  }));
  const { ids } = (await a.call('POST', '/clevertap/v1/messages', { list })).json as { ids: string[] };
  await a.reach(ids, 'submitted');
  expect(await post(to, { id: LONG_ID.toUpperCase(), status: 'DELIVRD' })).toBe(200);
  await a.reach([ids[7]!], 'delivered');
});

test('a flood of large posts through one callback URL is slowed down; the reports of others are not', async () => {
  const [a, b] = [await makeTenant(stack, 'flood'), await makeTenant(stack, 'beside the flood')];
  const from = await silentGateway(a, 'flood', KNOWS_OUR_IDS);
  const to = await silentGateway(b, 'beside-the-flood', KNOWS_ITS_OWN);
  const ids = await b.send(20);
  await b.reach(ids, 'submitted');
  // Made once: a flood that is busy with itself is none.
  const rest = JSON.stringify({ status: DELIVERED, padding: 'x'.repeat(3_500_000) }).slice(1);
  const junk = () => `{"results":[{"messageId":"${randomBytes(8).toString('hex')}",${rest}]}`;
  let last: Response | undefined;
  const isSlowedDown = () => last?.status === 429;
  let honestLeft = true;
  const loops = Array.from({ length: LOOPS }, async () => {
    while (honestLeft || !isSlowedDown()) {
      const headers = { 'content-type': 'application/json', ...proofFor(from) };
      const response = await fetch(from, { method: 'POST', headers, body: junk() });
      await response.arrayBuffer();
      last = response;
    }
  });
  await until('the flood is slowed down', isSlowedDown);
  expect(Number(last!.headers.get('retry-after'))).toBeGreaterThan(0);
  const answers: number[] = [];
  for (const attempt of await attemptsOf(ids)) answers.push(await post(to, HONEST_REPORT[KNOWS_ITS_OWN]!(attempt)));
  honestLeft = false;
  await Promise.all(loops);
  expect(answers.filter((status) => status !== 200)).toEqual([]);
  await b.reach(ids, 'delivered');
});
