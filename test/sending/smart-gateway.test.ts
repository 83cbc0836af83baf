/** `smartEncoding` of a gateway: what leaves over it, beside another gateway and another account that have it off. */
import { startStack, type TestStack } from '../support/stack';
import { CAN_BE_ASKED, KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';

const TEXT = `“Sale” – it’s on… ${'x'.repeat(80)}`;
const PLAIN = `"Sale" - it's on... ${'x'.repeat(80)}`;

let stack: TestStack;
let one: Tenant;
let two: Tenant;
beforeAll(async () => {
  stack = await startStack({ env: { HELIOGRAPH_OUTBOUND_ALLOW: '127.0.0.1' } });
  one = await makeTenant(stack, 'smart-one');
  two = await makeTenant(stack, 'smart-two');
});
afterAll(() => stack.stop());

/** What the simulator's account of a gateway got, in the order of arrival. */
async function textsAt(gateway: string): Promise<string[]> {
  const { json } = await stack.control('GET', `/control/messages?limit=100&account=${gateway}`);
  return (json.messages as { text: string }[]).map(({ text }) => text);
}

test.each([KNOWS_OUR_IDS, CAN_BE_ASKED])('%s: a text becomes GSM-7 on its way, and is kept as it came', async (provider) => {
  const [own, theirs] = [`smart-${provider}`, `plain-${provider}`];
  const gatewayId = await one.gateway(own, provider, { smartEncoding: true, defaultSender: '+14155550100' });
  const theirId = await two.gateway(theirs, provider, { defaultSender: '+14155550100' });
  await Promise.all([one.script(own, { record: true }), two.script(theirs, { record: true })]);

  const [id] = await one.send(1, { text: TEXT });
  const beside = await two.send(1, { text: TEXT });
  await Promise.all([one.reach([id!], 'delivered'), two.reach(beside, 'delivered')]);
  expect([await textsAt(own), await textsAt(theirs)]).toEqual([[PLAIN], [TEXT]]);
  expect((await one.call('GET', `/api/v1/messages/${id}`)).json).toMatchObject({ text: TEXT, encoding: 'ucs2' });

  // No letter of ours says it; and a registered text is compared letter by letter.
  await one.reach(await one.send(1, { text: `${TEXT} नमस्ते` }), 'delivered');
  if (provider === KNOWS_OUR_IDS) {
    await one.reach(await one.send(1, { text: TEXT, templateId: '1107160016156755389', entityId: '1101160016156755389' }), 'delivered');
    expect((await textsAt(own)).toSorted()).toEqual([PLAIN, TEXT, `${TEXT} नमस्ते`].toSorted());
  }
  const { json } = await one.call('PATCH', `/api/v1/gateways/${gatewayId}`, { smartEncoding: false, status: 'inactive' });
  expect(json).toMatchObject({ smartEncoding: false });
  // What the next case sends must not leave over it.
  await two.call('PATCH', `/api/v1/gateways/${theirId}`, { status: 'inactive' });
}); // prettier-ignore

test('a forecast counts with it, and says what it saves', async () => {
  await one.gateway('smart-forecast', KNOWS_OUR_IDS, { smartEncoding: true });
  const recipients = [{ to: '+919800009901' }, { to: '+919800009902' }];
  const draft = { name: 'Sale', message: TEXT, draft: true, audience: { recipients } };
  const { json } = await one.call('POST', '/api/v1/campaigns', draft);
  const forecast = (await one.call('GET', `/api/v1/campaigns/${json.id}/forecast`)).json;
  expect(forecast).toMatchObject({ smartEncoding: { on: true, messages: 2, segments: 2 }, segments: { total: 2 } });
  await two.gateway('plain-forecast', KNOWS_OUR_IDS);
  const theirs = (await two.call('POST', '/api/v1/campaigns', draft)).json;
  const without = (await two.call('GET', `/api/v1/campaigns/${theirs.id}/forecast`)).json;
  expect(without).toMatchObject({ smartEncoding: { on: false, messages: 2, segments: 2 }, segments: { total: 4 } });
});
