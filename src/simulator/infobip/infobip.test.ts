import { until } from '../../../test/support/until';
import type { SubmitAnswer } from '../testing/harness';
import { call, countsOf, message, number, put, reportTo, eachWithSimulator, submit } from '../testing/harness';

interface Failure {
  errorCode: string;
  violations: { property: string; violation: string }[];
}
interface Kept {
  messages: Record<string, unknown>[];
}

const { simulator, receiver } = eachWithSimulator();

const post = <Body>(body: unknown, headers: Record<string, string> = { authorization: 'App secret' }) =>
  call<Body>('POST', `${simulator.url}/infobip/sms/3/messages`, body, headers);

test.each([
  ['no header', {}],
  ['Bearer', { authorization: 'Bearer secret' }],
  ['an empty key', { authorization: 'App ' }],
  ['a refused key', { authorization: 'App revoked' }],
])('401 for %s', async (_, headers: Record<string, string>) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  const answer = await post<Failure>({ messages: [message(number(1), 'm1')] }, headers);
  expect(answer).toMatchObject({ status: 401, body: { errorCode: 'E401', violations: [] } });
  expect(await countsOf(simulator)).toMatchObject({ unauthorized: 1, submissions: 0 });
});

test.each<[string, unknown, string]>([
  ['no JSON', '{"messages":', 'request'],
  ['no messages', {}, 'messages'],
  ['an empty list', { messages: [] }, 'messages'],
  ['`from` of v2', { messages: [message(number(1), 'm1', { sender: undefined, from: 'HELIOS' })] }, 'messages[0].from'],
  ['`text` of v2', { messages: [message(number(1), 'm1', { text: 'x' })] }, 'messages[0].text'],
  ['no content', { messages: [message(number(1), 'm1', { content: undefined })] }, 'messages[0].content'],
  ['a numeric text', { messages: [message(number(1), 'm1', { content: { text: 5 } })] }, 'messages[0].content.text'],
  ['no destination', { messages: [message('', '', { destinations: [] })] }, 'messages[0].destinations'],
  ['no number', { messages: [message('', '', { destinations: [{}] })] }, 'messages[0].destinations[0].to'],
  ['a long id', { messages: [message(number(1), 'm'.repeat(201))] }, 'messages[0].destinations[0].messageId'],
  [
    'DLT without its entity',
    { messages: [message(number(1), 'm', { options: { regional: { indiaDlt: { contentTemplateId: '1' } } } })] },
    'messages[0].options.regional.indiaDlt.principalEntityId',
  ],
  [
    'a unit that is none',
    { messages: [message(number(1), 'm', { options: { validityPeriod: { amount: 1, timeUnit: 'WEEKS' } } })] },
    'messages[0].options.validityPeriod.timeUnit',
  ],
])('400 for %s, naming the property', async (_, body, property) => {
  const answer = await post<Failure>(body);
  expect(answer).toMatchObject({ status: 400, body: { errorCode: 'E400' } });
  expect(answer.body.violations.map((violation) => violation.property)).toContain(property);
  expect(await countsOf(simulator)).toMatchObject({ badRequests: 1, submissions: 0 });
});

test('404 for another path and for another method', async () => {
  const wrongPath = await call('POST', `${simulator.url}/infobip/sms/2/text/advanced`, {});
  expect(wrongPath).toMatchObject({ status: 404, body: { errorCode: 'E404' } });
  expect(await call('GET', `${simulator.url}/infobip/sms/3/messages`)).toMatchObject({ status: 404 });
});

test('one request takes many messages and refuses single ones inside its 200', async () => {
  await put(simulator, {
    refuse: [
      { outcome: 'sender', senders: ['BAD'] },
      { outcome: 'recipient', numberEndsWith: '13' },
      { outcome: 'content', textIncludes: 'loan' },
      { outcome: 'account', numberEndsWith: '99' },
    ],
  });
  const answer = await submit(simulator, [
    {
      ...message(number(1), 'a'),
      destinations: [
        { to: number(1), messageId: 'a' },
        { to: number(2), messageId: 'b' },
      ],
    },
    message(number(3), 'c', { sender: 'BAD' }),
    message(number(13), 'd'),
    message(number(4), 'e', { content: { text: 'a loan' } }),
    message(number(99), 'f'),
    message('', 'g'),
    message('12x', 'h'),
  ]);
  expect(answer.status).toBe(200);
  expect(answer.body.messages.map(({ messageId, status }) => [messageId, status.groupId, status.id])).toEqual([
    ['a', 1, 26],
    ['b', 1, 26],
    ['c', 5, 13],
    ['d', 5, 52],
    ['e', 5, 25],
    ['f', 5, 12],
    ['g', 5, 51],
    ['h', 5, 52],
  ]);
  expect(await countsOf(simulator)).toMatchObject({
    requests: 1,
    submissions: 8,
    accepted: 2,
    refused: { sender: 1, recipient: 3, content: 1, account: 1 },
  });
});

