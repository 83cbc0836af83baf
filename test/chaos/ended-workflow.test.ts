/**
 * Workflows that were ended from outside: a person terminates or cancels one in Temporal. News of its messages, a command
 * to its campaign, or at the latest their deadline starts it again; other accounts notice nothing. One that runs but whose
 * every task fails is as good as ended.
 */
import type { Client } from '@temporalio/client';
import { listUnderWay } from '../support/database';
import { campaignWorkflowId, sendWorkflowId, TASK_QUEUES, WORKFLOW_TYPES } from '../../src/workflows/contract';
import { campaignsOf, people } from '../support/campaigns';
import { runDutyNow } from '../support/maintenance';
import { startStack, type TestStack } from '../support/stack';
import { connectTemporal } from '../support/temporal';
import { CAN_BE_ASKED, KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: TestStack;
let client: Client;
beforeAll(async () => {
  stack = await startStack();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await stack.stop();
  await client.connection.close();
});

/** Messages of a campaign in a second: few, so that it is in the middle whenever its workflow is ended. */
const SLOW = 4;

let made = 0;
/** Another account sends a password while a workflow of the first one is gone, and notices nothing. */
async function expectNeighbourUntouched(): Promise<void> {
  const name = `ended-watched-${++made}`;
  const watched = await tenantOver(name, KNOWS_OUR_IDS, {});
  await watched.reach(await watched.send(1), 'delivered');
}

/** An account over one gateway; its vendor's reports come to the gateway's callback URL as `receipts` says. */
async function tenantOver(name: string, provider: string, script: object, gateway: object = {}): Promise<Tenant> {
  const tenant = await makeTenant(stack, name);
  const gatewayId = await tenant.gateway(name, provider, gateway);
  const { callbackUrl: url } = (await tenant.call('GET', `/api/v1/gateways/${gatewayId}`)).json;
  const { receipts, ...rest } = script as { receipts?: object };
  await tenant.script(name, { ...rest, receipts: { url, ...receipts } });
  return tenant;
}

async function sliceOf(messageId: string): Promise<string> {
  const { rows } = await stack.database.pool.query<{ slice_id: string }>(
    'select slice_id from messages where id = $1',
    [messageId],
  );
  return rows[0]!.slice_id;
}

const workflowOf = async (messageId: string) => client.workflow.getHandle(sendWorkflowId(await sliceOf(messageId)));

const ended = async (handle: Awaited<ReturnType<typeof workflowOf>>, way: 'terminate' | 'cancel') => {
  await handle[way]();
  await until('its workflow has ended', async () => (await handle.describe()).status.name !== 'RUNNING');
};

/** In place of a workflow, one whose tasks fail on every worker, as after a release that can't replay it. */
async function breakDown(type: 'send' | 'campaign', workflowId: string): Promise<void> {
  await client.workflow.getHandle(workflowId).terminate();
  const handle = await client.workflow.start(WORKFLOW_TYPES[type], {
    workflowId,
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    workflowTaskTimeout: '1 second',
    taskQueue: TASK_QUEUES.workflows,
    args: [null],
  });
  await until(
    'its task has failed often',
    async () => ((await handle.describe()).raw.pendingWorkflowTask?.attempt ?? 0) >= 5,
  );
}

/** Their workflow should have looked at them a day ago. */
async function isLate(table: 'slices' | 'campaigns', id: string): Promise<void> {
  await stack.database.pool.query(`update ${table} set look_at = look_at - interval '25 hours' where id = $1`, [id]);
}

test.each([
  ['terminate', KNOWS_OUR_IDS, 'TXTSMS', 'SPARES'],
  ['cancel', KNOWS_OUR_IDS, 'TXTSMS', 'SPARES'],
  ['terminate', CAN_BE_ASKED, '+15005550006', '+15005550007'],
] as const)('a send, %s, over %s: a report that refuses its sender ID wakes it', async (way, provider, from, spare) => {
  const refusing = {
    refuse: [{ outcome: 'sender', senders: [from], at: 'receipt' }],
    // Later than its workflow is ended, on a busy machine too.
    receipts: { delayMs: 10_000 },
  };
  const tenant = await tenantOver(`ended-${way}-${provider}`, provider, refusing, {
    defaultSender: from,
    fallbackSender: spare,
  });
  const [id] = (await tenant.send(1)) as [string];
  await tenant.reach([id], 'submitted');
  await ended(await workflowOf(id), way);
  await tenant.script(`ended-${way}-${provider}`, { refuse: refusing.refuse });

  await expectNeighbourUntouched();
  await tenant.reach([id], 'delivered');
  expect((await tenant.call('GET', `/api/v1/messages/${id}`)).json.attempts).toHaveLength(2);
});

test('a send whose report never comes ends at its deadline all the same', async () => {
  // Its vendor remembers nothing, either, when it is asked.
  const silent = await tenantOver('ended-silent', KNOWS_ITS_OWN, { record: false, receipts: { missing: 1 } });
  const ids = await silent.send(1);
  await silent.reach(ids, 'submitted');
  await ended(await workflowOf(ids[0]!), 'terminate');
  await expectNeighbourUntouched();
  // A day and an hour pass.
  await stack.database.pool.query(
    `update messages set submitted_at = submitted_at - interval '25 hours' where id = any($1)`,
    [ids],
  );
  await isLate('slices', await sliceOf(ids[0]!));
  await runDutyNow(stack, 'audit');
  await silent.reach(ids, 'expired');
});

test('a campaign in the middle: a command is carried out, and it goes on to its end', async () => {
  const tenant = await tenantOver('ended-campaign', KNOWS_ITS_OWN, {});
  const campaigns = campaignsOf({ ...stack, call: tenant.call });
  const id = await campaigns.launch({ audience: { recipients: people(90) }, ratePerSecond: SLOW });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.delivered > 0);
  await client.workflow.getHandle(campaignWorkflowId(id)).terminate();
  await expectNeighbourUntouched();
  const paused = await campaigns.act(id, 'pause');
  expect([paused.status, paused.json.state]).toEqual([200, 'paused']);
  expect((await campaigns.act(id, 'resume')).status).toBe(200);
  expect((await tenant.call('PATCH', `/api/v1/campaigns/${id}`, { ratePerSecond: 100 })).status).toBe(200);
  expect((await campaigns.reaches(id, 'finished')).counts).toMatchObject({ accepted: 90, delivered: 90 });
  expect(await tenant.counts('ended-campaign')).toMatchObject({ accepted: 90 });
});

