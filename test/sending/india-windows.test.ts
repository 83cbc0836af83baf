/**
 * Promotional messages of an account of India wait for the window, on every route by which they can come, while the same
 * from an account of another country leaves at once.
 */
import { startStack, type TestStack } from '../support/stack';
import { KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';
import { closedWindow, opensAt, openWindow } from '../support/windows';

let stack: TestStack;
let india: Tenant;
let britain: Tenant;
let testPhoneId: string;
let groupId: string;
let gatewayId: string;
let opening: Opening;
const closed = closedWindow();
const NUMBER = '919800000001';

beforeAll(async () => {
  stack = await startStack();
  // As a person makes it, but for what is registered; everything that it sends is promotional by its default service.
  const asAPerson = { promotionalOutsideWindow: undefined, defaultService: 'mkt', windows: [closed] };
  india = await makeTenant(stack, 'india', asAPerson);
  britain = await makeTenant(stack, 'britain', { ...asAPerson, defaultCountry: 'GB' });
  gatewayId = await india.gateway('india', KNOWS_OUR_IDS);
  await britain.gateway('britain', KNOWS_OUR_IDS);
  const { json: phone } = await india.call('POST', '/api/v1/test-phones', { to: `+${NUMBER}` });
  await stack.database.pool.query('update test_phones set verified_at = now() where id = $1', [phone.id]);
  testPhoneId = phone.id as string;
  const { json: group } = await india.call('POST', '/api/v1/groups', { name: 'all' });
  groupId = group.id as string;
  await india.call('POST', `/api/v1/groups/${groupId}/members`, { to: `+${NUMBER}` });
  opening = await sendBeforeOpening();
  // The code to the phone is transactional, and has left.
  await until('the code has left', async () => ((await india.counts('india')).accepted === 1 ? true : null));
});
afterAll(() => stack.stop());

interface Opening {
  patient: Tenant;
  ids: string[];
  opensAt: Date;
  /** The first of them, as it was told right after it came. */
  held: Record<string, unknown>;
}

/**
 * Messages of an account whose window opens with a minute that is near, and not so near that a busy machine sends them
 * after it: other tests use the time until then.
 */
async function sendBeforeOpening(): Promise<Opening> {
  const at = new Date(Math.ceil((Date.now() + 30_000) / 60_000) * 60_000);
  const window = openWindow();
  const local = new Date(at.getTime() - (window.timezone === 'UTC' ? 0 : 12) * 3_600_000);
  const windows = [{ ...window, start: local.toISOString().slice(11, 16) }];
  const patient = await makeTenant(stack, 'patient', { promotionalOutsideWindow: undefined, windows });
  await patient.gateway('patient', KNOWS_OUR_IDS);
  const ids = await patient.send(3, { service: 'PROMOTIONAL' });
  return { patient, ids, opensAt: at, held: (await patient.call('GET', `/api/v1/messages/${ids[0]}`)).json };
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
const form = (values: Record<string, string>) => new URLSearchParams(values).toString();
const heldOf = async (id: string) => (await india.call('GET', `/api/v1/messages/${id}`)).json;
const newest = async (): Promise<string> =>
  (await india.call('GET', '/api/v1/messages?limit=1')).json.items[0].id as string;

const campaign = () => ({
  name: 'Sale',
  message: `Sale ${Math.random()}`,
  audience: { recipients: [{ to: `+${NUMBER}` }] },
});
/** What each route is sent, and the message that comes of it. Each text is another, or it would be a duplicate. */
const routes: [string, () => Promise<{ id: string; told?: string }>][] = [
  [
    'the generic route, JSON',
    async () => {
      const { json } = await india.call('POST', '/clevertap/v1/messages', { to: NUMBER, text: 'one' });
      return { id: json.ids[0], told: json.held[0].until };
    },
  ],
  [
    'the generic route, query',
    async () => {
      const { json } = await india.call('GET', `/clevertap/v1/messages?to=${NUMBER}&text=two`);
      return { id: json.ids[0], told: json.held[0].until };
    },
  ],
  [
    'Mobtexting’s form',
    async () => {
      const body = form({ to: NUMBER, message: 'three', sender: 'TXTSMS', service: 'MKT' });
      const { json } = await india.call('POST', '/api/v2/sms/clevertap/send', body, FORM);
      return { id: json.data[0].id, told: json.data[0].held_until };
    },
  ],
  [
    'Mobtexting’s nodes',
    async () => {
      const body = { root: { message: 'four', service: 'promo' }, nodes: [{ to: NUMBER }] };
      const { json } = await india.call('POST', '/api/v2/sms/clevertap/json', body);
      return { id: json.data[0].id, told: json.data[0].held_until };
    },
  ],
  [
    'Times Mobile’s contract',
    async () => {
      const { json } = await india.call('POST', '/ct/api/v1/message', { to: NUMBER, text: 'five', from: 'TXTSMS' });
      return { id: json.transactionId, told: /held until (\S+),/.exec(json.description as string)![1] };
    },
  ],
  [
    'a notification',
    async () => {
      const { json } = await india.call('POST', '/api/v1/send', [{ groupId, message: 'six' }]);
      await until('its message is made', async () => {
        const { items } = (await india.call('GET', `/api/v1/messages?campaignId=${json[0].campaignId}`)).json;
        return items.length === 1 ? true : null;
      });
      return { id: await newest(), told: json[0].heldUntil };
    },
  ],
  [
    'a campaign',
    async () => {
      const { json } = await india.call('POST', '/api/v1/campaigns', campaign());
      await until('its message is made', async () => {
        const { items } = (await india.call('GET', `/api/v1/messages?campaignId=${json.id}`)).json;
        return items.length === 1 ? true : null;
      });
      return { id: await newest() };
    },
  ],
  [
    'the test of a campaign',
    async () => {
      const { json: draft } = await india.call('POST', '/api/v1/campaigns', { ...campaign(), draft: true });
      const { json } = await india.call('POST', `/api/v1/campaigns/${draft.id}/test`, { testPhoneIds: [testPhoneId] });
      return { id: json.sent[0].messageId, told: json.sent[0].heldUntil };
    },
  ],
];

test.each(routes)('%s: held until the window opens, which is told', async (_, send) => {
  const opens = opensAt(closed);
  const { id, told } = await send();
  if (told !== undefined) expect(told).toBe(opens);
  expect(await heldOf(id)).toMatchObject({ heldUntil: opens });
  // A neighbour's leave meanwhile, and so does what is not promotional.
  await britain.reach(await britain.send(1, { service: 'P' }), 'delivered');
  await india.reach(await india.send(1, { service: 'T' }), 'delivered');
  expect((await heldOf(id)).attempts).toEqual([]);
});

test('the test of a gateway: not sent, and why', async () => {
  const { json } = await india.call('POST', `/api/v1/gateways/${gatewayId}/test`, { to: `+${NUMBER}`, service: 'P' });
  expect(json).toMatchObject({ ok: false, outcome: 'transient', error: expect.stringMatching(/outside the window/) });
});

test('of a batch, each number is under the window of its country', async () => {
  const { json } = await india.call('POST', '/clevertap/v1/messages', {
    to: `+${NUMBER},+447700900123`,
    text: 'both',
    service: 'Marketing',
  });
  expect(json.held).toEqual([{ place: 0, until: opensAt(closed) }]);
  await india.reach([json.ids[1]], 'delivered');
});

test('what is too old before the window opens expires, and never leaves', async () => {
  const before = (await india.counts('india')).accepted;
  const validUntil = new Date(Date.now() + 60_000).toISOString();
  const { json } = await india.call('POST', '/clevertap/v1/messages', { to: NUMBER, text: 'old', validUntil });
  const [id] = json.ids as string[];
  const { scheduledAt, heldUntil } = await heldOf(id!);
  expect(Date.parse(scheduledAt as string)).toBeLessThanOrEqual(Date.parse(validUntil) + 900_000);
  expect(heldUntil).toBe(opensAt(closed));
  await stack.database.pool.query(
    `with aged as (update messages set valid_until = now() where id = $1 returning slice_id)
     update slices set due_at = now() where id = (select slice_id from aged)`,
    [id],
  );
  await india.reach([id!], 'expired');
  expect(await heldOf(id!)).toMatchObject({ code: '916', attempts: [] });
  expect((await india.counts('india')).accepted).toBe(before);
});

test('refuse: the record alone, with the moment at which it may be sent', async () => {
  await india.call('PATCH', `/api/v1/accounts/${india.accountId}`, { promotionalOutsideWindow: 'refuse' });
  const list = [
    { to: NUMBER, text: 'refused', service: 'P' },
    { to: NUMBER, text: 'a neighbour', service: 'T' },
  ];
  const { status, json } = await india.call('POST', '/clevertap/v1/messages', { list });
  expect([status, json.accepted]).toEqual([200, 1]);
  expect(json.rejected).toEqual([
    { index: 0, code: 'outside-window', field: 'time', message: expect.stringContaining(opensAt(closed)) },
  ]);
  const refused = await india.call('POST', '/api/v1/campaigns', campaign());
  expect([refused.status, refused.json.errors[0].field]).toEqual([400, 'time']);
  const within = { time: new Date(Date.parse(opensAt(closed)) + 60_000).toISOString() };
  expect((await india.call('POST', '/clevertap/v1/messages', { to: NUMBER, text: 'then', ...within })).status).toBe(
    200,
  );
  await india.call('PATCH', `/api/v1/accounts/${india.accountId}`, { promotionalOutsideWindow: null });
});

test('a window that closes while a message waits for its gateway holds it; it leaves when that opens', async () => {
  await india.call('PATCH', `/api/v1/accounts/${india.accountId}`, { windows: [openWindow()] });
  await india.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'inactive' });
  const [id] = await india.send(1, { service: 'P' });
  await until('it waits for its gateway', async () => ((await heldOf(id!)).reason ? true : null));
  expect((await heldOf(id!)).heldUntil).toBeUndefined();
  const setWindow = ({ country: _, ...window }: ReturnType<typeof closedWindow>) =>
    stack.database.pool.query(
      'update slices set windows = $2 where id = (select slice_id from messages where id = $1)',
      [id, JSON.stringify([window])],
    );
  await setWindow(closed);
  await india.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'active' });
  await india.reach(await india.send(3, { service: 'T' }), 'delivered');
  expect(await heldOf(id!)).toMatchObject({ heldUntil: opensAt(closed), attempts: [] });
  await setWindow(openWindow());
  // Whatever wakes it, it looks at the clock.
  await india.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'inactive' });
  await india.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'active' });
  await india.reach([id!], 'delivered');
});

test('the window opens: what was held leaves by itself', async () => {
  const { patient, ids, opensAt: at, held } = opening;
  expect(held).toMatchObject({ scheduledAt: at.toISOString(), heldUntil: at.toISOString() });
  await patient.reach(ids, 'delivered');
  const { submittedAt } = (await patient.call('GET', `/api/v1/messages/${ids[0]}`)).json;
  expect(Date.parse(submittedAt as string)).toBeGreaterThanOrEqual(at.getTime());
});
