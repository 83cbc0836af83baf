import { attemptWireId } from '../core/messages/ids';
import type { CallbackRequest } from '../providers/provider';
import {
  KEPT_RECEIPTS,
  hashNumber,
  loadPseudonyms,
  SEALER,
  claim,
  messageOf,
  startStore,
  storeGateway,
  storeSlice,
  withAttempt,
  type TestStore,
} from '../../test/support/rows';
import { newCallbackToken } from '../store/gateways/callback-tokens';
import { unsealGateway, type GatewayRow } from '../store/gateways/gateways';
import type { SliceNews } from '../store/messages/settlement';
import { createInbox, type Inbox } from './inbox';

let store: TestStore;
let gateway: GatewayRow;
let token: string;
let inbox: Inbox;
let woken: SliceNews[];
let relays: string[];
let refusals: Error[];
let words: [string, string][];
beforeAll(async () => {
  store = await startStore();
  gateway = await storeGateway(store, { callbackAuth: { basic: { username: 'infobip', password: 'pass' } } });
  token = unsealGateway(gateway, SEALER).callbackToken;
  inbox = createInbox({
    database: store,
    sealer: SEALER,
    loadPseudonyms,
    publicUrl: 'https://sms.example.com',
    numberHash: hashNumber,
    wake: (news) => void woken.push(...news),
    wakeRelays: (ids) => void relays.push(...ids),
    onRefused: (error) => void refusals.push(error as Error),
    onUnlisted: (gatewayId, word) => void words.push([gatewayId, word]),
  });
});
afterAll(() => store.stop());
beforeEach(() => {
  woken = [];
  relays = [];
  refusals = [];
  words = [];
});

const ADDRESS = '203.0.113.7';
const AUTHORIZATION = `Basic ${Buffer.from('infobip:pass').toString('base64')}`;

function request(body: unknown, over: Partial<CallbackRequest> = {}): CallbackRequest {
  return {
    method: 'POST',
    url: '/callbacks/token',
    headers: { 'content-type': 'application/json', authorization: AUTHORIZATION },
    query: new URLSearchParams(),
    body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
    ...over,
  };
}

const DELIVERED = {
  groupId: 3,
  groupName: 'DELIVERED',
  id: 5,
  name: 'DELIVERED_TO_HANDSET',
  description: 'to handset',
};
const report = (messageId: string, status: object = DELIVERED) => ({ messageId, to: '919800000001', status });
const receive = (...results: object[]) => inbox.receive(token, request({ results }), ADDRESS);
const inboxRows = async () => {
  const { rows } = await store.pool.query<{ id: string; disposition: string; raw: string }>(
    `select coalesce(message_id::text, provider_id) as id, disposition, raw from ${KEPT_RECEIPTS} order by received_at`,
  );
  return rows;
};

describe('nothing is stored', () => {
  afterEach(async () => {
    expect(await inboxRows()).toEqual([]);
    expect({ woken, relays }).toEqual({ woken: [], relays: [] });
  });

  it('404: no gateway has this URL', async () => {
    const good = request({ results: [report('x')] });
    expect(await inbox.receive(newCallbackToken(), good, ADDRESS)).toEqual({ status: 404, reason: expect.any(String) });
  });

  it.each([
    ['no credentials', undefined],
    ['wrong ones', `Basic ${Buffer.from('infobip:guess').toString('base64')}`],
    ['another scheme', 'Bearer pass'],
  ])('401: %s', async (_, authorization) => {
    const headers = { 'content-type': 'application/json', authorization };
    const answer = await inbox.receive(token, request({ results: [report('x')] }, { headers }), ADDRESS);
    expect(answer).toMatchObject({ status: 401 });
  });

  it.each([
    ['no JSON', '{"results":'],
    ['no results', {}],
    ['results without an id', { results: [{ status: DELIVERED }] }],
  ])('400: %s', async (_, body) => {
    expect(await inbox.receive(token, request(body), ADDRESS)).toMatchObject({ status: 400 });
  });

  it.each([
    ['a click', { notificationType: 'CLICK' }],
    ['an empty list', { results: [] }],
    ['inbound messages', { results: [{ messageId: 'x', receivedAt: '2026-08-01T10:00:00.000+0000', text: 'STOP' }] }],
  ])('200, ignored: %s', async (_, body) => {
    expect(await inbox.receive(token, request(body), ADDRESS)).toEqual({ status: 200, outcome: 'ignored' });
  });
});

