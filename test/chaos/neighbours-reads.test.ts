/** Slow questions of one account beside the sends and the receipts of another: they don't wait for its connections. */
import { attemptWireId } from '../../src/core/messages/ids';
import { proofFor } from '../support/callbacks';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_OUR_IDS, makeTenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

/** More than an api has connections. */
const QUESTIONS = 30;

test('while thirty questions of A hang, B’s sends are taken and its receipts are applied', async () => {
  const [a, b] = [await makeTenant(stack, 'curious'), await makeTenant(stack, 'beside')];
  await b.script('beside', { receipts: { missing: 1 } });
  const gatewayId = await b.gateway('beside', KNOWS_OUR_IDS);
  const { json: gateway } = await b.call('GET', `/api/v1/gateways/${gatewayId}`);
  const to = stack.url + new URL(gateway.callbackUrl as string).pathname;
  const ids = await b.send(1);
  await b.reach(ids, 'submitted');

  const { json } = await a.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
  const headers = { authorization: `Bearer ${json.key}` };
  const locked = await stack.database.pool.connect();
  await locked.query('begin');
  await locked.query('lock table uploads in access exclusive mode');
  const questions = Array.from({ length: QUESTIONS }, () => fetch(`${stack.url}/api/v1/uploads`, { headers }));
  try {
    await until('they use up their connections', async () => {
      const { rows } = await stack.database.pool.query<{ n: number }>(
        `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
      );
      return rows[0]!.n >= 4;
    });
    const later = await b.send(5);
    const status = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
    const report = await fetch(to, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...proofFor(to) },
      body: JSON.stringify({ results: [{ messageId: attemptWireId(ids[0]!, 1), status }] }),
    });
    expect(report.status).toBe(200);
    await b.reach(ids, 'delivered');
    await b.reach(later, 'submitted');
  } finally {
    await locked.query('rollback');
    locked.release();
  }
  const answers = await Promise.all(questions);
  expect(answers.filter(({ status }) => status !== 200 && status !== 503)).toEqual([]);
});
