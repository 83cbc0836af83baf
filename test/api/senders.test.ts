/** Sender IDs from the request to the approval, and what an account may send before and after it. */
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

const ENTITY = '1001000000000000001';
const TEMPLATE = '1007000000000000001';

async function makeAccount(settings: { country?: string; approvedOnly?: true } = {}) {
  const { json } = await stack.call('POST', '/api/v1/accounts', {
    name: `account ${Math.random()}`,
    defaultCountry: settings.country ?? 'IN',
  });
  if (settings.approvedOnly) {
    await stack.database.pool.query('update accounts set require_approved_senders = true where id = $1', [json.id]);
  }
  const as = { 'x-account-id': json.id as string };
  return {
    id: json.id as string,
    call: (method: string, path: string, body?: unknown, headers = {}) =>
      stack.call(method, path, body, { ...as, ...headers }),
  };
}
type Account = Awaited<ReturnType<typeof makeAccount>>;

async function addGateway(account: Account) {
  const { status, json } = await account.call('POST', '/api/v1/gateways', {
    provider: 'infobip',
    name: 'main',
    credentials: { apiKey: 'key' },
    baseUrl: `${stack.simulator.url}/infobip/${account.id}`,
    sendingPattern: 'loop',
    defaultSender: 'GATEWY',
  });
  expect(status).toBe(201);
  return json.id as string;
}

const request = (account: Account, fields: object) =>
  account.call('POST', '/api/v1/senders', { class: 'transactional', ...fields });

describe('a request', () => {
  test('201: it waits for approval, with its DLT ids as they are', async () => {
    const account = await makeAccount();
    const gatewayId = await addGateway(account);
    const fields = { sender: 'BRANDA', entityId: ENTITY, templates: [TEMPLATE], gatewayIds: [gatewayId] };
    const { status, json } = await request(account, fields);
    expect(status).toBe(201);
    expect(json).toMatchObject({ ...fields, class: 'transactional', status: 'requested', default: false });
    expect((await account.call('GET', `/api/v1/senders/${json.id}`)).json).toEqual(json);
  });

  test.each([
    ['an entity id as a number', { entityId: 1001000000000000001 }, 'entityId', /must be in quotes.*19 digits/],
    ['an entity id that is too short', { entityId: '100100' }, 'entityId', /string of 19 digits/],
    ['a template id that is none', { templates: ['welcome'] }, 'templates.0', /DLT template id/],
    ['five letters', { sender: 'BRAND' }, 'sender', /"BRAND"; it must be six letters/],
    [
      'five letters for promotion',
      { class: 'promotional', sender: 'BRAND' },
      'sender',
      /must be six letters or six digits/,
    ],
    ['a class that is none', { class: 'otp' }, 'class', /transactional/],
    ['another account’s gateway', { gatewayIds: ['gw_other'] }, 'gatewayIds', /no gateway gw_other/],
    ['a field that is none', { status: 'approved' }, 'status', /not a field/],
  ])('400: %s', async (_, fields, field, message) => {
    const { status, json } = await request(await makeAccount(), { sender: 'BRANDA', ...fields });
    expect(status).toBe(400);
    expect(json.errors).toEqual([{ field, message: expect.stringMatching(message) }]);
  });

  test('201: elsewhere a name has up to eleven characters, or is a number', async () => {
    const account = await makeAccount({ country: 'GB' });
    expect((await request(account, { sender: 'My Brand' })).status).toBe(201);
    expect((await request(account, { sender: '+15550100123' })).status).toBe(201);
    expect((await request(account, { sender: 'MuchTooLongName' })).status).toBe(400);
  });

  test('409: the same sender ID in the same class; another class is another registration', async () => {
    const account = await makeAccount();
    expect((await request(account, { sender: 'BRANDA' })).status).toBe(201);
    expect(await request(account, { sender: 'BRANDA' })).toMatchObject({ status: 409, json: { code: 'name-taken' } });
    expect((await request(account, { sender: 'BRANDA', class: 'service' })).status).toBe(201);
  });
});

test('approval and rejection can be taken back, and are written down', async () => {
  const account = await makeAccount();
  const { json } = await request(account, { sender: 'BRANDA' });
  const at = `/api/v1/senders/${json.id}`;
  expect((await account.call('POST', `${at}/approve`)).json).toMatchObject({ status: 'approved', reason: null });
  const rejected = await account.call('POST', `${at}/reject`, { reason: 'the header has expired' });
  expect(rejected.json).toMatchObject({ status: 'rejected', reason: 'the header has expired' });
  expect((await account.call('POST', `${at}/approve`, {})).json).toMatchObject({ status: 'approved' });
  // A class is what was approved.
  expect((await account.call('PATCH', at, { ratePerSecond: 5 })).json).toMatchObject({ status: 'approved' });
  expect((await account.call('PATCH', at, { class: 'service' })).json).toMatchObject({ status: 'requested' });
  expect((await account.call('PATCH', at, { class: 'promotional' })).json).toMatchObject({ status: 'requested' });
  expect((await account.call('DELETE', at)).status).toBe(204);
  expect((await account.call('GET', at)).status).toBe(404);
  const { rows } = await stack.database.pool.query<{ action: string }>(
    'select action from audit where account_id = $1 and subject = $2 order by id',
    [account.id, json.id],
  );
  expect(rows.map(({ action }) => action.replace('sender.', ''))).toEqual([
    'requested', 'approved', 'rejected', 'approved', 'updated', 'updated', 'updated', 'deleted',
  ]); // prettier-ignore
});