it('200, stored: a report of ours settles its message, and wakes its workflow and relay', async () => {
  const { sliceId, message } = await withAttempt(store.pool, gateway.id);
  const wireId = attemptWireId(message.id, message.no);
  expect(await receive(report(wireId.toUpperCase()))).toEqual({ status: 200, outcome: 'stored' });
  expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  expect(woken).toEqual([{ sliceId, campaignId: null, groupId: null, open: 0, refused: 0, wakeSeq: 1 }]);
  expect(relays).toEqual(['wh_test']);

  // Once more: answered alike, and nobody is told again.
  expect(await receive(report(wireId))).toEqual({ status: 200, outcome: 'stored' });
  expect(woken).toHaveLength(1);
  expect(await inboxRows()).toEqual([
    { id: message.id, disposition: 'applied', raw: expect.stringContaining('results') },
  ]);
});

it('200, stored: a report that matches nothing is parked under the id it came with', async () => {
  expect(await receive(report('their-own-id'))).toEqual({ status: 200, outcome: 'stored' });
  expect(await inboxRows()).toContainEqual(expect.objectContaining({ id: 'their-own-id', disposition: 'parked' }));
});

it('of several reports in a request each keeps its own text', async () => {
  await receive(report('several-1'), report('several-2'));
  const rows = (await inboxRows()).filter(({ id }) => id.startsWith('several-'));
  expect(rows).toHaveLength(2);
  for (const { id, raw } of rows) expect(raw).not.toContain(id === 'several-1' ? 'several-2' : 'several-1');
});

it('a report with characters that Postgres can’t hold harms none that are committed with it', async () => {
  const answers = await Promise.all([
    receive(report('harmless-1')),
    receive(report('harmless-2')),
    receive(report('nul\u0000', { ...DELIVERED, groupId: 2, id: 4, description: 'a\u0000b \ud83d' })),
    receive(report('harmless-3')),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
  const ids = (await inboxRows()).map(({ id }) => id);
  expect(ids).toEqual(expect.arrayContaining(['harmless-1', 'harmless-2', 'harmless-3', 'nul']));
});

it('reports of one moment are committed together', async () => {
  const queries = jest.spyOn(store.pool, 'query');
  const before = queries.mock.calls.length;
  await Promise.all(Array.from({ length: 50 }, (_, i) => receive(report(`together-${i}`))));
  expect(queries.mock.calls.length - before).toBeLessThan(10);
  queries.mockRestore();
  expect((await inboxRows()).filter(({ id }) => id.startsWith('together-'))).toHaveLength(50);
});

describe('a report that Postgres refuses, whatever the reason', () => {
  beforeAll(() =>
    store.pool.query(
      `alter table parked_receipts add constraint refuses_poison check (provider_id is null or provider_id not like 'poison%')`,
    ),
  );
  afterAll(() => store.pool.query('alter table parked_receipts drop constraint refuses_poison'));

  it('is refused alone: those of other requests are stored', async () => {
    const answers = await Promise.all([
      receive(report('beside-1')),
      receive(report('poison-1')),
      receive(report('beside-2')),
      receive(report('poison-2')),
      receive(report('beside-3'), report('beside-4')),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 400, 200, 400, 200]);
    const ids = (await inboxRows()).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['beside-1', 'beside-2', 'beside-3', 'beside-4']));
    expect(refusals).toHaveLength(2);
  });

  it('is refused alone in its own request: the others are stored, and it is kept with its reason', async () => {
    const answer = await receive(report('within-1'), report('poison-3'), report('within-2'));
    expect(answer).toEqual({ status: 200, outcome: 'stored' });
    const ids = (await inboxRows()).map(({ id }) => id);
    expect(ids).toEqual(expect.arrayContaining(['within-1', 'within-2']));
    const { rows } = await store.pool.query(
      `select provider_id, reason from parked_receipts where disposition = 'refused' order by received_at desc limit 1`,
    );
    expect(rows).toEqual([{ provider_id: null, reason: 'refused: SQLSTATE 23514' }]);
  });

  it('settles its neighbours’ messages', async () => {
    const { sliceId, ids } = await storeSlice(store.pool, 2);
    const claimed = await claim(store.pool, sliceId, gateway.id);
    const [first, second] = claimed.map(({ id, no }) => report(attemptWireId(id, no)));
    await Promise.all([receive(report('poison-4')), receive(first!), receive(report('poison-5'), second!)]);
    for (const id of ids) expect(await messageOf(store.pool, id)).toMatchObject({ state: 'delivered' });
    expect(woken.at(-1)).toMatchObject({ sliceId, open: 0 });
  });
});

