/** The overview of an account: one sentence, figures that add up, and the same live. */
import { ADMIN_KEY } from '../support/servers';
import { watchEvents, type EventStream } from '../support/event-stream';
import { joinStack, type SharedStack } from '../support/shared';
import { makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

let stack: SharedStack;
/** An account in which nothing happens. */
let other: Tenant;
const opened: EventStream[] = [];

beforeAll(async () => {
  stack = await joinStack();
  other = await makeTenant(stack, 'Quiet');
  await other.gateway('quiet', 'infobip');
});
afterEach(() => {
  for (const stream of opened.splice(0)) stream.close();
});
afterAll(() => stack.stop());

const admin = (accountId = stack.accountId) => ({ authorization: `Bearer ${ADMIN_KEY}`, 'x-account-id': accountId });

async function watch(headers: Record<string, string> = admin()): Promise<EventStream> {
  const stream = await watchEvents(`${stack.url}/api/v1/overview/events`, headers);
  opened.push(stream);
  return stream;
}

const overview = async (call = stack.call) => (await call('GET', '/api/v1/overview')).json;

test('the ledger adds up, and what was sent shows within a second or two', async () => {
  expect((await overview()).sentence).toBe('All well.');
  const list = Array.from({ length: 7 }, (_, i) => ({ to: `+9198000200${String(i).padStart(2, '0')}`, text: 'Hello' }));
  await stack.call('POST', '/clevertap/v1/messages', { list });
  const now = await until('the messages show', async () => {
    const read = await overview();
    return read.ledger.accepted === 7 && read;
  });
  const { accepted, ...parts } = now.ledger as Record<string, number>;
  expect(Object.values(parts).reduce((sum, part) => sum + part, 0)).toBe(accepted);
  expect(now.perSecond.series).toHaveLength(60);
  expect(now.gateways).toEqual([
    { id: stack.gatewayId, name: 'Simulator', provider: 'infobip', state: 'up', reason: null, waiting: 0 },
  ]);
  expect((await overview(other.call)).ledger.accepted).toBe(0);
});

test('a gateway without credit: the sentence names it and what waits; the account beside it is well', async () => {
  const { pool } = stack.database;
  await pool.query(`update gateways set paused_reason = 'out of credit' where id = $1`, [stack.gatewayId]);
  const list = Array.from({ length: 3 }, (_, i) => ({ to: `+9198000300${String(i).padStart(2, '0')}`, text: 'Hello' }));
  await stack.call('POST', '/clevertap/v1/messages', { list });
  const now = await until('they wait', async () => {
    const read = await overview();
    return read.gateways[0].waiting === 3 && read;
  });
  expect(now.sentence).toBe('1 thing needs you: Simulator takes nothing (out of credit), 3 messages wait.');
  expect(now.needs).toEqual([
    {
      kind: 'gateway',
      link: `/console/gateways/${stack.gatewayId}`,
      sentence: 'Simulator takes nothing (out of credit), 3 messages wait',
    },
  ]);
  expect((await overview(other.call)).sentence).toBe('All well.');
  await stack.call('PATCH', `/api/v1/gateways/${stack.gatewayId}`, { status: 'active' });
  await stack.settled();
  await until('all is well again', async () => (await overview()).sentence === 'All well.');
});

test('a campaign shows with its ledger while it runs, and the changes who made it', async () => {
  const recipients = Array.from({ length: 5 }, (_, i) => ({ to: `+9198000400${String(i).padStart(2, '0')}` }));
  const { json } = await stack.call('POST', '/api/v1/campaigns', {
    name: 'Shown', message: 'Hello', sender: 'HELIOG', audience: { recipients },
  }); // prettier-ignore
  const shown = await until('it shows', async () => {
    const read = await overview();
    const found = read.campaigns.find(({ id }: { id: string }) => id === json.id);
    return found?.ledger.accepted === 5 && { read, found };
  });
  expect(shown.found).toMatchObject({ name: 'Shown', reason: null });
  expect(shown.read.changes[0]).toMatchObject({ action: 'campaign.created', subject: json.id });
  expect((await overview(other.call)).campaigns).toEqual([]);
});

test('the newest changes come first, however many there were', async () => {
  const names = Array.from({ length: 12 }, (_, i) => `Team ${i}`);
  const ids: string[] = [];
  for (const name of names) ids.push((await other.call('POST', '/api/v1/groups', { name })).json.id as string);
  const shown = await until('they show', async () => {
    const { changes } = await overview(other.call);
    return changes[0].subject === ids.at(-1) && changes;
  });
  expect(shown.map(({ subject }: { subject: string }) => subject)).toEqual(ids.slice(-5).reverse());
});

test('changes and the audit call things and keys by their names; those of another account have none', async () => {
  const { call } = await makeTenant(stack, 'Named');
  const { json: key } = await call('POST', '/api/v1/api-keys', {
    name: 'Asha at the desk',
    scopes: ['manage', 'read'],
  });
  const asAsha = { authorization: `Bearer ${key.key}` };
  const made: string[] = [];
  for (const [path, body] of [
    ['groups', { name: 'On duty' }],
    ['templates', { name: 'Order', text: 'Hello' }],
    ['senders', { sender: 'BRANDA', class: 'transactional' }],
    ['suppressions', { to: '+919800030001' }],
  ] as const) {
    const { status, json } = await call('POST', `/api/v1/${path}`, body, asAsha);
    expect(status).toBe(201);
    made.push(json.id);
  }
  const named = [
    ['suppression', null],
    ['sender', 'BRANDA'],
    ['template', 'Order'],
    ['group', 'On duty'],
  ];
  const read = async (): Promise<Record<string, string>[]> => (await overview(call)).changes;
  await until('they are shown', async () => (await read())[0]?.subject === made.at(-1));
  const { items } = (await call('GET', '/api/v1/audit?limit=4')).json;
  for (const changes of [await read(), items]) {
    const said = changes.slice(0, 4).map(({ action, subjectName }: Record<string, string>) => [action!.split('.')[0], subjectName]); // prettier-ignore
    expect(said).toEqual(named);
    expect(changes[0].keyName).toBe('Asha at the desk');
  }
  // An id of another account in the own audit tells no name.
  await stack.database.pool.query(
    `insert into audit (account_id, key_id, action, subject) values ($1, $2, 'group.updated', $3)`,
    [other.accountId, key.id, made[0]],
  );
  const [foreign] = (await other.call('GET', '/api/v1/audit?limit=1')).json.items;
  expect(foreign).toMatchObject({ subject: made[0], subjectName: null, keyName: null });
});

test('who may only read sees neither the changes nor the path of a webhook', async () => {
  const { json: key } = await stack.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
  const { json } = await stack.call('GET', '/api/v1/overview', undefined, { authorization: `Bearer ${key.key}` });
  expect(json.changes).toEqual([]);
  expect(json.webhooks.map(({ url }: { url: string }) => new URL(url).pathname)).toEqual(['/%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2']);
  expect((await overview()).webhooks[0].url).toContain('/clevertap/callback?account=');
}); // prettier-ignore

test('live: begins with everything, and tells a change to all who watch', async () => {
  const streams = [await watch(), await watch()];
  for (const stream of streams) await until('it begins', () => stream.events('overview').length > 0);
  await stack.call('PATCH', `/api/v1/gateways/${stack.gatewayId}`, { status: 'inactive' });
  for (const stream of streams) {
    await until('the change shows', () => stream.events('overview').at(-1).gateways[0].state === 'inactive');
  }
  await stack.call('PATCH', `/api/v1/gateways/${stack.gatewayId}`, { status: 'active' });
  const quiet = await watch(admin(other.accountId));
  await until('the other one begins', () => quiet.events('overview').length > 0);
  expect(quiet.events('overview')).toHaveLength(1);
});

test('a stream ends with its key; fifty of one key, and no more', async () => {
  const { json: key } = await other.call('POST', '/api/v1/api-keys', { name: 'many', scopes: ['read'] });
  const bearer = { authorization: `Bearer ${key.key}` };
  const streams: EventStream[] = [];
  for (let i = 0; i < 50; i++) streams.push(await watch(bearer));
  expect(streams.every(({ status }) => status === 200)).toBe(true);
  expect((await watch(bearer)).status).toBe(429);
  await other.call('DELETE', `/api/v1/api-keys/${key.id}`);
  await until('all have ended', () => streams.every(({ ended }) => ended()));
});
