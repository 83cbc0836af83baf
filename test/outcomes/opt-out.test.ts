/** A person who says stop is not sent to again, and CleverTap hears of it. */
import { proofFor } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

const send = async (to: string, mid: string, extra: object = {}) =>
  (await stack.call('POST', '/clevertap/v1/messages', { to, text: `Hello ${mid}`, mid, ...extra })).json
    .ids[0] as string;
const traceOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;
const settled = (id: string) =>
  until('the message is settled', async () => {
    const trace = await traceOf(id);
    return trace.settledAt === undefined ? null : trace;
  });

/** What the phone answers, as Infobip posts it (MO_JSON_2). */
function answer(from: string, text: string, messageId: string) {
  const result = {
    messageId,
    from,
    to: '5555',
    text,
    cleanText: text,
    receivedAt: '2026-08-01T10:00:00.000+0000',
    smsCount: 1,
  };
  const body = { results: [result], messageCount: 1, pendingMessageCount: 0 };
  return stack.call('POST', stack.callbackPath, body, proofFor(stack.callbackPath));
}

const told = async (meta: string) =>
  (await stack.control('GET', `/control/clevertap/records?meta=${encodeURIComponent(meta)}`)).json.records as {
    event: string;
  }[];

test('STOP: reported as replied under the newest message, and the number is suppressed until START', async () => {
  const phone = '919800000071';
  expect(await settled(await send(phone, 'stop-1'))).toMatchObject({ state: 'delivered' });
  expect((await answer(phone, 'Stop please', 'mo-1')).status).toBe(200);
  expect((await answer(phone, 'Stop please', 'mo-1')).status).toBe(200);
  await until('CleverTap has the reply', async () => (await told('stop-1')).length === 2);
  const events = (await told('stop-1')).map(({ event }) => event);
  expect(events.sort()).toEqual(['delivered', 'replied']);

  const { json: list } = await stack.call('GET', '/api/v1/suppressions');
  expect(list.items).toEqual([expect.objectContaining({ to: `+${phone}`, source: 'opt-out', reason: 'Stop please' })]);
  const refused = await settled(await send(phone, 'stop-2'));
  expect(refused).toMatchObject({
    state: 'suppressed',
    code: '903',
    attempts: [],
    callbacks: [{ event: 'failed', code: '903' }],
  });
  expect((await stack.control('GET', `/control/messages?to=${phone}`)).json.messages).toHaveLength(1);

  await answer(phone, 'START', 'mo-2');
  expect(await settled(await send(phone, 'stop-3'))).toMatchObject({ state: 'delivered' });
});

test('honoured up to the moment of sending: suppressed after it was accepted, before its time', async () => {
  const time = new Date(Date.now() + 3_000).toISOString();
  const id = await send('919800000072', 'late-stop', { time });
  expect(
    (await stack.call('POST', '/api/v1/suppressions', { to: '919800000072', reason: 'asked by mail' })).status,
  ).toBe(201);
  expect(await settled(id)).toMatchObject({ state: 'suppressed', reason: 'the number has opted out' });
  const { ledger } = (await stack.call('GET', '/api/v1/stats')).json;
  expect(ledger).toMatchObject({ suppressed: 2, open: 0 });

  expect((await stack.call('DELETE', '/api/v1/suppressions/919800000072')).status).toBe(204);
  expect((await stack.call('DELETE', '/api/v1/suppressions/919800000072')).status).toBe(404);
  expect(await settled(await send('919800000072', 'again'))).toMatchObject({ state: 'delivered' });
});

test('an answer to nothing we sent is kept, and reported to nobody', async () => {
  expect((await answer('919800000079', 'Who is this?', 'mo-3')).status).toBe(200);
  const { rows } = await stack.database.pool.query<{ body: string; message_id: string | null }>(
    `select body, message_id from inbound_texts where msisdn = '+919800000079'`,
  );
  expect(rows).toEqual([{ body: 'Who is this?', message_id: null }]);
});
