/**
 * A worker loses Postgres while requests of two accounts are on the wire: what the vendors answered meanwhile counts, and
 * what never left leaves afterwards. One vendor knows our ids, the other only its own, which comes with its answer.
 */
import { readConfig } from '../../src/config';
import { startWorker, type RunningWorker } from '../../src/runtime/worker';
import { startDatabaseProxy, type DatabaseProxy } from '../support/proxy';
import { WORKFLOW_BUNDLE } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { LOST_TASK_MS, until } from '../support/until';

const MESSAGES = 60;
const IN_FLIGHT = 20;
const BACK_MS = LOST_TASK_MS;

let stack: TestStack;
let proxy: DatabaseProxy;
let worker: RunningWorker;
beforeAll(async () => {
  stack = await startStack({ worker: false });
  proxy = await startDatabaseProxy(stack.env.DATABASE_URL!);
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  worker = await startWorker(readConfig({ ...stack.env, DATABASE_URL: proxy.url }), log, WORKFLOW_BUNDLE);
});
afterAll(async () => {
  await worker.stop();
  await proxy.stop();
  await stack.stop();
});

/** An account over a vendor that is slow to answer and reports to its gateway's callback URL. */
async function tenantOver(name: string, provider: string, latencyMs: number, gateway: object = {}): Promise<Tenant> {
  const tenant = await makeTenant(stack, name);
  const gatewayId = await tenant.gateway(name, provider, { maxInFlight: IN_FLIGHT, ...gateway });
  const { callbackUrl: url } = (await tenant.call('GET', `/api/v1/gateways/${gatewayId}`)).json;
  await tenant.script(name, { latencyMs, receipts: { url, delayMs: 20 } });
  return tenant;
}

const attemptsOf = async (ids: readonly string[]): Promise<string[]> => {
  const { rows } = await stack.database.pool.query<{ attempt: string }>(
    `select no || ' ' || state as attempt from attempts where message_id = any($1) order by 1`,
    [ids],
  );
  return rows.map(({ attempt }) => attempt);
};

test('answers that come while Postgres is away are written when it is back', async () => {
  const tenants = {
    'away-own': await tenantOver('away-own', KNOWS_ITS_OWN, 800),
    // Its rate is kept in Postgres: what has not left when that is gone waits.
    'away-paced': await tenantOver('away-paced', KNOWS_ITS_OWN, 800, { ratePerSecond: 2 * IN_FLIGHT }),
    'away-ours': await tenantOver('away-ours', KNOWS_OUR_IDS, 800),
  };
  const sent = new Map<string, string[]>();
  for (const [name, tenant] of Object.entries(tenants)) sent.set(name, await tenant.send(MESSAGES));
  for (const [name, tenant] of Object.entries(tenants))
    await until(`${name} is on the wire`, async () => (await tenant.counts(name)).submissions! >= IN_FLIGHT);
  proxy.cut();
  const password = await tenants['away-ours'].send(1);
  await until('the worker tried again and again', () => proxy.refused >= 10, { deadlineMs: BACK_MS });
  proxy.restore();

  for (const [name, tenant] of Object.entries(tenants)) {
    const ids = sent.get(name)!;
    await tenant.reach(ids, 'delivered', BACK_MS);
    expect(new Set(await attemptsOf(ids))).toEqual(new Set(['1 delivered']));
  }
  await tenants['away-ours'].reach(password, 'delivered', BACK_MS);
  const once = { submissions: MESSAGES, accepted: MESSAGES };
  expect(await tenants['away-own'].counts('away-own')).toMatchObject(once);
  expect(await tenants['away-paced'].counts('away-paced')).toMatchObject(once);
  // Nobody had to ask under the same ids again: the answers were known.
  const ours = await tenants['away-ours'].counts('away-ours');
  expect(ours).toMatchObject({ submissions: MESSAGES + 1, accepted: MESSAGES + 1 });
}, 400_000);

test('messages whose claim was committed as the connection broke had not left, and leave under the same attempt', async () => {
  const own = await tenantOver('claim-own', KNOWS_ITS_OWN, 0);
  const ours = await tenantOver('claim-ours', KNOWS_OUR_IDS, 0);
  for (const [name, tenant] of [
    ['claim-own', own],
    ['claim-ours', ours],
  ] as const) {
    // prettier-ignore
    proxy.loseAnswerTo('claim-messages');
    const ids = await tenant.send(10);
    await until('a claim was cut off', () => proxy.lost);
    await tenant.reach(ids, 'delivered', BACK_MS);
    expect(await tenant.counts(name)).toMatchObject({ submissions: 10, accepted: 10 });
    expect(await attemptsOf(ids)).toEqual(Array(10).fill('1 delivered'));
  }
}, 400_000);
