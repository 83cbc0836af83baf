import type { Simulator } from './server';
import { startSimulator } from './server';
import { basic, call, callForm, countsOf, message, number, put, submit } from './testing/harness';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ port: 0 });
});
afterEach(() => simulator.stop());

const ask = <Body>(path: string, headers: Record<string, string>) =>
  call<Body>('GET', `${simulator.url}${path}`, undefined, headers);
const app = { authorization: 'App secret' };
const bearer = { authorization: 'Bearer secret' };
const login = basic('AC1', 'secret');
const LIST = '/twilio/2010-04-01/Accounts/AC1/Messages';

test.each([
  ['/infobip/sms/3/logs', bearer, 401, { errorCode: 'E401' }],
  ['/infobip/sms/3/logs?messageIds=m1', app, 400, { violations: [{ property: 'messageIds' }] }],
  ['/infobip/sms/3/logs?limit=1001', app, 400, { violations: [{ property: 'limit' }] }],
  [`/infobip/sms/3/logs?messageId=${'m'.repeat(2_049)}`, app, 400, { violations: [{ property: 'messageId' }] }],
  ['/infobip/sms/3/reports', app, 404, { errorCode: 'E404' }],
  [`${LIST}.json`, basic('AC2', 'secret'), 401, { code: 20003 }],
  [`${LIST}.json?PageSize=0`, login, 400, { code: 20001 }],
  [`${LIST}/SM0.json`, login, 404, { code: 20404 }],
  ['/mobtexting/api/v2/sms/status', app, 401, { status: 401 }],
  ['/mobtexting/api/v2/sms/status?custom=1', bearer, 422, { errors: { custom: ['unknown'] } }],
])('GET %s is refused as its vendor refuses it', async (path, headers, status, body) => {
  expect(await ask(path, headers)).toMatchObject({ status, body });
});

interface Logs {
  results: { messageId: string; destination: string; status: { name: string }; content: { text: string } }[];
}

test('Infobip: messages by their ids, refused ones too, and again when asked again', async () => {
  await put(simulator, { receipts: { delayMs: 0 }, refuse: [{ outcome: 'sender', numberEndsWith: '2' }] });
  await submit(simulator, [message(number(1), 'm1'), message(number(2), 'm2'), message(number(3), 'm3')]);
  for (let times = 0; times < 2; times++) {
    const { body } = await ask<Logs>('/infobip/sms/3/logs?messageId=m2,m1,unknown&limit=10', app);
    expect(body.results).toMatchObject([
      { messageId: 'm2', destination: number(2), status: { name: 'REJECTED_SENDER' } },
      { messageId: 'm1', status: { name: 'DELIVERED_TO_HANDSET' }, content: { text: 'Your order has left.' } },
    ]);
  }
  expect((await ask<Logs>('/infobip/sms/3/logs?limit=2', app)).body.results).toHaveLength(2);
  expect(await countsOf(simulator)).toMatchObject({ requests: 1, lookups: 3, submissions: 3 });
});

test('Twilio: the list is of one account, number and day', async () => {
  const send = (To: string, sid = 'AC1') =>
    callForm<{ sid: string }>(
      `${simulator.url}/twilio/2010-04-01/Accounts/${sid}/Messages.json`,
      { To, From: 'HELIOS', Body: 'Hello' },
      basic(sid, 'secret'),
    );
  const { body: one } = await send(`+${number(1)}`);
  await send(`+${number(2)}`);
  await send(`+${number(1)}`, 'AC2');
  const today = new Date().toISOString().slice(0, 10);
  const list = async (query: string) =>
    (await ask<{ messages: { sid: string }[] }>(`${LIST}.json?To=%2B${number(1)}${query}`, login)).body.messages;
  expect(await list('')).toMatchObject([{ sid: one.sid, direction: 'outbound-api', body: 'Hello' }]);
  expect(await list(`&DateSent%3E=${today}`)).toHaveLength(1);
  expect(await list('&DateSent%3E=2100-01-01')).toEqual([]);
  expect(await list('&DateSent%3C=2000-01-01')).toEqual([]);
  expect(await ask(`${LIST}/${one.sid}.json`, login)).toMatchObject({ status: 200, body: { sid: one.sid } });
});

test('nothing is remembered without `record`', async () => {
  await put(simulator, { record: false });
  await submit(simulator, [message(number(1), 'm1')]);
  expect((await ask<Logs>('/infobip/sms/3/logs?messageId=m1', app)).body.results).toEqual([]);
});
