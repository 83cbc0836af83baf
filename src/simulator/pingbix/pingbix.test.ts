import { until } from '../../../test/support/until';
import { call, callForm, countsOf, keptOf, number, put, refusing, eachWithSimulator } from '../testing/harness';

const { simulator, receiver } = eachWithSimulator();

interface Answer {
  status: string;
  transactionId?: string;
  statusCode: string;
  reason: string;
}
type Fields = Record<string, string | undefined>;

const fieldsOf = (over: Fields = {}): Fields => ({
  userid: 'helio',
  password: 'secret',
  sendMethod: 'quick',
  mobile: number(1),
  msg: 'Your order has left.',
  senderid: 'HELIOS',
  msgType: 'text',
  dltEntityId: '1701158123540939524',
  dltTemplateId: '1107160016156755389',
  output: 'json',
  dlr: '1',
  ...over,
});
const post = (over?: Fields, headers: Record<string, string> = {}, account = '') =>
  callForm<Answer>(`${simulator.url}/pingbix${account}/SMSApi/send`, fieldsOf(over), headers);

async function reports(count: number): Promise<Record<string, string>[]> {
  await until(`${count} reports`, () => receiver.requests.length >= count);
  return receiver.requests.map(({ method, query }) => {
    expect(method).toBe('GET');
    return query;
  });
}

const reporting = (more: object = {}) => ({ receipts: { url: receiver.url, ...more } });

test('a message is taken and reported by transaction and number', async () => {
  await put(simulator, reporting());
  const answer = await post();
  expect(answer).toMatchObject({
    status: 200,
    body: { status: 'success', transactionId: expect.stringMatching(/^\d+$/), statusCode: '200' },
  });
  const { transactionId } = answer.body;
  expect(await reports(1)).toEqual([
    {
      Transactionid: transactionId,
      Messageid: `${transactionId}-${number(1)}`,
      ErrorCode: '0',
      mobileNo: number(1),
      ReceivedTime: expect.stringMatching(/^\d{4}-/),
      DeliveredTime: expect.stringMatching(/^\d{4}-/),
    },
  ]);
  expect(await keptOf(simulator, `to=${number(1)}`)).toMatchObject([
    { sender: 'HELIOS', entityId: '1701158123540939524', templateId: '1107160016156755389', outcome: 'accepted' },
  ]);
});

test('a key in the header stands for user and password', async () => {
  const bare = { userid: undefined, password: undefined };
  expect((await post(bare, { apikey: 'key' })).body.status).toBe('success');
  await put(simulator, { refusedKeys: ['key'] });
  expect((await post(bare, { apikey: 'key' })).body).toMatchObject({ status: 'error', statusCode: '401' });
});

test.each<[string, Fields, Record<string, string>]>([
  ['none', { userid: undefined, password: undefined }, {}],
  ['no user', { userid: undefined }, {}],
  ['a refused password', { password: 'revoked' }, {}],
  ['Authorization', { userid: undefined, password: undefined }, { authorization: 'Bearer secret' }],
])('401 in the body for wrong credentials: %s', async (_, over, headers) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  expect(await post(over, headers)).toMatchObject({ status: 200, body: { status: 'error', statusCode: '401' } });
  expect(await countsOf(simulator, 'pingbix')).toMatchObject({ unauthorized: 1, submissions: 0 });
});

test.each<[string, Fields, string]>([
  ['`to`', { to: number(1) }, 'to'],
  ['`from` for senderid', { senderid: undefined, from: 'HELIOS' }, 'from'],
  ['no number', { mobile: undefined }, 'mobile'],
  ['no text', { msg: '' }, 'msg'],
  ['no sendMethod', { sendMethod: undefined }, 'sendMethod'],
  ['an unknown msgType', { msgType: 'flash' }, 'msgType'],
])('400 in the body for %s', async (_, over, name) => {
  const reason = `Invalid parameter ${name}`;
  expect((await post(over)).body).toEqual({ status: 'error', statusCode: '400', reason });
  expect(await countsOf(simulator, 'pingbix')).toMatchObject({ badRequests: 1, submissions: 0 });
});

test('JSON is not taken', async () => {
  expect(await call('POST', `${simulator.url}/pingbix/SMSApi/send`, fieldsOf())).toMatchObject({
    body: { status: 'error', statusCode: '400' },
  });
});

