/**
 * An account that is strict about India: what is not registered does not leave, by whatever route it came and over whatever
 * leg it would go. The same messages of an account that is not strict leave.
 */
import { joinStack, type SharedStack } from '../support/shared';
import { KNOWS_OUR_IDS, makeTenant, type Tenant } from '../support/tenants';
import { until } from '../support/until';

const ENTITY = '1001000000000000001';
const ORDER = '1007000000000000001';
const SALE = '1007000000000000002';
const NUMBER = '919800000001';
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

let stack: SharedStack;
let strict: Tenant;
let lax: Tenant;
let gatewayId: string;
let serial = 0;
/** Names at the simulator, which files share. */
const names = { strict: `strict-${Date.now()}`, lax: `lax-${Date.now()}` };

async function register(tenant: Tenant) {
  const sender = async (fields: object, approve = true) => {
    const { status, json } = await tenant.call('POST', '/api/v1/senders', fields);
    expect(status).toBe(201);
    if (approve) await tenant.call('POST', `/api/v1/senders/${json.id}/approve`);
    return json.id as string;
  };
  const ids = {
    BRANDA: await sender({ sender: 'BRANDA', class: 'transactional', entityId: ENTITY, default: true }),
    PROMOS: await sender({ sender: 'PROMOS', class: 'promotional', entityId: ENTITY, default: true }),
    BRANDX: await sender({ sender: 'BRANDX', class: 'transactional' }, false),
  };
  const template = (fields: object) => tenant.call('POST', '/api/v1/templates', { entityId: ENTITY, ...fields });
  await template({
    name: 'order',
    text: 'Order {n} has left.',
    dltTemplateId: ORDER,
    dltText: 'Order {#var#} has left.',
  });
  await template({
    name: 'sale',
    text: 'Sale: {n} off.',
    dltTemplateId: SALE,
    dltText: 'Sale: {#var#} off.',
    class: 'promotional',
  });
  return ids;
}

let senders: Awaited<ReturnType<typeof register>>;
beforeAll(async () => {
  stack = await joinStack();
  strict = await makeTenant(stack, 'strict', { indiaStrict: undefined });
  lax = await makeTenant(stack, 'lax');
  const over = { defaultSender: 'BRANDA', fallbackSender: 'ANYTXT' };
  gatewayId = await strict.gateway(names.strict, KNOWS_OUR_IDS, over);
  await lax.gateway(names.lax, KNOWS_OUR_IDS, over);
  senders = await register(strict);
});
afterAll(() => stack.stop());
beforeEach(async () => {
  await strict.script(names.strict, {});
  await lax.script(names.lax, {});
});

const order = () => `Order ${++serial} has left.`;
const good = (over: object = {}) => ({ to: NUMBER, text: order(), service: 'T', templateId: ORDER, ...over });
const send = (list: object[], tenant = strict) => tenant.call('POST', '/clevertap/v1/messages', { list });
const read = async (id: string) => (await strict.call('GET', `/api/v1/messages/${id}`)).json;
const form = (values: Record<string, string>) => new URLSearchParams(values).toString();

