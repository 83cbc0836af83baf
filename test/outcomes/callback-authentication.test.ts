/** What a callback has to prove, by provider; what one that proves nothing may do, and how much of it. */
import { createHmac } from 'node:crypto';
import { providers } from '../../src/providers/registry';
import { auditOf, problemsOf } from '../support/api';
import { proofOf, type MadeGateway } from '../support/callbacks';
import { startStack, type TestStack } from '../support/stack';
import { makeTenant, type Tenant } from '../support/tenants';
import { LOGINS as VENDORS } from '../support/logins';

let stack: TestStack;
let a: Tenant;
let b: Tenant;
beforeAll(async () => {
  stack = await startStack({ worker: false });
  a = await makeTenant(stack, 'Owner');
  b = await makeTenant(stack, 'Other');
});
afterAll(() => stack.stop());

const TWILIO_TOKEN = VENDORS.twilio.authToken;
const LOGINS: Record<string, object> = {
  ...VENDORS,
  http: {
    path: '/send', format: 'json', fields: { to: '{to}' },
    receipts: { in: 'json', providerId: 'id', status: 'status', statuses: { ok: 'delivered' } },
  },
}; // prettier-ignore
/** What each is made with where nothing is said (CONTRACTS: which vendor can be told what). */
const MADE: Record<string, 'basic' | 'bearer' | 'signature' | 'nothing'> = {
  clickatell: 'basic',
  'clickatell-legacy': 'nothing',
  http: 'nothing',
  infobip: 'basic',
  mobtexting: 'bearer',
  pingbix: 'nothing',
  'times-mobile': 'nothing',
  twilio: 'signature',
};

let serial = 0;
const draftOf = (provider: string, over: object = {}): object => ({
  provider, name: `gateway ${++serial}`, credentials: LOGINS[provider], sendingPattern: 'loop',
  baseUrl: 'https://vendor.example.com', ...over,
}); // prettier-ignore
async function made(tenant: Tenant, provider: string, over: object = {}) {
  const { status, json } = await tenant.call('POST', '/api/v1/gateways', draftOf(provider, over));
  expect([status, json.detail]).toEqual([201, undefined]);
  return json as MadeGateway & { callbackAuthenticated: boolean; callbackAllow: string[] };
}

const pathOf = ({ callbackUrl }: MadeGateway): string => new URL(callbackUrl).pathname;
const JSON_TYPE = { 'content-type': 'application/json' };

/** A good report of each provider: path and query, headers, body. */
function reportOf(
  provider: string,
  { callbackUrl }: MadeGateway,
): [string, Record<string, string>, string | undefined] {
  const id = `none-${++serial}`;
  const status = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
  const json = (body: object): [string, Record<string, string>, string] => ['', JSON_TYPE, JSON.stringify(body)];
  const query = (fields: Record<string, string>): [string, Record<string, string>, undefined] => [
    `?${new URLSearchParams(fields).toString()}`,
    {},
    undefined,
  ];
  switch (provider) {
    case 'infobip':
      return json({ results: [{ messageId: id, status }] });
    case 'clickatell':
      return json({ event: { messageStatusUpdate: [{ messageId: id, statusCode: 5, timestamp: Date.now() }] } });
    case 'clickatell-legacy':
      return query({
        apiMsgId: id,
        cliMsgId: id,
        status: '004',
        timestamp: '1700000000',
        api_id: '7',
        to: '919800000001',
      });
    case 'times-mobile':
      return query({
        txid: id,
        deliverystatus: 'DELIVERY_SUCCESS',
        deliverydt: '2026-08-01 10:00:00',
        to: '919800000001',
      });
    case 'mobtexting':
      return json({ id, mobile: '919800000001', status: 'DELIVRD' });
    case 'pingbix':
      return json({ transactionId: id, mobile: '919800000001', status: 'DELIVERED' });
    case 'http':
      return json({ id, status: 'ok' });
    default: {
      const form = { MessageSid: id, MessageStatus: 'delivered' };
      const signed = callbackUrl + Object.entries(form).flat().join('');
      const signature = createHmac('sha1', TWILIO_TOKEN).update(signed).digest('base64');
      const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-twilio-signature': signature };
      return ['', headers, new URLSearchParams(form).toString()];
    }
  }
}

/** Sends a report with other headers than the caller's own; resolves with the status. */
async function report(provider: string, gateway: MadeGateway, headers: Record<string, string> = {}): Promise<number> {
  const [query, own, body] = reportOf(provider, gateway);
  const answer = await stack.call(body === undefined ? 'GET' : 'POST', pathOf(gateway) + query, body, {
    authorization: '',
    ...own,
    ...headers,
  });
  return answer.status;
}

