/** Callbacks that are tests, words that no table has, and ids in another base: what the inbox makes of them for any vendor. */
import { attemptWireId } from '../core/messages/ids';
import type { CallbackRequest } from '../providers/provider';
import { providers } from '../providers/registry';
import { newCallbackToken } from '../store/gateways/callback-tokens';
import { unsealGateway, type GatewayDraft, type GatewayRow } from '../store/gateways/gateways';
import {
  KEPT_RECEIPTS,
  SEALER,
  hashNumber,
  loadPseudonyms,
  messageOf,
  startStore,
  storeGateway,
  withAttempt,
  withResult,
  type TestStore,
} from '../../test/support/rows';
import { createInbox, type Inbox, type InboxAnswer } from './inbox';
import { LOGINS as VENDORS } from '../../test/support/logins';

let store: TestStore;
let inbox: Inbox;
let told: [string, string][];
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());
beforeEach(() => {
  told = [];
  inbox = createInbox({
    database: store,
    sealer: SEALER,
    loadPseudonyms,
    publicUrl: 'https://sms.example.com',
    numberHash: hashNumber,
    wake: () => undefined,
    wakeRelays: () => undefined,
    onRefused: () => undefined,
    onUnlisted: (gatewayId, word) => void told.push([gatewayId, word]),
  });
});

const ADDRESS = '203.0.113.7';
const BEARER = { authorization: 'Bearer s3cret' };

/** A login of each vendor whose callbacks can be proven by a header. */
const { twilio: _signed, ...PROVEN } = VENDORS;
const LOGINS: Record<string, Record<string, unknown>> = {
  ...PROVEN,
  http: { path: '/', format: 'form', fields: { to: '{to}' } },
};

const gatewayOf = (provider: string, over: Partial<GatewayDraft> = {}): Promise<GatewayRow> =>
  storeGateway(store, { provider, credentials: LOGINS[provider]!, callbackAuth: { bearer: 's3cret' }, ...over });
const tokenOf = (row: GatewayRow): string => unsealGateway(row, SEALER).callbackToken;

function ask(token: string, over: Partial<CallbackRequest> = {}): Promise<InboxAnswer> {
  const url = over.url ?? '/callbacks/token';
  const query = new URL(url, 'http://localhost').searchParams;
  return inbox.receive(token, { method: 'GET', headers: BEARER, body: Buffer.alloc(0), ...over, url, query }, ADDRESS);
}
const stored = async (row: GatewayRow): Promise<number> => {
  const { rows } = await store.pool.query(
    `select 1 from ${KEPT_RECEIPTS} where gateway_id = $1 union all select 1 from inbound_texts where gateway_id = $1`,
    [row.id],
  );
  return rows.length;
};

/** A report that each of them would take. */
const REPORTS: Record<string, string> = {
  clickatell: 'messageId=1&statusCode=4',
  'clickatell-legacy': 'apiMsgId=1&status=004',
  mobtexting: 'id=1&status=DELIVRD',
  pingbix: 'Transactionid=1&mobileNo=919800000001&Status=DELIVRD',
  'times-mobile': 'txid=1&deliverystatus=DELIVRD',
};

const PROBES: [string, Partial<CallbackRequest>][] = [
  ['HEAD', { method: 'HEAD' }],
  ['GET without parameters', {}],
  ['an empty POST', { method: 'POST', headers: { ...BEARER, 'content-type': 'application/json' } }],
  ['a POST of blanks', { method: 'POST', body: Buffer.from(' \r\n') }],
  ['blank parameters', { url: '/callbacks/token?txid=&status=&x=%20' }],
];

it('every vendor that a header can prove is among them', () => {
  const signed = Object.values(providers).filter(({ signsCallbacks }) => signsCallbacks);
  expect([...Object.keys(LOGINS), ...signed.map(({ name }) => name)].sort()).toEqual(Object.keys(providers).sort());
});

describe.each(Object.keys(LOGINS))('a test of the URL of %s', (provider) => {
  let row: GatewayRow;
  beforeAll(async () => void (row = await gatewayOf(provider)));
  afterEach(async () => expect(await stored(row)).toBe(0));

  it.each(PROBES)('%s is 200 and changes nothing', async (_label, probe) => {
    expect(await ask(tokenOf(row), probe)).toEqual({ status: 200, outcome: 'ignored' });
  });

  it.each(PROBES)('%s without the proof is 401, as everything is', async (_label, probe) => {
    expect(await ask(tokenOf(row), { ...probe, headers: {} })).toMatchObject({ status: 401 });
  });

  it.each(PROBES)('%s of a URL that nobody has is 404', async (_label, probe) => {
    expect(await ask(newCallbackToken(), probe)).toMatchObject({ status: 404 });
  });

  it('HEAD is a test whatever its parameters are', async () => {
    const url = `/callbacks/token?${REPORTS[provider] ?? 'id=1&status=x'}`;
    expect(await ask(tokenOf(row), { method: 'HEAD', url })).toEqual({ status: 200, outcome: 'ignored' });
  });

  it('what says something that can’t be read is 400', async () => {
    const answer = await ask(tokenOf(row), { method: 'POST', body: Buffer.from('{"some":"thing"}') });
    // A gateway of `http` without a mapping of receipts ignores all.
    expect(answer.status).toBe(provider === 'http' ? 200 : 400);
  });
});