test('a batch: each bad record alone, with what is wrong and what to do; its neighbours pass', async () => {
  const bad: [object, string, string, RegExp][] = [
    [{ templateId: undefined }, 'dlt-template', 'templateId', /is missing/],
    [{ templateId: '1007000000000000009' }, 'dlt-template', 'templateId', /register it with POST \/api\/v1\/templates/],
    [{ text: `Order ${++serial} is lost.` }, 'dlt-mismatch', 'text', /differs from the registered text/],
    [{ text: `Order ${++serial} has left` }, 'dlt-mismatch', 'text', /differs/],
    [{ entityId: '1001000000000000002' }, 'dlt-entity', 'entityId', /registered for/],
    [{ sender: 'ANYTXT' }, 'sender-not-approved', 'sender', /ANYTXT is not approved; register it/],
    [{ sender: 'BRANDX' }, 'sender-not-approved', 'sender', /BRANDX is not approved/],
    [{ sender: 'branda' }, 'sender-not-approved', 'sender', /branda is not approved/],
    [{ sender: 'PROMOS' }, 'header-mismatch', 'sender', /promotional messages only/],
    [{ sender: 'BRANDA', service: 'P' }, 'header-mismatch', 'sender', /transactional messages only/],
    [{ sender: 'BRANDA-P' }, 'header-mismatch', 'sender', /leave it out/],
    [{ templateId: SALE, text: `Sale: ${++serial} off.` }, 'service-class', 'service', /send it as P/],
  ];
  const list = [
    good(),
    ...bad.map(([over]) => good(over)),
    good({ to: '+447700900123', text: 'Anything', templateId: undefined }),
  ];
  const { status, json } = await send(list);
  expect([status, json.accepted]).toEqual([200, 2]);
  expect(json.rejected).toEqual(
    bad.map(([, code, field, message], i) => ({ index: i + 1, code, field, message: expect.stringMatching(message) })),
  );
  await strict.reach(json.ids, 'delivered');
  // The same of one that is not strict.
  const beside = await send(list, lax);
  expect(beside.json.rejected).toEqual([]);
  await lax.reach(beside.json.ids, 'delivered');
});

test('what is left out is filled in from what is registered, and the suffix that operators add is taken off', async () => {
  const { json } = await send([
    good({ sender: undefined }),
    good({ sender: 'VM-BRANDA-S' }),
    good({ sender: undefined, service: 'mkt', templateId: SALE, text: `Sale: ${++serial} off.` }),
  ]);
  expect(json.rejected).toEqual([]);
  const made = await Promise.all((json.ids as string[]).map(read));
  expect(made.map(({ sender }) => sender)).toEqual(['BRANDA', 'BRANDA', 'PROMOS']);
  expect(made.map(({ options }) => options.entityId)).toEqual([ENTITY, ENTITY, ENTITY]);
  await strict.reach(json.ids, 'delivered');
});

