/** What waits for a gateway that takes nothing leaves as soon as another one takes messages. */
import { joinStack, type SharedStack } from '../support/shared';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant } from '../support/tenants';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

test.each([
  ['inactive', `status = 'inactive'`],
  ['paused', `paused_reason = 'its credit is spent'`],
])('held for one that is %s; another becomes active', async (name, stopped) => {
  const [held, other] = [await makeTenant(stack, `held-${name}`), await makeTenant(stack, `beside-${name}`)];
  const first = await held.gateway(`first-${name}`, KNOWS_OUR_IDS, { priority: 1 });
  const spare = await held.gateway(`spare-${name}`, KNOWS_ITS_OWN, { priority: 2 });
  const foreign = await other.gateway(`foreign-${name}`, KNOWS_OUR_IDS);
  const { pool } = stack.database;
  await pool.query(`update gateways set ${stopped} where id = any($1)`, [[first, foreign]]);
  await pool.query(`update gateways set status = 'inactive' where id = $1`, [spare]);
  const [ids, others] = [await held.send(3), await other.send(3)];
  await held.reach(ids, 'queued');
  await other.reach(others, 'queued');
  const notBefore = async (of: readonly string[]) =>
    (await pool.query('select 1 from messages where id = any($1) and not_before > now()', [of])).rows.length;
  await until('they are held for a while', async () => (await notBefore(ids)) === 3 && (await notBefore(others)) === 3);
  // For an hour: not when it is over do they leave, but when another gateway takes them.
  await pool.query(`update messages set not_before = now() + interval '1 hour' where id = any($1)`, [ids]);
  expect((await held.call('PATCH', `/api/v1/gateways/${spare}`, { status: 'active' })).status).toBe(200);
  await held.reach(ids, 'delivered');
  expect(await other.states(others)).toEqual(['queued', 'queued', 'queued']);
});
