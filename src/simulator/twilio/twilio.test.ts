import { until } from '../../../test/support/until';
import { basic, call, callForm, countsOf, keptOf, number, put, refusing, eachWithSimulator } from '../testing/harness';
import { sign } from './signature';

const SID = 'ACtest';
const TOKEN = 'token';

const { simulator, receiver, receiveWith } = eachWithSimulator();

interface Envelope {
  code: number;
  status: number;
  message: string;
  more_info: string;
}
interface Resource {
  sid: string;
  status: string;
}
type Fields = Record<string, string | undefined>;

function post<Body = Resource>(over: Fields = {}, { account = '', auth = basic(SID, TOKEN), sid = SID } = {}) {
  const url = `${simulator.url}/twilio${account}/2010-04-01/Accounts/${sid}/Messages.json`;
  const fields = { To: `+${number(1)}`, From: 'HELIOS', Body: 'Your order has left.', ...over };
  return callForm<Body>(url, fields, auth);
}

/** The forms that were called back, checked for their signature. */
async function callbacks(count: number): Promise<Record<string, string>[]> {
  await until(`${count} callbacks`, () => receiver.requests.length >= count);
  return receiver.requests.map(({ method, path, headers, body }) => {
    const form = new URLSearchParams(body);
    expect(method).toBe('POST');
    expect(headers['content-type']).toMatch('application/x-www-form-urlencoded');
    expect(headers['x-twilio-signature']).toBe(sign(TOKEN, `http://127.0.0.1:${receiver.port}${path}`, form));
    return Object.fromEntries(form);
  });
}

test('the published example of a signature', () => {
  const form = new URLSearchParams({
    To: '+18005551212',
    CallSid: 'CA1234567890ABCDE',
    Caller: '+14158675309',
    Digits: '1234',
    From: '+14158675309',
  });
  expect(sign('12345', 'https://mycompany.com/myapp.php?foo=1&bar=2', form)).toBe('RSOYDt4T1cUTdK1PDd93/VVr8B8=');
});

test('a message is taken with 201, and reported by a signed callback, its URL kept and its fragment not', async () => {
  const url = `${receiver.url}?attempt=a1`;
  const answer = await post({ StatusCallback: `${url}#rc=3`, ValidityPeriod: '600' });
  expect(answer).toMatchObject({
    status: 201,
    body: {
      sid: expect.stringMatching(/^SM[0-9a-f]{32}$/),
      account_sid: SID,
      status: 'queued',
      to: `+${number(1)}`,
      from: 'HELIOS',
      num_segments: '1',
      error_code: null,
      messaging_service_sid: null,
      date_created: expect.stringMatching(/^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/),
    },
  });
  const [form] = await callbacks(1);
  expect(receiver.requests[0]?.path).toBe('/receipts?attempt=a1');
  expect(form).toEqual({
    MessageSid: answer.body.sid,
    SmsSid: answer.body.sid,
    MessageStatus: 'delivered',
    SmsStatus: 'delivered',
    To: `+${number(1)}`,
    From: 'HELIOS',
    AccountSid: SID,
    ApiVersion: '2010-04-01',
    RawDlrDoneDate: expect.stringMatching(/^\d{10}$/),
  });
  expect(await keptOf(simulator, `messageId=${answer.body.sid}`)).toMatchObject([
    { to: `+${number(1)}`, sender: 'HELIOS', text: 'Your order has left.', validitySeconds: 600, outcome: 'accepted' },
  ]);
});

test('a Messaging Service picks the sender: accepted, and named in the callback', async () => {
  const service = `MG${'0'.repeat(32)}`;
  const fields = { From: undefined, MessagingServiceSid: service, StatusCallback: receiver.url };
  expect((await post(fields)).body).toMatchObject({
    status: 'accepted',
    from: null,
    messaging_service_sid: service,
    num_segments: '0',
  });
  const [form] = await callbacks(1);
  expect(form).toMatchObject({ MessagingServiceSid: service, MessageStatus: 'delivered' });
  expect(form).not.toHaveProperty('From');
});

test.each([
  ['none', {}],
  ['Bearer', { authorization: `Bearer ${TOKEN}` }],
  ['Basic without encoding', { authorization: `Basic ${SID}:${TOKEN}` }],
  ['another account', basic('ACother', TOKEN)],
  ['no token', basic(SID, '')],
  ['a refused token', basic(SID, 'revoked')],
])('401 and 20003 for wrong credentials: %s', async (_, auth: Record<string, string>) => {
  await put(simulator, { refusedKeys: ['revoked'] });
  const url = `${simulator.url}/twilio/2010-04-01/Accounts/${SID}/Messages.json`;
  const answer = await callForm(url, { To: `+${number(1)}`, From: 'HELIOS', Body: 'x' }, auth);
  expect(answer).toMatchObject({ status: 401, body: { code: 20003, status: 401 } });
  expect(await countsOf(simulator, 'twilio')).toMatchObject({ unauthorized: 1, submissions: 0 });
});

test('an API key sends for the account in the path', async () => {
  expect((await post({}, { auth: basic('SKtest', 'secret') })).status).toBe(201);
});

