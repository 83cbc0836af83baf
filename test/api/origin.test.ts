/** Where a message came from: which key and contract, which campaign, or a person who sent it again. */
import { uuidv7 } from '../../src/core/messages/ids';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
/** Another account: its keys are never named, and it sees nothing. */
let neighbour: SharedStack;
beforeAll(async () => {
  [stack, neighbour] = [await joinStack(), await joinStack()];
});
afterAll(async () => {
  await neighbour.stop();
  await stack.stop();
});

interface Key {
  id: string;
  bearer: Record<string, string>;
}
async function keyOf({ call }: SharedStack, name: string, scopes: string[]): Promise<Key> {
  const { json } = await call('POST', '/api/v1/api-keys', { name, scopes });
  return { id: json.id as string, bearer: { authorization: `Bearer ${json.key}` } };
}
const record = (mid: string) => ({ to: '919800000611', text: `Hello ${mid}`, service: 'T', mid });
const originOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json.origin;
const send = async (mid: string, headers: Record<string, string>) =>
  (await stack.call('POST', '/clevertap/v1/messages', record(mid), headers)).json.ids[0] as string;

test('a record of CleverTap: the key that it came with, and the contract; still after the key was revoked', async () => {
  const [journeys, other] = [await keyOf(stack, 'Journeys', ['send']), await keyOf(stack, 'Campaigns', ['send'])];
  const id = await send('origin-1', journeys.bearer);
  const told = { kind: 'request', shape: 'generic', keyId: journeys.id, keyName: 'Journeys' };
  expect(await originOf(id)).toEqual(told);
  expect(await originOf(await send('origin-2', other.bearer))).toEqual({ ...told, keyId: other.id, keyName: 'Campaigns' });
  const { json } = await stack.call('POST', '/api/v2/sms/clevertap/send', { to: '919800000612', text: 'Hi', sender: 'HELIOG', service: 'T', custom: 'origin-3' }, journeys.bearer);
  const [found] = (await stack.call('GET', '/api/v1/messages?meta=origin-3')).json.items;
  expect([json.status ?? json.code, await originOf(found.id)]).toEqual([expect.anything(), { ...told, shape: 'mobtexting' }]);
  await stack.call('DELETE', `/api/v1/api-keys/${journeys.id}`);
  expect(await originOf(id)).toEqual(told);
  const why = (await stack.call('GET', `/api/v1/why?id=${id}`)).json;
  expect(why.evidence[0].sentence).toBe('It came from CleverTap (generic) with the key Journeys.');
  expect((await neighbour.call('GET', `/api/v1/messages/${id}`)).status).toBe(404);
}); // prettier-ignore

test('a key that is not the account’s has no name in it; a message of before tells that it came by a request', async () => {
  const id = await send('origin-4', {});
  expect(await originOf(id)).toEqual({ kind: 'request', shape: 'generic' });
  await stack.database.pool.query('update messages set send_id = $2 where id = $1', [id, uuidv7()]);
  expect(await originOf(id)).toEqual({ kind: 'request' });
});

test('what a person sent again, and what a campaign made', async () => {
  const desk = await keyOf(stack, 'Support desk', ['send', 'manage', 'read']);
  const first = await send('origin-5', {});
  await stack.settled();
  const { json: again } = await stack.call('POST', `/api/v1/messages/${first}/resend`, { confirm: true }, desk.bearer);
  expect(await originOf(again.id)).toEqual({ kind: 'request', shape: 'api', keyId: desk.id, keyName: 'Support desk' });
  const { json: campaign } = await stack.call('POST', '/api/v1/campaigns', {
    name: 'Origin', message: 'Hello', service: 'T', audience: { recipients: [{ to: '919800000613', custom: 'origin-6' }] },
  }); // prettier-ignore
  const made = await until('the campaign has made its message', async () => {
    const { json } = await stack.call('GET', '/api/v1/messages?meta=origin-6');
    return json.items[0] as { id: string } | undefined;
  });
  expect(await originOf(made.id)).toEqual({ kind: 'campaign', campaignId: campaign.id });
});
