/** `POST /send`: notifications to groups, by status. */
import { operations } from '../../src/api/operations';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

const NOTIFY = operations.find(({ id }) => id === 'notifyGroups')!;

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

const PATH = '/api/v1/send';
const send = (body: unknown, path = PATH, headers = {}) => stack.call('POST', path, body, headers);

let serial = 0;
async function groupOf(members: object[], over: object = {}): Promise<string> {
  const { json, status } = await stack.call('POST', '/api/v1/groups', { name: `group ${++serial}`, ...over });
  expect(status).toBe(201);
  if (members.length > 0) await stack.call('POST', `/api/v1/groups/${json.id}/members`, { members });
  return json.id as string;
}

async function template(text: string): Promise<string> {
  const { json } = await stack.call('POST', '/api/v1/templates', { name: `template ${++serial}`, text });
  return json.id as string;
}

const finished = (id: string) =>
  until('the campaign is finished', async () => {
    const { json } = await stack.call('GET', `/api/v1/campaigns/${id}`);
    return json.state === 'finished' ? json : null;
  });

async function sentBy(campaignId: string) {
  const { rows } = await stack.database.pool.query<{ msisdn: string; body: string; sender: string | null }>(
    `select m.msisdn, m.body, m.sender, s.priority, m.gateway_id as "gatewayId"
     from messages m join slices s on s.id = m.slice_id where s.campaign_id = $1 order by m.id`,
    [campaignId],
  );
  return rows;
}

const asha = { to: '+919800000101', variables: { city: 'Pune' } };
const ravi = { to: '+919800000102' };

test('200: the group’s own template with the variables of the request, as the short path too', async () => {
  const groupId = await groupOf([asha, ravi], { templateId: await template('Dear {name}, hello') });
  for (const path of [PATH, '/send']) {
    const { status, json } = await send([{ groupId, useTemplate: true, variables: { name: 'Steven' } }], path);
    expect(status).toBe(200);
    expect(NOTIFY.answers[200]!.schema!.safeParse(json).error).toBeUndefined();
    expect(json).toEqual([{ groupId, status: 'accepted', accepted: 2, campaignId: expect.any(String) }]);
    const { campaignId } = json[0];
    expect((await finished(campaignId)).counts).toMatchObject({ accepted: 2, delivered: 2 });
    expect((await sentBy(campaignId)).map(({ body }) => body)).toEqual(['Dear Steven, hello', 'Dear Steven, hello']);
  }
});

test('200: results in order, each entry alone; accepted counts those who will get it', async () => {
  await stack.call('POST', '/api/v1/suppressions', { to: '+919800000103' });
  const people = await groupOf([asha, ravi, { to: '+919800000103', variables: { city: 'Goa' } }]);
  const templateId = await template('Rain in {city}');
  const other = await stack.call('POST', '/api/v1/accounts', { name: 'other' });
  const { json: foreign } = await stack.call(
    'POST',
    '/api/v1/groups',
    { name: 'theirs' },
    { 'x-account-id': other.json.id },
  );
  // Its route was deleted since.
  const lost = await groupOf([ravi]);
  await stack.database.pool.query(`update groups set route_id = 'rt_unknown' where id = $1`, [lost]);
  const { status, json } = await send([
    { groupId: 'grp_unknown', message: 'x' },
    { groupId: people, templateId },
    { groupId: foreign.id, message: 'x' },
    { groupId: people },
    { groupId: people, message: 'x', useTemplate: true },
    { groupId: people, useTemplate: true },
    { groupId: await groupOf([]), message: 'x' },
    { groupId: people, message: 'Hi {who}' },
    { groupId: people, message: 'x', time: 'soon' },
    { groupId: people, message: 'x', colour: 'red' },
    'no object',
    { groupId: await groupOf([{ to: '+919800000103' }]), message: 'x' },
    { groupId: lost, message: 'x' },
  ]);
  expect(status).toBe(200);
  expect(NOTIFY.answers[200]!.schema!.safeParse(json).error).toBeUndefined();
  expect(json[1]).toEqual({ groupId: people, status: 'accepted', accepted: 1, campaignId: expect.any(String) });
  const errors = json.map((one: { error?: string }) => one.error ?? null);
  expect(errors).toEqual([
    expect.stringContaining('names no group'),
    null,
    expect.stringContaining('names no group'),
    expect.stringContaining('message is missing'),
    expect.stringContaining('exclude each other'),
    expect.stringContaining('has no template'),
    expect.stringContaining('without members'),
    expect.stringContaining('{who} must have a value'),
    expect.stringContaining('time'),
    expect.stringContaining('colour: is not a field'),
    expect.stringContaining('body: '),
    expect.stringContaining('opted out'),
    expect.stringContaining('no route'),
  ]);
  expect(json.filter((one: { status: string }) => one.status === 'rejected')).toHaveLength(12);
  // The one without the variable is left out, the suppressed one is not sent to.
  const done = await finished(json[1].campaignId);
  expect(done).toMatchObject({ audience: { rejected: 1 }, counts: { accepted: 2, delivered: 1, suppressed: 1 } });
});

