/** One box for whatever somebody looks for, and the search for messages by a part of what is known. */
import { bearerOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';
import { makeTenant, KNOWS_OUR_IDS, type Tenant } from '../support/tenants';

let stack: SharedStack;
let other: Tenant;
const found: Record<string, string> = {};
beforeAll(async () => {
  stack = await joinStack();
  other = await makeTenant(stack, 'not-the-finder');
  await other.gateway('diwali-of-others', KNOWS_OUR_IDS);
  const send = async (call: SharedStack['call']) => {
    const record = { to: '+919800551234', text: 'Hello', mid: 'order-551', service: 'T' };
    return (await call('POST', '/clevertap/v1/messages', record)).json.ids[0] as string;
  };
  found.message = await send(stack.call);
  await send(other.call);
  const draft = {
    name: 'Diwali sale',
    message: 'Hello',
    audience: { recipients: [{ to: '+919800551235' }] },
    draft: true,
  };
  found.campaign = (await stack.call('POST', '/api/v1/campaigns', draft)).json.id;
  found.gateway = stack.gatewayId;
  await until('it is delivered', async () => {
    const { json } = await stack.call('GET', `/api/v1/messages/${found.message}`);
    found.provider = json.providerMessageId;
    return json.state === 'delivered';
  });
  const csv = { 'content-type': 'text/csv' };
  found.upload = (await stack.call('POST', '/api/v1/uploads', 'to\n+919800551236\n', csv)).json.id;
  await until('its rows are read', async () => {
    const { json } = await stack.call('GET', `/api/v1/uploads/${found.upload}`);
    return json.state === 'ready';
  });
});
afterAll(() => stack.stop());

const find = async (q: string, call: SharedStack['call'] = stack.call, headers = {}) =>
  (await call('GET', `/api/v1/find?q=${encodeURIComponent(q)}`, undefined, headers)).json;
const idsOf = (answer: { items: { id: string }[] }): string[] => answer.items.map(({ id }) => id);

test.each([
  ['a number', () => '+919800551234', 'message'],
  ['a number as people write it', () => '098005 51234', 'message'],
  ['its last four digits', () => '1234', 'message'],
  ['digits in its midst', () => '0055 12', 'message'],
  ['a meta', () => 'order-551', 'message'],
  ['the id of a message', () => found.message!.toUpperCase(), 'message'],
  ['what the provider calls it', () => found.provider!, 'message'],
  ['a part of a campaign’s name', () => 'diwali', 'campaign'],
  ['a number in an upload', () => '+919800551236', 'upload'],
  ['a gateway', () => 'simul', 'gateway'],
])('%s', async (_, q, kind) => {
  const answer = await find(q());
  expect(answer.items).toHaveLength(1);
  expect(answer.items[0]).toMatchObject({ kind, id: found[kind], link: `/console/${kind}s/${found[kind]}` });
  expect(idsOf(await find(q(), other.call))).not.toContain(found[kind]);
});

test('says what became of it, and where was looked', async () => {
  const { items, searched } = await find('order-551');
  expect(items[0]).toMatchObject({
    title: '+919800551234',
    sentence: 'Delivered over Simulator under HELIOG',
    state: 'delivered',
  });
  expect(searched.map(({ what }: { what: string }) => what)).toContain('messages by meta');
  const nothing = await find('no such thing');
  expect(nothing.items).toEqual([]);
  expect(nothing.searched.length).toBeGreaterThan(3);
  expect(await find('x')).toEqual({ items: [], searched: [] });
});

test('a key that is shown numbers masked can’t spell one out', async () => {
  const headers = await bearerOf(stack, ['read']);
  const { items, searched } = await find('1234', stack.call, headers);
  expect(items).toEqual([]);
  expect(searched).toContainEqual({
    what: 'messages to numbers with these digits',
    skipped: 'it needs a key with the scope manage',
  });
  const { status, json } = await stack.call('GET', '/api/v1/messages?toContains=1234', undefined, headers);
  expect([status, json.code]).toEqual([403, 'forbidden']);
  expect((await find('+919800551234', stack.call, headers)).items[0].title).toBe('+9198******34');
});

test('what was wrong with a record quotes no whole number to a key that is shown numbers masked', async () => {
  await stack.call('POST', '/clevertap/v1/messages', { to: '+919800551239', message: '$$Body', mid: 'refused-551' });
  // It is written a moment later, and a read waits half a second for it, no longer.
  const items = await until('it is kept', async () => {
    const answer = await find('refused-551');
    return answer.items.length > 0 && answer.items;
  });
  expect(items).toMatchObject([{ kind: 'request', sentence: expect.stringContaining('$$Body') }]);
  await stack.database.pool.query(
    `update request_records set message = 'not for +919800551239' where request_id = $1`,
    [items[0].id],
  );
  const sentence = async (headers = {}) => (await find('refused-551', stack.call, headers)).items[0].sentence;
  expect(await sentence()).toBe('Refused on the way in: not for +919800551239');
  expect(await sentence(await bearerOf(stack, ['read']))).toBe('Refused on the way in: not for +9198******39');
  expect(idsOf(await find('refused-551', other.call))).toEqual([]);
});

test('two characters are searched for', async () => {
  expect(idsOf(await find('Di'))).toEqual([found.campaign]);
});

test.each(['1234', '5512', '9198'])('toContains=%s, beside other filters, page by page', async (part) => {
  const page = (query: string) => stack.call('GET', `/api/v1/messages?toContains=${part}&${query}`);
  expect(idsOf((await page('')).json)).toEqual([found.message]);
  expect(idsOf((await page(`state=delivered&gatewayId=${stack.gatewayId}&sender=HELIOG&limit=1`)).json)).toEqual([
    found.message,
  ]);
  expect(idsOf((await page('state=failed')).json)).toEqual([]);
  const { json } = await page('limit=1');
  expect(idsOf((await page(`limit=1&cursor=${json.nextCursor}`)).json)).toEqual([]);
});

test.each(['123', '12a4', '+1234'])('toContains=%s is no part of a number', async (part) => {
  const { status, json } = await stack.call('GET', `/api/v1/messages?toContains=${encodeURIComponent(part)}`);
  expect([status, json.code]).toEqual([400, 'invalid-request']);
  expect(json.message).toContain('must be 4 to 15 digits');
});
