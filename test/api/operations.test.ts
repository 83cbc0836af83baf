/** The operations API's own answers, route by route; what all routes answer alike is in `statuses.test.ts`. */
import { joinStack, type SharedStack } from '../support/shared';
import { gatewayDraft } from '../support/things';

let stack: SharedStack;
let as: Record<string, string>;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
  const { json } = await stack.call('POST', '/api/v1/accounts', { name: 'Operations' });
  as = { 'x-account-id': json.id };
  await call('POST', '/api/v1/gateways', gatewayDraft());
});
afterAll(() => stack.stop());

const call = (method: string, path: string, body?: unknown) => stack.call(method, path, body, as);
const fieldsOf = (json: { errors: { field: string }[] }) => json.errors.map(({ field }) => field).sort();

describe('/api/v1/messages', () => {
  const sent: string[] = [];
  beforeAll(async () => {
    for (const [to, mid] of [['919800000501', 'm-1'], ['919800000501', 'm-2'], ['919800000502', 'm-2']]) {
      const { json } = await call('POST', '/clevertap/v1/messages', { to, mid, text: 'Hello' });
      sent.push(json.ids[0]);
    } // prettier-ignore
  });
  const found = async (query: Record<string, string>) => {
    const { status, json } = await call('GET', `/api/v1/messages?${new URLSearchParams(query).toString()}`);
    expect(status).toBe(200);
    return json.items.map(({ id }: { id: string }) => sent.indexOf(id));
  };

  test('200: found by number, meta, state and time, newest first', async () => {
    expect(await found({})).toEqual([2, 1, 0]);
    expect(await found({ to: '+91 98000 00501' })).toEqual([1, 0]);
    expect(await found({ to: '9800000502' })).toEqual([2]);
    expect(await found({ meta: 'm-2' })).toEqual([2, 1]);
    expect(await found({ meta: 'm-2', to: '919800000501' })).toEqual([1]);
    expect(await found({ state: 'accepted' })).toEqual([2, 1, 0]);
    expect(await found({ state: 'delivered' })).toEqual([]);
    const hour = (by: number) => new Date(Date.now() + by * 3_600_000).toISOString();
    expect(await found({ from: hour(-1), until: hour(1) })).toEqual([2, 1, 0]);
    expect([await found({ from: hour(1) }), await found({ until: hour(-1) })]).toEqual([[], []]);
  });

  test('200: page by page, each message once', async () => {
    const first = await call('GET', '/api/v1/messages?limit=2');
    const second = await call('GET', `/api/v1/messages?limit=2&cursor=${first.json.nextCursor}`);
    const ids = [...first.json.items, ...second.json.items].map(({ id }: { id: string }) => sent.indexOf(id));
    expect([ids, second.json.nextCursor]).toEqual([[2, 1, 0], null]);
  });

  test('400: filters that are unknown or unreadable are named, all at once', async () => {
    const query = 'state=lost&from=today&until=now&limit=0&cursor=x&colour=red';
    const { status, json } = await call('GET', `/api/v1/messages?${query}`);
    expect([status, fieldsOf(json)]).toEqual([400, ['colour', 'cursor', 'from', 'limit', 'state', 'until']]);
    expect(fieldsOf((await call('GET', '/api/v1/messages?to=nobody')).json)).toEqual(['to']);
  });
});

describe('/api/v1/gateways', () => {
  const make = async (over: object = {}) => call('POST', '/api/v1/gateways', { ...gatewayDraft(), ...over });

  test('201, 200, 204: made, read, listed, changed and deleted; its name is free again', async () => {
    const { status, json } = await make({ name: 'One' });
    expect(status).toBe(201);
    const path = `/api/v1/gateways/${json.id}`;
    // Its callback secret is shown once.
    const masked = expect.stringMatching(/^••••/) as string;
    const made = { ...json, callbackAuth: { basic: { username: masked, password: masked } } };
    expect((await call('GET', path)).json).toEqual(made);
    expect((await call('GET', '/api/v1/gateways')).json.items).toContainEqual(made);
    const patched = await call('PATCH', path, { priority: 5, status: 'inactive' });
    expect([patched.status, patched.json]).toEqual([200, { ...made, priority: 5, status: 'inactive' }]);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await make({ name: 'One' })).status).toBe(201);
  });

  test('400: a pattern, batch size or credential that the provider has not', async () => {
    const twilio = { provider: 'twilio', credentials: { accountSid: `AC${'0'.repeat(32)}`, authToken: 'token' } };
    expect(fieldsOf((await make({ ...twilio, sendingPattern: 'batch' })).json)).toEqual(['sendingPattern']);
    expect(fieldsOf((await make({ batchSize: 100_000 })).json)).toEqual(['batchSize']);
    const { json: made } = await make();
    const patched = await call('PATCH', `/api/v1/gateways/${made.id}`, { credentials: {}, provider: 'twilio' });
    expect([patched.status, patched.json.code]).toEqual([400, 'invalid-request']);
  });

  test('409: a name that another gateway has, at making and at renaming', async () => {
    const [first, second] = [await make(), await make()];
    const taken = first.json.name as string;
    expect(await make({ name: taken })).toMatchObject({ status: 409, json: { code: 'name-taken' } });
    const path = `/api/v1/gateways/${second.json.id}`;
    expect(await call('PATCH', path, { name: taken })).toMatchObject({ status: 409, json: { code: 'name-taken' } });
    // Nothing is in the audit of what was not done.
    const { json } = await call('GET', `/api/v1/audit?subject=${second.json.id}`);
    expect(json.items.map(({ action }: { action: string }) => action)).toEqual(['gateway.created']);
  });
});