test('every provider is in the tables', () => {
  expect(Object.keys(LOGINS).sort()).toEqual(Object.keys(providers).sort());
  expect(Object.keys(MADE).sort()).toEqual(Object.keys(providers).sort());
});

describe.each(Object.keys(MADE))('a gateway of %s that nothing is said about', (provider) => {
  const scheme = MADE[provider]!;

  test(`is made with: ${scheme}`, async () => {
    const gateway = await made(a, provider);
    const secret = expect.stringMatching(/^[\w-]{32}$/) as string;
    const expected = { basic: { basic: { username: 'heliograph', password: secret } }, bearer: { bearer: secret } };
    expect(gateway.callbackAuth).toEqual(scheme === 'basic' || scheme === 'bearer' ? expected[scheme] : null);
    expect(gateway.callbackAuthenticated).toBe(scheme !== 'nothing');
    const shown = await a.call('GET', `/api/v1/gateways/${gateway.id}`);
    expect(shown.json.callbackAuthenticated).toBe(scheme !== 'nothing');
    for (const [, value] of Object.entries(gateway.callbackAuth?.basic ?? gateway.callbackAuth ?? {})) {
      if (value !== 'heliograph') expect(shown.text).not.toContain(value);
    }
    const [[, detail]] = (await auditOf(stack, gateway.id)) as [[string, object]];
    expect(detail).toMatchObject({ callbackAuthenticated: scheme !== 'nothing' });
  });

  test('takes its reports with the proof; with a wrong one or none: 401 where there is one', async () => {
    const [gateway, other] = [await made(a, provider), await made(b, provider)];
    expect(await report(provider, gateway, proofOf(gateway))).toBe(200);
    if (scheme === 'signature') {
      expect(await report(provider, gateway, { 'x-twilio-signature': 'wrong' })).toBe(401);
      expect(await report(provider, gateway, { 'x-twilio-signature': '' })).toBe(401);
    } else if (scheme !== 'nothing') {
      expect(await report(provider, gateway)).toBe(401);
      expect(await report(provider, gateway, proofOf(other))).toBe(401);
      expect(await report(provider, gateway, { authorization: 'Bearer x' })).toBe(401);
    }
    expect(await report(provider, other, proofOf(other))).toBe(200);
  });

  test('callbackAuth null is a person’s choice: allowed, said, written down', async () => {
    const gateway = await made(a, provider, { callbackAuth: null });
    const authenticated = scheme === 'signature';
    expect(gateway).toMatchObject({ callbackAuth: null, callbackAuthenticated: authenticated });
    expect(await report(provider, gateway)).toBe(200);
    const [[, detail]] = (await auditOf(stack, gateway.id)) as [[string, object]];
    expect(detail).toMatchObject({ callbackAuthenticated: authenticated });
  });

  test('callbackAllow: from these addresses only, which is a proof', async () => {
    const elsewhere = await made(a, provider, {
      callbackAuth: null,
      callbackAllow: ['198.51.100.0/24', '2001:db8::/32'],
    });
    const here = await made(b, provider, { callbackAuth: null, callbackAllow: ['198.51.100.7', '127.0.0.0/8'] });
    expect(elsewhere.callbackAuthenticated).toBe(true);
    expect(await report(provider, elsewhere)).toBe(403);
    // Whoever is no trusted proxy can't say that he is somebody else.
    expect(await report(provider, elsewhere, { 'x-forwarded-for': '198.51.100.7' })).toBe(403);
    expect(await report(provider, here)).toBe(200);
  });
});

test('a secret of one’s own is masked from the beginning; taking it away is written down', async () => {
  const gateway = await made(a, 'mobtexting', { callbackAuth: { bearer: 'a-secret-of-mine' } });
  expect(JSON.stringify(gateway)).not.toContain('a-secret-of-mine');
  expect(await report('mobtexting', gateway, { authorization: 'Bearer a-secret-of-mine' })).toBe(200);
  const path = `/api/v1/gateways/${gateway.id}`;
  expect((await a.call('PATCH', path, { callbackAuth: null })).json).toMatchObject({ callbackAuthenticated: false });
  expect((await auditOf(stack, gateway.id)).at(-1)).toEqual([
    'gateway.updated',
    { fields: ['callbackAuth'], callbackAuthenticated: false },
  ]);
});

test('400: what is no address', async () => {
  const refused = await a.call(
    'POST',
    '/api/v1/gateways',
    draftOf('pingbix', { callbackAllow: ['10.0.0.0/33', 'host', '::1'] }),
  );
  expect([refused.status, problemsOf(refused)]).toEqual([
    400,
    [
      'callbackAllow.0: must end in /0 to /32',
      'callbackAllow.1: must be an IP address or a range such as 203.0.113.0/24',
    ],
  ]);
});

