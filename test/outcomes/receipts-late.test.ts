/** Receipts that don't come in time: the next leg is tried, and whatever comes after all ends the same way. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { attemptWireId } from '../../src/core/messages/ids';
import { proofOf, type MadeGateway } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

const REPORTS = readFileSync(path.resolve(__dirname, '../../src/providers/infobip/fixtures/reports-v3.json'), 'utf8');

let stack: SharedStack;
let first: MadeGateway;
let second: { id: string };
let number = 919_900_000_000;
beforeAll(async () => {
  stack = await joinStack();
  first = await makeGateway('silent', 1);
  second = await makeGateway('second', 2);
  // The API wants a validity below it, which is a minute at least: too long for a test.
  await stack.database.pool.query('update gateways set failover_after_seconds = 1 where id = $1', [first.id]);
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
  // It keeps no record either, so that asking it tells nothing.
  await stack.control('PUT', `/control/script?account=${stack.vendor('silent')}`, {
    receipts: { missing: 1 },
    record: false,
  });
});

async function makeGateway(name: string, priority: number) {
  const { status, json } = await stack.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name,
    priority,
    credentials: { apiKey: `${name}-key` },
    baseUrl: `${stack.simulator.url}/infobip/${stack.vendor(name)}`,
    sendingPattern: 'loop',
    validitySeconds: 60,
  });
  expect(status).toBe(201);
  return json as MadeGateway;
}

async function sendOne(): Promise<string> {
  const to = String(++number);
  const record = { to, text: 'Hello', from: 'BRANDA', mid: `${to}.m.` };
  return (await stack.call('POST', '/clevertap/v1/messages', record)).json.ids[0] as string;
}
const traceOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;
const isIn = (id: string, state: string) =>
  until(`the message is ${state}`, async () => {
    const trace = await traceOf(id);
    return trace.state === state ? trace : null;
  });
const onSecondLeg = (id: string) =>
  until('the second gateway has it', async () => {
    const trace = await traceOf(id);
    return trace.attempts.length === 2 && trace.state === 'submitted' ? trace : null;
  });

/** The first copy arrives after all. */
async function deliverFirst(id: string): Promise<void> {
  const body = REPORTS.replace('06b8kzt5f7q3s9v1x2y4w6a8c01', attemptWireId(id, 1));
  const { pathname } = new URL(first.callbackUrl);
  expect((await stack.call('POST', pathname, JSON.parse(body), proofOf(first))).status).toBe(200);
}

test('without a receipt the message takes the next leg in time', async () => {
  await stack.control('PUT', `/control/script?account=${stack.vendor('second')}`, {});
  const id = await sendOne();
  expect(await isIn(id, 'delivered')).toMatchObject({
    gatewayId: second.id,
    attempts: [
      { no: 1, gatewayId: first.id, state: 'expired', reason: 'no delivery report came in time' },
      { no: 2, gatewayId: second.id, state: 'delivered' },
    ],
    callbacks: [{ event: 'delivered' }],
  });
});

test('the first copy is delivered while the second is on its way: delivered, and told once', async () => {
  await stack.control('PUT', `/control/script?account=${stack.vendor('second')}`, { receipts: { missing: 1 } });
  const id = await sendOne();
  await onSecondLeg(id);
  await deliverFirst(id);
  const trace = await isIn(id, 'delivered');
  expect(trace.attempts).toMatchObject([
    { no: 1, state: 'delivered' },
    { no: 2, state: 'submitted' },
  ]);
  expect(trace.callbacks).toMatchObject([{ event: 'delivered' }]);
});

test('the first copy is delivered after the failure of the second was told: recorded as late', async () => {
  await stack.control('PUT', `/control/script?account=${stack.vendor('second')}`, {
    refuse: [{ outcome: 'recipient', at: 'receipt' }],
  });
  const id = await sendOne();
  await until('CleverTap was told', async () => {
    const { state, callbacks } = await traceOf(id);
    return state === 'failed' && callbacks[0]?.state === 'delivered';
  });
  await deliverFirst(id);
  const trace = await isIn(id, 'failed');
  expect(trace.callbacks).toMatchObject([{ event: 'failed', state: 'delivered' }]);
  const { rows } = await stack.database.pool.query(
    `select disposition from receipts where message_id = $1 and attempt_no = 1`,
    [id],
  );
  expect(rows).toEqual([{ disposition: 'late' }]);
});
