/**
 * A person is erased while messages are on their way: over a provider that knows our ids, and over one that knows its own
 * only. Beside them another account has the same person, and is asked what it sees.
 */
import { attemptWireId } from '../../src/core/messages/ids';
import { transactionOf } from '../../src/providers/pingbix/transaction';
import { deliveredReport, proofFor } from '../support/callbacks';
import { runDutyNow } from '../support/maintenance';
import { startStack, type TestStack } from '../support/stack';
import { findAnywhere } from '../support/sweep';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
beforeAll(async () => {
  stack = await startStack();
});
afterAll(() => stack.stop());

const PHONE = '919800000091';
const TRACES = ['9800000091', 'Asha'];

/** An account with a gateway, and a webhook that hears outcomes. */
async function tenantOver(provider: string, name: string, script: { receipts?: object } = {}): Promise<Tenant> {
  const tenant = await makeTenant(stack, name);
  await tenant.script(name, script);
  await tenant.gateway(name, provider);
  const url = `${stack.simulator.url}/clevertap/callback?account=${name}`;
  const { status } = await tenant.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url, isDefault: true });
  expect(status).toBe(201);
  return tenant;
}

const send = async (tenant: Tenant, mid: string, over: object = {}): Promise<string> => {
  const { status, json } = await tenant.call('POST', '/clevertap/v1/messages', {
    to: PHONE, text: `Dear Asha, ${mid}`, mid, service: 'T', nickname: 'Asha', ...over,
  }); // prettier-ignore
  expect([status, json.accepted]).toEqual([200, 1]);
  return json.ids[0] as string;
};

/** How the provider of a message that was sent comes to report it as delivered, which its simulator does not by itself. */
async function reportOf(provider: string, id: string): Promise<() => Promise<void>> {
  const { rows } = await stack.database.pool.query<{ account_id: string; provider_id: string }>(
    'select account_id, provider_id from attempts where message_id = $1 and no = 1',
    [id],
  );
  const { account_id: accountId, provider_id: providerId } = rows[0]!;
  const { json } = await stack.call('GET', '/api/v1/gateways', undefined, { 'x-account-id': accountId });
  const { pathname } = new URL(json.items[0].callbackUrl as string);
  const ours = deliveredReport(attemptWireId(id, 1));
  const report =
    provider === KNOWS_OUR_IDS
      ? ours
      : { transactionId: transactionOf(providerId), mobile: PHONE, status: 'DELIVERED' };
  return async () => {
    const { status } = await stack.call('POST', pathname, report, { authorization: '', ...proofFor(pathname) });
    expect(status).toBe(200);
  };
}

const told = async (name: string, meta: string): Promise<string[]> => {
  const where = `/control/clevertap/records?account=${name}&meta=${encodeURIComponent(meta)}`;
  const { json } = await stack.control('GET', where);
  return json.records.map(({ event }: { event: string }) => event);
};

/** Has the duty take a turn at once, and the seconds pass that an erasure rests. */
async function turn(): Promise<void> {
  await stack.database.pool.query(
    `update erasures set look_at = now(), opt_out_at = opt_out_at - interval '2 minutes' where state <> 'done'`,
  );
  await stack.database.pool.query(`update attempts set blanked_at = blanked_at - interval '1 minute'`);
  await runDutyNow(stack, 'erasures');
}

const stateOf = async (tenant: Tenant, id: string) => (await tenant.call('GET', `/api/v1/erasures/${id}`)).json;

