/** Figures of an account, and its live events. */
import { createHash } from 'node:crypto';
import { ADMIN_KEY } from '../support/servers';
import { countNow } from '../support/maintenance';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

let stack: SharedStack;
let base: string;
beforeAll(async () => {
  stack = await joinStack();
  base = stack.url;
});
afterAll(() => stack.stop());

async function makeKey(scopes: string[]): Promise<{ id: string; key: string; header: Record<string, string> }> {
  const { json } = await stack.call('POST', '/api/v1/api-keys', { name: 'test', scopes });
  return { id: json.id, key: json.key, header: { authorization: `Bearer ${json.key}` } };
}
const sendMany = (count: number, text = 'Hello') => {
  const mark = createHash('md5').update(`${Math.random()}`).digest('hex');
  const records = Array.from({ length: count }, (_, i) => ({
    to: String(919_820_000_000 + i),
    text,
    mid: `${mark}-${i}`,
  }));
  return stack.call('POST', '/clevertap/v1/messages', { records });
};

describe('/api/v1/stats', () => {
  test('200: what was sent in the last day, with rates, beside the ledger', async () => {
    expect((await stack.call('GET', '/api/v1/stats')).json).toMatchObject({ sent: 0, deliveryRate: null, ctr: null });
    await stack.control('PUT', '/control/script', { refuse: [{ outcome: 'recipient', textIncludes: 'Refuse' }] });
    await sendMany(6);
    await sendMany(2, 'Refuse me');
    await stack.settled();
    await countNow(stack, stack.accountId);
    const { status, json } = await stack.call('GET', '/api/v1/stats');
    expect(status).toBe(200);
    expect(json).toMatchObject({ sent: 6, delivered: 6, clicked: 0, errors: 2, deliveryRate: 1, ctr: 0 });
    expect(json.ledger).toMatchObject({ accepted: 8, delivered: 6, failed: 2, open: 0 });
    expect(json.callbacks.length).toBeGreaterThan(0);
    const hours = (Date.parse(json.until) - Date.parse(json.from)) / 3_600_000;
    expect(hours).toBeGreaterThanOrEqual(24);
    expect(hours).toBeLessThanOrEqual(25);
  });

  test('200: grouped', async () => {
    const by = async (group: string) => (await stack.call('GET', `/api/v1/stats?by=${group}`)).json;
    const [gateway] = (await stack.call('GET', '/api/v1/gateways')).json.items;
    expect((await by('gateway')).groups).toEqual([
      { key: gateway.id, sent: 6, delivered: 6, clicked: 0, errors: 2, deliveryRate: 1, ctr: 0 },
    ]);
    const codes = (await by('code')).groups;
    expect(codes).toEqual([
      expect.objectContaining({ key: expect.stringMatching(/^9\d\d$/), errors: 2, deliveryRate: null, ctr: null }),
      expect.objectContaining({ key: null, delivered: 6 }),
    ]);
    const sum = (groups: { sent: number }[]) => groups.reduce((total, { sent }) => total + sent, 0);
    for (const group of ['hour', 'sender', 'day']) expect(sum((await by(group)).groups)).toBe(6);
  });

  test('200: by the days of the account’s zone, from the beginning of a day on', async () => {
    const { json } = await stack.call('GET', '/api/v1/stats?by=day&from=2026-01-01T20:00:00Z');
    expect(json).toMatchObject({ by: 'day', timezone: 'Asia/Kolkata', from: '2026-01-01T18:30:00.000Z', sent: 6 });
    const keys = json.groups.map(({ key }: { key: string }) => key) as string[];
    const day = (at: number): string => new Date(at + 5.5 * 3_600_000).toISOString().slice(0, 10);
    expect([day(Date.now()), day(Date.now() - 600_000)]).toEqual(expect.arrayContaining(keys));
  });

  test('200: another time, another account', async () => {
    const past = '?from=2026-01-01T00:30:00Z&until=2026-01-02T00:00:00Z';
    const { json } = await stack.call('GET', `/api/v1/stats${past}`);
    expect(json).toMatchObject({ sent: 0, from: '2026-01-01T00:00:00.000Z', until: '2026-01-02T00:00:00.000Z' });
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Other' });
    const other = await stack.call('GET', '/api/v1/stats', undefined, { 'x-account-id': account.id });
    expect(other.json).toMatchObject({ sent: 0, ledger: { accepted: 0 } });
  });

  test.each([
    ['by=phone', 'by'],
    ['from=yesterday', 'from'],
    ['from=2026-01-02T00:00:00Z&until=2026-01-01T00:00:00Z', 'until'],
    ['what=1', 'what'],
  ])('400: %s', async (query, field) => {
    const { status, json } = await stack.call('GET', `/api/v1/stats?${query}`);
    expect([status, json.errors[0].field]).toEqual([400, field]);
  });

  test('401 and 403', async () => {
    expect((await stack.call('GET', '/api/v1/stats', undefined, { authorization: '' })).status).toBe(401);
    expect((await stack.call('GET', '/api/v1/stats', undefined, (await makeKey(['send'])).header)).status).toBe(403);
  });
});

