/** Which way a message takes: by its route, by what its gateways can carry, and past a gateway that goes away. */
import { attemptWireId } from '../../src/core/messages/ids';
import { deliveredReport, proofOf, type MadeGateway } from '../support/callbacks';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack();
});
afterAll(() => stack.stop());

const CREDENTIALS = {
  infobip: { apiKey: 'key' },
  twilio: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' },
};

async function makeAccount() {
  const { json: made } = await stack.call('POST', '/api/v1/accounts', { name: `account ${Math.random()}` });
  const id = made.id as string;
  const call = (method: string, path: string, body?: unknown, headers = {}) =>
    stack.call(method, path, body, { 'x-account-id': id, ...headers });

  return {
    id,
    call,
    async gateway(name: string, fields: object = {}, provider: keyof typeof CREDENTIALS = 'infobip') {
      return (await this.madeGateway(name, fields, provider)).id;
    },
    async madeGateway(name: string, fields: object = {}, provider: keyof typeof CREDENTIALS = 'infobip') {
      const { status, json } = await call('POST', '/api/v1/gateways', {
        provider,
        name,
        credentials: CREDENTIALS[provider],
        baseUrl: `${stack.simulator.url}/${provider}/${name}-${id}`,
        sendingPattern: 'loop',
        ...fields,
      });
      expect({ status, error: json.detail }).toEqual({ status: 201, error: undefined });
      return json as MadeGateway;
    },
    /** Scripts what a gateway's vendor does. */
    script: (name: string, script: object) => stack.control('PUT', `/control/script?account=${name}-${id}`, script),
    async route(legs: object[], fields: object = {}) {
      const { status, json } = await call('POST', '/api/v1/routes', { name: 'main', legs, isDefault: true, ...fields });
      expect({ status, error: json.detail }).toEqual({ status: 201, error: undefined });
      return json.id as string;
    },
    async register(...senders: [string, string][]) {
      for (const [sender, of] of senders) {
        expect((await call('POST', '/api/v1/senders', { sender, class: of })).status).toBe(201);
      }
    },
    async send(fields: object = {}) {
      const text = `Hello ${Math.random()}`;
      const { status, json } = await call('POST', '/clevertap/v1/messages', { to: '919800000001', text, ...fields });
      expect({ status, rejected: json.rejected }).toEqual({ status: 200, rejected: [] });
      return json.ids[0] as string;
    },
    trace: async (message: string) => (await call('GET', `/api/v1/messages/${message}`)).json,
    async outcome(message: string) {
      return until('the message is settled', async () => {
        const { json } = await call('GET', `/api/v1/messages/${message}`);
        return json.settledAt === undefined ? null : json;
      });
    },
  };
}

