/** A person who says stop is not sent to again, and CleverTap hears of it. */
import { campaignsOf } from '../support/campaigns';
import { runDutyNow } from '../support/maintenance';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
/** A neighbour at the same deployment, with a gateway at the same vendor. */
let neighbour: SharedStack;
beforeAll(async () => {
  [stack, neighbour] = [await joinStack(), await joinStack()];
  for (const each of [stack, neighbour]) {
    await each.call('PATCH', `/api/v1/gateways/${each.gatewayId}`, { callbackAuth: LOGIN });
    await each.control('PUT', '/control/script', { receipts: { auth: LOGIN } });
  }
});
afterAll(async () => {
  await neighbour.stop();
  await stack.stop();
});

const LOGIN = { basic: { username: 'infobip', password: 'a-long-password' } };
const AUTHORIZATION = `Basic ${Buffer.from('infobip:a-long-password').toString('base64')}`;

const sendFrom = async (of: SharedStack, to: string, mid: string, extra: object = {}) =>
  (await of.call('POST', '/clevertap/v1/messages', { to, text: `Hello ${mid}`, mid, ...extra })).json.ids[0] as string;
const send = (to: string, mid: string, extra: object = {}) => sendFrom(stack, to, mid, extra);
const traceOf = async (of: SharedStack, id: string) => (await of.call('GET', `/api/v1/messages/${id}`)).json;
const settled = (id: string, of = stack) =>
  until('the message is settled', async () => {
    const trace = await traceOf(of, id);
    return trace.settledAt === undefined ? null : trace;
  });

const callbackPathOf = async (of: SharedStack, gatewayId = of.gatewayId): Promise<string> => {
  const { json } = await of.call('GET', `/api/v1/gateways/${gatewayId}`);
  return new URL(json.callbackUrl as string).pathname;
};

/** What the phone answers, as Infobip posts it (MO_JSON_2). */
async function answer(from: string, text: string, messageId: string, of = stack, authorization = AUTHORIZATION) {
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
  return of.call('POST', await callbackPathOf(of), body, { authorization });
}

const told = async (meta: string) =>
  (await stack.control('GET', `/control/clevertap/records?meta=${encodeURIComponent(meta)}`)).json.records as {
    event: string;
  }[];
const suppressionOf = async (to: string, of = stack) =>
  (await of.call('GET', `/api/v1/suppressions?to=${to}`)).json.items[0] as Record<string, unknown> | undefined;
const lift = async (to: string): Promise<number> =>
  (await stack.call('DELETE', `/api/v1/suppressions/${(await suppressionOf(to))!.id as string}`)).status;

test('STOP: reported as replied under the newest message, and the number is suppressed until START', async () => {
  const phone = '919800000071';
  expect(await settled(await send(phone, 'stop-1'))).toMatchObject({ state: 'delivered' });
  expect((await answer(phone, 'Stop please', 'mo-1')).status).toBe(200);
  expect((await answer(phone, 'Stop please', 'mo-1')).status).toBe(200);
  await until('CleverTap has the reply', async () => (await told('stop-1')).length === 2);
  const events = (await told('stop-1')).map(({ event }) => event);
  expect(events.sort()).toEqual(['delivered', 'replied']);

  const { json: list } = await stack.call('GET', '/api/v1/suppressions');
  expect(list.items).toEqual([
    expect.objectContaining({
      to: `+${phone}`,
      source: 'inbound',
      classes: 'all',
      reason: 'Stop please',
      at: '2026-08-01T10:00:00.000Z',
      evidence: expect.objectContaining({ word: 'STOP', language: 'en', gatewayId: stack.gatewayId }),
    }),
  ]);
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
  const { json } = await stack.call('GET', `/api/v1/consents?to=${phone}`);
  expect(json.items).toMatchObject([
    { kind: 'opt-in', source: 'inbound', counted: true, evidence: { word: 'START' } },
    { kind: 'opt-out', source: 'inbound', classes: 'all', evidence: { word: 'STOP' } },
  ]);
  expect(JSON.stringify(json)).not.toContain(phone.slice(2));
});

test('honoured up to the moment of sending: suppressed after it was accepted, before its time', async () => {
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const id = await send('919800000072', 'late-stop', { time });
  expect(
    (await stack.call('POST', '/api/v1/suppressions', { to: '919800000072', reason: 'asked by mail' })).status,
  ).toBe(201);
  // What an hour does.
  await stack.database.pool.query(
    `update slices set due_at = due_at - interval '1 hour', created_at = created_at - interval '1 hour'
     where id = (select slice_id from messages where id = $1)`,
    [id],
  );
  await runDutyNow(stack, 'starts');
  expect(await settled(id)).toMatchObject({ state: 'suppressed', reason: 'the number has opted out' });
  const { ledger } = (await stack.call('GET', '/api/v1/stats')).json;
  expect(ledger).toMatchObject({ suppressed: 2, open: 0 });

  expect(await lift('919800000072')).toBe(204);
  expect(await settled(await send('919800000072', 'again'))).toMatchObject({ state: 'delivered' });
});

test('an answer to nothing we sent is kept, and reported to nobody', async () => {
  expect((await answer('919800000079', 'Who is this?', 'mo-3')).status).toBe(200);
  const { rows } = await stack.database.pool.query<{ body: string; message_id: string | null }>(
    `select body, message_id from inbound_texts where msisdn = '+919800000079'`,
  );
  expect(rows).toEqual([{ body: 'Who is this?', message_id: null }]);
});

