import { until } from '../../../test/support/until';
import { call, callForm, countsOf, formOf, keptOf, number, put, refusing, eachWithSimulator } from '../testing/harness';

const { simulator, receiver, receiveWith } = eachWithSimulator();

interface Answer {
  transactionId: number;
  state: string;
  statusCode: number;
  description: string;
  pdu: number;
}
type Fields = Record<string, string | undefined>;
const PATH = '/times-mobile/api/v1/send';

const fieldsOf = (over: Fields = {}): Fields => ({
  username: 'helio',
  password: 'secret',
  unicode: 'false',
  from: 'HELIOS',
  to: number(1),
  text: 'Your order has left.',
  dltContentId: '1107160016156755389',
  corelationid: 'id1',
  ...over,
});

const post = (over?: object) => call<Answer>('POST', simulator.url + PATH, { ...fieldsOf(), ...over });
const get = (over?: Fields, path = PATH) =>
  call<Answer>('GET', `${simulator.url}${path}?${formOf(fieldsOf(over)).toString()}`);

async function reports(count: number): Promise<Record<string, string>[]> {
  await until(`${count} reports`, () => receiver.requests.length >= count);
  return receiver.requests.map(({ method, query }) => {
    expect(method).toBe('GET');
    return query;
  });
}

const reporting = (more: object = {}) => ({ receipts: { url: receiver.url, ...more } });

test.each([
  ['POST', post],
  ['GET', get],
])('%s: a message is taken and reported by GET, in Indian time', async (_, send) => {
  await put(simulator, reporting());
  const before = Date.now();
  const answer = await send();
  expect(answer).toMatchObject({
    status: 200,
    body: { transactionId: expect.any(Number), state: 'SUBMIT_ACCEPTED', statusCode: 200, pdu: 1 },
  });
  const [report] = await reports(1);
  expect(report).toEqual({
    txid: String(answer.body.transactionId),
    to: number(1),
    from: 'HELIOS',
    description: 'Message delivered successfully',
    pdu: '1',
    deliverystatus: 'DELIVERY_SUCCESS',
    deliverydt: expect.stringMatching(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/),
    corelationid: 'id1',
  });
  const at = Date.parse(`${report?.['deliverydt']?.replace(' ', 'T')}+05:30`);
  // Whole seconds, rounded down.
  expect(at).toBeGreaterThan(before - 1_000);
  expect(at).toBeLessThanOrEqual(Date.now());
  expect(await keptOf(simulator, 'messageId=id1')).toMatchObject([
    { sender: 'HELIOS', templateId: '1107160016156755389', outcome: 'accepted' },
  ]);
});

test('the report keeps the query of its URL', async () => {
  await put(simulator, { receipts: { url: `${receiver.url}?gateway=7` } });
  await post();
  expect(await reports(1)).toMatchObject([{ gateway: '7', corelationid: 'id1' }]);
});

test('a GET that is cut off loses half of its query, and comes whole when it is not acknowledged', async () => {
  await receiveWith((n) => (n === 0 ? 400 : 200));
  await put(simulator, reporting({ mangledShare: 1 }));
  await post();
  const [broken, whole] = await reports(2);
  expect(Object.keys(broken ?? {}).length).toBeLessThan(Object.keys(whole ?? {}).length);
  expect(whole).toMatchObject({ corelationid: 'id1' });
});

test.each<[string, Fields]>([
  ['no username', { username: undefined }],
  ['no password', { password: undefined }],
  ['a refused password', { password: 'revoked' }],
])('2070 for wrong credentials: %s', async (_, over) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  expect(await post(over)).toMatchObject({ status: 200, body: { statusCode: 2070 } });
  expect(await get(over)).toMatchObject({ status: 200, body: { statusCode: 2070 } });
  expect(await countsOf(simulator, 'times-mobile')).toMatchObject({ unauthorized: 2, submissions: 0 });
});