describe('a route', () => {
  test('takes the place of the gateways’ priorities, from the next message on', async () => {
    const account = await makeAccount();
    const a = await account.gateway('a', { priority: 1, defaultSender: 'BRANDA' });
    const b = await account.gateway('b', { priority: 2, defaultSender: 'BRANDB' });
    const route = await account.route([{ gatewayId: b }, { gatewayId: a, sender: 'BRANDC' }]);
    expect(await account.outcome(await account.send())).toMatchObject({
      attempts: [{ gatewayId: b, sender: 'BRANDB', state: 'delivered' }],
    });
    await account.call('PATCH', `/api/v1/routes/${route}`, { legs: [{ gatewayId: a, sender: 'BRANDC' }] });
    // The sender ID of a leg is used whatever the message asks for.
    expect(await account.outcome(await account.send({ from: 'BRANDX' }))).toMatchObject({
      attempts: [{ gatewayId: a, sender: 'BRANDC', state: 'delivered' }],
    });
    await account.call('PATCH', `/api/v1/routes/${route}`, { isDefault: false });
    expect(await account.outcome(await account.send())).toMatchObject({
      attempts: [{ gatewayId: a, sender: 'BRANDA', state: 'delivered' }],
    });
  });

  test.each(['submission', 'receipt'])(
    'a sender ID refused by %s: on to the next of the same class only',
    async (at) => {
      const account = await makeAccount();
      const [a, b] = [await account.gateway('a'), await account.gateway('b')];
      await account.route([
        { gatewayId: a },
        { gatewayId: a, sender: 'BRANDS' },
        { gatewayId: b, sender: '650123' },
        { gatewayId: b, sender: 'BRANDT' },
      ]);
      await account.register(['BRANDA', 'transactional'], ['BRANDS', 'service'], ['650123', 'promotional']);
      await account.register(['BRANDT', 'transactional']);
      await account.script('a', { refuse: [{ outcome: 'sender', ...(at === 'receipt' ? { at } : {}) }] });
      expect(await account.outcome(await account.send({ from: 'BRANDA' }))).toMatchObject({
        state: 'delivered',
        leg: 3,
        attempts: [
          { gatewayId: a, sender: 'BRANDA', class: 'sender' },
          { gatewayId: b, sender: 'BRANDT', state: 'delivered' },
        ],
      });
      // Anything may follow a sender ID that is not registered; from there on the class is kept.
      const other = await account.outcome(await account.send({ from: 'BRANDX' }));
      expect(other.attempts.map(({ sender }: { sender: string }) => sender)).toEqual(['BRANDX', 'BRANDS']);
    },
  );

  test('is held visibly while none of its gateways takes messages', async () => {
    const account = await makeAccount();
    const a = await account.gateway('a', { status: 'inactive' });
    await account.gateway('b');
    await account.route([{ gatewayId: a }]);
    const id = await account.send();
    await until('the message is held', async () => {
      const { state, reason } = await account.trace(id);
      return state === 'queued' && reason === 'the gateway is inactive';
    });
    await account.call('PATCH', `/api/v1/gateways/${a}`, { status: 'active' });
    expect(await account.outcome(id)).toMatchObject({ state: 'delivered', gatewayId: a });
  });
});

describe('what a gateway can’t carry', () => {
  const GERMAN = '+4915100000000';

  test('goes over one that can, and the trace says why', async () => {
    const account = await makeAccount();
    const twilio = await account.gateway('a', { priority: 1, defaultSender: 'BRANDA' }, 'twilio');
    const infobip = await account.gateway('b', { priority: 2, defaultSender: 'BRANDA' });
    expect(await account.outcome(await account.send({ flash: '1' }))).toMatchObject({
      state: 'delivered',
      attempts: [
        { gatewayId: twilio, state: 'refused', reason: 'not sent: Twilio can’t carry flash' },
        { gatewayId: infobip, state: 'delivered' },
      ],
    });
    expect(await account.outcome(await account.send())).toMatchObject({ attempts: [{ gatewayId: twilio }] });
    const ids = { entityid: '1001000000000000001', templateid: '1007000000000000001' };
    const abroad = await account.outcome(await account.send({ ...ids, to: GERMAN }));
    expect(abroad).toMatchObject({ attempts: [{ gatewayId: twilio, state: 'delivered' }] });
  });

  test('is refused alone where none can, or dropped where the account says so', async () => {
    const account = await makeAccount();
    const twilio = await account.gateway('a', { defaultSender: 'BRANDA' }, 'twilio');
    const list = [{ flash: '1' }, { port: '16000' }, {}].map((fields, i) => ({
      ...fields,
      to: GERMAN,
      text: `no ${i}`,
    }));
    const { status, json } = await account.call('POST', '/clevertap/v1/messages', { list });
    expect(status).toBe(200);
    expect(json.accepted).toBe(1);
    expect(json.rejected).toMatchObject([
      { index: 0, code: 'unsupported-option', field: 'flash', message: expect.stringContaining('can’t carry: a;') },
      { index: 1, code: 'unsupported-option', field: 'port' },
    ]);
    const drop = `update accounts set unsupported_options = 'drop' where id = $1`;
    await stack.database.pool.query(drop, [account.id]);
    // A change of the account is seen within a second by every api; by this one at the next change of a gateway.
    await account.call('PATCH', `/api/v1/gateways/${twilio}`, { description: 'dropping' });
    const dropped = await account.outcome(await account.send({ flash: '1' }));
    expect(dropped).toMatchObject({ state: 'delivered', options: { dropped: ['flash'] } });

    // A gateway that can is there, but does not come first.
    await account.gateway('b', { priority: 200 });
    const without = await account.outcome(await account.send({ flash: '1' }));
    expect(without).toMatchObject({ state: 'delivered', options: { flash: true }, attempts: [{ gatewayId: twilio }] });
    expect(without.attempts[0].reason).toMatch(/^sent without flash/);
  });
});

