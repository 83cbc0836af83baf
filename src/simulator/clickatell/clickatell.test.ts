import { until } from '../../../test/support/until';
import { call, countsOf, keptOf, number, put, refusing, eachWithSimulator } from '../testing/harness';

const { simulator, receiver } = eachWithSimulator();

interface Answer {
  messages: { apiMessageId: string | null; accepted: boolean; to: string; error: { code: number } | null }[];
  error: { code: number; description: string } | null;
}
interface Update {
  statusCode: number;
  status: string;
  messageId: string;
  clientMessageId?: string;
  timestamp: number;
}

const message = (n: number, over: object = {}) => ({
  channel: 'sms',
  to: number(n),
  content: 'Your order has left.',
  from: 'HELIOS',
  clientMessageId: `id${n}`,
  ...over,
});

function post(messages: unknown, headers: Record<string, string> = { authorization: 'secret' }, account = '') {
  return call<Answer>('POST', `${simulator.url}/clickatell${account}/v1/message`, { messages }, headers);
}

async function updates(count: number): Promise<Update[]> {
  await until(`${count} updates`, () => receiver.requests.length >= count);
  return receiver.requests.map(({ method, body }) => {
    expect(method).toBe('POST');
    const { event } = JSON.parse(body) as { event: { messageStatusUpdate: [Update] } };
    expect(event.messageStatusUpdate).toHaveLength(1);
    return event.messageStatusUpdate[0];
  });
}

const reporting = (more: object = {}) => ({ receipts: { url: receiver.url, ...more } });

test('messages are taken with 202 and reported one by one to the URL of the script', async () => {
  await put(simulator, reporting());
  const answer = await post([message(1), message(2, { clientMessageId: undefined })]);
  expect(answer).toMatchObject({
    status: 202,
    body: {
      messages: [1, 2].map((n) => ({
        apiMessageId: expect.stringMatching(/^[0-9a-f]{32}$/),
        accepted: true,
        to: number(n),
        error: null,
      })),
      error: null,
    },
  });
  const seen = await updates(2);
  const [first, second] = answer.body.messages.map(({ apiMessageId: id }) => seen.find((u) => u.messageId === id));
  expect(first).toEqual({
    channel: 'sms',
    statusCode: 5,
    status: 'DEVICE_ACK',
    messageId: answer.body.messages[0]?.apiMessageId,
    clientMessageId: 'id1',
    timestamp: expect.any(Number),
  });
  expect(second).not.toHaveProperty('clientMessageId');
  expect(first?.timestamp).toBeGreaterThan(1_600_000_000_000);
  expect(await keptOf(simulator, 'messageId=id1')).toMatchObject([
    { to: number(1), sender: 'HELIOS', clientId: 'id1' },
  ]);
});

test('without a URL in the script nothing is reported', async () => {
  await post([message(1)]);
  expect((await countsOf(simulator, 'clickatell')).receipts).toMatchObject({ sent: 0, withoutUrl: 1 });
});

test.each([
  ['none', {}],
  ['Bearer', { authorization: 'Bearer secret' }],
  ['App', { authorization: 'App secret' }],
  ['a refused key', { authorization: 'revoked' }],
])('401 and code 1 for a wrong key: %s', async (_, headers: Record<string, string>) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  expect(await post([message(1)], headers)).toMatchObject({ status: 401, body: { messages: [], error: { code: 1 } } });
  expect(await countsOf(simulator, 'clickatell')).toMatchObject({ unauthorized: 1, submissions: 0 });
});

test.each<[string, unknown, number, string]>([
  ['no list', {}, 23, 'messages'],
  ['an empty list', [], 23, 'messages'],
  ['`sender` for from', [message(1, { sender: 'HELIOS' })], 23, 'sender'],
  ['`text` for content', [message(1, { content: undefined, text: 'x' })], 23, 'content'],
  ['a number as a number', [message(1, { to: 919_800_000_001 })], 23, 'to'],
  ['another channel', [message(1, { channel: 'fax' })], 23, 'channel'],
  ['201 messages', Array.from({ length: 201 }, (_, n) => message(n)), 22, ''],
])('400 for %s', async (_, messages, code, name) => {
  const answer = await post(messages);
  expect(answer).toMatchObject({ status: 400, body: { messages: [], error: { code } } });
  expect(answer.body.error?.description).toContain(name);
  expect(await countsOf(simulator, 'clickatell')).toMatchObject({ badRequests: 1, submissions: 0 });
});