it('an address that is not listed is refused whatever it asks', async () => {
  const row = await gatewayOf('times-mobile', { callbackAuth: null, callbackAllow: ['198.51.100.0/24'] });
  for (const [, probe] of PROBES) expect(await ask(tokenOf(row), probe)).toMatchObject({ status: 403 });
});

describe('a word that no table has', () => {
  it('is told once for each gateway, and the report is kept as pending', async () => {
    const [one, other] = [await gatewayOf('times-mobile'), await gatewayOf('times-mobile')];
    const { message } = await withAttempt(store.pool, one.id);
    const url = `/callbacks/token?corelationid=${attemptWireId(message.id, message.no)}&deliverystatus=BEAMED_UP&deliverydt=`;
    for (let i = 0; i < 3; i++) expect(await ask(tokenOf(one), { url })).toMatchObject({ outcome: 'stored' });
    expect(await ask(tokenOf(other), { url: '/callbacks/token?txid=1&deliverystatus=BEAMED_UP' })).toMatchObject({
      outcome: 'stored',
    });
    expect(told).toEqual([
      [one.id, 'BEAMED_UP'],
      [other.id, 'BEAMED_UP'],
    ]);
    expect((await messageOf(store.pool, message.id)).state).not.toBe('failed');
  });

  it('is told of a hundred at most, however many come', async () => {
    const row = await gatewayOf('times-mobile');
    const words = Array.from({ length: 150 }, (_, i) => ({ txid: `${i}`, deliverystatus: `WORD_${i}` }));
    await ask(tokenOf(row), { method: 'POST', body: Buffer.from(JSON.stringify(words)) });
    expect(told).toHaveLength(100);
  });

  it('a character set of nobody is told, too, and the text is kept', async () => {
    const row = await gatewayOf('clickatell-legacy');
    const url = '/callbacks/token?moMsgId=77&from=919800000871&to=1&text=Hello&charset=KLINGON-1';
    expect(await ask(tokenOf(row), { url })).toMatchObject({ outcome: 'stored' });
    expect(told).toEqual([[row.id, 'charset KLINGON-1']]);
    expect(await stored(row)).toBe(1);
  });
});

it('STOP in UTF-16 stops, and nobody beside', async () => {
  const row = await gatewayOf('clickatell-legacy');
  const url = '/callbacks/token?moMsgId=78&from=919800000872&to=1&text=%00S%00T%00O%00P&charset=UTF-16BE';
  expect(await ask(tokenOf(row), { url })).toMatchObject({ outcome: 'stored' });
  const { rows } = await store.pool.query(
    `select msisdn from suppressions where msisdn in ('+919800000872', '+919800000873')`,
  );
  expect(rows).toEqual([{ msisdn: '+919800000872' }]);
});

describe('ids that reports write to another base', () => {
  const reportOf = (txid: string) => ({ url: `/callbacks/token?txid=${txid}&deliverystatus=DELIVRD` });

  it.each<[string, 'hex' | 'decimal' | null, string, string]>([
    ['hex in reports', 'hex', '205538399', 'C40445F'],
    ['decimal in reports', 'decimal', 'c40445f', '205538399'],
    ['zeros before it', 'hex', '205538399', '00C40445F'],
    ['both alike', null, '205538399', '205538399'],
  ])('%s', async (_label, providerIdBase, answered, reported) => {
    const row = await gatewayOf('times-mobile', { providerIdBase });
    const { message } = await withResult(store.pool, row.id, { providerId: answered });
    expect(await ask(tokenOf(row), reportOf(reported))).toMatchObject({ outcome: 'stored' });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  });

  it('are left as they are for a gateway beside that says nothing of it', async () => {
    const [, plain] = [await gatewayOf('times-mobile', { providerIdBase: 'hex' }), await gatewayOf('times-mobile')];
    const { message } = await withResult(store.pool, plain.id, { providerId: '205538400' });
    await ask(tokenOf(plain), reportOf('C404460'));
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'submitted' });
    await ask(tokenOf(plain), reportOf('205538400'));
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  });

  it('a provider’s own option goes before the gateway’s', async () => {
    const receipts = {
      in: 'query',
      providerId: 'id',
      providerIdBase: 'hex',
      status: 's',
      statuses: { ok: 'delivered' },
    };
    const credentials = { ...LOGINS['http'], receipts };
    const row = await gatewayOf('http', { credentials, providerIdBase: 'hex' });
    const { message } = await withResult(store.pool, row.id, { providerId: '205538401' });
    await ask(tokenOf(row), { url: '/callbacks/token?id=C404461&s=ok' });
    expect(await messageOf(store.pool, message.id)).toMatchObject({ state: 'delivered' });
  });
});
