/** Links in texts, where accounts want them tracked: replaced, followed, counted once, and told where that is wanted. */
import { startReceiver, type Receiver } from '../support/receiver';
import { countNow } from '../support/maintenance';
import { joinStack, type SharedStack } from '../support/shared';
import { until } from '../support/until';

const BROWSER = 'Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/126.0 Mobile Safari/537.36';
let stack: SharedStack;
let receiver: Receiver;
let base: string;
let serial = 919_800_000_000;
beforeAll(async () => {
  receiver = await startReceiver();
  stack = await joinStack();
  base = stack.url;
  await stack.call('POST', '/api/v1/webhooks', { kind: 'standard', url: receiver.url, events: ['message.clicked'] });
});
afterAll(async () => {
  await stack.stop();
  await receiver.stop();
});
beforeEach(() => (receiver.deliveries.length = 0));

async function track(mode: 'off' | 'count' | 'report'): Promise<void> {
  await stack.database.pool.query('update accounts set click_tracking = $1 where id = $2', [mode, stack.accountId]);
  await until('the setting is in force', async () => {
    const { text } = await sendAndRead('http://probe.example/');
    return text.includes('probe.example') === (mode === 'off');
  });
}
async function send(text: string, extra: object = {}): Promise<{ id: string; meta: string; to: string }> {
  const to = String(++serial);
  const meta = `${to}.click`;
  const { status, json } = await stack.call('POST', '/clevertap/v1/messages', { to, text, mid: meta, ...extra });
  expect(status).toBe(200);
  return { id: json.ids[0], meta, to };
}
const traceOf = async (id: string) => (await stack.call('GET', `/api/v1/messages/${id}`)).json;
async function sendAndRead(text: string, extra: object = {}) {
  const sent = await send(text, extra);
  return { ...sent, text: (await traceOf(sent.id)).text as string };
}
const delivered = (id: string) => until('it was sent', async () => (await traceOf(id)).state === 'delivered');
const visit = (code: string, method = 'GET', headers: Record<string, string> = {}) =>
  fetch(`${base}/l/${code}`, { method, redirect: 'manual', headers: { 'user-agent': BROWSER, ...headers } });
const codesIn = (text: string): string[] => [...text.matchAll(/\/l\/([0-9A-Za-z]+)/g)].map(([, code]) => code!);
const stats = async () => {
  await countNow(stack, stack.accountId);
  return (await stack.call('GET', '/api/v1/stats')).json;
};
const told = async (meta: string) =>
  (await stack.control('GET', `/control/clevertap/records?meta=${encodeURIComponent(meta)}`)).json.records as {
    event: string;
  }[];

test('off: the text is what came', async () => {
  const { text } = await sendAndRead('See https://shop.example/a?b=c now');
  expect(text).toBe('See https://shop.example/a?b=c now');
  const { rows } = await stack.database.pool.query('select 1 from links where account_id = $1', [stack.accountId]);
  expect(rows).toEqual([]);
});

test('a link that a phone has lengthened by what stood behind it still leads, and counts once', async () => {
  await track('count');
  const { id, text } = await sendAndRead('यहाँ https://shop.example/pay।अगला, (see https://shop.example/Foo_(bar)).');
  const [first, second] = codesIn(text);
  expect(text).toBe(`यहाँ ${base}/l/${first}।अगला, (see ${base}/l/${second}).`);
  // Counted already when it is followed: a click alone makes the figures count it again.
  await delivered(id);
  const before = await stats();
  for (const behind of ['.', ')', ',', '%20', '%E0%A5%A4', '%E2%80%A6', '...', ').']) {
    const { status, headers } = await visit(first! + behind);
    expect([behind, status, headers.get('location')]).toEqual([behind, 302, 'https://shop.example/pay']);
  }
  expect((await visit(second!)).headers.get('location')).toBe('https://shop.example/Foo_(bar)');
  expect((await visit(`${first}x`)).status).toBe(404);
  expect((await stats()).clicked - before.clicked).toBe(1);
});

