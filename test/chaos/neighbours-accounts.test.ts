/**
 * Sixty accounts with a password each at the same moment, beside one whose requests have used up the starts that there
 * are: nobody's start waits behind another's, and a group of strangers is one workflow, in which none waits for another.
 */
import { holdRequestsTo, type HeldVendor } from '../support/held-vendor';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const ACCOUNTS = 60;

let stack: TestStack;
let silentVendor: HeldVendor;
beforeAll(async () => {
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
  silentVendor = await holdRequestsTo(stack.simulator);
});
afterAll(async () => {
  await stack.stop();
  await silentVendor.stop();
});

/** Workflows of the slices of these messages. */
async function workflowsOf(ids: readonly string[]): Promise<number> {
  const { rows } = await stack.database.pool.query<{ n: number }>(
    `select count(distinct coalesce(s.group_id, s.id))::int as n
     from messages m join slices s on s.id = m.slice_id where m.id = any($1)`,
    [ids],
  );
  return rows[0]!.n;
}

test('all of them are delivered, once, by a few workflows, though one of their providers never answers', async () => {
  const tenants: Tenant[] = [];
  for (let i = 0; i < ACCOUNTS; i++) {
    const tenant = await makeTenant(stack, `crowd-${i}`);
    const provider = i % 2 === 0 ? KNOWS_OUR_IDS : KNOWS_ITS_OWN;
    const over = i === 0 ? { baseUrl: `${silentVendor.url}/${provider}/crowd-0` } : {};
    await tenant.gateway(`crowd-${i}`, provider, over);
    tenants.push(tenant);
  }
  const [silent, anyOther] = tenants as [Tenant, Tenant];

  // Twenty starts are to be had at once, then ten a second.
  const beganAt = Date.now();
  const answers = await Promise.all(tenants.map((tenant) => tenant.send(1)));
  const tookSeconds = (Date.now() - beganAt) / 1_000;
  const [stuck, ...passwords] = answers.map(([id]) => id!) as [string, ...string[]];
  await anyOther.reach(passwords, 'delivered');
  await until('the silent one was asked', () => silentVendor.came > 0);
  expect(await silent.states([stuck])).toEqual(['submitting']);
  // On a machine that takes seconds to accept them, those that begin by themselves are more.
  expect(await workflowsOf([stuck, ...passwords])).toBeLessThan(Math.max(40, 30 + 10 * tookSeconds));
  for (const i of [1, 30, 59]) expect((await tenants[i]!.counts(`crowd-${i}`)).submissions).toBe(1);
  silentVendor.release();
  await silent.reach([stuck], 'delivered');
  await until('no workflow is owed', async () => {
    const { rows } = await stack.database.pool.query('select 1 from slices where started_at is null');
    return rows.length === 0;
  });
}, 300_000);