test('400: a gateway is not given a validity that its vendor has no place for', async () => {
  const account = await makeAccount();
  const { status, json } = await account.call('POST', '/api/v1/gateways', {
    provider: 'clickatell',
    name: 'a',
    credentials: { apiKey: 'key' },
    sendingPattern: 'loop',
    validitySeconds: 600,
  });
  expect({ status, problems: json.errors }).toEqual({
    status: 400,
    problems: [{ field: 'validitySeconds', message: expect.stringMatching(/must be left out: Clickatell/) }],
  });
});

describe('a gateway that goes away', () => {
  test('409 while a route has a leg over it, or messages are open on it; a drain moves them', async () => {
    const account = await makeAccount();
    const a = await account.gateway('a', { priority: 1 });
    const b = await account.gateway('b', { priority: 2 });
    const route = await account.route([{ gatewayId: a }]);
    const id = await account.send();
    await account.outcome(id);
    const inRoute = await account.call('DELETE', `/api/v1/gateways/${a}?drain=true`);
    expect(inRoute).toMatchObject({ status: 409, json: { code: 'gateway-in-route', routes: ['main'] } });

    await account.call('PATCH', `/api/v1/gateways/${a}`, { status: 'inactive' });
    const held = await account.send();
    await until('the message is held', async () => (await account.trace(held)).state === 'queued');
    expect((await account.call('DELETE', `/api/v1/routes/${route}`)).status).toBe(204);
    const inUse = await account.call('DELETE', `/api/v1/gateways/${a}`);
    expect(inUse).toMatchObject({ status: 409, json: { code: 'gateway-in-use', open: 1 } });
    expect((await account.call('DELETE', `/api/v1/gateways/${a}?drain=true`)).status).toBe(204);
    expect(await account.outcome(held)).toMatchObject({ state: 'delivered', gatewayId: b });
    expect((await account.call('GET', `/api/v1/gateways/${a}`)).status).toBe(404);
  });

  test('what has left over it is still awaited', async () => {
    const account = await makeAccount();
    const made = await account.madeGateway('a');
    const a = made.id;
    // Reported below, once the gateway is gone.
    await account.script('a', { receipts: { missing: 1 } });
    const id = await account.send();
    await until('the message has left', async () => (await account.trace(id)).state === 'submitted');
    expect((await account.call('DELETE', `/api/v1/gateways/${a}?drain=true`)).status).toBe(204);
    const { pathname } = new URL(made.callbackUrl);
    const report = deliveredReport(attemptWireId(id, 1));
    expect((await stack.call('POST', pathname, report, proofOf(made))).status).toBe(200);
    expect(await account.outcome(id)).toMatchObject({ state: 'delivered', attempts: [{ gatewayId: a }] });
  });
});

test('several gateways of one provider: by priority, and equals share', async () => {
  const account = await makeAccount();
  const ids = [
    await account.gateway('last', { priority: 9 }),
    await account.gateway('heavy', { priority: 1, weight: 1_000 }),
    await account.gateway('light', { priority: 1, weight: 1 }),
  ];
  const used = new Set<number>();
  for (let i = 0; i < 5; i++) used.add(ids.indexOf((await account.outcome(await account.send())).gatewayId));
  expect(used).not.toContain(0);
  await account.script('heavy', { refusedKeys: ['key'] });
  await account.script('light', { refusedKeys: ['key'] });
  expect(await account.outcome(await account.send())).toMatchObject({ state: 'delivered', gatewayId: ids[0] });
});