describe('what a phone says', () => {
  const say = async (gateway: MadeGateway, from: string, text: string, headers: Record<string, string>) => {
    const result = { messageId: `mo-${++serial}`, from, to: '5555', text, receivedAt: '2026-08-01T10:00:00.000+0000' };
    const body = { results: [result], messageCount: 1, pendingMessageCount: 0 };
    const { status } = await stack.call('POST', pathOf(gateway), body, { authorization: '', ...headers });
    return status;
  };
  const suppressed = async (tenant: Tenant, number: string): Promise<boolean> =>
    ((await tenant.call('GET', '/api/v1/suppressions')).json.items as { to: string }[]).some(
      ({ to }) => to === `+${number}`,
    );
  const proofsOf = async (number: string) =>
    (
      await stack.database.pool.query<{ proof: string | null }>(
        'select proof from inbound_texts where msisdn = $1 order by received_at, body desc',
        [`+${number}`],
      )
    ).rows.map(({ proof }) => proof);

  test('START without a proof frees nobody; STOP without one still counts', async () => {
    const [open, proven] = [await made(a, 'infobip', { callbackAuth: null }), await made(a, 'infobip')];
    const number = '919800000081';
    expect(await say(open, number, 'STOP', {})).toBe(200);
    expect(await suppressed(a, number)).toBe(true);
    expect(await say(open, number, 'START', {})).toBe(200);
    expect(await suppressed(a, number)).toBe(true);
    expect(await say(proven, number, 'START', {})).toBe(401);
    expect(await say(proven, number, 'START', { authorization: 'Basic d3Jvbmc6d3Jvbmc=' })).toBe(401);
    expect(await suppressed(a, number)).toBe(true);
    expect(await say(proven, number, 'START', proofOf(proven))).toBe(200);
    expect(await suppressed(a, number)).toBe(false);
    expect((await proofsOf(number)).map(String).sort()).toEqual(['null', 'null', 'secret']);
  });

  test('START from an address that is allowed does', async () => {
    const gateway = await made(a, 'infobip', { callbackAuth: null, callbackAllow: ['127.0.0.1'] });
    const number = '919800000082';
    await say(gateway, number, 'STOP', {});
    expect(await suppressed(a, number)).toBe(true);
    await say(gateway, number, 'START', {});
    expect(await suppressed(a, number)).toBe(false);
    expect(await proofsOf(number)).toEqual(['address', 'address']);
  });

  test('of one account’s START another one’s opt-out knows nothing', async () => {
    const [ours, theirs] = [await made(a, 'infobip'), await made(b, 'infobip')];
    const number = '919800000083';
    await say(theirs, number, 'STOP', proofOf(theirs));
    await say(ours, number, 'START', proofOf(ours));
    expect(await suppressed(b, number)).toBe(true);
  });
});

describe('many at once', () => {
  const AT_ONCE = 25;
  /** The answers to many requests of one moment. */
  const burst = (one: () => Promise<Response>): Promise<Response[]> =>
    Promise.all(Array.from({ length: AT_ONCE }, one));
  const statusesOf = (answers: readonly Response[]): number[] => [...new Set(answers.map(({ status }) => status))];
  const post = (path: string, headers: Record<string, string>, body = '{}'): Promise<Response> =>
    fetch(stack.url + path, { method: 'POST', headers, body });
  /** A report as its provider sends it. */
  const postReport = (
    provider: string,
    gateway: MadeGateway,
    headers: Record<string, string> = {},
  ): Promise<Response> => {
    const [query, own, body] = reportOf(provider, gateway);
    return post(pathOf(gateway) + query, { ...own, ...headers }, body);
  };
  test('mistakes don’t hold up what is right: who proves himself is let through', async () => {
    const gateway = await made(a, 'mobtexting');
    expect(await report('mobtexting', gateway)).toBe(401);
    expect(await report('mobtexting', gateway, proofOf(gateway))).toBe(200);
    for (let i = 0; i < 40; i++)
      expect(statusesOf(await burst(() => postReport('mobtexting', gateway)))).toEqual([401]);
    expect(await report('mobtexting', gateway, proofOf(gateway))).toBe(200);
  });

  test('honest bursts pass: thousands of reports in a moment, one by one and a hundred at a time', async () => {
    const gateway = await made(a, 'infobip');
    const status = { groupId: 3, groupName: 'DELIVERED', id: 5, name: 'DELIVERED_TO_HANDSET' };
    const many = (count: number) => () => {
      const results = Array.from({ length: count }, () => ({ messageId: `none-${++serial}`, status }));
      return post(pathOf(gateway), { ...JSON_TYPE, ...proofOf(gateway) }, JSON.stringify({ results }));
    };
    for (let i = 0; i < 40; i++) expect(statusesOf(await burst(many(1)))).toEqual([200]);
    for (let i = 0; i < 4; i++) expect(statusesOf(await burst(many(100)))).toEqual([200]);
  });
});
