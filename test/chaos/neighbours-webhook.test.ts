/**
 * An account whose CleverTap refuses, hangs or fails, beside an account whose CleverTap does not: the second one's
 * outcomes are told meanwhile, and of the first one's nothing is lost but what CleverTap itself can't take.
 */
import { BAD_REQUEST, PROCESSED, startCleverTap, type CleverTapEndpoint } from '../support/clevertap';
import { bundleAnew, SHOWN_STATE } from '../support/outbox';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

interface Told extends Tenant {
  cleverTap: CleverTapEndpoint;
  webhookId: string;
}

let stack: TestStack;
let faulty: Told;
let watched: Told;
let serial = 0;
const endpoints: CleverTapEndpoint[] = [];

beforeAll(async () => {
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
  watched = await makeTold();
});
afterAll(async () => {
  await stack.stop();
  await Promise.all(endpoints.map((endpoint) => endpoint.stop()));
});
beforeEach(async () => {
  faulty = await makeTold();
});
afterEach(() => {
  faulty.cleverTap.answer = () => PROCESSED;
});

/** An account with a gateway, and a CleverTap that is told all its outcomes. */
async function makeTold(): Promise<Told> {
  const name = `told${++serial}`;
  const tenant = await makeTenant(stack, name);
  const cleverTap = await startCleverTap();
  endpoints.push(cleverTap);
  await tenant.gateway(name, KNOWS_OUR_IDS, { sendingPattern: 'batch' });
  const { json } = await tenant.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url: cleverTap.url });
  return { ...tenant, cleverTap, webhookId: json.id as string };
}

/** Sends messages with metas of their own; returns these. */
async function send(tenant: Told, count: number): Promise<string[]> {
  const list = Array.from({ length: count }, () => {
    serial += 1;
    const to = `9198001${String(serial).padStart(5, '0')}`;
    return { to, text: 'Hello', service: 'T', mid: `meta-${serial}`, webhook_id: tenant.webhookId };
  });
  const { json } = await tenant.call('POST', '/clevertap/v1/messages', { list });
  expect(json.accepted).toBe(count);
  return list.map(({ mid }) => mid);
}

interface Callback {
  meta: string;
  state: string;
  tries: number;
  lastStatus: number | null;
  lastError: string | null;
}

async function callbacksOf({ webhookId }: Told): Promise<Callback[]> {
  const { rows } = await stack.database.pool.query<Callback>(
    `select m.meta, ${SHOWN_STATE} as state, c.tries, c.last_status as "lastStatus", c.last_error as "lastError"
     from callbacks c join messages m on m.id = c.message_id where c.webhook_id = $1 order by c.id`,
    [webhookId],
  );
  return rows;
}

const webhookOf = async ({ call, webhookId }: Told) => (await call('GET', `/api/v1/webhooks/${webhookId}`)).json;
const activate = ({ call, webhookId }: Told) => call('PATCH', `/api/v1/webhooks/${webhookId}`, { state: 'active' });

const pausedWebhook = () =>
  until('the webhook is paused', async () => {
    const webhook = await webhookOf(faulty);
    return webhook.state === 'paused' ? webhook : null;
  });

/** So many outcomes that wait in the outbox, none of them tried; the relay takes them once the webhook is activated. */
async function waiting(tenant: Told, count: number): Promise<string[]> {
  await tenant.call('PATCH', `/api/v1/webhooks/${tenant.webhookId}`, { state: 'disabled' });
  const metas = await send(tenant, count);
  await until(`${count} outcomes wait`, async () => (await callbacksOf(tenant)).length === count);
  return metas;
}

/** The watched account sends, and its CleverTap is told. */
async function neighbourIsTold(): Promise<void> {
  const metas = await send(watched, 5);
  const all = (): boolean => metas.every((meta) => watched.cleverTap.received.get(`delivered ${meta}`) === 1);
  await until('the neighbour’s outcomes are told', all);
}

const timesTold = ({ cleverTap }: Told, metas: string[]): number[] =>
  metas.map((meta) => cleverTap.received.get(`delivered ${meta}`) ?? 0);

