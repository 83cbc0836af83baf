/**
 * Temporal gives a slice to another run while the requests of the first one are on the wire: because it was away, or because
 * a person ended the workflow. What the vendor answers the first run counts all the same, for accounts over a vendor that
 * knows our ids and over one that knows only its own.
 */
import { rm } from 'node:fs/promises';
import { Client, Connection } from '@temporalio/client';
import { drawFreePort } from '../../src/main/embedded/ports';
import { startTemporal, type EmbeddedTemporal } from '../../src/main/embedded/temporal';
import { sendWorkflowId, TASK_QUEUES, TRANSACTIONAL_PRIORITY, WORKFLOW_TYPES } from '../../src/workflows/contract';
import { holdRequestsTo, type HeldVendor } from '../support/held-vendor';
import { temporaryFolder } from '../support/servers';
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_ITS_OWN, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { LOST_TASK_MS, until } from '../support/until';

const MESSAGES = 20;
const BACK_MS = LOST_TASK_MS;

const dataDir = temporaryFolder();
let port: number;
let temporal: EmbeddedTemporal;
let connection: Connection;
let client: Client;
let stack: TestStack;
/** Of two accounts: they answer when they are told to. */
let held: [HeldVendor, HeldVendor];

const temporalReturns = () => startTemporal({ dataDir, port, uiPort: null, cliPath: process.env.TEMPORAL_CLI_PATH });

beforeAll(async () => {
  port = await drawFreePort();
  temporal = await temporalReturns();
  connection = Connection.lazy({ address: temporal.address });
  client = new Client({ connection, namespace: 'default' });
  const env = { TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'default' };
  stack = await startStack({ env: { ...env, HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
  held = [await holdRequestsTo(stack.simulator), await holdRequestsTo(stack.simulator)];
});
afterAll(async () => {
  await stack.stop();
  for (const vendor of held) await vendor.stop();
  await connection.close();
  await temporal.stop();
  await rm(dataDir, { recursive: true, force: true });
});

interface Sent {
  tenant: Tenant;
  name: string;
  ids: string[];
}

/** Messages of an account of its own, all of them on the wire to a vendor that is slow to answer, or waits until it may. */
async function onTheWire(name: string, provider: string, slow: { latencyMs: number } | HeldVendor): Promise<Sent> {
  const tenant = await makeTenant(stack, name);
  const [latencyMs, vendor] = 'latencyMs' in slow ? [slow.latencyMs, null] : [0, slow];
  const over = vendor === null ? {} : { baseUrl: `${vendor.url}/${provider}/${name}` };
  const gatewayId = await tenant.gateway(name, provider, { maxInFlight: MESSAGES, ...over });
  const { callbackUrl: url } = (await tenant.call('GET', `/api/v1/gateways/${gatewayId}`)).json;
  await tenant.script(name, { latencyMs, receipts: { url, delayMs: 20 } });
  const ids = await tenant.send(MESSAGES);
  const taken = async () => vendor?.came ?? (await tenant.counts(name)).submissions;
  await until(`${name} is on the wire`, async () => (await taken()) === MESSAGES);
  return { tenant, name, ids };
}

async function expectDeliveredOnce({ tenant, name, ids }: Sent): Promise<void> {
  await tenant.reach(ids, 'delivered', BACK_MS);
  // What was asked for again under the same id was recognised by the vendor that can.
  expect(await tenant.counts(name)).toMatchObject({ accepted: MESSAGES });
}

test('another run takes over while the answers are out: they complete what it called unknown', async () => {
  const all = [
    await onTheWire('over-own', KNOWS_ITS_OWN, held[0]),
    await onTheWire('over-ours', KNOWS_OUR_IDS, held[1]),
  ];
  const { rows } = await stack.database.pool.query<{ slice_id: string }>(
    'select distinct slice_id from messages where id = any($1)',
    [all.flatMap(({ ids }) => ids)],
  );
  for (const { slice_id: sliceId } of rows) {
    const workflowId = sendWorkflowId(sliceId);
    await client.workflow.getHandle(workflowId).terminate('a person did it');
    await client.workflow.start(WORKFLOW_TYPES.send, {
      workflowId,
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      taskQueue: TASK_QUEUES.workflows,
      args: [{ sliceId, dueAtMs: null, priority: TRANSACTIONAL_PRIORITY }],
    });
  }
  const unknown = async () => {
    const { json } = await all[0]!.tenant.call('GET', `/api/v1/messages/${all[0]!.ids[0]}`);
    return json.attempts.some(({ state }: { state: string }) => state === 'unknown');
  };
  await until('the other run called them unknown', unknown);
  for (const vendor of held) vendor.release();
  for (const sent of all) await expectDeliveredOnce(sent);
}, 400_000);

test('Temporal is away for long while requests are on the wire: their answers count', async () => {
  const own = await onTheWire('long-own', KNOWS_ITS_OWN, { latencyMs: 26_000 });
  const watched = await onTheWire('long-ours', KNOWS_OUR_IDS, { latencyMs: 13_000 });
  await temporal.stop();
  // The watched account's answers are the clock: they come after more than ten seconds, into Temporal's absence.
  await watched.tenant.reach(watched.ids, 'delivered', BACK_MS);
  temporal = await temporalReturns();
  for (const sent of [own, watched]) await expectDeliveredOnce(sent);
}, 400_000);