describe('texts of a vendor that gives neither id nor time', () => {
  const inbound = { in: 'form', from: 'from', text: 'text' };
  const credentials = { path: '/send', format: 'form', fields: { to: '{to}' }, inbound };
  const authorization = `Bearer s3cret`;
  const suppressed = async (phone: string): Promise<boolean> => {
    const { rows } = await store.pool.query('select 1 from suppressions where msisdn = $1', [`+${phone}`]);
    return rows.length > 0;
  };

  it.each([
    ['proven', { bearer: 's3cret' }, [true, false, true, true, false]],
    ['not proven', null, [true, true, true, true, true]],
  ])('STOP, START, STOP, STOP, START over a callback that is %s', async (label, callbackAuth, expected) => {
    const row = await storeGateway(store, { provider: 'http', credentials, callbackAuth });
    const { callbackToken: token } = unsealGateway(row, SEALER);
    const phone = callbackAuth === null ? '919800000861' : '919800000862';
    const seen: boolean[] = [];
    for (const text of ['STOP', 'START', 'Stop', 'Stop', 'start']) {
      const body = new URLSearchParams({ from: phone, text }).toString();
      const answer = await inbox.receive(token, request(body, { headers: { authorization } }), ADDRESS);
      expect([label, answer]).toEqual([label, { status: 200, outcome: 'stored' }]);
      seen.push(await suppressed(phone));
    }
    expect(seen).toEqual(expected);
  });
});

describe('a phone without its country code', () => {
  const inbound = { in: 'form', from: 'from', text: 'text' };
  const credentials = { path: '/send', format: 'form', fields: { to: '{to}' }, inbound };
  const rows = async (accountId: string) => {
    const { rows: found } = await store.pool.query<{ msisdn: string }>(
      'select msisdn from suppressions where account_id = $1 order by created_at',
      [accountId],
    );
    return found.map(({ msisdn }) => msisdn);
  };
  const stop = (of: string, from: string) =>
    inbox.receive(of, request(new URLSearchParams({ from, text: 'STOP' }).toString()), ADDRESS);

  it('is read in the country of the gateway’s account; a neighbour abroad has its own', async () => {
    const draft = { provider: 'http', credentials, callbackAuth: null } as const;
    const accounts = [
      { id: 'acc_national_in', name: 'India', default_country: 'IN' },
      { id: 'acc_national_us', name: 'US', default_country: 'US' },
    ];
    await store.db.insertInto('accounts').values(accounts).execute();
    const tokens = await Promise.all(
      accounts.map(async ({ id }) => {
        const row = await storeGateway(store, draft);
        await store.db.updateTable('gateways').set({ account_id: id }).where('id', '=', row.id).execute();
        return unsealGateway(row, SEALER).callbackToken;
      }),
    );
    const [inIndia, inUs] = tokens as [string, string];
    for (const from of ['9800000001', '09800000002', '919800000003', '7900000004'])
      expect(await stop(inIndia, from)).toEqual({ status: 200, outcome: 'stored' });
    expect(await stop(inUs, '4155550100')).toEqual({ status: 200, outcome: 'stored' });
    // Whose they are nobody can say, so that they become no numbers.
    for (const from of ['5616161', '2212345678']) expect(await stop(inIndia, from)).toMatchObject({ status: 200 });
    expect(await rows('acc_national_in')).toEqual(['+919800000001', '+919800000002', '+919800000003', '+917900000004']);
    expect(await rows('acc_national_us')).toEqual(['+14155550100']);
  });
});