test('200: a group’s sender ID, gateway and level hold', async () => {
  const gateway = async (name: string, priority: number): Promise<string> => {
    const { json } = await stack.call('POST', '/api/v1/gateways', {
      provider: 'infobip', name, credentials: { apiKey: 'key' }, priority, sendingPattern: 'batch',
      baseUrl: `${stack.simulator.url}/infobip/${stack.vendor(name)}`,
    }); // prettier-ignore
    return json.id as string;
  };
  const usual = await gateway('usual', 1);
  const gatewayId = await gateway('alarms', 900);
  const critical = await groupOf([ravi], { gatewayId, sender: 'ALARMS' });
  const info = await groupOf([ravi], { level: 'Info', sender: 'ALARMS' });
  const { json } = await send([
    { groupId: critical, message: 'Fire' },
    { groupId: info, message: 'Lunch', sender: 'BRANDB' },
  ]);
  for (const { campaignId } of json) await finished(campaignId);
  expect(await sentBy(json[0].campaignId)).toMatchObject([{ body: 'Fire', sender: 'ALARMS', gatewayId, priority: 1 }]);
  const [lunch] = await sentBy(json[1].campaignId);
  expect(lunch).toMatchObject({
    body: 'Lunch',
    sender: 'BRANDB',
    priority: 5,
    gatewayId: usual,
  });

  await stack.call('DELETE', `/api/v1/gateways/${gatewayId}`);
  const gone = await send([{ groupId: critical, message: 'Fire' }]);
  expect(gone).toMatchObject({ status: 400, json: [{ error: expect.stringContaining('gateway was deleted') }] });
});

test('200: at its time, as a campaign that can be cancelled', async () => {
  const groupId = await groupOf([ravi]);
  const { json } = await send([{ groupId, message: 'Later', time: new Date(Date.now() + 3_600_000).toISOString() }]);
  const { campaignId } = json[0];
  const planned = await until('it waits', async () => {
    const campaign = (await stack.call('GET', `/api/v1/campaigns/${campaignId}`)).json;
    return campaign.state === 'scheduled' ? campaign : null;
  });
  expect(planned.name).toMatch(/^Notification to group \d+$/);
  expect(await stack.call('POST', `/api/v1/campaigns/${campaignId}/cancel`)).toMatchObject({ status: 200 });
});

test('400: the same list when nothing was accepted', async () => {
  expect(await send([{ groupId: 'grp_unknown', message: 'x' }])).toMatchObject({
    status: 400,
    json: [{ groupId: 'grp_unknown', status: 'rejected', accepted: 0, error: expect.any(String) }],
  });
});

test.each([[{}], [[]], ['{'], [{ groupId: 'g', message: 'x' }]])('400: a body that is no list: %j', async (body) => {
  const typed = { 'content-type': 'application/json' };
  expect(await send(body, PATH, typed)).toMatchObject({ status: 400, json: { code: expect.any(String) } });
});

test('401, 403: who may send', async () => {
  expect((await send([], PATH, { authorization: '' })).status).toBe(401);
  const { json } = await stack.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
  expect((await send([], '/send', { authorization: `Bearer ${json.key}` })).status).toBe(403);
});

test('413: at most 100 entries', async () => {
  const list = Array.from({ length: 101 }, () => ({ groupId: 'g', message: 'x' }));
  expect(await send(list)).toMatchObject({ status: 413, json: { code: 'too-many-records' } });
});

test('a repeated request under its Idempotency-Key sends nothing more', async () => {
  const groupId = await groupOf([ravi]);
  const once = () => send([{ groupId, message: 'Once' }], PATH, { 'idempotency-key': 'notify-1' });
  const first = await once();
  expect((await once()).json).toEqual(first.json);
});