test.each<[string, object, string]>([
  ['`correlationid`', { correlationid: 'id1' }, 'correlationid'],
  ['`sender`', { sender: 'HELIOS' }, 'sender'],
  ['no text', { text: undefined }, 'text'],
  ['an unknown word for unicode', { unicode: 'yes' }, 'unicode'],
  ['unicode as a boolean', { unicode: false }, 'Malformed'],
])('400 for %s', async (_, over, name) => {
  const answer = await post(over);
  expect(answer).toMatchObject({ status: 400, body: { state: 'SUBMIT_FAILED', statusCode: 400 } });
  expect(answer.body.description).toContain(name);
  expect(await countsOf(simulator, 'times-mobile')).toMatchObject({ badRequests: 1, submissions: 0 });
});

test('a form is not taken', async () => {
  expect(await callForm(simulator.url + PATH, fieldsOf())).toMatchObject({ status: 400 });
});

test.each<[string, Fields, number]>([
  ['a sender that has not six characters', { from: 'HELIO' }, 2051],
  ['no sender', { from: undefined }, 2051],
  ['a number with plus', { to: `+${number(1)}` }, 2054],
  ['a foreign number', { to: '447700900123' }, 2054],
  ['no template', { dltContentId: undefined }, 7001],
])('refuses by itself %s', async (_, over, statusCode) => {
  expect(await post(over)).toMatchObject({ status: 200, body: { statusCode } });
  expect((await get({ to: number(1).slice(2) })).body.statusCode).toBe(200);
});

test.each([
  [1, 'sender', 2051],
  [2, 'recipient', 2054],
  [3, 'content', 7001],
  [4, 'account', 6001],
])('refused at submit %i: %s', async (n, outcome, statusCode) => {
  await put(simulator, refusing('submit'));
  expect(await post({ to: number(n) })).toMatchObject({ status: 200, body: { state: 'SUBMIT_FAILED', statusCode } });
  expect(await countsOf(simulator, 'times-mobile')).toMatchObject({ refused: { [outcome]: 1 } });
});

test.each([
  [1, 620],
  [2, 1],
  [3, 630],
  [4, 600],
])('refused by report %i: Error Text [%i]', async (n, code) => {
  await put(simulator, refusing('receipt', reporting()));
  expect((await post({ to: number(n) })).body.statusCode).toBe(200);
  const description = `error Code [false], Error Text [${code}]`;
  expect(await reports(1)).toMatchObject([{ deliverystatus: 'DELIVERY_FAILED', description, corelationid: 'id1' }]);
});

test('only final states are reported', async () => {
  await put(simulator, reporting({ intermediate: 1, delayMs: 200 }));
  await post();
  expect(await reports(1)).toMatchObject([{ deliverystatus: 'DELIVERY_SUCCESS' }]);
  expect((await countsOf(simulator, 'times-mobile')).receipts).toMatchObject({ sent: 1 });
});

test('corelationid is no key: a repetition is another message', async () => {
  const ids = [(await post()).body.transactionId, (await post()).body.transactionId];
  expect(new Set(ids).size).toBe(2);
  expect(await countsOf(simulator, 'times-mobile')).toMatchObject({ accepted: 2, duplicateIds: 0 });
  expect(await keptOf(simulator, 'messageId=id1')).toHaveLength(2);
});

test('a storm, an error, a named account and an unknown path', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }, { kind: 'serverError', next: 1 }] }); // prettier-ignore
  expect(await post()).toMatchObject({ status: 429, headers: { 'retry-after': '1' } });
  expect(await post()).toMatchObject({ status: 503 });
  await put(simulator, {});
  expect((await get({}, '/times-mobile/alpha/api/v1/send')).body.statusCode).toBe(200);
  expect(await countsOf(simulator, 'alpha')).toMatchObject({ accepted: 1 });
  expect((await get({}, '/times-mobile/api/v1/sends')).status).toBe(404);
});