test('a campaign that nobody commands goes on once it has not looked at its messages for long', async () => {
  const tenant = await tenantOver('ended-alone', KNOWS_OUR_IDS, {});
  const campaigns = campaignsOf({ ...stack, call: tenant.call });
  const id = await campaigns.launch({ audience: { recipients: people(60) }, ratePerSecond: SLOW });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.delivered > 0);
  await client.workflow.getHandle(campaignWorkflowId(id)).terminate();
  await until('no run of it is left', async () => (await listUnderWay(stack.database.pool)).length === 0);
  await expectNeighbourUntouched();
  await isLate('campaigns', id);
  await runDutyNow(stack, 'audit');
  expect((await campaigns.reaches(id, 'finished')).counts).toMatchObject({ accepted: 60, delivered: 60 });
}, 240_000);

test('a send whose workflow stands still, since each of its tasks fails, goes on once it is late', async () => {
  const tenant = await tenantOver('stuck-send', KNOWS_ITS_OWN, { record: false, receipts: { missing: 1 } });
  const ids = await tenant.send(1);
  await tenant.reach(ids, 'submitted');
  const sliceId = await sliceOf(ids[0]!);
  await breakDown('send', sendWorkflowId(sliceId));
  await expectNeighbourUntouched();
  await stack.database.pool.query(
    `update messages set submitted_at = submitted_at - interval '25 hours' where id = any($1)`,
    [ids],
  );
  await isLate('slices', sliceId);
  await runDutyNow(stack, 'audit');
  await tenant.reach(ids, 'expired');
}, 240_000);

test('a campaign whose workflow stands still, since each of its tasks fails, goes on once it is late', async () => {
  const tenant = await tenantOver('stuck-campaign', KNOWS_OUR_IDS, {});
  const campaigns = campaignsOf({ ...stack, call: tenant.call });
  const id = await campaigns.launch({ audience: { recipients: people(60) }, ratePerSecond: SLOW });
  await campaigns.waitFor(id, 'some have left', ({ counts }) => counts.delivered > 0);
  await breakDown('campaign', campaignWorkflowId(id));
  await until('no run of it is left', async () => (await listUnderWay(stack.database.pool)).length === 0);
  await expectNeighbourUntouched();
  await isLate('campaigns', id);
  await runDutyNow(stack, 'audit');
  expect((await campaigns.reaches(id, 'finished')).counts).toMatchObject({ accepted: 60, delivered: 60 });
}, 240_000);
