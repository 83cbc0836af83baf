import { request } from 'undici';
import { until } from '../../../test/support/until';
import { callText, countsOf, formOf, keptOf, number, put, refusing, eachWithSimulator } from '../testing/harness';

const { simulator, receiver } = eachWithSimulator();

type Fields = Record<string, string | undefined>;
const PATH = '/clickatell-legacy/http/sendmsg';

const fieldsOf = (over: Fields = {}) =>
  formOf({
    user: 'helio',
    password: 'secret',
    api_id: '3141592',
    to: number(1),
    from: 'HELIOS',
    text: 'Your order has left.',
    callback: '7',
    climsgid: 'id1',
    ...over,
  });

const get = (over?: Fields, path = PATH) => callText('GET', `${simulator.url}${path}?${fieldsOf(over).toString()}`);
const post = (over?: Fields) =>
  callText('POST', simulator.url + PATH, fieldsOf(over).toString(), {
    'content-type': 'application/x-www-form-urlencoded',
  });

async function reports(count: number): Promise<Record<string, string>[]> {
  await until(`${count} reports`, () => receiver.requests.length >= count);
  return receiver.requests.map(({ method, query }) => {
    expect(method).toBe('GET');
    return query;
  });
}

const reporting = (more: object = {}) => ({ receipts: { url: `${receiver.url}?gateway=7`, ...more } });

test.each([
  ['GET', get],
  ['POST', post],
])('%s: a message is taken with an ID line and reported by GET', async (_, send) => {
  await put(simulator, reporting());
  const answer = await send({ validity: '30', msg_type: 'SMS_FLASH' });
  expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'text/plain' } });
  const id = /^ID: ([0-9a-f]{32})$/.exec(answer.body)?.[1];
  expect(id).toBeDefined();
  expect(await reports(1)).toEqual([
    {
      gateway: '7',
      api_id: '3141592',
      apiMsgId: id,
      cliMsgId: 'id1',
      to: number(1),
      from: 'HELIOS',
      timestamp: expect.stringMatching(/^\d{10}$/),
      status: '004',
      charge: '1',
    },
  ]);
  expect(await keptOf(simulator, `messageId=${id}`)).toMatchObject([
    { sender: 'HELIOS', flash: true, validitySeconds: 1_800, clientId: 'id1' },
  ]);
});

test('unicode=1 wants hexadecimal UCS-2', async () => {
  const text = 'नमस्ते 🙂';
  const hex = Buffer.from(text, 'utf16le').swap16().toString('hex').toUpperCase();
  expect((await post({ unicode: '1', text: hex })).body).toMatch(/^ID: /);
  expect(await keptOf(simulator, 'messageId=id1')).toMatchObject([{ text, parts: 1 }]);
  expect((await post({ unicode: '1', text })).body).toBe('ERR: 116, Invalid Unicode data');
  expect((await post({ unicode: '1', text: hex.slice(1) })).body).toBe('ERR: 116, Invalid Unicode data');
});

test('a header is taken beside the text', async () => {
  await post({ udh: '06050415811581' });
  expect(await keptOf(simulator, 'messageId=id1')).toMatchObject([{ udh: '06050415811581' }]);
  expect((await post({ udh: '060' })).body).toBe('ERR: 102, Invalid user data header');
});

test.each<[string, Fields, string]>([
  ['no user', { user: undefined }, '001, Authentication failed'],
  ['no password', { password: undefined }, '001, Authentication failed'],
  ['a refused password', { password: 'revoked' }, '002, Unknown username or password'],
])('wrong credentials: %s', async (_, over, error) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  expect(await get(over)).toMatchObject({ status: 200, body: `ERR: ${error}` });
  expect(await countsOf(simulator, 'clickatell-legacy')).toMatchObject({ unauthorized: 1, submissions: 0 });
});

test('credentials in a header are none', async () => {
  const url = `${simulator.url}${PATH}?${fieldsOf({ user: undefined, password: undefined }).toString()}`;
  const { body } = await callText('GET', url, undefined, { authorization: 'Basic aGVsaW86c2VjcmV0' });
  expect(body).toBe('ERR: 001, Authentication failed');
});

test.each<[string, Fields, string]>([
  ['no API id', { api_id: undefined }, '108, Invalid or missing API ID'],
  ['no number', { to: undefined }, '101, Invalid or missing parameters'],
  ['`sender` for from', { sender: 'HELIOS' }, '101, Invalid or missing parameters'],
  ['`message` for text', { text: undefined, message: 'x' }, '101, Invalid or missing parameters'],
  ['no text', { text: undefined }, '107, Empty message'],
  ['a long id', { climsgid: 'i'.repeat(33) }, '101, Invalid or missing parameters'],
  ['callback=8', { callback: '8' }, '101, Invalid or missing parameters'],
])('%s', async (_, over, error) => {
  expect((await get(over)).body).toBe(`ERR: ${error}`);
  expect(await countsOf(simulator, 'clickatell-legacy')).toMatchObject({ badRequests: 1, submissions: 0 });
});

