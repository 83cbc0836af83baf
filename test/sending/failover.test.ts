/** What happens when a sender ID, a number, an account or a connection is refused. */
import { attemptWireId } from '../../src/core/messages/ids';
import { deliveredReport, proofFor } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let number = 919_700_000_000;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
  await stack.control('PUT', '/control/script', {});
});

/** Sends one message and waits for its outcome. */
async function sendOne(fields: object = {}) {
  const to = String(++number);
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', {
    to,
    text: 'Hello',
    from: 'BRANDA',
    mid: `${to}.m.`,
    ...fields,
  });
  expect({ status, rejected: json.rejected }).toEqual({ status: 200, rejected: [] });
  return { to, id: json.ids[0] as string };
}

const traceOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;

async function outcomeOf(id: string) {
  return until('the message is settled', async () => {
    const trace = await traceOf(id);
    return trace.settledAt === undefined ? null : trace;
  });
}

test('a sender ID refused at submission: the fallback sender ID is used', async () => {
  await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'sender', senders: ['BRANDA'] }] });
  const trace = await outcomeOf((await sendOne()).id);
  expect(trace).toMatchObject({
    state: 'delivered',
    leg: 1,
    attempts: [
      { no: 1, leg: 0, sender: 'BRANDA', state: 'refused', class: 'sender' },
      { no: 2, leg: 1, sender: 'HELIOB', state: 'delivered' },
    ],
  });
});

test('a sender ID refused by receipt: the workflow is woken and the fallback sender ID is used', async () => {
  await stack.control('PUT', '/control/script', {
    refuse: [{ outcome: 'sender', senders: ['BRANDA'], at: 'receipt' }],
  });
  const trace = await outcomeOf((await sendOne()).id);
  expect(trace).toMatchObject({
    state: 'delivered',
    attempts: [
      { no: 1, sender: 'BRANDA', state: 'failed', class: 'sender' },
      { no: 2, sender: 'HELIOB', state: 'delivered' },
    ],
  });
  expect(trace.callbacks).toHaveLength(1);
});

test('both sender IDs refused: failed with 906, told once', async () => {
  await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'sender' }] });
  const trace = await outcomeOf((await sendOne()).id);
  expect(trace).toMatchObject({ state: 'failed', code: '906', callbacks: [{ event: 'failed', code: '906' }] });
  expect(trace.attempts).toHaveLength(2);
});

test('both sender IDs refused by receipt: failed once the route is exhausted', async () => {
  await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'sender', at: 'receipt' }] });
  const trace = await outcomeOf((await sendOne()).id);
  expect(trace).toMatchObject({ state: 'failed', code: '906' });
  expect(trace.attempts).toHaveLength(2);
});

test.each(['recipient', 'content'])('a refused %s burns no leg', async (outcome) => {
  await stack.control('PUT', '/control/script', { refuse: [{ outcome }] });
  const trace = await outcomeOf((await sendOne()).id);
  expect(trace).toMatchObject({ state: 'failed', attempts: [{ no: 1, class: outcome }] });
});

test('throttled requests come back after Retry-After and cost no leg and no attempt', async () => {
  await stack.control('PUT', '/control/script', { faults: [{ kind: 'throttle', next: 2, retryAfterSeconds: 1 }] });
  const trace = await outcomeOf((await sendOne()).id);
  expect(trace).toMatchObject({ state: 'delivered', leg: 0, attempts: [{ no: 1, state: 'delivered' }] });
  expect(trace.attempts).toHaveLength(1);
  expect((await stack.control('GET', '/control/counts')).json).toMatchObject({ turnedAway: 2, accepted: 1 });
});

test('an answer lost after the provider took the message: resent under the same id, accepted once', async () => {
  await stack.control('PUT', '/control/script', {
    faults: [{ kind: 'reset', at: 'after', next: 1 }],
    // Its report comes below, once it was sent again: it would be no more after a report.
    receipts: { delayMs: 3_600_000 },
  });
  const { id } = await sendOne();
  const countsNow = async () => (await stack.control('GET', '/control/counts')).json;
  await until('it was sent again', async () => (await countsNow()).duplicateIds === 1);
  await until('it has left', async () => (await traceOf(id)).state === 'submitted');
  const report = deliveredReport(attemptWireId(id, 1));
  expect((await stack.call('POST', stack.callbackPath, report, proofFor(stack.callbackPath))).status).toBe(200);
  const trace = await outcomeOf(id);
  expect(trace).toMatchObject({ state: 'delivered' });
  expect(trace.attempts).toHaveLength(1);
  expect(await countsNow()).toMatchObject({ accepted: 1, duplicateIds: 1 });
});

test('a refused account pauses its gateway; the message waits visibly and leaves once a person has mended it', async () => {
  await stack.control('PUT', '/control/script', { refusedKeys: ['simulator'] });
  const { id } = await sendOne();
  const waiting = await until('the message is held', async () => {
    const trace = await traceOf(id);
    return trace.state === 'queued' && /paused/.test(trace.reason) ? trace : null;
  });
  expect(waiting.reason).toMatch(/^the gateway is paused: /);
  const gateway = (await stack.call('GET', '/api/v1/gateways')).json.items[0];
  expect(gateway.health).toMatchObject({ state: 'down' });

  await stack.control('PUT', '/control/script', {});
  const mended = await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, { status: 'active' });
  expect(mended.json.health).toMatchObject({ state: 'up' });
  expect(await outcomeOf(id)).toMatchObject({ state: 'delivered' });
});

describe('an account with gateways of its own', () => {
  const make = async (name: string, priority: number) => {
    const { status, json } = await stack.call('POST', '/api/v1/gateways', {
      provider: 'infobip',
      name,
      priority,
      credentials: { apiKey: `${name}-key` },
      baseUrl: `${stack.simulator.url}/infobip/${stack.vendor(name)}`,
      sendingPattern: 'loop',
    });
    expect(status).toBe(201);
    return json.id as string;
  };

  test('a refused account: the message takes the next gateway, and never the demo one', async () => {
    const [first, second] = [await make('first', 1), await make('second', 2)];
    await stack.control('PUT', `/control/script?account=${stack.vendor('first')}`, { refusedKeys: ['first-key'] });
    const trace = await outcomeOf((await sendOne()).id);
    expect(trace).toMatchObject({
      state: 'delivered',
      gatewayId: second,
      attempts: [
        { gatewayId: first, class: 'account' },
        { gatewayId: second, state: 'delivered' },
      ],
    });

    await stack.control('PUT', `/control/script?account=${stack.vendor('second')}`, { refusedKeys: ['second-key'] });
    const { id } = await sendOne();
    const held = await until('the message is held', async () => {
      const message = await traceOf(id);
      return /paused/.test(message.reason) ? message : null;
    });
    expect(held).toMatchObject({ state: 'queued', gatewayId: second });

    // The last gateway of one's own can't go while it has work, and takes nothing more once it is gone.
    const refused = await stack.call('DELETE', `/api/v1/gateways/${second}`);
    expect(refused).toMatchObject({ status: 409, json: { code: 'gateway-in-use', open: 1 } });
    expect((await stack.call('DELETE', `/api/v1/gateways/${first}`)).status).toBe(204);
    await stack.control('PUT', `/control/script?account=${stack.vendor('second')}`, {});
    await stack.call('PATCH', `/api/v1/gateways/${second}`, { status: 'active' });
    expect(await outcomeOf(id)).toMatchObject({ state: 'delivered', gatewayId: second });
  });
});