test('count: links are replaced, each visit leads on, the first counts, and nobody is told', async () => {
  await track('count');
  const before = await stats();
  const long = `https://shop.example/${'x'.repeat(200)}`;
  const { id, meta, to, text } = await sendAndRead(`See ${long}, or https://help.example.`);
  const [first, second] = codesIn(text);
  expect(text).toBe(`See ${base}/l/${first}, or ${base}/l/${second}.`);
  // What reached the phone, in as many parts as it takes now.
  await delivered(id);
  const { messages } = (await stack.control('GET', `/control/messages?to=${to}`)).json;
  expect(messages[0].text).toBe(text);
  expect(await traceOf(id)).toMatchObject({ segments: 1 });

  const response = await visit(first!);
  expect([response.status, response.headers.get('location')]).toEqual([302, long]);
  expect(response.headers.get('cache-control')).toBe('no-store');
  expect(response.headers.get('x-robots-tag')).toMatch(/noindex/);
  expect((await visit(second!)).headers.get('location')).toBe('https://help.example');
  await visit(first!);
  const after = await stats();
  expect(after.clicked - before.clicked).toBe(1);
  expect(after.ctr).toBeCloseTo(after.clicked / after.delivered);
  expect((await traceOf(id)).callbacks.map(({ event }: { event: string }) => event)).toEqual(['delivered']);
  expect((await told(meta)).map(({ event }) => event)).not.toContain('clicked');
});

test('report: the first click is told to CleverTap and to webhooks, once', async () => {
  await track('report');
  const { id, meta, text } = await sendAndRead('Pay at https://shop.example/pay');
  const [code] = codesIn(text);
  await Promise.all(Array.from({ length: 5 }, () => visit(code!)));
  const [record] = await until('CleverTap was told', async () => {
    const clicks = (await told(meta)).filter(({ event }) => event === 'clicked');
    return clicks.length > 0 ? clicks : null;
  });
  expect(record).toMatchObject({ meta, url: 'https://shop.example/pay', shorturl: `${base}/l/${code}` });
  await until('the webhook was told', () => receiver.deliveries.length > 0);
  expect(receiver.deliveries.map(({ json }) => json)).toEqual([
    {
      type: 'message.clicked',
      timestamp: expect.any(String),
      data: expect.objectContaining({ id, meta, url: 'https://shop.example/pay', shortUrl: `${base}/l/${code}` }),
    },
  ]);
  const { json } = await stack.call('GET', `/api/v1/callbacks?messageId=${id}&event=clicked`);
  expect(json.items).toHaveLength(2);
});

test('each recipient of a comma list has a link of its own, and the same record again makes none', async () => {
  const record = { to: '919810000001,919810000002', text: 'Go https://a.example/x', mid: 'list' };
  const first = (await stack.call('POST', '/clevertap/v1/messages', record)).json;
  const texts = await Promise.all(first.ids.map(async (id: string) => (await traceOf(id)).text as string));
  expect(new Set(texts.flatMap(codesIn)).size).toBe(2);
  const again = (await stack.call('POST', '/clevertap/v1/messages', record)).json;
  expect(again).toMatchObject({ ids: first.ids, duplicates: [0, 1] });
  const { rows } = await stack.database.pool.query('select 1 from links where message_id = any($1::uuid[])', [
    first.ids,
  ]);
  expect(rows).toHaveLength(2);
});

test('Mobtexting’s answer counts the parts of what is sent', async () => {
  const message = `Hello ${'x'.repeat(120)} https://shop.example/${'y'.repeat(300)}`;
  const { json } = await stack.call('POST', '/api/v2/sms/clevertap/send', {
    to: '919810000009',
    message,
    sender: 'HELIOS',
  });
  const { segments } = await traceOf(json.data[0].id);
  expect(json.data[0].units).toBe(segments);
  expect(segments).toBeLessThan(3);
});

test('who only looks does not count: HEAD, previews, prefetching', async () => {
  const { id, text } = await sendAndRead('Pay at https://shop.example/look');
  const [code] = codesIn(text);
  const looks = [
    await visit(code!, 'HEAD'),
    await visit(code!, 'GET', { 'user-agent': 'WhatsApp/2.23.20 A' }),
    await visit(code!, 'GET', { 'user-agent': 'Mozilla/5.0 (compatible; Googlebot/2.1)' }),
    await visit(code!, 'GET', { 'sec-purpose': 'prefetch' }),
  ];
  for (const { status, headers } of looks) {
    expect([status, headers.get('location')]).toEqual([302, 'https://shop.example/look']);
  }
  const clicks = () => stack.database.pool.query('select 1 from clicks where message_id = $1', [id]);
  expect((await clicks()).rows).toHaveLength(0);
  await visit(code!);
  expect((await clicks()).rows).toHaveLength(1);
});

test('404: only what was stored leads anywhere', async () => {
  for (const path of [
    'AAAAAAAAAAA',
    'short',
    'https%3A%2F%2Fevil.example',
    '%2F%2Fevil.example',
    "'; drop table links",
  ]) {
    const response = await visit(path);
    expect([path, response.status, response.headers.get('location')]).toEqual([path, 404, null]);
  }
});
