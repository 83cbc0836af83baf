/** Durable time on the real server: when things leave, and how little history that takes. */
import type { Client } from '@temporalio/client';
import { sendWorkflowId } from '../../src/workflows/contract';
import { joinStack, type SharedStack } from '../support/shared';
import { connectTemporal } from '../support/temporal';
import { until } from '../support/until';

let stack: SharedStack;
let client: Client;
beforeAll(async () => {
  stack = await joinStack();
  client = await connectTemporal(stack);
});
afterAll(async () => {
  await client.connection.close();
  await stack.stop();
});

async function sliceOf(messageId: string): Promise<string> {
  const { rows } = await stack.database.pool.query<{ slice_id: string }>(
    'select slice_id from messages where id = $1',
    [messageId],
  );
  return rows[0]!.slice_id;
}

/** Events of a slice's workflow, once it has completed. */
async function historyOf(messageId: string): Promise<number> {
  const handle = client.workflow.getHandle(sendWorkflowId(await sliceOf(messageId)));
  const description = await until('the workflow has completed', async () => {
    const found = await handle.describe();
    return found.status.name === 'COMPLETED' ? found : null;
  });
  return description.historyLength;
}

test('a one-message send takes at most 20 history events, its receipt included', async () => {
  const { json } = await stack.call('POST', '/clevertap/v1/messages', {
    to: '919800000001',
    text: 'Hello',
    mid: 'budget',
  });
  await stack.settled();
  expect(await historyOf(json.ids[0])).toBeLessThanOrEqual(20);
});

test('1,000 messages take at most 0.03 events each', async () => {
  const list = Array.from({ length: 1_000 }, (_, i) => ({
    to: `91981000${String(i).padStart(4, '0')}`,
    text: 'Hello',
  }));
  const { json } = await stack.call('POST', '/clevertap/v1/messages', { list });
  await stack.settled();
  expect(await historyOf(json.ids[0])).toBeLessThanOrEqual(30);
});

test('a send leaves at its time, read in the account’s zone; requests for the same moment share a slice', async () => {
  const { dueAt, zulu, first, second } = await until('both were accepted well before their time', async () => {
    const at = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 4_000);
    const asIndia = new Date(at.getTime() + 5.5 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
    const send = (to: string, time: string) =>
      // Another text each time: it would be a duplicate of the one before.
      stack.call('POST', '/clevertap/v1/messages', { to, text: `Hello at ${at.toISOString()}`, time });
    const both = [await send('919800000041', asIndia), await send('919800000042', at.toISOString())] as const;
    const isInTime = Date.now() < at.getTime() - 2_000;
    return isInTime ? { dueAt: at, zulu: at.toISOString(), first: both[0], second: both[1] } : null;
  });
  expect(await sliceOf(first.json.ids[0])).toBe(await sliceOf(second.json.ids[0]));
  await stack.settled();
  const { json } = await stack.control('GET', '/control/messages?to=919800000042');
  const { times } = json.messages.find(({ text }: { text: string }) => text === `Hello at ${zulu}`);
  const leftAt = Date.parse(times[0]);
  expect(leftAt).toBeGreaterThanOrEqual(dueAt.getTime());
  const message = (await stack.call('GET', `/api/v1/messages/${second.json.ids[0]}`)).json;
  expect(message.scheduledAt).toBe(zulu);
});

test('a send that is due in an hour has no workflow until shortly before', async () => {
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const later = await stack.call('POST', '/clevertap/v1/messages', { to: '919800000043', text: 'Hello', time });
  const sooner = await stack.call('POST', '/clevertap/v1/messages', { to: '919800000044', text: 'Hello' });
  const slice = await sliceOf(later.json.ids[0]);
  const stateOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json.state;
  await until('the one that is due is delivered', async () => (await stateOf(sooner.json.ids[0])) === 'delivered');
  await expect(client.workflow.getHandle(sendWorkflowId(slice)).describe()).rejects.toThrow(/not found/i);
  // What an hour does, but for its last seconds.
  await stack.database.pool.query(
    `update slices set due_at = due_at - interval '3598 seconds', created_at = created_at - interval '3598 seconds'
     where id = $1`,
    [slice],
  );
  await stack.settled();
  expect(await stateOf(later.json.ids[0])).toBe('delivered');
});

test('no receipt before the deadline: expired, told as failed 916', async () => {
  // Not lost but late: of a lost one a look-up would tell the outcome.
  await stack.control('PUT', '/control/script', { receipts: { delayMs: 3_600_000 } });
  const { items } = (await stack.call('GET', '/api/v1/gateways')).json;
  await stack.call('PATCH', `/api/v1/gateways/${items[0].id}`, { receiptDeadlineSeconds: 1 });
  const { json } = await stack.call('POST', '/clevertap/v1/messages', {
    to: '919800000051',
    text: 'Hello',
    mid: 'no-dlr',
  });
  const message = await until('the message has expired', async () => {
    const trace = (await stack.call('GET', `/api/v1/messages/${json.ids[0]}`)).json;
    return trace.state === 'expired' ? trace : null;
  });
  expect(message).toMatchObject({
    code: '916',
    attempts: [{ state: 'expired' }],
    callbacks: [{ event: 'failed', code: '916' }],
  });
});
