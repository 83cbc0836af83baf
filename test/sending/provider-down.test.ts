/** A provider that stops answering: its breaker opens, messages take the next gateway or wait, and it comes back. */
import { drawFreePort } from '../../src/main/embedded/ports';
import { startStack, type TestStack } from '../support/stack';
import { until } from '../support/until';

let stack: TestStack;
let deadPort: number;
let number = 919_800_000_000;
beforeAll(async () => {
  deadPort = await drawFreePort();
  // Nothing listens there; the simulator has to be named too once the list is ours.
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: `127.0.0.1` } });
});
afterAll(() => stack.stop());
beforeEach(() => stack.control('POST', '/control/reset'));

async function makeGateway(name: string, priority: number, over: object = {}): Promise<string> {
  const { status, json } = await stack.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name,
    priority,
    credentials: { apiKey: `${name}-key` },
    baseUrl: `${stack.simulator.url}/infobip/${name}`,
    sendingPattern: 'loop',
    maxInFlight: 10,
    ...over,
  });
  expect(status).toBe(201);
  return json.id as string;
}

const script = async (account: string, body: object) =>
  expect((await stack.control('PUT', `/control/script?account=${account}`, body)).status).toBeLessThan(300);

async function send(count: number): Promise<string[]> {
  const list = Array.from({ length: count }, () => ({ to: String(++number), text: 'Hello', from: 'BRANDA' }));
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { list });
  expect({ status, accepted: json.accepted }).toEqual({ status: 200, accepted: count });
  return json.ids as string[];
}

const healthOf = async (id: string) => (await stack.call('GET', `/api/v1/gateways/${id}`)).json.health;
const counts = async (account: string) => (await stack.control('GET', `/control/counts?account=${account}`)).json;
const messagesOf = async (ids: string[]) =>
  (
    await stack.database.pool.query<{ state: string; gateway_id: string; reason: string | null }>(
      'select state::text, gateway_id, reason from messages where id = any($1)',
      [ids],
    )
  ).rows;
/** The next probe is due at once; should it fail, the one after it is more than a minute away, and so not before a test has looked. */
const noWait = (gatewayId: string) =>
  stack.database.pool.query(
    `update gateway_health set open_until = now(), openings = greatest(openings, 5) where gateway_id = $1`,
    [gatewayId],
  );

async function deactivate(...ids: string[]): Promise<void> {
  for (const id of ids) await stack.call('PATCH', `/api/v1/gateways/${id}`, { status: 'inactive' });
}

test('a provider that answers 503: the second gateway takes over at once; a probe finds the first one back', async () => {
  const [first, second] = [await makeGateway('first', 1), await makeGateway('second', 2)];
  await script('first', { faults: [{ kind: 'serverError', forMs: 600_000 }] });
  const ids = await send(200);
  expect(await stack.settled()).toMatchObject({ accepted: 200, delivered: 200 });
  expect(new Set((await messagesOf(ids)).map((message) => message.gateway_id))).toEqual(new Set([second]));

  const down = await healthOf(first);
  expect(down).toMatchObject({ state: 'down', breaker: 'open', acceptRate: 0, reason: expect.stringMatching(/503/) });
  const well = await until('the reports are counted', async () => {
    const health = await healthOf(second);
    return health.deliveryRate === null ? null : health;
  });
  expect(well).toMatchObject({ state: 'up', breaker: 'closed', acceptRate: 1, deliveryRate: 1 });
  expect(well.p95Ms).toBeGreaterThan(0);
  expect(stack.logged.filter((line) => /gateway down/.test(line) && line.includes(first))).toHaveLength(1);
  // One block was on its way when it opened: the others were never tried.
  const { attempts } = (
    await stack.database.pool.query<{ attempts: number }>(
      `select count(*)::int as attempts from attempts where gateway_id = $1 and code <> 'gateway-down'`,
      [first],
    )
  ).rows[0]!;
  expect(attempts).toBeLessThan(100);

  // Still down: the probe fails, and the message that was it goes on.
  const { turnedAway } = await counts('first');
  await noWait(first);
  const failing = await send(20);
  await stack.settled();
  expect(
    (await messagesOf(failing)).every(({ state, gateway_id }) => state === 'delivered' && gateway_id === second),
  ).toBe(true);
  expect((await counts('first')).turnedAway).toBe(turnedAway + 1);
  expect(await healthOf(first)).toMatchObject({ state: 'down', breaker: 'open' });

  await script('first', {});
  await noWait(first);
  const back = await send(20);
  await stack.settled();
  expect(new Set((await messagesOf(back)).map((message) => message.gateway_id))).toEqual(new Set([first]));
  expect(await healthOf(first)).toMatchObject({ breaker: 'closed' });
  expect(stack.logged.filter((line) => /gateway up/.test(line) && line.includes(first))).toHaveLength(1);
  expect((await counts('first')).accepted).toBe(20);
  await deactivate(first, second);
});

test('one that refuses connections, and no other: messages wait, visibly, and leave when it is back', async () => {
  const only = await makeGateway('only', 1, { baseUrl: `http://127.0.0.1:${deadPort}/infobip` });
  const ids = await send(30);
  const waiting = await until('the messages wait', async () => {
    const messages = await messagesOf(ids);
    return messages.every(({ state, reason }) => state === 'queued' && /down|does not answer/.test(reason ?? ''))
      ? messages
      : null;
  });
  expect(waiting.map(({ gateway_id }) => gateway_id)).toEqual(ids.map(() => only));
  expect(await healthOf(only)).toMatchObject({ state: 'down', breaker: 'open' });

  const { status } = await stack.call('PATCH', `/api/v1/gateways/${only}`, {
    baseUrl: `${stack.simulator.url}/infobip/only`,
    credentials: { apiKey: 'only-key' },
  });
  expect(status).toBe(200);
  // No new message is needed: those that wait are looked at when the probe is due.
  await until('all are delivered', async () => (await messagesOf(ids)).every(({ state }) => state === 'delivered'));
  expect(await healthOf(only)).toMatchObject({ breaker: 'closed' });
  expect(await counts('only')).toMatchObject({ accepted: 30, duplicateIds: 0 });
  await deactivate(only);
});

test('throttling is not an outage', async () => {
  const busy = await makeGateway('busy', 1);
  await script('busy', { faults: [{ kind: 'throttle', next: 30, retryAfterSeconds: 1 }] });
  const ids = await send(40);
  await until('all are delivered', async () => (await messagesOf(ids)).every(({ state }) => state === 'delivered'));
  expect(await healthOf(busy)).toMatchObject({ state: 'up', breaker: 'closed' });
  expect(stack.logged.filter((line) => line.includes(busy))).toEqual([]);
});
