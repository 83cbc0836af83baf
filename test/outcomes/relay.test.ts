/** How CleverTap is told: once, later when it fails, never both ways. */
import { bundleAnew } from '../support/outbox';
import { proofFor } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let serial = 919_600_000_000;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.control('POST', '/control/reset');
});

async function sendOne(): Promise<{ id: string; meta: string }> {
  const to = String(++serial);
  const meta = `${to}.1200000000.wzrk_default.-1.`;
  const { json } = await stack.call('POST', '/clevertap/v1/messages', { to, text: 'Hello', mid: meta });
  return { id: json.ids[0], meta };
}

const traceOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;

async function callbackIn(id: string, state: string) {
  return until(`the callback is ${state}`, async () => {
    const { callbacks, ...trace } = await traceOf(id);
    const [callback] = callbacks;
    if (callback?.state === state && callback.tries > 0) return callback;
    throw new Error(`The message is ${trace.state}, and its callback ${JSON.stringify(callback)}`);
  });
}

/** A person's word about the account's default webhook. */
async function switchDefault(state: 'active' | 'disabled'): Promise<void> {
  const { items } = (await stack.call('GET', '/api/v1/webhooks')).json;
  const { id } = items.find(({ isDefault }: { isDefault: boolean }) => isDefault);
  expect((await stack.call('PATCH', `/api/v1/webhooks/${id}`, { state })).json).toMatchObject({ id, state });
}

const told = async () => (await stack.control('GET', '/control/clevertap')).json;

test('a 503 is retried after ten minutes at the earliest, durably', async () => {
  await stack.control('PUT', '/control/script', {
    clevertap: { faults: [{ kind: 'serverError', status: 503, next: 1 }] },
  });
  const { id } = await sendOne();
  const callback = await callbackIn(id, 'pending');
  expect(callback).toMatchObject({ tries: 1, lastStatus: 503, lastError: 'CleverTap answered 503' });
  const waitMs = Date.parse(callback.nextTryAt) - Date.parse(callback.createdAt);
  expect(waitMs).toBeGreaterThanOrEqual(600_000);
  expect(waitMs).toBeLessThan(800_000);

  // Ten minutes pass on the row; the relay that its timer (here: the next outcome) wakes sends it.
  await stack.database.pool.query(`update callbacks set next_try_at = now() where id = $1`, [callback.id]);
  await bundleAnew(stack.database.pool);
  await sendOne();
  expect(await callbackIn(id, 'delivered')).toMatchObject({ tries: 2, lastStatus: 200 });
  await until('both outcomes arrived', async () => (await told())?.records === 2);
  expect(await told()).toMatchObject({ duplicates: 0 });
});

test('an answer that hands a record back keeps only that one for later', async () => {
  await stack.control('PUT', '/control/script', { clevertap: { faults: [{ kind: 'partial', next: 1 }] } });
  const { id } = await sendOne();
  expect(await callbackIn(id, 'pending')).toMatchObject({ lastError: 'CleverTap did not process this record' });
});

test('a 400 of one record is dead-lettered with its reason', async () => {
  const { items } = (await stack.call('GET', '/api/v1/webhooks')).json;
  const url = `${stack.simulator.url}/clevertap/callback?account=`;
  await stack.call('POST', '/api/v1/webhooks', { kind: 'clevertap', url, isDefault: true });
  /** Whom a message that is sent now is told to. */
  const defaultNow = async (): Promise<string> => {
    const { id } = await sendOne();
    const trace = await until('settled', async () => {
      const message = await traceOf(id);
      return message.callbacks.length > 0 ? message : null;
    });
    return trace.callbacks[0].webhookId as string;
  };
  await until('the new default is in force', async () => (await defaultNow()) !== items[0].id);
  const { id } = await sendOne();
  const reason = 'CleverTap answered 400: Bad request. Some mandatory parameter was missing.';
  expect(await callbackIn(id, 'dead')).toMatchObject({ lastStatus: 400, lastError: reason });
  await stack.call('POST', '/api/v1/webhooks', {
    kind: 'clevertap',
    url: `${stack.simulator.url}/clevertap/callback?account=${stack.vendor()}`,
    isDefault: true,
  });
  await until('the first default is in force again', async () => (await defaultNow()) === items[0].id);
});

test('failed, then delivered before CleverTap was told: told delivered; after it was told: late, and not told', async () => {
  // Late, not lost: of a lost one a look-up would tell the outcome.
  await stack.control('PUT', '/control/script', { receipts: { delayMs: 3_600_000 } });
  const report = async (id: string, status: { groupId: number; id: number; name: string }) => {
    const { messages } = (await stack.control('GET', '/control/messages?limit=1000')).json;
    const trace = await traceOf(id);
    const attempt = messages.find((message: { to: string }) => `+${message.to}` === trace.to);
    const results = [
      { messageId: attempt.messageId, to: attempt.to, status: { ...status, groupName: 'X', description: 'x' } },
    ];
    const { callbackPath } = stack;
    expect((await stack.call('POST', callbackPath, { results }, proofFor(callbackPath))).status).toBe(200);
  };
  const UNDELIVERABLE = { groupId: 2, id: 4, name: 'UNDELIVERABLE_REJECTED_OPERATOR' };
  const DELIVERED = { groupId: 3, id: 5, name: 'DELIVERED_TO_HANDSET' };

  const submitted = async () => {
    const sent = await sendOne();
    await until('submitted', async () => (await traceOf(sent.id)).state === 'submitted');
    return sent;
  };

  // The relay is kept from telling it by a webhook that is disabled meanwhile.
  const early = await submitted();
  await switchDefault('disabled');
  await report(early.id, UNDELIVERABLE);
  expect(await traceOf(early.id)).toMatchObject({
    state: 'failed',
    callbacks: [{ event: 'failed', state: 'pending' }],
  });
  await report(early.id, DELIVERED);
  expect(await traceOf(early.id)).toMatchObject({ state: 'delivered', callbacks: [{ event: 'delivered' }] });
  await switchDefault('active');

  const late = await submitted();
  await report(late.id, UNDELIVERABLE);
  await callbackIn(late.id, 'delivered');
  await report(late.id, DELIVERED);
  const trace = await traceOf(late.id);
  expect(trace).toMatchObject({ state: 'failed', callbacks: [{ event: 'failed' }] });
  expect(trace.receipts.map((receipt: { disposition: string }) => receipt.disposition)).toEqual(['applied', 'late']);
  expect(await told()).toMatchObject({ conflicts: 0 });
});

test('what is accepted while the default webhook is switched off waits for it, and is told once it is on again', async () => {
  await switchDefault('disabled');
  const { id } = await sendOne();
  const waiting = await until('settled', async () => {
    const trace = await traceOf(id);
    return trace.state === 'delivered' ? trace : null;
  });
  expect(waiting.callbacks).toMatchObject([{ event: 'delivered', state: 'pending', tries: 0 }]);
  await switchDefault('active');
  expect(await callbackIn(id, 'delivered')).toMatchObject({ tries: 1 });
});