describe('/api/v1/routes', () => {
  test('201, 200, 204: legs are kept in their order', async () => {
    const account = await makeAccount();
    const a = await account.gateway('a');
    const legs = [{ gatewayId: a, sender: 'BRANDB' }, { gatewayId: a }];
    const { json: made } = await account.call('POST', '/api/v1/routes', { name: 'first', legs });
    expect(made).toMatchObject({
      name: 'first',
      legs: [
        { gatewayId: a, sender: 'BRANDB' },
        { gatewayId: a, sender: null },
      ],
      isDefault: false,
      failoverOnNoReceipt: false,
    });
    const at = `/api/v1/routes/${made.id}`;
    expect((await account.call('PATCH', at, { name: 'renamed', isDefault: true })).json).toMatchObject({
      name: 'renamed',
      isDefault: true,
      legs: made.legs,
    });
    const { json: other } = await account.call('POST', '/api/v1/routes', { name: 'first', legs, isDefault: true });
    expect((await account.call('GET', at)).json).toMatchObject({ isDefault: false });
    const { json: page } = await account.call('GET', '/api/v1/routes?limit=1');
    const { json: rest } = await account.call('GET', `/api/v1/routes?cursor=${page.nextCursor}`);
    expect([...page.items, ...rest.items].map(({ id }: { id: string }) => id).sort()).toEqual(
      [made.id, other.id].sort(),
    );
    expect((await account.call('DELETE', at)).status).toBe(204);
    expect((await account.call('GET', at)).status).toBe(404);
    expect((await account.call('POST', '/api/v1/routes', { name: 'renamed', legs })).status).toBe(201);
  });

  test.each([
    ['no legs', { legs: [] }, 'legs', /at least one leg/],
    ['a gateway of another account', { legs: [{ gatewayId: 'gw_other' }] }, 'legs.0.gatewayId', /no gateway gw_other/],
    ['a leg without a gateway', { legs: [{ sender: 'BRANDA' }] }, 'legs.0.gatewayId', /./],
    ['a field that is none', { name: 'x', legs: [{ gatewayId: 'gw', weight: 1 }] }, 'legs.0.weight', /not a field/],
  ])('400: %s', async (_, fields, field, message) => {
    const account = await makeAccount();
    const { status, json } = await account.call('POST', '/api/v1/routes', { name: 'main', ...fields });
    expect({ status, problems: json.errors }).toEqual({
      status: 400,
      problems: [{ field, message: expect.stringMatching(message) }],
    });
  });

  test('409 for a name that is taken, 404 for another account, 401 without a key, 403 without the scope', async () => {
    const account = await makeAccount();
    const legs = [{ gatewayId: await account.gateway('a') }];
    const at = `/api/v1/routes/${await account.route(legs)}`;
    const taken = await account.call('POST', '/api/v1/routes', { name: 'main', legs });
    expect(taken).toMatchObject({ status: 409, json: { code: 'name-taken' } });
    const stranger = await makeAccount();
    expect((await stranger.call('GET', at)).status).toBe(404);
    expect((await stranger.call('PATCH', at, { name: 'mine' })).status).toBe(404);
    expect((await stranger.call('DELETE', at)).status).toBe(404);
    expect((await account.call('GET', at, undefined, { authorization: '' })).status).toBe(401);
    const { json: key } = await account.call('POST', '/api/v1/api-keys', { name: 'reader', scopes: ['read'] });
    const reader = { authorization: `Bearer ${key.key}` };
    expect((await account.call('GET', at, undefined, reader)).status).toBe(200);
    expect((await account.call('DELETE', at, undefined, reader)).status).toBe(403);
  });
});
