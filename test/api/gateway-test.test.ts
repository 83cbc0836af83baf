/** `POST /api/v1/gateways/{id}/test`: what the provider says, seen by a person. */
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let gatewayId: string;
beforeAll(async () => {
  stack = await joinStack();
  ({ gatewayId } = stack);
});
afterAll(() => stack.stop());
beforeEach(() => stack.control('PUT', '/control/script', {}));

const TO = '+919800000001';
const run = (body: object, headers = {}) => stack.call('POST', `/api/v1/gateways/${gatewayId}/test`, body, headers);

test('200: accepted, with the id that the provider goes by; it is in the ledger as others are, and says that it is a test', async () => {
  const { status, json } = await run({ to: TO, text: 'Hello', sender: 'BRANDA' });
  expect([status, json]).toEqual([200, { ok: true, outcome: 'accepted', providerMessageId: expect.any(String) }]);
  const { items } = (await stack.call('GET', '/api/v1/messages')).json;
  expect(items).toMatchObject([{ test: true, gatewayId, sender: 'BRANDA', to: TO }]);
  const id = items[0].id as string;
  await until('its report has come', async () => {
    const { state } = (await stack.call('GET', `/api/v1/messages/${id}`)).json;
    return state === 'delivered' ? true : null;
  });
  expect((await stack.call('GET', `/api/v1/messages/${id}`)).json).toMatchObject({
    text: 'Hello', test: true, attempts: [{ no: 1, gatewayId, sender: 'BRANDA' }], receipts: [{ status: 'delivered' }],
  }); // prettier-ignore
  expect((await stack.call('GET', '/api/v1/stats')).json.ledger).toMatchObject({ accepted: 1, delivered: 1, open: 0 });
  const marked = await until('it is counted', async () => {
    const { groups } = (await stack.call('GET', '/api/v1/stats?by=test')).json;
    return groups.length > 0 && groups[0].delivered === 1 ? groups : null;
  });
  expect(marked).toMatchObject([{ key: 'test', sent: 1, delivered: 1 }]);
  const audit = await stack.database.pool.query(
    `select detail from audit where account_id = $1 and action = 'gateway.tested'`,
    [stack.accountId],
  );
  expect(audit.rows).toEqual([{ detail: { sender: 'BRANDA', messageId: id } }]);
});

test.each([
  ['sender', { refuse: [{ outcome: 'sender' }] }],
  ['recipient', { refuse: [{ outcome: 'recipient' }] }],
  ['account', { refusedKeys: ['simulator'] }],
])('200: a refused %s is not ok, and pauses nothing', async (outcome, script) => {
  await stack.control('PUT', '/control/script', script);
  const { status, json } = await run({ to: TO });
  expect([status, json]).toEqual([200, { ok: false, outcome, error: expect.any(String) }]);
  expect((await stack.call('GET', `/api/v1/gateways/${gatewayId}`)).json.status).toBe('active');
  const [message] = (await stack.call('GET', '/api/v1/messages?limit=1')).json.items;
  expect(message).toMatchObject({ state: 'failed', test: true });
  expect((await stack.call('GET', `/api/v1/messages/${message.id}`)).json.attempts).toMatchObject([{ class: outcome }]);
});

test('200: an inactive gateway can be tried before it is used', async () => {
  await stack.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'inactive' });
  expect((await run({ to: TO })).json).toMatchObject({ ok: true });
  await stack.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'active' });
});

test('200: nothing is sent to a suppressed number', async () => {
  await stack.call('POST', '/api/v1/suppressions', { to: '+919800000002' });
  const { json } = await run({ to: '+919800000002' });
  expect(json).toEqual({ ok: false, outcome: 'recipient', error: 'not sent: the number is suppressed' });
});

test('200: nothing is sent with a sender ID that is not approved, where it must be', async () => {
  const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'strict' });
  await stack.database.pool.query('update accounts set require_approved_senders = true where id = $1', [account.id]);
  const as = { 'x-account-id': account.id as string };
  const { json: own } = await stack.call(
    'POST',
    '/api/v1/gateways',
    { provider: 'infobip', name: 'own', credentials: { apiKey: 'key' }, sendingPattern: 'loop' },
    as,
  );
  const { json } = await stack.call('POST', `/api/v1/gateways/${own.id}/test`, { to: TO, sender: 'BRANDA' }, as);
  expect(json).toMatchObject({ ok: false, outcome: 'sender', error: 'not sent: the sender ID BRANDA is not approved' });
  expect((await run({ to: TO }, as)).status).toBe(404);
});

test('400 for a number that is none, 401 without a key, 403 without the scope, 404 for no gateway', async () => {
  expect(await run({ to: 'home' })).toMatchObject({ status: 400, json: { errors: [{ field: 'to' }] } });
  expect((await run({ to: TO, text: '' })).status).toBe(400);
  expect((await run({ to: TO }, { authorization: '' })).status).toBe(401);
  const { json: key } = await stack.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
  expect((await run({ to: TO }, { authorization: `Bearer ${key.key}` })).status).toBe(403);
  expect((await stack.call('POST', '/api/v1/gateways/gw_none/test', { to: TO })).status).toBe(404);
});