test('a class has one default', async () => {
  const account = await makeAccount();
  const { json: first } = await request(account, { sender: 'BRANDA', default: true });
  const { json: second } = await request(account, { sender: 'BRANDB', default: true });
  const { json: other } = await request(account, { sender: 'BRANDA', class: 'service', default: true });
  const { json } = await account.call('GET', '/api/v1/senders?limit=2');
  const rest = await account.call('GET', `/api/v1/senders?limit=2&cursor=${json.nextCursor}`);
  expect(rest.json.nextCursor).toBeNull();
  const listed = [...json.items, ...rest.json.items] as { id: string; default: boolean }[];
  expect(Object.fromEntries(listed.map((sender) => [sender.id, sender.default]))).toEqual({
    [first.id]: false,
    [second.id]: true,
    [other.id]: true,
  });
  const services = await account.call('GET', '/api/v1/senders?class=service&status=requested');
  expect(services.json.items).toHaveLength(1);
});

test('404 for another account, 401 without a key, 403 without the scope', async () => {
  const { json } = await request(await makeAccount(), { sender: 'BRANDA' });
  const at = `/api/v1/senders/${json.id}`;
  const stranger = await makeAccount();
  for (const [method, path] of [
    ['GET', at],
    ['DELETE', at],
    ['POST', `${at}/approve`],
    ['POST', `${at}/reject`],
  ] as const) {
    expect([method, path, (await stranger.call(method, path)).status]).toEqual([method, path, 404]);
  }
  expect((await stranger.call('PATCH', at, { default: true })).status).toBe(404);
  expect((await stranger.call('GET', '/api/v1/senders', undefined, { authorization: '' })).status).toBe(401);
  const { json: key } = await stack.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
  const reader = { authorization: `Bearer ${key.key}` };
  const asked = await stack.call('POST', '/api/v1/senders', { sender: 'BRANDA', class: 'service' }, reader);
  expect(asked.status).toBe(403);
});

describe('an account that sends with approved sender IDs only', () => {
  const send = (account: Account, fields: object = {}) =>
    account.call('POST', '/clevertap/v1/messages', { to: '919800000001', text: `Hello ${Math.random()}`, ...fields });

  async function senderOfAttempt(account: Account, id: string): Promise<string> {
    return until('the message is delivered', async () => {
      const { json } = await account.call('GET', `/api/v1/messages/${id}`);
      return json.state === 'delivered' ? (json.attempts.at(-1).sender as string) : null;
    });
  }

  test('refuses the others record by record, until they are approved', async () => {
    const account = await makeAccount({ approvedOnly: true });
    await addGateway(account);
    const { json: sender } = await request(account, { sender: 'BRANDA' });
    const refused = await send(account, { from: 'BRANDA' });
    expect(refused.status).toBe(400);
    expect(refused.json.rejected).toEqual([
      { index: 0, code: 'sender-not-approved', field: 'from', message: expect.stringMatching(/^from names BRANDA/) },
    ]);
    await account.call('POST', `/api/v1/senders/${sender.id}/approve`);
    const list = ['BRANDA', 'BRANDX'].map((from) => ({ to: '919800000001', text: `Hi from ${from}`, from }));
    const { status, json } = await account.call('POST', '/clevertap/v1/messages', { list });
    expect(status).toBe(200);
    expect(json).toMatchObject({ accepted: 1, rejected: [{ index: 1, code: 'sender-not-approved' }] });
    expect(await senderOfAttempt(account, json.ids[0])).toBe('BRANDA');
  });

  test('a message without one gets the approved default of its class, never the gateway’s own', async () => {
    const account = await makeAccount({ approvedOnly: true });
    await addGateway(account);
    expect((await send(account)).json.rejected).toMatchObject([{ code: 'sender-not-approved', field: 'sender' }]);
    const { json: sender } = await request(account, { sender: 'BRANDT', default: true });
    expect((await send(account)).status).toBe(400);
    await account.call('POST', `/api/v1/senders/${sender.id}/approve`);
    const { status, json } = await send(account);
    expect(status).toBe(200);
    expect(await senderOfAttempt(account, json.ids[0])).toBe('BRANDT');
    expect((await send(account, { service: 'P' })).json.rejected).toMatchObject([{ code: 'sender-not-approved' }]);
  });
});