test.each<[string, Fields, string]>([
  ['a number with plus', { to: `+${number(1)}` }, '105, Invalid destination address'],
  ['a sender of 12 letters', { from: 'HELIOGRAPHIC' }, '106, Invalid source address'],
  ['two parts without concat', { text: 'x'.repeat(161) }, '113, Maximum message parts exceeded'],
])('refuses by itself %s', async (_, over, error) => {
  expect((await post(over)).body).toBe(`ERR: ${error}`);
  expect((await post({ text: 'x'.repeat(161), concat: '2' })).body).toMatch(/^ID: /);
});

test.each([
  [1, 'sender', '106, Invalid source address'],
  [2, 'recipient', '105, Invalid destination address'],
  [3, 'content', '113, Maximum message parts exceeded'],
  [4, 'account', '301, No credit left'],
])('refused at submit %i: %s', async (n, outcome, error) => {
  await put(simulator, refusing('submit'));
  expect(await get({ to: number(n) })).toMatchObject({ status: 200, body: `ERR: ${error}` });
  expect(await countsOf(simulator, 'clickatell-legacy')).toMatchObject({ refused: { [outcome]: 1 } });
});

test('several numbers: a line each, with its number', async () => {
  await put(simulator, refusing('submit'));
  const { body } = await post({ to: [5, 2, 6].map(number).join(',') });
  expect(body.split('\n')).toEqual([
    expect.stringMatching(new RegExp(`^ID: [0-9a-f]{32} To: ${number(5)}$`)),
    `ERR: 105, Invalid destination address To: ${number(2)}`,
    expect.stringMatching(new RegExp(`^ID: [0-9a-f]{32} To: ${number(6)}$`)),
  ]);
});

test.each([
  [1, '009'],
  [2, '007'],
  [3, '005'],
  [4, '012'],
])('refused by report %i: %s', async (n, status) => {
  await put(simulator, refusing('receipt', reporting()));
  expect((await get({ to: number(n) })).body).toMatch(/^ID: /);
  expect(await reports(1)).toMatchObject([{ status, cliMsgId: 'id1' }]);
});

test('callback says which reports are sent: none, final ones, errors, all', async () => {
  await put(simulator, { ...refusing('receipt'), ...reporting({ intermediate: 1 }) });
  for (const [id, callback] of [
    ['none', undefined],
    ['final', '2'],
    ['errors', '4'],
    ['all', '7'],
  ] as const)
    // prettier-ignore
    for (const n of [2, 5]) await get({ to: number(n), climsgid: `${id}${n}`, callback });
  const seen = (await reports(7)).map(({ cliMsgId, status }) => `${cliMsgId} ${status}`);
  const expected = ['final2 007', 'final5 004', 'errors2 007', 'all2 003', 'all2 007', 'all5 003', 'all5 004'];
  expect(seen.sort()).toEqual(expected.sort());
  expect((await countsOf(simulator, 'clickatell-legacy')).receipts).toMatchObject({ sent: 7 });
});

test('a repetition is another message', async () => {
  expect((await get()).body).not.toBe((await get()).body);
  expect(await countsOf(simulator, 'clickatell-legacy')).toMatchObject({ accepted: 2, duplicateIds: 0 });
});

test('half an answer is half a text', async () => {
  await put(simulator, { faults: [{ kind: 'reset', next: 1, at: 'half' }] });
  const answer = await request(`${simulator.url}${PATH}?${fieldsOf().toString()}`);
  expect(answer.headers['content-type']).toBe('text/plain');
  await expect(answer.body.text()).rejects.toThrow();
});

test('a storm, an error, a named account and an unknown path', async () => {
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }, { kind: 'serverError', next: 1 }] }); // prettier-ignore
  expect(await get()).toMatchObject({ status: 429, body: 'ERR: 130, Maximum MT limit exceeded' });
  expect(await get()).toMatchObject({ status: 503, body: 'ERR: 901, Internal error' });
  await put(simulator, {});
  expect((await get({}, '/clickatell-legacy/alpha/http/sendmsg')).body).toMatch(/^ID: /);
  expect(await countsOf(simulator, 'alpha')).toMatchObject({ accepted: 1 });
  expect((await get({}, '/clickatell-legacy/http/send')).status).toBe(404);
});