test.each([
  [1, 'sender', '403'],
  [2, 'recipient', '404'],
  [3, 'content', '406'],
  [4, 'account', '402'],
])('refused at submit %i: %s', async (n, outcome, statusCode) => {
  await put(simulator, refusing('submit'));
  expect(await post({ mobile: number(n) })).toMatchObject({ status: 200, body: { status: 'error', statusCode } });
  expect(await countsOf(simulator, 'pingbix')).toMatchObject({ refused: { [outcome]: 1 } });
});

test('refuses by itself a number with plus, alone and in a list', async () => {
  expect((await post({ mobile: `+${number(1)}` })).body.statusCode).toBe('404');
  expect((await post({ mobile: `${number(2)},+${number(1)}` })).body.statusCode).toBe('404');
  expect(await countsOf(simulator, 'pingbix')).toMatchObject({ accepted: 0 });
});

test.each([
  [1, '403'],
  [2, '404'],
  [3, '406'],
  [4, '402'],
])('refused by report %i: %s', async (n, ErrorCode) => {
  await put(simulator, refusing('receipt', reporting()));
  expect((await post({ mobile: number(n) })).body.status).toBe('success');
  expect(await reports(1)).toMatchObject([{ mobileNo: number(n), ErrorCode, DeliveredTime: '' }]);
});

test('without dlr there are no reports; a look-up tells all the same, of each number', async () => {
  await put(simulator, refusing('receipt', reporting()));
  const { body } = await post({ mobile: `${number(5)},${number(2)}`, dlr: undefined });
  const ask = (uuid: string, headers: Record<string, string>) =>
    call<{ response: { status: string; report_statusList: { status: Record<string, string> }[] } }>(
      'GET',
      `${simulator.url}/pingbix/SMSApi/report/status?uuid=${uuid}&output=json`,
      undefined,
      headers,
    );
  await until('both have ended', async () => {
    const { response } = (await ask(body.transactionId!, { apikey: 'key' })).body;
    return response.report_statusList.every(({ status }) => status['Status'] !== 'SUBMITTED');
  });
  const { response } = (await ask(body.transactionId!, { apikey: 'key' })).body;
  const ended = response.report_statusList.map(({ status }) => [status['mobileNo'], status['Status']]);
  expect(Object.fromEntries(ended)).toEqual({ [number(5)]: 'DELIVERED', [number(2)]: 'UNDELIVERED' });
  expect((await ask('0', { apikey: 'key' })).body.response.report_statusList).toEqual([]);
  expect((await ask(body.transactionId!, {})).body.response.status).toBe('error');
  expect(receiver.requests).toEqual([]);
});

test('a list has one transaction; which of its numbers is refused shows in the reports', async () => {
  await put(simulator, refusing('submit', reporting()));
  const { body } = await post({ mobile: [5, 2, 6].map(number).join(',') });
  expect(body.status).toBe('success');
  const seen = await reports(3);
  expect(seen.every(({ Transactionid }) => Transactionid === body.transactionId)).toBe(true);
  expect(Object.fromEntries(seen.map(({ mobileNo, ErrorCode }) => [mobileNo, ErrorCode]))).toEqual({
    [number(5)]: '0',
    [number(2)]: '404',
    [number(6)]: '0',
  });
  expect(await countsOf(simulator, 'pingbix')).toMatchObject({ accepted: 3, refusedByReceipt: { recipient: 1 } });
});

test('duplicatecheck refuses the same text to the same number; without it both are taken', async () => {
  expect((await post()).body.status).toBe('success');
  expect((await post()).body.status).toBe('success');
  const again = { duplicatecheck: 'true' };
  expect((await post(again)).body.status).toBe('success');
  expect((await post(again)).body).toMatchObject({ status: 'error', statusCode: '409' });
  expect((await post({ ...again, msg: 'Other.' })).body.status).toBe('success');
  // A list is taken for the number that is new.
  expect((await post({ ...again, mobile: `${number(1)},${number(2)}` })).body.status).toBe('success');
  expect(await countsOf(simulator, 'pingbix')).toMatchObject({ accepted: 5, duplicateIds: 2 });
});

test('a storm, an error, a named account and an unknown path', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }, { kind: 'serverError', next: 1 }] }); // prettier-ignore
  expect(await post()).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, body: { statusCode: '429' } });
  expect(await post()).toMatchObject({ status: 503, body: { status: 'error' } });
  await put(simulator, {});
  expect((await post({}, {}, '/alpha')).body.status).toBe('success');
  expect(await countsOf(simulator, 'alpha')).toMatchObject({ accepted: 1 });
  expect((await callForm(`${simulator.url}/pingbix/SMSApi/sends`, {})).status).toBe(404);
});