describe('/api/v1/webhooks', () => {
  const url = 'https://in1.cb.wzrkt.com/sms/generic?account=OPERATIONS';
  const make = (body: object) => call('POST', '/api/v1/webhooks', { kind: 'clevertap', url, ...body });

  test('201, then 200 for the same one again; a new default takes the place of the old', async () => {
    const [first, again] = [await make({ isDefault: true }), await make({})];
    expect([first.status, again.status, again.json.id]).toEqual([201, 200, first.json.id]);
    const other = await make({ url: `${url}-2`, isDefault: true });
    const { json } = await call('GET', '/api/v1/webhooks');
    const defaults = json.items.filter(({ isDefault }: { isDefault: boolean }) => isDefault);
    expect(defaults.map(({ id }: { id: string }) => id)).toEqual([other.json.id]);
  });

  test('400: a URL that callbacks may not go to', async () => {
    for (const bad of ['https://example.com/x', 'http://in1.cb.wzrkt.com/x', 'https://u:p@in1.cb.wzrkt.com/', 'x', 5]) {
      const { status, json } = await make({ url: bad });
      expect([bad, status, fieldsOf(json)]).toEqual([bad, 400, ['url']]);
    }
  });
});

describe('/api/v1/suppressions', () => {
  const found = async (to: string) =>
    (await call('GET', `/api/v1/suppressions?to=${to}`)).json.items as { id: string; to: string }[];

  test('201, 200, 204: suppressed, listed page by page, released', async () => {
    const numbers = ['+919800000511', '+919800000512', '+919800000513'];
    for (const to of numbers) {
      const { status, json } = await call('POST', '/api/v1/suppressions', { to, reason: 'asked by mail' });
      expect([status, json]).toMatchObject([201, { to, source: 'person', classes: 'all', reason: 'asked by mail' }]);
    }
    const first = await call('GET', '/api/v1/suppressions?limit=2');
    const cursor = encodeURIComponent(first.json.nextCursor as string);
    const second = await call('GET', `/api/v1/suppressions?limit=2&cursor=${cursor}`);
    expect([...first.json.items, ...second.json.items].map(({ to }: { to: string }) => to).reverse()).toEqual(numbers);
    expect(JSON.stringify([first.json.nextCursor, Buffer.from(cursor, 'base64url').toString()])).not.toContain(
      '98000005',
    );
    const [one] = await found('9800000511');
    expect((await call('GET', `/api/v1/suppressions/${one!.id}`)).json).toEqual(one);
    expect((await call('DELETE', `/api/v1/suppressions/${one!.id}`)).status).toBe(204);
    expect((await call('DELETE', `/api/v1/suppressions/${one!.id}`)).status).toBe(404);
    expect(await found('9800000511')).toEqual([]);
  });

  test('400: no number, one that is none, a field too many', async () => {
    for (const [body, field] of [[{}, 'to'], [{ to: 'nobody' }, 'to'], [{ to: '919800000511', by: 'me' }, 'by']] as const) {
      const { status, json } = await call('POST', '/api/v1/suppressions', body);
      expect([status, fieldsOf(json)]).toEqual([400, [field]]);
    } // prettier-ignore
    expect((await call('GET', '/api/v1/suppressions?limit=501')).status).toBe(400);
    const { status, json } = await call('DELETE', '/api/v1/suppressions/9800000512');
    expect([status, json.detail]).toEqual([404, expect.stringContaining('?to=')]);
  });
});

describe('/api/v1/api-keys', () => {
  test('201, 200, 204: made, listed without its secret, revoked', async () => {
    const body = { name: 'k', scopes: ['send', 'read'], expiresAt: '2035-01-01T00:00:00+05:30', ratePerSecond: 5 };
    const { status, json: made } = await call('POST', '/api/v1/api-keys', body);
    expect([status, made.expiresAt]).toEqual([201, '2034-12-31T18:30:00.000Z']);
    const listed = async () => {
      const { json } = await call('GET', '/api/v1/api-keys');
      expect(JSON.stringify(json)).not.toContain(made.key.split('_')[2]);
      return json.items.find(({ id }: { id: string }) => id === made.id);
    };
    expect(await listed()).toMatchObject({ name: 'k', scopes: ['send', 'read'], ratePerSecond: 5, revokedAt: null });
    expect((await call('DELETE', `/api/v1/api-keys/${made.id}`)).status).toBe(204);
    expect((await listed()).revokedAt).toMatch(/Z$/);
  });

  test('400: scopes that are none, no name, an end without a time; 404: an account that is not there', async () => {
    const bad = { name: ' ', scopes: ['everything'], expiresAt: 'tomorrow', owner: 'me' };
    const { status, json } = await call('POST', '/api/v1/api-keys', bad);
    expect([status, fieldsOf(json)]).toEqual([400, ['expiresAt', 'name', 'owner', 'scopes.0']]);
    expect(fieldsOf((await call('POST', '/api/v1/api-keys', { name: 'x', scopes: [] })).json)).toEqual(['scopes']);
    const nowhere = { name: 'x', scopes: ['send'], accountId: 'nowhere' };
    expect((await call('POST', '/api/v1/api-keys', nowhere)).status).toBe(404);
  });
});

test('200: /api/v1/stats is a ledger that balances', async () => {
  const { json } = await call('GET', '/api/v1/stats');
  const { accepted, ...rest } = json.ledger as Record<string, number>;
  expect(accepted).toBe(Object.values(rest).reduce((sum, count) => sum + count, 0));
});