test.each([KNOWS_OUR_IDS, KNOWS_ITS_OWN])('over %s', async (provider) => {
  const [own, other] = [`own-${provider}`, `other-${provider}`];
  // What was sent stays on its way until the test reports it, whatever time passes.
  const script = { receipts: { missing: 1 } };
  const [tenant, neighbour] = [await tenantOver(provider, own, script), await tenantOver(provider, other, script)];
  const later = new Date(Date.now() + 3_600_000).toISOString();
  const before = await findAnywhere(stack.database.pool, TRACES);
  const ids = {
    neighbour: await send(neighbour, `n-${provider}`),
    scheduled: await send(tenant, `s-${provider}`, { time: later }),
    sent: await send(tenant, `m-${provider}`),
  };
  await tenant.reach([ids.sent], 'submitted');
  await neighbour.reach([ids.neighbour], 'submitted');
  const [reportSent, reportBeside] = [await reportOf(provider, ids.sent), await reportOf(provider, ids.neighbour)];
  const { status, json: erasure } = await tenant.call('POST', '/api/v1/erasures', { to: PHONE });
  expect(status).toBe(202);
  await turn();
  // What has not left is cancelled, and CleverTap hears of it; what has is awaited.
  await tenant.reach([ids.scheduled], 'cancelled');
  expect(await stateOf(tenant, erasure.id)).toMatchObject({ state: 'running' });
  await until(
    'CleverTap was told of the cancelled one',
    async () => (await told(own, `s-${provider}`)).join() === 'failed',
  );
  await reportSent();
  await tenant.reach([ids.sent], 'delivered');
  await until(
    'CleverTap was told of the other one',
    async () => (await told(own, `m-${provider}`)).join() === 'delivered',
  );
  await until('it is done', async () => {
    await turn();
    return (await stateOf(tenant, erasure.id)).state === 'done';
  });
  const { json: done } = await tenant.call('GET', `/api/v1/erasures/${erasure.id}`);
  expect(done).toMatchObject({ waiting: 0, counts: { messages: 2 }, hash: erasure.hash });
  // Nothing in any table tells of the person, but what the neighbour has.
  await reportBeside();
  await neighbour.reach([ids.neighbour], 'delivered');
  await until(
    'the neighbour’s outcome is told',
    async () => (await told(other, `n-${provider}`)).join() === 'delivered',
  );
  const left = await findAnywhere(stack.database.pool, TRACES);
  const ofTenant = left.filter(
    (row) => !before.includes(row) && !row.includes(neighbour.accountId) && !row.includes(ids.neighbour),
  );
  expect(ofTenant).toEqual([]);
  expect((await neighbour.call('GET', `/api/v1/messages/${ids.neighbour}`)).json).toMatchObject({
    to: `+${PHONE}`, text: `Dear Asha, n-${provider}`, meta: `n-${provider}`,
  }); // prettier-ignore
  expect((await tenant.call('GET', `/api/v1/messages/${ids.sent}`)).json).toMatchObject({
    to: '+*',
    text: '',
    meta: null,
    state: 'delivered',
  });

  // The same record once more is a duplicate; another one to the person is new, and is nobody's to erase.
  const { json: again } = await tenant.call('POST', '/clevertap/v1/messages', {
    to: PHONE, text: `Dear Asha, m-${provider}`, mid: `m-${provider}`, service: 'T', nickname: 'Asha',
  }); // prettier-ignore
  expect(again.ids).toEqual([ids.sent]);
  await tenant.script(own, {});
  const fresh = await send(tenant, `f-${provider}`);
  await tenant.reach([fresh], 'delivered');
  expect(await stack.control('GET', `/control/messages?account=${own}&to=${PHONE}`)).toMatchObject({
    json: { messages: { length: 2 } },
  });
});

test('one who has opted out stays so without the number, until START', async () => {
  const tenant = await tenantOver(KNOWS_OUR_IDS, 'quiet');
  expect((await tenant.call('POST', '/api/v1/suppressions', { to: PHONE, reason: 'Asha asked' })).status).toBe(201);
  const { json: erasure } = await tenant.call('POST', '/api/v1/erasures', { to: PHONE });
  await until('it is done', async () => {
    await turn();
    return (await stateOf(tenant, erasure.id)).state === 'done';
  });
  const { rows } = await stack.database.pool.query('select msisdn, reason from suppressions where account_id = $1', [
    tenant.accountId,
  ]);
  expect(rows).toEqual([{ msisdn: erasure.hash, reason: null }]);
  // An api sees a change of an account within a second.
  const id = await until('the hash is known', async () => {
    const sent = await send(tenant, `q-${Date.now()}`);
    await tenant.reach([sent], 'suppressed');
    const { json } = await tenant.call('GET', `/api/v1/messages/${sent}`);
    return json.to === erasure.hash ? sent : null;
  });
  expect((await tenant.call('GET', `/api/v1/messages/${id}`)).json).toMatchObject({ state: 'suppressed', code: '903' });
  const campaign = await tenant.call('POST', '/api/v1/campaigns', {
    name: 'Sale', message: 'The sale is on', audience: { recipients: [{ to: PHONE }, { to: '919800000092' }] },
  }); // prettier-ignore
  expect(campaign.status).toBe(201);
  await until('the campaign is over', async () => {
    const { json } = await tenant.call('GET', `/api/v1/campaigns/${campaign.json.id}`);
    return json.state === 'finished' && json.counts.suppressed === 1 && json.counts.delivered === 1;
  });
});