test('400 and code 21 for a body that is not JSON', async () => {
  const url = `${simulator.url}/clickatell/v1/message`;
  expect(await call('POST', url, '{"messages":', { authorization: 'secret' })).toMatchObject({
    status: 400,
    body: { error: { code: 21 } },
  });
});

test('some refused: 207, each with its reason', async () => {
  await put(simulator, refusing('submit'));
  const answer = await post([...[0, 1, 2, 3, 4].map((n) => message(n)), message(5, { to: `+${number(5)}` })]);
  expect(answer).toMatchObject({ status: 207, body: { error: null } });
  expect(answer.body.messages.map(({ accepted, error }) => [accepted, error?.code])).toEqual([
    [true, undefined],
    [false, 45],
    [false, 25],
    [false, 100],
    [false, 20],
    [false, 25],
  ]);
  expect(await countsOf(simulator, 'clickatell')).toMatchObject({
    accepted: 1,
    refused: { sender: 1, recipient: 2, content: 1, account: 1 },
  });
});

test('all refused: 400 with the reasons at the messages, 402 when it is for money', async () => {
  await put(simulator, refusing('submit'));
  expect(await post([message(2)])).toMatchObject({
    status: 400,
    body: { messages: [{ apiMessageId: null, accepted: false, to: number(2), error: { code: 25 } }], error: null },
  });
  expect(await post([message(4)])).toMatchObject({ status: 402, body: { messages: [{ error: { code: 20 } }] } });
});

test.each([
  [1, 23, 'DELIVERY_FAILURE'],
  [2, 29, 'RECIPIENT_DOES_NOT_EXIST'],
  [3, 22, 'STOPPED_BY_ADMIN'],
  [4, 25, 'INSUFFICIENT_ACCOUNT_BALANCE'],
])('refused by report %i: %i %s', async (n, statusCode, status) => {
  await put(simulator, refusing('receipt', reporting()));
  expect((await post([message(n)])).status).toBe(202);
  expect(await updates(1)).toMatchObject([{ statusCode, status, clientMessageId: `id${n}` }]);
});

test('a repetition is another message, and both are found by our id', async () => {
  const answer = await post([message(1), message(1)]);
  expect(new Set(answer.body.messages.map(({ apiMessageId }) => apiMessageId)).size).toBe(2);
  expect(await keptOf(simulator, 'messageId=id1')).toHaveLength(2);
  expect(await countsOf(simulator, 'clickatell')).toMatchObject({ accepted: 2, duplicateIds: 0 });
});

test('each account reports to the URL of its own script; ids in capitals when it says so', async () => {
  await put(simulator, reporting({ idCase: 'upper' }), 'alpha');
  await post([message(1)], undefined, '/beta');
  const answer = await post([message(2)], undefined, '/alpha');
  const [update] = await updates(1);
  expect(update?.clientMessageId).toBe('ID2');
  expect(update?.messageId).toBe(answer.body.messages[0]?.apiMessageId?.toUpperCase());
  expect((await countsOf(simulator, 'beta')).receipts).toMatchObject({ sent: 0, withoutUrl: 1 });
});

test('decideBy messageId decides by our id, although the vendor has its own', async () => {
  const refused = async () => {
    await call('POST', `${simulator.url}/control/reset`);
    await put(simulator, { decideBy: 'messageId', refuse: [{ outcome: 'content', share: 0.5 }] });
    const ids = [...Array(40).keys()].map((n) => message(1, { clientMessageId: `id${n}` }));
    return (await post(ids)).body.messages.map(({ accepted }) => accepted);
  };
  const first = await refused();
  expect(new Set(first)).toEqual(new Set([true, false]));
  expect(await refused()).toEqual(first);
});

test('a storm and an error', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }, { kind: 'serverError', next: 1 }] }); // prettier-ignore
  expect(await post([message(1)])).toMatchObject({
    status: 429,
    headers: { 'retry-after': '1' },
    body: { error: { code: 43 } },
  });
  expect(await post([message(1)])).toMatchObject({ status: 503, body: { error: { code: 19 } } });
  expect(await call('GET', `${simulator.url}/clickatell/v1/message`)).toMatchObject({ status: 404 });
});