describe('/api/v1/events', () => {
  interface Stream {
    status: number;
    /** Everything that came so far. */
    text: string;
    ended: boolean;
    close(): void;
  }
  const opened: Stream[] = [];
  afterEach(() => {
    for (const stream of opened.splice(0)) stream.close();
  });

  async function watch(headers: Record<string, string>, query = ''): Promise<Stream> {
    const abort = new AbortController();
    const response = await fetch(`${base}/api/v1/events${query}`, { headers, signal: abort.signal });
    const stream: Stream = { status: response.status, text: '', ended: false, close: () => abort.abort() };
    opened.push(stream);
    void (async () => {
      const decoder = new TextDecoder();
      try {
        for await (const chunk of response.body!) stream.text += decoder.decode(chunk as Uint8Array, { stream: true });
      } catch {
        // Closed from this side.
      }
      stream.ended = true;
    })();
    return stream;
  }
  let admin: Record<string, string>;
  beforeAll(() => {
    admin = { authorization: `Bearer ${ADMIN_KEY}`, 'x-account-id': stack.accountId };
  });
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- events of several kinds.
  const events = (stream: Stream, kind: string): any[] =>
    stream.text
      .split('\n\n')
      .filter((block) => block.startsWith(`event: ${kind}\n`))
      .map((block) => JSON.parse(block.slice(block.indexOf('data: ') + 6)) as unknown);

  async function tokenOf(key: { id: string; key: string }): Promise<string> {
    const form = { grant_type: 'client_credentials', client_id: key.id, client_secret: key.key.split('_')[2]! };
    const { json } = await stack.call('POST', '/oauth/token', new URLSearchParams(form), {
      authorization: '',
      'content-type': 'application/x-www-form-urlencoded',
    });
    return json.access_token;
  }

  test('200: begins with everything as it is, then tells what changes', async () => {
    const stream = await watch(admin);
    expect(stream.status).toBe(200);
    await until('the first look', () => events(stream, 'gateway').length > 0);
    expect(events(stream, 'ledger')[0]).toEqual({
      ledger: expect.objectContaining({ open: 0 }),
      rates: { acceptedPerSecond: 0, settledPerSecond: 0 },
    });
    const [gateway] = (await stack.call('GET', '/api/v1/gateways')).json.items;
    expect(events(stream, 'gateway')).toEqual([
      { id: gateway.id, name: gateway.name, status: 'active', pausedReason: null },
    ]);
    const { accepted } = events(stream, 'ledger')[0].ledger;
    await sendMany(4);
    await until('the messages show', () =>
      events(stream, 'ledger').some(({ ledger }) => ledger.accepted === accepted + 4),
    );
    await until('and their rate', () => events(stream, 'ledger').some(({ rates }) => rates.acceptedPerSecond > 0));

    await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, { status: 'inactive' });
    await until('the gateway shows', () => events(stream, 'gateway').at(-1)?.status === 'inactive');
    await stack.call('PATCH', `/api/v1/gateways/${gateway.id}`, { status: 'active' });

    // Who comes later has the same picture at once.
    const late = await watch(admin);
    await until('the late one knows', () => events(late, 'ledger').length > 0 && events(late, 'gateway').length > 0);
  });

  test('200: a browser shows an access token in the URL; 401: not a key', async () => {
    const key = await makeKey(['read']);
    const stream = await watch({}, `?access_token=${await tokenOf(key)}`);
    expect(stream.status).toBe(200);
    await until('it tells', () => events(stream, 'ledger').length > 0);
    for (const query of [`?access_token=${key.key}`, '?access_token=hgt_x.y', `?access_token=${ADMIN_KEY}`, '']) {
      expect((await watch({}, query)).status).toBe(401);
    }
    expect((await watch(admin, '?apikey=x')).status).toBe(400);
  });

  test('403 and 404', async () => {
    expect((await watch((await makeKey(['send'])).header)).status).toBe(403);
    expect((await watch({ ...admin, 'x-account-id': 'acc_none' })).status).toBe(404);
  });

  test('429: five streams per key, and a place is free once one closes', async () => {
    const { header } = await makeKey(['read']);
    const streams = await Promise.all(Array.from({ length: 5 }, () => watch(header)));
    expect(streams.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await watch(header)).status).toBe(429);
    expect((await watch(admin)).status).toBe(200);
    streams[0]!.close();
    await until('a place is free', async () => (await watch(header)).status === 200);
  });

  test('an account sees nothing of another one', async () => {
    const { json: account } = await stack.call('POST', '/api/v1/accounts', { name: 'Watcher' });
    const stream = await watch({ ...admin, 'x-account-id': account.id });
    await until('it tells', () => events(stream, 'ledger').length > 0);
    expect(events(stream, 'ledger')[0].ledger.accepted).toBe(0);
    expect(events(stream, 'gateway')).toEqual([]);
  });
});