describe('who goes on without a proof', () => {
  /** At one moment, so that nothing is forgiven meanwhile. */
  beforeEach(() => void jest.spyOn(Date, 'now').mockReturnValue(Date.UTC(2026, 10, 29)));
  afterEach(() => jest.restoreAllMocks());

  const headers = { 'content-type': 'application/json' };
  const proven = (of: Inbox, its: string, address: string) =>
    of.receive(its, request({ results: [report(`proven-${Math.random()}`)] }), address);
  const unproven = (of: Inbox, its: string, address: string) =>
    of.receive(its, request({ results: [report('x')] }, { headers }), address);
  const statuses = async (count: number, one: () => Promise<{ status: number }>): Promise<number[]> => {
    const all: number[] = [];
    for (let i = 0; i < count; i++) all.push((await one()).status);
    return all;
  };
  const fresh = (): Inbox =>
    createInbox({
      database: store,
      sealer: SEALER,
      loadPseudonyms,
      publicUrl: 'https://sms.example.com',
      numberHash: hashNumber,
      wake: () => undefined,
      wakeRelays: () => undefined,
      onRefused: () => undefined,
      onUnlisted: () => undefined,
    });

  it('is held back by address and gateway, and nobody else is', async () => {
    const other = await storeGateway(store, { callbackAuth: { basic: { username: 'infobip', password: 'pass' } } });
    const its = unsealGateway(other, SEALER).callbackToken;
    const own = fresh();
    expect(new Set(await statuses(200, () => unproven(own, token, ADDRESS)))).toEqual(new Set([401]));
    const held = await unproven(own, token, ADDRESS);
    expect(held).toEqual({ status: 429, reason: expect.any(String), retryAfterSeconds: 1 });
    // Another gateway's reports from the same address, and this one's from elsewhere.
    expect(await proven(own, its, ADDRESS)).toMatchObject({ status: 200 });
    expect(await unproven(own, its, ADDRESS)).toMatchObject({ status: 401 });
    expect(await proven(own, token, '203.0.113.8')).toMatchObject({ status: 200 });
    jest.mocked(Date.now).mockReturnValue(Date.UTC(2026, 10, 29) + 1_000);
    expect(await proven(own, token, ADDRESS)).toMatchObject({ status: 200 });
  });

  it('is let through where it proved itself besides', async () => {
    const own = fresh();
    await unproven(own, token, ADDRESS);
    await proven(own, token, ADDRESS);
    expect(new Set(await statuses(300, () => unproven(own, token, ADDRESS)))).toEqual(new Set([401]));
    expect(await proven(own, token, ADDRESS)).toMatchObject({ status: 200 });
  });

  it('guesses of URLs are held back by address; those that were right once are not, nor are others’', async () => {
    const own = fresh();
    expect(await proven(own, token, ADDRESS)).toMatchObject({ status: 200 });
    const guess = () => proven(own, newCallbackToken(), ADDRESS);
    expect(new Set(await statuses(100, guess))).toEqual(new Set([404]));
    expect(await guess()).toMatchObject({ status: 429, retryAfterSeconds: 1 });
    expect(await proven(own, token, ADDRESS)).toMatchObject({ status: 200 });
    expect(await proven(own, newCallbackToken(), '203.0.113.8')).toMatchObject({ status: 404 });
    // What can be no token is told so, and asks nobody.
    const asked = jest.spyOn(store.db, 'selectFrom');
    expect(await proven(own, 'short', ADDRESS)).toMatchObject({ status: 404 });
    expect(asked).not.toHaveBeenCalled();
  });
});

test('a report behind a byte order mark is read like any other', async () => {
  const wireId = 'behind-a-mark';
  const body = Buffer.from(`\ufeff${JSON.stringify({ results: [report(wireId)] })}`);
  const answer = await inbox.receive(token, request('', { body }), ADDRESS);
  expect(answer).toEqual({ status: 200, outcome: 'stored' });
  expect((await inboxRows()).map(({ id }) => id)).toContain(wireId);
});