const toldOnce = (tenant: Told, metas: string[]): Promise<boolean> =>
  until(`${metas.length} outcomes are told`, () => timesTold(tenant, metas).every((times) => times > 0)).then(() => {
    expect(timesTold(tenant, metas)).toEqual(metas.map(() => 1));
    return true;
  });

/** Lets the pauses of all tried outcomes pass, and tells the relay. */
async function pausesPass(tenant: Told): Promise<void> {
  await stack.database.pool.query(
    `update callbacks set next_try_at = now() where webhook_id = $1 and state = 'pending'`,
    [tenant.webhookId],
  );
  await bundleAnew(stack.database.pool);
  await activate(tenant);
}

test('400 for one record: it alone is given up, with CleverTap’s reason; the 99 others are told', async () => {
  const metas = await waiting(faulty, 100);
  const culprit = metas[37]!;
  faulty.cleverTap.answer = (records) => (records.some(({ meta }) => meta === culprit) ? BAD_REQUEST : PROCESSED);
  await activate(faulty);
  await neighbourIsTold();
  const nothingWaits = async () =>
    (await callbacksOf(faulty)).every(({ state }) => state !== 'pending' && state !== 'sending');
  await until('nothing waits', nothingWaits);
  const lost = (await callbacksOf(faulty)).filter(({ state }) => state !== 'delivered');
  expect(lost).toEqual([
    expect.objectContaining({ meta: culprit, state: 'dead', lastStatus: 400, lastError: expect.stringContaining('mandatory') }),
  ]); // prettier-ignore
  await toldOnce(faulty, metas.filter((meta) => meta !== culprit)); // prettier-ignore
  // 1 + two halves at each of the seven depths at most.
  expect(faulty.cleverTap.posts.length).toBeLessThanOrEqual(15);
});

test('400 for everything: after some records the webhook rests, and nothing more is given up', async () => {
  const metas = await waiting(faulty, 300);
  faulty.cleverTap.answer = () => BAD_REQUEST;
  await activate(faulty);
  await pausedWebhook();
  await neighbourIsTold();
  expect((await callbacksOf(faulty)).filter(({ state }) => state === 'dead')).toEqual([]);
  faulty.cleverTap.answer = () => PROCESSED;
  await until('it resumes by itself', async () => (await webhookOf(faulty)).state === 'active');
  await pausesPass(faulty);
  await toldOnce(faulty, metas);
});

test('403: all wait, one post at a time probes, and it resumes by itself', async () => {
  const metas = await waiting(faulty, 450);
  faulty.cleverTap.answer = () => ({ status: 403 });
  await activate(faulty);
  const paused = await pausedWebhook();
  expect(paused).toMatchObject({ pausedReason: expect.stringContaining('403'), pausedAt: expect.any(String) });
  expect(paused.nextProbeAt).toEqual(expect.any(String));
  const logged = (): string[] => stack.logged.filter((line) => line.includes(faulty.webhookId));
  await until('it was logged', () => logged().length > 0);
  expect(logged()).toHaveLength(1);

  // Those that were claimed before the pause are posted all the same.
  await until('those under way are answered', async () => {
    const isSending = (await callbacksOf(faulty)).some(({ state }) => state === 'sending');
    return !isSending && faulty.cleverTap.open === 0;
  }); // prettier-ignore
  const before = faulty.cleverTap.posts.length;
  faulty.cleverTap.mostOpen = 0;
  metas.push(...(await send(faulty, 3)));
  await neighbourIsTold();
  await until('it was probed', () => faulty.cleverTap.posts.length > before);
  expect(faulty.cleverTap.mostOpen).toBe(1);
  // Once or, where all this took its time, again: each time by one record.
  expect(new Set(faulty.cleverTap.posts.slice(before).map(({ length }) => length))).toEqual(new Set([1]));
  await until('all wait, none of them tried', async () => {
    const callbacks = await callbacksOf(faulty);
    return (
      callbacks.length === metas.length && callbacks.every(({ state, tries }) => state === 'pending' && tries === 0)
    );
  });

  faulty.cleverTap.answer = () => PROCESSED;
  await toldOnce(faulty, metas);
  const active = await webhookOf(faulty);
  expect(active).toMatchObject({ state: 'active' });
  expect(active).not.toHaveProperty('pausedReason');
});

