/** An account in which there is something of everything that the console shows. */
import type { Client } from './client';
import { makeTenant, type Tenant } from './tenants';
import { until } from './until';

export interface ConsoleAccount {
  tenant: Tenant;
  /** May do all that a person of the account may. */
  key: string;
}

/** Ids by kind, for the addresses of pages. */
export type Things = Record<
  'gateway' | 'template' | 'group' | 'webhook' | 'request' | 'message' | 'campaign' | 'draft' | 'scheduled' | 'upload',
  string
>;

const PERSONS_SCOPES = ['read', 'send', 'manage', 'content'];
type Stack = Pick<Client, 'call' | 'control' | 'database' | 'simulator'>;

export async function consoleAccount(stack: Stack, name: string): Promise<ConsoleAccount> {
  const tenant = await makeTenant(stack, name);
  return { tenant, key: await keyOf(tenant) };
}

/** A key with which somebody of the account signs in. */
export async function keyOf({ call }: Pick<Tenant, 'call'>): Promise<string> {
  const { json } = await call('POST', '/api/v1/api-keys', { name: 'Desk', scopes: PERSONS_SCOPES });
  return json.key as string;
}

/** A number of this account's persons that nobody has. */
const number = (i: number): string => `+9198000${String(10_000 + i)}`;

/** Fills the account: gateways, senders, what they need, a campaign that has ended, one failure of each kind. */
export async function fill(stack: Stack, { call, gateway, script, accountId }: Tenant): Promise<Things> {
  const made = async (path: string, body: unknown, status = 201): Promise<{ id: string }> => {
    const answer = await call('POST', path, body);
    if (answer.status !== status) throw new Error(`${path} was answered ${answer.status}: ${answer.text}`);
    return answer.json as { id: string };
  };
  const first = await gateway(`${accountId}-one`, 'infobip', { name: 'Infobip India', defaultSender: 'BRANDA' });
  await script(`${accountId}-one`, {
    refuse: [
      { outcome: 'recipient', numberEndsWith: '07' },
      { outcome: 'content', numberEndsWith: '08', at: 'receipt' },
    ],
  });
  await gateway(`${accountId}-two`, 'mobtexting', { name: 'Mobtexting', defaultSender: 'BRANDB' });
  await made('/api/v1/senders', { sender: 'BRANDA', class: 'transactional', gatewayIds: [first] });
  const template = await made('/api/v1/templates', { name: 'Order', text: 'Dear {name}, your order {order} is on its way.' });
  const route = await made('/api/v1/routes', { name: 'Brand A first', legs: [{ gatewayId: first, sender: 'BRANDA' }] });
  const group = await made('/api/v1/groups', { name: 'On duty' });
  await made(`/api/v1/groups/${group.id}/members`, { to: number(1), name: 'Asha' });
  await made('/api/v1/test-phones', { to: number(2), name: 'Desk phone' });
  const webhook = await made('/api/v1/webhooks', { kind: 'clevertap', url: `${stack.simulator.url}/clevertap/callback?account=${accountId}`, isDefault: true });
  await made('/api/v1/suppressions', { to: number(3) });
  const upload = await call('POST', '/api/v1/uploads?name=list.csv', `to,name\n${number(4)},Asha\nabc,Nobody\n`, { 'content-type': 'text/csv' });
  await until('the upload is read', async () => (await call('GET', `/api/v1/uploads/${upload.json.id}`)).json.state !== 'processing');
  const recipients = Array.from({ length: 40 }, (_, i) => ({ to: number(i + 1), custom: `order-${i + 1}` }));
  const campaign = await made('/api/v1/campaigns', { name: 'Diwali sale', message: 'Twenty percent off until Sunday.', sender: 'BRANDA', routeId: route.id, audience: { recipients } });
  const draft = await made('/api/v1/campaigns', { name: 'New year', draft: true, message: 'A happy new year, {name|friend}!', audience: { recipients: recipients.slice(0, 3) } });
  const scheduled = await made('/api/v1/campaigns', { name: 'New year’s eve', message: 'A happy new year!', time: new Date(Date.now() + 86_400_000).toISOString(), audience: { recipients: recipients.slice(0, 3) } });
  await call('POST', '/clevertap/v1/messages', { list: [{ to: '12', text: 'Hello' }, { to: number(99), text: 'Hello', meta: 'order-99' }] });
  const { json: requests } = await call('GET', '/api/v1/requests');
  await until('the campaign has ended', async () => (await call('GET', `/api/v1/campaigns/${campaign.id}`)).json.state === 'finished');
  const { json: messages } = await call('GET', `/api/v1/messages?to=${encodeURIComponent(number(7))}`);
  return {
    gateway: first,
    template: template.id,
    group: group.id,
    webhook: webhook.id,
    request: requests.items[0].id,
    message: messages.items[0].id,
    campaign: campaign.id,
    draft: draft.id,
    scheduled: scheduled.id,
    upload: upload.json.id as string,
  };
} // prettier-ignore