test('words of the account’s country and of the phone’s, and the account’s own', async () => {
  const says = async (phone: string, text: string, id: string) => {
    await answer(phone, text, id);
    return (await suppressionOf(phone))?.evidence;
  };
  expect(await says('919800000073', 'बंद करो', 'mo-4')).toMatchObject({ language: 'hi' });
  expect(await says('34600000001', 'BAJA', 'mo-5')).toMatchObject({ word: 'BAJA', language: 'es' });
  expect(await says('919800000074', 'don’t stop', 'mo-6')).toBeUndefined();
  expect(await says('919800000074', 'halt', 'mo-7')).toBeUndefined();
  const optOut = { words: ['Halt'], optInWords: ['YES'] };
  const { json } = await stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, { optOut });
  expect(json.optOut).toEqual({ scope: 'account', classes: 'all', ...optOut });
  await until('the api has seen the setting', async () => {
    await answer('919800000074', '“HALT!”', `mo-8-${Date.now()}`);
    return (await suppressionOf('919800000074')) !== undefined;
  });
  expect(await says('919800000074', 'Yes', 'mo-9')).toBeUndefined();
});

test('STOP for promotional messages: passwords pass, offers of every spelling don’t; the neighbour sends both', async () => {
  const phone = '919800000075';
  const patch = { optOut: { classes: 'promotional' } };
  expect((await stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, patch)).status).toBe(200);
  await answer(phone, 'STOP', 'mo-10');
  expect(await suppressionOf(phone)).toMatchObject({ classes: 'promotional' });
  for (const service of ['P', 'mkt', 'Promotional']) {
    expect(await settled(await send(phone, `offer ${service}`, { service }))).toMatchObject({ state: 'suppressed' });
  }
  for (const service of ['T', 'S']) {
    expect(await settled(await send(phone, `code ${service}`, { service }))).toMatchObject({ state: 'delivered' });
  }
  const audience = { recipients: [{ to: phone }] };
  const campaign = (service: string) =>
    stack.call('POST', '/api/v1/campaigns', {
      name: `stop ${service}`,
      message: 'Hello',
      service,
      audience,
      draft: true,
    });
  expect([(await campaign('MKT')).status, (await campaign('T')).status]).toEqual([409, 201]);
  const next = await sendFrom(neighbour, phone, 'neighbour', { service: 'P' });
  expect(await settled(next, neighbour)).toMatchObject({ state: 'delivered' });
  await stack.call('PATCH', `/api/v1/accounts/${stack.accountId}`, { optOut: { classes: 'all' } });
});

test('scope deployment: a STOP to one account stops the campaigns and records of the other too, START frees both', async () => {
  const phone = '919800000076';
  const share = (scope: string) =>
    Promise.all(
      [stack, neighbour].map((of) => of.call('PATCH', `/api/v1/accounts/${of.accountId}`, { optOut: { scope } })),
    );
  await share('deployment');
  await answer(phone, 'STOP', 'mo-11');
  expect(await settled(await sendFrom(neighbour, phone, 'shared-1'), neighbour)).toMatchObject({ state: 'suppressed' });
  expect(await suppressionOf(phone, neighbour)).toBeUndefined();
  const audience = { recipients: [{ to: phone }] };
  const campaign = { name: 'shared', message: 'Hello', audience };
  expect((await neighbour.call('POST', '/api/v1/campaigns', campaign)).json.code).toBe('audience-suppressed');
  await answer(phone, 'START', 'mo-12', neighbour);
  expect(await settled(await sendFrom(neighbour, phone, 'shared-2'), neighbour)).toMatchObject({ state: 'delivered' });
  expect(await settled(await send(phone, 'shared-3'))).toMatchObject({ state: 'delivered' });
  await answer(phone, 'STOP', 'mo-13', neighbour);
  await share('account');
  expect(await settled(await send(phone, 'shared-4'))).toMatchObject({ state: 'delivered' });
});

test('a campaign that runs leaves out whom another campaign’s recipient list named before they said stop', async () => {
  const [leaver, stayer] = ['919800000077', '919800000078'];
  const time = new Date(Date.now() + 3_600_000).toISOString();
  const audience = { recipients: [leaver, stayer].map((to) => ({ to })) };
  const { json } = await stack.call('POST', '/api/v1/campaigns', { name: 'later', message: 'Hello', audience, time });
  await until('it waits for its time', async () => {
    return (await stack.call('GET', `/api/v1/campaigns/${json.id}`)).json.state === 'scheduled';
  });
  await answer(leaver, 'unsubscribe me', 'mo-14');
  await campaignsOf(stack).soon(json.id);
  const counts = await until('the campaign is over', async () => {
    const { json: now } = await stack.call('GET', `/api/v1/campaigns/${json.id}`);
    return now.state === 'finished' ? now.counts : null;
  });
  expect(counts).toMatchObject({ accepted: 2, delivered: 1, suppressed: 1 });
});

test('without proof of who sends it a callback can stop, and not start', async () => {
  const phone = '919800000080';
  await neighbour.call('PATCH', `/api/v1/gateways/${neighbour.gatewayId}`, { callbackAuth: null });
  await until('the api takes callbacks without proof', async () => {
    const { status } = await answer(phone, 'STOP', 'mo-15', neighbour, 'Basic bm9ib2R5');
    return status === 200;
  });
  await answer(phone, 'START', 'mo-16', neighbour);
  expect(await suppressionOf(phone, neighbour)).toMatchObject({ source: 'inbound' });
  const { json } = await neighbour.call('GET', `/api/v1/consents?to=${phone}`);
  expect(json.items[0]).toMatchObject({ kind: 'opt-in', counted: false });
});