test.each<[string, Fields, number]>([
  ['no To', { To: undefined, to: `+${number(1)}` }, 21604],
  ['`from` for From', { From: undefined, from: 'HELIOS' }, 21603],
  ['`Text` for Body', { Body: undefined, Text: 'x' }, 21602],
  ['a callback that is no URL', { StatusCallback: '/receipts' }, 21609],
  ['a validity beyond ten hours', { ValidityPeriod: '36001' }, 21624],
  ['a validity that is no number', { ValidityPeriod: 'soon' }, 21624],
])('400 for %s', async (_, over, code) => {
  const answer = await post<Envelope>(over);
  expect(answer).toMatchObject({ status: 400, body: { code, status: 400 } });
  expect(answer.body.more_info).toBe(`https://www.twilio.com/docs/api/errors/${code}`);
  expect(await countsOf(simulator, 'twilio')).toMatchObject({ badRequests: 1, submissions: 0 });
});

test('JSON has no parameters for it', async () => {
  const url = `${simulator.url}/twilio/2010-04-01/Accounts/${SID}/Messages.json`;
  const answer = await call('POST', url, { To: `+${number(1)}`, From: 'HELIOS', Body: 'x' }, basic(SID, TOKEN));
  expect(answer).toMatchObject({ status: 400, body: { code: 21604 } });
});

test.each<[string, Fields, number]>([
  ['a number without plus', { To: number(1) }, 21211],
  ['a sender of 12 letters', { From: 'HELIOGRAPHIC' }, 21212],
  ['1,601 characters', { Body: 'x'.repeat(1_601) }, 21617],
])('refuses by itself %s', async (_, over, code) => {
  expect(await post(over)).toMatchObject({ status: 400, body: { code } });
  expect(await countsOf(simulator, 'twilio')).toMatchObject({ submissions: 1, accepted: 0 });
});

test.each([
  [1, 'sender', 400, 21212],
  [2, 'recipient', 400, 21211],
  [3, 'content', 400, 21617],
  [4, 'account', 401, 20005],
])('refused at submit %i: %s', async (n, outcome, status, code) => {
  await put(simulator, refusing('submit'));
  expect(await post({ To: `+${number(n)}` })).toMatchObject({ status, body: { code, status } });
  expect(await countsOf(simulator, 'twilio')).toMatchObject({ refused: { [outcome]: 1 }, unauthorized: 0 });
});

test.each([
  [1, 'undelivered', '30018'],
  [2, 'undelivered', '30005'],
  [3, 'undelivered', '30007'],
  [4, 'failed', '30002'],
])('refused by callback %i: %s %s', async (n, status, code) => {
  await put(simulator, refusing('receipt'));
  expect((await post({ To: `+${number(n)}`, StatusCallback: receiver.url })).status).toBe(201);
  expect((await callbacks(1))[0]).toMatchObject({ MessageStatus: status, SmsStatus: status, ErrorCode: code });
});

test('intermediate callbacks are sending and sent, one callback a request', async () => {
  await put(simulator, { receipts: { intermediate: 1 } });
  for (let n = 0; n < 10; n++) await post({ To: `+${number(n)}`, StatusCallback: receiver.url });
  const statuses = (await callbacks(20)).map((form) => form['MessageStatus']);
  expect(new Set(statuses)).toEqual(new Set(['sending', 'sent', 'delivered']));
  expect(statuses.filter((status) => status === 'delivered')).toHaveLength(10);
});

test('a repetition is another message', async () => {
  const sids = [(await post()).body.sid, (await post()).body.sid];
  expect(new Set(sids).size).toBe(2);
  expect(await countsOf(simulator, 'twilio')).toMatchObject({ accepted: 2, duplicateIds: 0 });
});

test.each([
  ['once', '', 2],
  ['as often as the fragment says', '#rc=3', 4],
])('a callback that fails is repeated %s', async (_, fragment, posts) => {
  await receiveWith(() => 500);
  await post({ StatusCallback: receiver.url + fragment });
  const counts = () => countsOf(simulator, 'twilio');
  await until('giving up', async () => (await counts()).receipts.failed === 1);
  expect((await counts()).receipts).toMatchObject({ posts, failedPosts: posts });
});

test('a named account, an unknown path, a storm and an error', async () => {
  expect((await post({}, { account: '/alpha' })).status).toBe(201);
  expect(await countsOf(simulator, 'alpha')).toMatchObject({ accepted: 1 });
  const nowhere = await callForm(`${simulator.url}/twilio/2010-04-01/Messages.json`, {}, basic(SID, TOKEN));
  expect(nowhere).toMatchObject({ status: 404, body: { code: 20404 } });
  await put(simulator, { faults: [{ kind: 'throttle', next: 1 }, { kind: 'serverError', next: 1 }] }); // prettier-ignore
  expect(await post()).toMatchObject({ status: 429, headers: { 'retry-after': '1' }, body: { code: 20429 } });
  expect(await post()).toMatchObject({ status: 503, body: { code: 20503 } });
});