test('a message id is taken once, within a request and later; a refused one may come again', async () => {
  await put(simulator, { refuse: [{ outcome: 'sender', senders: ['BAD'] }] });
  const ids = (answer: { body: SubmitAnswer }) => answer.body.messages.map(({ status }) => status.id);
  const twice = [message(number(1), 'a', reportTo(receiver)), message(number(1), 'a', reportTo(receiver))];
  expect(ids(await submit(simulator, twice))).toEqual([26, 23]);
  expect(ids(await submit(simulator, [message(number(1), 'a', reportTo(receiver))]))).toEqual([23]);
  expect(ids(await submit(simulator, [message(number(2), 'b', { sender: 'BAD' })]))).toEqual([13]);
  expect(ids(await submit(simulator, [message(number(2), 'b')]))).toEqual([26]);
  const again = await call<Kept>('GET', `${simulator.url}/control/messages?messageId=b`);
  expect(again.body.messages).toMatchObject([{ seen: 2, outcome: 'accepted' }]);
  const counts = await countsOf(simulator);
  expect(counts).toMatchObject({ submissions: 5, accepted: 2, duplicateIds: 2, refused: { sender: 1 } });
  expect(counts.receipts.sent).toBe(1);
  const kept = await call<Kept>('GET', `${simulator.url}/control/messages?messageId=a`);
  expect(kept.body.messages).toMatchObject([
    { seen: 3, outcome: 'accepted', times: [{}, {}, {}].map(() => expect.any(String)) },
  ]);
});

test('without a word of script every message is delivered by a v3 receipt', async () => {
  const over = { webhooks: { delivery: { url: receiver.url }, callbackData: 'mine' } };
  const { body } = await submit(simulator, [message(number(1), 'a', over)]);
  const [report] = await until('the receipt', () => (receiver.reports().length > 0 ? receiver.reports() : undefined));
  expect(report).toMatchObject({
    bulkId: body.bulkId,
    messageId: 'a',
    to: number(1),
    sender: 'HELIOS',
    callbackData: 'mine',
    messageCount: 1,
    status: { groupId: 3, id: 5, name: 'DELIVERED_TO_HANDSET' },
    error: { id: 0, groupName: 'OK' },
    doneAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/),
  });
  expect((await countsOf(simulator)).receipts).toMatchObject({ sent: 1, posts: 1 });
});

test('a message without a report URL is counted, not reported', async () => {
  await submit(simulator, [message(number(1), 'a')]);
  expect((await countsOf(simulator)).receipts).toMatchObject({ sent: 0, withoutUrl: 1 });
});

test.each([
  ['sender', 4, 4108],
  ['recipient', 9, 1],
  ['content', 4, 4129],
  ['account', 4, 4112],
])('refused by receipt: %s', async (outcome, statusId, errorId) => {
  await put(simulator, { refuse: [{ outcome, at: 'receipt' }] });
  const { body } = await submit(simulator, [message(number(1), 'a', reportTo(receiver))]);
  expect(body.messages[0]?.status.id).toBe(26);
  const report = await until('the receipt', () => receiver.reports()[0]);
  expect(report).toMatchObject({ status: { id: statusId, groupId: 2 }, error: { id: errorId } });
  expect((await countsOf(simulator)).refusedByReceipt).toMatchObject({ [outcome]: 1 });
});

test('v2 reports and upper-case ids when the script says so', async () => {
  await put(simulator, { receipts: { shape: 'v2', idCase: 'upper' } });
  await submit(simulator, [message(number(1), 'abc', reportTo(receiver))]);
  const report = await until('the receipt', () => receiver.reports()[0]);
  expect(report).toMatchObject({ messageId: 'ABC', from: 'HELIOS', smsCount: 1, error: { groupName: 'Ok' } });
  expect(report).not.toHaveProperty('sender');
});

test('what was sent can be looked up: sender, text, DLT ids, flash, binary', async () => {
  const options = {
    flash: true,
    validityPeriod: { amount: 2, timeUnit: 'HOURS' },
    regional: { indiaDlt: { principalEntityId: '1701158123540939524', contentTemplateId: '1107160016156755389' } },
  };
  await submit(simulator, [message(number(1), 'a', { options })]);
  await submit(simulator, [message(number(2), 'b', { content: { hex: '0605', esmClass: 64, dataCoding: 0 } })]);
  const look = async (query: string) =>
    (await call<Kept>('GET', `${simulator.url}/control/messages?${query}`)).body.messages;
  expect(await look(`to=%2B${number(1)}`)).toEqual([
    expect.objectContaining({
      account: 'infobip',
      messageId: 'a',
      to: number(1),
      sender: 'HELIOS',
      text: 'Your order has left.',
      entityId: '1701158123540939524',
      templateId: '1107160016156755389',
      flash: true,
      validitySeconds: 7_200,
      outcome: 'accepted',
      seen: 1,
    }),
  ]);
  expect(await look('messageId=b')).toMatchObject([{ text: '', hex: '0605', flash: false }]);
  expect((await look('limit=1')).map((record) => record.messageId)).toEqual(['b']);
});

test('accounts have scripts, ids and counts of their own', async () => {
  await put(simulator, { refuse: [{ outcome: 'account' }] }, 'alpha');
  const one = [message(number(1), 'same')];
  expect((await submit(simulator, one, '/alpha')).body.messages[0]?.status.id).toBe(12);
  expect((await submit(simulator, one, '/beta')).body.messages[0]?.status.id).toBe(26);
  expect((await submit(simulator, one)).body.messages[0]?.status.id).toBe(26);
  expect(await countsOf(simulator, 'alpha')).toMatchObject({ submissions: 1, accepted: 0, refused: { account: 1 } });
  expect(await countsOf(simulator, 'beta')).toMatchObject({ submissions: 1, accepted: 1 });
  const total = await call('GET', `${simulator.url}/control/counts`);
  expect(total.body).toMatchObject({ submissions: 3, accepted: 2, accounts: { infobip: {}, alpha: {}, beta: {} } });
});