test.each([401, 404, 410, 302])('%i: all wait until it takes posts again', async (status) => {
  const metas = await waiting(faulty, 450);
  faulty.cleverTap.answer = () => ({ status });
  await activate(faulty);
  expect(await pausedWebhook()).toMatchObject({ pausedReason: expect.stringContaining(String(status)) });
  faulty.cleverTap.answer = () => PROCESSED;
  await neighbourIsTold();
  await toldOnce(faulty, metas);
});

test('a person who mends it does not wait for the next probe', async () => {
  const metas = await waiting(faulty, 10);
  faulty.cleverTap.answer = () => ({ status: 403 });
  await activate(faulty);
  await pausedWebhook();
  await stack.database.pool.query(`update webhooks set probe_at = now() + interval '1 hour' where id = $1`, [
    faulty.webhookId,
  ]);
  faulty.cleverTap.answer = () => PROCESSED;
  expect((await activate(faulty)).json).toMatchObject({ state: 'active' });
  await toldOnce(faulty, metas);
});

test('slow answers: several posts are under way, the neighbour is told meanwhile', async () => {
  const metas = await waiting(faulty, 1_000);
  const held: (() => void)[] = [];
  faulty.cleverTap.answer = () => new Promise((resolve) => held.push(() => resolve(PROCESSED)));
  await activate(faulty);
  await until('four posts are under way', () => faulty.cleverTap.open === 4);
  await neighbourIsTold();
  expect(faulty.cleverTap.mostOpen).toBe(4);
  faulty.cleverTap.answer = () => PROCESSED;
  for (const release of held) release();
  await toldOnce(faulty, metas);
});

test('500 for everything: few posts are spent, nothing is lost, and what was not tried goes out with the first success', async () => {
  const metas = await waiting(faulty, 1_000);
  faulty.cleverTap.answer = () => ({ status: 500 });
  await activate(faulty);
  await pausedWebhook();
  await neighbourIsTold();
  const tried = (await callbacksOf(faulty)).filter(({ tries }) => tries > 0);
  expect(tried.length).toBeLessThanOrEqual(420);
  // One may be on its way to find out whether the endpoint is back.
  await until('all wait', async () => (await callbacksOf(faulty)).every(({ state }) => state === 'pending'));

  faulty.cleverTap.answer = () => PROCESSED;
  const triedMetas = new Set(tried.map(({ meta }) => meta));
  await toldOnce(faulty, metas.filter((meta) => !triedMetas.has(meta)).slice(20)); // prettier-ignore
  await pausesPass(faulty);
  await toldOnce(faulty, metas);
});

test('500 for one record: its companions are told in smaller company', async () => {
  const metas = await waiting(faulty, 100);
  const culprit = metas[50]!;
  faulty.cleverTap.answer = (records) => (records.some(({ meta }) => meta === culprit) ? { status: 500 } : PROCESSED);
  const left = metas.filter((meta) => meta !== culprit);
  for (let pause = 0; pause < 3 && timesTold(faulty, left).includes(0); pause++) {
    const posts = faulty.cleverTap.posts.length;
    await pausesPass(faulty);
    await until('all have their answer', async () => {
      const open = (await callbacksOf(faulty)).filter(({ state, tries }) => state === 'sending' || tries <= pause);
      return faulty.cleverTap.posts.length > posts && open.every(({ state }) => state === 'delivered');
    }); // prettier-ignore
    await neighbourIsTold();
  }
  await toldOnce(faulty, left);
  expect((await callbacksOf(faulty)).filter(({ state }) => state !== 'delivered')).toEqual([
    expect.objectContaining({ meta: culprit, state: 'pending', lastStatus: 500 }),
  ]);
});