describe('every route', () => {
  const text = 'Nobody has registered this.';
  const accepted = async () => (await strict.call('GET', '/api/v1/stats')).json.ledger.accepted as number;
  const recipients = [{ to: `+${NUMBER}` }];
  const group = async () => {
    const { json } = await strict.call('POST', '/api/v1/groups', { name: `group ${++serial}` });
    await strict.call('POST', `/api/v1/groups/${json.id}/members`, { to: `+${NUMBER}` });
    return json.id as string;
  };
  /** Waits for a campaign's end; nobody may get it. */
  const failed = async (id: string) =>
    until('it has failed', async () => {
      const { json } = await strict.call('GET', `/api/v1/campaigns/${id}`);
      return json.state === 'failed' ? (json.reason as string) : null;
    });

  test.each<[string, () => Promise<string>]>([
    [
      'the generic route, JSON',
      async () => (await strict.call('POST', '/clevertap/v1/messages', { to: NUMBER, text })).text,
    ],
    [
      'the generic route, query',
      async () => (await strict.call('GET', `/clevertap/v1/messages?to=${NUMBER}&text=x`)).text,
    ],
    [
      'Mobtexting’s form',
      async () => {
        const body = form({ to: NUMBER, message: text, sender: 'BRANDA', service: 'T' });
        return (await strict.call('POST', '/api/v2/sms/clevertap/send', body, FORM)).text;
      },
    ],
    [
      'Mobtexting’s nodes',
      async () =>
        (await strict.call('POST', '/api/v2/sms/clevertap/json', { root: { message: text }, nodes: [{ to: NUMBER }] }))
          .text,
    ],
    [
      'Times Mobile’s contract',
      async () => (await strict.call('POST', '/ct/api/v1/message', { to: NUMBER, text, from: 'BRANDA' })).text,
    ],
    [
      'a campaign to a list',
      async () =>
        (await strict.call('POST', '/api/v1/campaigns', { name: 'c', message: text, audience: { recipients } })).text,
    ],
    [
      'a campaign to a group',
      async () => {
        const body = { name: 'c', message: text, audience: { groupId: await group() } };
        return failed((await strict.call('POST', '/api/v1/campaigns', body)).json.id as string);
      },
    ],
    [
      'a notification',
      async () => {
        const { json } = await strict.call('POST', '/api/v1/send', [{ groupId: await group(), message: text }]);
        return failed(json[0].campaignId as string);
      },
    ],
    [
      'the test of a campaign',
      async () => {
        const draft = { name: 'c', message: text, audience: { groupId: await group() }, draft: true };
        const { json } = await strict.call('POST', '/api/v1/campaigns', draft);
        await stack.database.pool.query(
          `insert into test_phones (id, account_id, msisdn, verified_at) values ($1, $2, $3, now())`,
          [`tp_${++serial}`, strict.accountId, `+${NUMBER}`],
        );
        return (await strict.call('POST', `/api/v1/campaigns/${json.id}/test`, {})).text;
      },
    ],
    [
      'the test of a gateway',
      async () => (await strict.call('POST', `/api/v1/gateways/${gatewayId}/test`, { to: `+${NUMBER}` })).text,
    ],
    [
      'the code to a test phone',
      async () => (await strict.call('POST', '/api/v1/test-phones', { to: '+919800000002' })).text,
    ],
  ])('%s: refused, and nothing leaves', async (_, attempt) => {
    const before = await accepted();
    expect(await attempt()).toMatch(/template/i);
    expect(await accepted()).toBe(before);
  });

  test('with what is registered they pass: a campaign by its DLT id, the test of a gateway, a code by its text', async () => {
    const campaign = { name: 'c', message: order(), dltTemplateId: ORDER, audience: { recipients } };
    const { status, json } = await strict.call('POST', '/api/v1/campaigns', campaign);
    expect(status).toBe(201);
    await until('it is finished', async () => {
      const { counts } = (await strict.call('GET', `/api/v1/campaigns/${json.id}`)).json;
      return counts.delivered === 1 ? true : null;
    });
    const [message] = (await strict.call('GET', `/api/v1/messages?campaignId=${json.id}`)).json.items;
    expect(message.sender).toBe('BRANDA');
    const tried = await strict.call('POST', `/api/v1/gateways/${gatewayId}/test`, { to: `+${NUMBER}`, text: order() });
    expect(tried.json).toMatchObject({ ok: true });
    const dltText = '{#var#} is your code to verify this test phone. It is valid for {#var#} minutes.';
    await strict.call('POST', '/api/v1/templates', {
      name: 'code', text: dltText.replaceAll('{#var#}', '{a}'), dltTemplateId: '1007000000000000003', dltText, entityId: ENTITY,
    }); // prettier-ignore
    expect((await strict.call('POST', '/api/v1/test-phones', { to: '+919800000003' })).status).toBe(201);
  });
});

test('failover: a refused header gives way to none that is not approved; where nothing is strict it does', async () => {
  const refuse = { refuse: [{ outcome: 'sender', senders: ['BRANDA'] }] };
  await strict.script(names.strict, refuse);
  await lax.script(names.lax, refuse);
  const { json } = await send([good()]);
  await strict.reach(json.ids, 'failed');
  const { attempts } = await read(json.ids[0] as string);
  expect(attempts.map(({ sender }: { sender: string }) => sender)).toEqual(['BRANDA']);
  const beside = await send([good()], lax);
  await lax.reach(beside.json.ids, 'delivered');
});

test('a header that is rejected while its message waits is not used', async () => {
  await strict.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'inactive' });
  const { json } = await send([good()]);
  await until('it waits', async () => ((await read(json.ids[0] as string)).reason ? true : null));
  await strict.call('POST', `/api/v1/senders/${senders.BRANDA}/reject`);
  const before = (await strict.counts(names.strict)).submissions;
  await strict.call('PATCH', `/api/v1/gateways/${gatewayId}`, { status: 'active' });
  await strict.reach(json.ids, 'failed');
  expect(await read(json.ids[0] as string)).toMatchObject({
    code: '906',
    reason: expect.stringMatching(/BRANDA is not approved/),
  });
  expect((await strict.counts(names.strict)).submissions).toBe(before);
  await strict.call('POST', `/api/v1/senders/${senders.BRANDA}/approve`);
});
