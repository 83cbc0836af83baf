/** Accounts: their settings, who may change them, and the audit of every change. */
import { bearerOf } from '../support/api';
import { joinStack, type SharedStack } from '../support/shared';

let stack: SharedStack;
beforeAll(async () => {
  stack = await joinStack({ worker: false });
});
afterAll(() => stack.stop());

const KEY = Buffer.alloc(32, 7).toString('base64');
/** As a person makes them. */
const ASKED = { name: 'Shop', indiaStrict: undefined, promotionalOutsideWindow: undefined };
const make = async (body: object = {}) => {
  const { status, json } = await stack.call('POST', '/api/v1/accounts', { ...ASKED, ...body });
  expect([status, json.errors]).toEqual([201, undefined]);
  return json;
};
const patch = (id: string, body: unknown, headers?: Record<string, string>) =>
  stack.call('PATCH', `/api/v1/accounts/${id}`, body, headers);
const fieldsOf = (json: { errors: { field: string }[] }) => json.errors.map(({ field }) => field).sort();

const DEFAULTS = {
  timezone: 'Asia/Kolkata',
  defaultCountry: 'IN',
  defaultService: 'T',
  requireApprovedSenders: false,
  callbackHosts: ['*.wzrkt.com'],
  encryption: null,
  retentionDays: 180,
  unsupportedOptions: 'refuse',
  clickTracking: 'off',
  safety: {},
  windows: [{ country: 'IN', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' }],
  maxAgeSeconds: {},
  optOut: { scope: 'account', classes: 'all', words: [], optInWords: [] },
  promotionalOutsideWindow: 'hold',
  promotionalServices: [],
  indiaStrict: true,
  floors: {},
  duplicateWindowMinutes: 1_440,
  smartEncoding: false,
};
const EVERYTHING = {
  name: 'Everything',
  timezone: 'Europe/Berlin',
  defaultCountry: 'DE',
  defaultService: 'P',
  requireApprovedSenders: true,
  callbackHosts: ['*.wzrkt.com', 'hooks.example.com'],
  retentionDays: 90,
  unsupportedOptions: 'drop',
  clickTracking: 'report',
  safety: {
    duplicateContentMinutes: 30,
    frequencyCap: { count: 3, hours: 24 },
    autoPauseFailureShare: 0.5,
    maxCampaignRecipients: 100_000,
    maxCampaignCost: 2_500.5,
  },
  windows: [{ country: 'DE', start: '09:00', end: '20:00', timezone: 'Europe/Berlin' }],
  maxAgeSeconds: { T: 300, P: 86_400, S: 34_560_000 },
  optOut: { scope: 'deployment', classes: 'promotional', words: ['GENUG'], optInWords: ['YES'] },
  promotionalOutsideWindow: 'refuse',
  promotionalServices: ['OFFERS'],
  indiaStrict: true,
  floors: {
    windows: [{ country: 'DE', start: '08:00', end: '20:00', timezone: 'Europe/Berlin' }],
    promotionalOutsideWindow: 'hold',
    indiaStrict: true,
    requireApprovedSenders: false,
  },
  duplicateWindowMinutes: 30,
  smartEncoding: true,
};

describe('settings', () => {
  test('201: a name is enough; everything else has a default', async () => {
    const account = await make();
    expect(account).toEqual({ id: expect.any(String), name: 'Shop', createdAt: expect.any(String), ...DEFAULTS });
    expect((await stack.call('GET', `/api/v1/accounts/${account.id}`)).json).toEqual(account);
  });

  test('200: every setting can be given at once or later, and is answered as it was given', async () => {
    const made = await make(EVERYTHING);
    expect(made).toMatchObject(EVERYTHING);
    const { id, createdAt, ...plain } = await make();
    const { status, json } = await patch(id, EVERYTHING);
    expect([status, json]).toEqual([200, { ...plain, ...EVERYTHING, id, createdAt }]);
    expect((await patch(id, {})).json).toEqual(json);
    const back = await patch(id, { retentionDays: null, safety: {} });
    expect(back.json).toEqual({ ...json, retentionDays: null, safety: {} });
  });

  test('an age is replaced as a whole, and one of a service that is null is none', async () => {
    const { id } = await make({ maxAgeSeconds: { T: 300, P: null } });
    expect((await stack.call('GET', `/api/v1/accounts/${id}`)).json.maxAgeSeconds).toEqual({ T: 300 });
    expect((await patch(id, { maxAgeSeconds: { S: 60, T: null } })).json.maxAgeSeconds).toEqual({ S: 60 });
    expect((await patch(id, { name: 'Renamed' })).json.maxAgeSeconds).toEqual({ S: 60 });
    expect((await patch(id, { maxAgeSeconds: {} })).json.maxAgeSeconds).toEqual({});
  });

  test('a changed setting rules from then on', async () => {
    const gateway = { provider: 'infobip', name: 'g', credentials: { apiKey: 'k' }, sendingPattern: 'loop' };
    const { id } = await make({ indiaStrict: false });
    const as = { 'x-account-id': id };
    await stack.call('POST', '/api/v1/gateways', gateway, as);
    const send = async (to: string) => {
      const message = { to, text: `x ${Math.random()}`, callback_url: 'https://hooks.example.com/x' };
      return (await stack.call('POST', '/clevertap/v1/messages', message, as)).json;
    };
    expect((await send('+1 202 555 0123')).rejected[0].code).toBe('callback-url');
    await patch(id, { callbackHosts: ['hooks.example.com'], defaultCountry: 'US', defaultService: 'S' });
    const { ids } = await send('(202) 555-0123');
    const { json } = await stack.call('GET', `/api/v1/messages/${ids[0]}`, undefined, as);
    expect(json).toMatchObject({ to: '+12025550123', service: 'S' });
  });

  test('400: each bad value is named, with what would be right', async () => {
    const bad = {
      timezone: 'India',
      defaultCountry: 'India',
      defaultService: '',
      requireApprovedSenders: 'yes',
      callbackHosts: ['https://example.com'],
      retentionDays: 0,
      unsupportedOptions: 'ignore',
      clickTracking: 'on',
      safety: { frequencyCap: { count: 0, hours: 24 }, autoPauseFailureShare: 2, colour: 'red' },
      windows: [{ country: 'IN', start: '21:00', end: '10:00', timezone: 'Asia/Kolkata' }],
      maxAgeSeconds: { T: 0, P: 1.5, S: 34_560_001, X: 1 },
      owner: 'nobody',
    };
    const { id } = await make();
    const { status, json } = await patch(id, bad);
    expect([status, json.code]).toEqual([400, 'invalid-request']);
    expect(fieldsOf(json)).toEqual([
      'callbackHosts.0', 'clickTracking', 'defaultCountry', 'defaultService', 'maxAgeSeconds.P',
      'maxAgeSeconds.S', 'maxAgeSeconds.T', 'maxAgeSeconds.X', 'owner', 'requireApprovedSenders',
      'retentionDays', 'safety.autoPauseFailureShare', 'safety.colour', 'safety.frequencyCap.count', 'timezone',
      'unsupportedOptions', 'windows.0.end',
    ]); // prettier-ignore
    const created = await stack.call('POST', '/api/v1/accounts', {});
    expect([created.status, fieldsOf(created.json)]).toEqual([400, ['name']]);
    const window = { country: 'IN', start: '10:00', end: '21:00', timezone: 'Asia/Kolkata' };
    expect(fieldsOf((await patch(id, { windows: [window, window] })).json)).toEqual(['windows']);
    expect((await stack.call('GET', `/api/v1/accounts/${id}`)).json).toMatchObject(DEFAULTS);
  });

  test('encryption keys are written, never read; a version without its key keeps it', async () => {
    const { id } = await make({ encryption: { keys: [{ version: 'v-1', key: KEY }] } });
    const shown = { keys: [{ version: 'v-1' }], encoding: 'base64' };
    const { json } = await stack.call('GET', `/api/v1/accounts/${id}`);
    expect(json.encryption).toEqual(shown);
    const second = Buffer.alloc(32, 8).toString('hex');
    const rotated = await patch(id, { encryption: { keys: [{ version: 'v-1' }, { version: 'v-2', key: second }] } });
    expect(rotated.json.encryption.keys).toEqual([{ version: 'v-1' }, { version: 'v-2' }]);
    const { rows } = await stack.database.pool.query('select * from accounts where id = $1', [id]);
    expect(JSON.stringify([rows, rotated.json])).not.toMatch(new RegExp(`${KEY}|${second}`));
    expect((await patch(id, { encryption: null })).json.encryption).toBeNull();

    const keys = [
      [{ version: 'v-1' }],
      [{ version: 'v-1', key: 'too short' }],
      [{ version: 'v-1', key: KEY }, { version: 'v-1', key: KEY }],
      [],
    ]; // prettier-ignore
    const answers = await Promise.all(keys.map((list) => patch(id, { encryption: { keys: list } })));
    expect(answers.map(({ status, json: answer }) => [status, ...fieldsOf(answer)])).toEqual([
      [400, 'encryption.keys.0.key'], [400, 'encryption.keys.0.key'], [400, 'encryption.keys'], [400, 'encryption.keys'],
    ]); // prettier-ignore
  });
});

describe('who may', () => {
  test('a manage key changes its own account, a read key sees it; 404 for any other', async () => {
    const [own, other] = [await make(), await make()];
    const manager = await bearerOf(stack, ['manage', 'read'], { accountId: own.id });
    const reader = await bearerOf(stack, ['read'], { accountId: own.id });
    expect((await patch(own.id, { name: 'Renamed' }, manager)).json.name).toBe('Renamed');
    expect((await stack.call('GET', `/api/v1/accounts/${own.id}`, undefined, reader)).json.name).toBe('Renamed');
    expect((await patch(own.id, { name: 'x' }, reader)).status).toBe(403);
    for (const id of [other.id, 'default', 'unknown']) {
      expect((await patch(id, { name: 'x' }, manager)).status).toBe(404);
      expect((await stack.call('GET', `/api/v1/accounts/${id}`, undefined, manager)).status).toBe(404);
    }
    expect((await patch('unknown', { name: 'x' })).status).toBe(404);
    expect((await stack.call('GET', '/api/v1/accounts', undefined, manager)).status).toBe(403);
    expect((await stack.call('POST', '/api/v1/accounts', { name: 'x' }, manager)).status).toBe(403);
  });

  test('the list has every account once, page by page', async () => {
    const made = [await make(), await make(), await make()].map(({ id }) => id as string);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query = new URLSearchParams({ limit: '2', ...(cursor === '' ? {} : { cursor }) });
      const { json } = await stack.call('GET', `/api/v1/accounts?${query.toString()}`);
      seen.push(...json.items.map(({ id }: { id: string }) => id));
      cursor = json.nextCursor;
    }
    expect(seen).toEqual(expect.arrayContaining(['default', ...made]));
    expect(new Set(seen).size).toBe(seen.length);
  });
});

describe('audit', () => {
  const auditOf = async (accountId: string, query = '') =>
    (await stack.call('GET', `/api/v1/audit${query}`, undefined, { 'x-account-id': accountId })).json;

  test('200: every change is there, newest first, with who made it; nothing that failed is', async () => {
    const { id } = await make();
    const as = { 'x-account-id': id };
    const { json: manager } = await stack.call('POST', '/api/v1/api-keys', { name: 'm', scopes: ['manage'] }, as);
    const by = { authorization: `Bearer ${manager.key}` };
    const call = async (method: string, path: string, body?: object) => (await stack.call(method, path, body, by)).json;
    await patch(id, { name: 'Renamed', timezone: 'Asia/Dubai' }, by);
    const key = await call('POST', '/api/v1/api-keys', { name: 'k', scopes: ['manage'] });
    const rotated = await call('POST', `/api/v1/api-keys/${key.id}/rotate`);
    await call('DELETE', `/api/v1/api-keys/${key.id}`);
    await call('DELETE', `/api/v1/api-keys/${key.id}`);
    const draft = {
      provider: 'infobip',
      name: 'G',
      credentials: { apiKey: 'a-very-secret-key' },
      sendingPattern: 'loop',
    };
    const gateway = await call('POST', '/api/v1/gateways', draft);
    await call('POST', '/api/v1/gateways', draft);
    await call('PATCH', `/api/v1/gateways/${gateway.id}`, { name: 'H', credentials: { apiKey: 'another-secret' } });
    await call('DELETE', `/api/v1/gateways/${gateway.id}`);
    const url = 'https://in1.cb.wzrkt.com/sms/generic?account=SECRET-ACCOUNT';
    const webhook = await call('POST', '/api/v1/webhooks', { kind: 'clevertap', url });
    const suppression = await call('POST', '/api/v1/suppressions', { to: '919800000001' });
    await call('DELETE', `/api/v1/suppressions/${suppression.id}`);
    await call('DELETE', `/api/v1/suppressions/${suppression.id}`);

    const { items, nextCursor } = await auditOf(id);
    expect(nextCursor).toBeNull();
    const told = items.map((item: Record<string, unknown>) => [item.action, item.subject, item.keyId, item.detail]);
    const which = { to: '+9198******01', numberHash: expect.stringMatching(/^[0-9a-f]{64}$/) };
    const environment = expect.stringMatching(/^environment-[0-9a-f]{8}$/);
    expect(told.reverse()).toEqual([
      ['account.created', id, environment, { fields: ['name'] }],
      ['api-key.created', manager.id, environment, { name: 'm', scopes: ['manage'] }],
      ['account.updated', id, manager.id, { fields: ['name', 'timezone'] }],
      ['api-key.created', key.id, manager.id, { name: 'k', scopes: ['manage'] }],
      ['api-key.rotated', key.id, manager.id, { replacedBy: rotated.id }],
      ['api-key.revoked', key.id, manager.id, undefined],
      ['gateway.created', gateway.id, manager.id, { name: 'G', provider: 'infobip', callbackAuthenticated: true }],
      ['gateway.updated', gateway.id, manager.id, { fields: ['name', 'credentials'] }],
      ['gateway.deleted', gateway.id, manager.id, { open: 0 }],
      ['webhook.created', webhook.id, manager.id, { kind: 'clevertap', isDefault: false }],
      ['suppression.created', suppression.id, manager.id, which],
      ['suppression.deleted', suppression.id, manager.id, which],
    ]);
    expect(JSON.stringify(items)).not.toMatch(/secret|9800000001/i);
  });

  test('filters by action, thing, subject and time; pages', async () => {
    const { id } = await make();
    for (const name of ['a', 'b', 'c']) await patch(id, { name });
    const actions = async (query: string) =>
      (await auditOf(id, query)).items.map(({ action }: { action: string }) => action);
    expect(await actions('?action=account.created')).toEqual(['account.created']);
    expect(await actions('?action=account')).toHaveLength(4);
    expect(await actions('?action=acc')).toEqual([]);
    expect(await actions(`?subject=${id}&limit=1`)).toEqual(['account.updated']);
    expect(await actions('?subject=other')).toEqual([]);
    const { items } = await auditOf(id);
    const at = (n: number) => encodeURIComponent(items[n].at as string);
    expect(await actions(`?until=${at(3)}`)).toEqual([]);
    expect((await actions(`?from=${at(0)}`)).length).toBeGreaterThan(0);
    const first = await auditOf(id, '?limit=3');
    expect((await auditOf(id, `?cursor=${first.nextCursor}`)).items).toEqual(items.slice(3));
  });

  test('400: an unknown filter, a time that is none; 403: without manage', async () => {
    const { json } = await stack.call('GET', '/api/v1/audit?from=today&who=me&cursor=x');
    expect(fieldsOf(json)).toEqual(['cursor', 'from', 'who']);
    expect(
      (
        await stack.call(
          'GET',
          '/api/v1/audit',
          undefined,
          await bearerOf(stack, ['read'], { accountId: stack.accountId }),
        )
      ).status,
    ).toBe(403);
  });
});

test('200: the catalogue of providers tells what each needs', async () => {
  const { status, json } = await stack.call(
    'GET',
    '/api/v1/providers',
    undefined,
    await bearerOf(stack, ['read'], { accountId: stack.accountId }),
  );
  expect(status).toBe(200);
  const twilio = json.items.find(({ name }: { name: string }) => name === 'twilio');
  expect(twilio).toMatchObject({ label: 'Twilio', sendingPatterns: ['loop'], capabilities: { batchSize: 1 } });
  expect(twilio.credentials.map(({ name, secret }: { name: string; secret: boolean }) => [name, secret])).toEqual([
    ['accountSid', false],
    ['authToken', true],
  ]);
});
