/** A CleverTap batch from the request to CleverTap's own record of what became of it. */
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

/** The filled batch of CleverTap's documentation: the array stands before the global key. */
const DOCUMENTED_BATCH = {
  msgs: [
    {
      tid: '1107160016156755389',
      mid: '9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1.',
      to: '+919999999999',
      body: 'Hi User test notification body message',
    },
    {
      tid: '1107160016156755389',
      mid: '8888888888.1200000000.1654002362.20220531.0.wzrk_default.-1.',
      to: '+918888888888',
      body: 'Hi User test notification body message',
    },
  ],
  hid: 'CTTEST',
};

test('the documented batch is accepted, delivered and reported under its metas, byte for byte', async () => {
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', DOCUMENTED_BATCH);
  expect({ status, accepted: json.accepted, rejected: json.rejected, ids: json.ids.length }).toEqual({
    status: 200,
    accepted: 2,
    rejected: [],
    ids: 2,
  });
  expect(await stack.settled()).toMatchObject({ accepted: 2, delivered: 2, open: 0 });

  for (const { mid } of DOCUMENTED_BATCH.msgs) {
    const { records } = await until('CleverTap has the record', async () => {
      const { json: told } = await stack.control('GET', `/control/clevertap/records?meta=${encodeURIComponent(mid)}`);
      return told.records.length > 0 ? told : null;
    });
    expect(records).toEqual([expect.objectContaining({ event: 'delivered', meta: mid })]);
  }
  const { json: sent } = await stack.control('GET', '/control/messages?to=919999999999');
  expect(sent.messages).toEqual([
    expect.objectContaining({ sender: 'HELIOG', text: 'Hi User test notification body message' }),
  ]);
});

test('DLT ids, flash and sender reach the provider as they came in', async () => {
  const record = { to: '919800000003', text: 'Hi', entityid: '1701158123540939524', templateid: '1107160016156755389' };
  await stack.call('POST', '/clevertap/v1/messages', { list: [record], from: 'TXTSMS', flash: 1 });
  const { messages } = await until('the provider has it', async () => {
    const { json } = await stack.control('GET', '/control/messages?to=919800000003');
    return json.messages.length > 0 ? json : null;
  });
  expect(messages[0]).toMatchObject({
    sender: 'TXTSMS',
    entityId: '1701158123540939524',
    templateId: '1107160016156755389',
    flash: true,
  });
});

test('a message can be followed from its attempt to its callback', async () => {
  const meta = 'trace.1200000000.-1.';
  const { json } = await stack.call('POST', '/clevertap/v1/messages', { to: '919800000002', text: 'Hello', mid: meta });
  const trace = await until('the callback is delivered', async () => {
    const { json: message } = await stack.call('GET', `/api/v1/messages/${json.ids[0]}`);
    return message.callbacks[0]?.state === 'delivered' ? message : null;
  });
  expect(trace).toMatchObject({
    state: 'delivered',
    meta,
    attempts: [{ no: 1, state: 'delivered', sender: 'HELIOG' }],
    receipts: [{ attemptNo: 1, status: 'delivered', disposition: 'applied' }],
    callbacks: [{ event: 'delivered', tries: 1, lastStatus: 200 }],
  });
});

test('1,000 recipients with refused senders and bad numbers: every one has one outcome, CleverTap is told each once', async () => {
  // A reset drops reports that are on their way, and what CleverTap is told after it would be counted below.
  await stack.settled();
  await until('all is told', async () => {
    const { items } = (await stack.call('GET', '/api/v1/callbacks?limit=100')).json;
    return items.every(({ state }: { state: string }) => state !== 'pending' && state !== 'sending');
  });
  await stack.control('POST', '/control/reset');
  await stack.control('PUT', '/control/script', {
    senderRefusedShare: 0.1,
    senderRefusedFor: ['BRANDA'],
    badNumberShare: 0.05,
    receipts: { delayMs: { min: 1, max: 200 }, twice: 0.1, early: 0.1, intermediate: 0.1, reordered: 0.05 },
  });
  const before = await stack.settled();
  const records = Array.from({ length: 1_000 }, (_, i) => ({
    to: `+9199990${String(i).padStart(5, '0')}`,
    body: `Offer ${i}`,
    mid: `9199990${i}.1300000000.1700000000.20260101.0.wzrk_default.-1.`,
  }));
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { sender: 'BRANDA', list: records });
  expect({ status, accepted: json.accepted }).toEqual({ status: 200, accepted: 1_000 });
  const after = await stack.settled();
  const told = await until('CleverTap was told 1,000 outcomes', async () => {
    const { json: answer } = await stack.control('GET', '/control/clevertap');
    return answer.records >= 1_000 ? answer : null;
  });
  expect(after.accepted! - before.accepted!).toBe(1_000);
  expect(told).toMatchObject({ records: 1_000, metas: 1_000, duplicates: 0, conflicts: 0 });
  expect(told.byEvent.delivered).toBe(after.delivered! - before.delivered!);
  expect(told.byEvent.failed).toBe(after.failed! - before.failed!);
  // Only bad numbers fail: a refused sender goes out over the fallback sender ID.
  expect(Object.keys(told.byCode)).toEqual(['910']);
  const { rows } = await stack.database.pool.query<{ leg: number; n: number }>(
    `select leg, count(*)::int as n from attempts where account_id = $1 and sender = 'HELIOB' group by leg`,
    [stack.accountId],
  );
  expect(rows).toEqual([{ leg: 1, n: expect.any(Number) }]);
  expect(rows[0]!.n).toBeGreaterThan(50);
});
