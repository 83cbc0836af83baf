import type { Simulator } from '../server';
import { startSimulator } from '../server';
import { call, put } from '../testing/harness';
import type { ReceivedCounts } from './received';

let simulator: Simulator;
beforeEach(async () => {
  simulator = await startSimulator({ port: 0 });
});
afterEach(() => simulator.stop());

const TS = 1_435_322_805;
const META = '9999999999.1200000000.165263328.20220606.0.wzrk_default.1.';
const delivered = (meta: string) => ({ ts: TS, meta, description: 'Delivered to handset' });
const failed = (meta: string, code = '906') => ({ ts: TS, meta, code, description: 'Refused' });
const group = (event: string, ...data: unknown[]) => ({ event, data });

const tell = <Body = Record<string, unknown>>(body: unknown, account = 'acc') =>
  call<Body>('POST', `${simulator.url}/clevertap/callback?account=${account}`, body);

async function received(account = 'acc'): Promise<ReceivedCounts> {
  return (await call<ReceivedCounts>('GET', `${simulator.url}/control/clevertap?account=${account}`)).body;
}

test('takes several events in one request and answers as CleverTap does', async () => {
  const answer = await tell([
    group('delivered', delivered('a'), delivered('b')),
    group('failed', failed('c', '901'), failed('d', '906')),
    group('clicked', { ts: TS, meta: 'a', url: 'https://example.com', shorturl: 'ct9.io/12345' }),
    group('replied', { ts: TS, meta: 'a', toPhone: '5555', incomingText: 'STOP', foreign: 1 }),
  ]);
  expect(answer).toMatchObject({
    status: 200,
    body: {
      status: 'success',
      message: 'Callback processed successfully',
      data: { processed_events: 6, timestamp: expect.any(Number) },
    },
  });
  expect(await received()).toMatchObject({
    requests: 1,
    records: 6,
    metas: 4,
    byEvent: { delivered: 2, failed: 2, clicked: 1, replied: 1 },
    byCode: { '901': 1, '906': 1 },
    duplicates: 0,
    conflicts: 0,
  });
});

test.each<[string, unknown, string[]]>([
  ['no JSON', '[{', ['event']],
  ['an object instead of an array', group('delivered', delivered('a')), ['event']],
  ['an unknown event', [group('sent', delivered('a'))], ['event']],
  ['an event in capitals', [group('DELIVERED', delivered('a'))], ['event']],
  ['no records', [group('delivered')], ['data']],
  ['a quoted ts', [group('delivered', { ...delivered('a'), ts: String(TS) })], ['ts']],
  ['milliseconds', [group('delivered', { ...delivered('a'), ts: TS * 1_000 })], ['ts']],
  ['no meta', [group('delivered', { ...delivered('a'), meta: undefined })], ['meta']],
  ['no code', [group('failed', { ...failed('a'), code: undefined })], ['code']],
  ['a numeric code', [group('failed', { ...failed('a'), code: 906 })], ['code']],
  ['a code that does not exist', [group('failed', failed('a', '911'))], ['code']],
  ['no description', [group('delivered', { ts: TS, meta: 'a' })], ['description']],
  ['no url', [group('clicked', { ts: TS, meta: 'a' })], ['url']],
  ['no text', [group('replied', { ts: TS, meta: 'a', toPhone: '5' })], ['incomingText']],
])('400 for %s; nothing of the request counts', async (_, body, fields) => {
  const answer = await tell(
    Array.isArray(body) ? [...(body as unknown[]), group('delivered', delivered('good'))] : body,
  );
  expect(answer).toMatchObject({
    status: 400,
    body: { status: 'error', error_code: 400, details: { missing_fields: fields } },
  });
  expect(await received()).toMatchObject({ requests: 1, badRequests: 1, records: 0 });
});

test('400 without an account', async () => {
  const answer = await call('POST', `${simulator.url}/clevertap/callback`, [group('delivered', delivered('a'))]);
  expect(answer).toMatchObject({ status: 400, body: { details: { missing_fields: ['account'] } } });
});

test('sees what was told twice and what was told both ways, per account', async () => {
  await tell([group('delivered', delivered(META))]);
  expect(await received()).toMatchObject({ duplicates: 0, conflicts: 0 });
  await tell([group('delivered', delivered(META)), group('failed', failed(META), failed('b'))]);
  await tell([group('delivered', delivered('b'))]);
  await tell([group('failed', failed(META))]);
  await tell([group('delivered', delivered(META))], 'other');
  expect(await received()).toMatchObject({
    records: 6,
    metas: 2,
    duplicates: 2,
    duplicatesByEvent: { delivered: 1, failed: 1 },
    conflicts: 2,
  });
  expect(await received('other')).toMatchObject({ records: 1, duplicates: 0, conflicts: 0 });
  const records = await call<{ told: unknown; records: unknown[] }>(
    'GET',
    `${simulator.url}/control/clevertap/records?account=acc&meta=${META}`,
  );
  expect(records.body.told).toEqual({ acc: { delivered: 2, failed: 2, clicked: 0, replied: 0 } });
  expect(records.body.records).toHaveLength(4);
  expect(records.body.records[0]).toMatchObject({ event: 'failed', code: '906', meta: META, ts: TS });
});

test('500 for a while: nothing is taken until it is over', async () => {
  await put(simulator, { clevertap: { faults: [{ kind: 'serverError', next: 2, status: 500 }] } }, 'acc');
  const answers = [];
  for (let n = 0; n < 3; n++) answers.push((await tell([group('delivered', delivered('a'))])).status);
  expect(answers).toEqual([500, 500, 200]);
  expect(await received()).toMatchObject({ requests: 3, records: 1, faults: 2, duplicates: 0 });
});

test('partial: the records left out come back, and only they are missing', async () => {
  await put(simulator, { clevertap: { faults: [{ kind: 'partial', next: 1 }] } });
  const metas = [...Array(20).keys()].map((n) => `m${n}`);
  interface Partly {
    status: string;
    processed: number;
    unprocessed: { status: string; record: { event: string; meta: string } }[];
  }
  const { status, body } = await tell<Partly>([group('delivered', ...metas.map(delivered))]);
  expect(status).toBe(200);
  expect(body.status).toBe('partial');
  expect(body.unprocessed.length).toBeGreaterThan(0);
  expect(body.processed + body.unprocessed.length).toBe(20);
  expect(await received()).toMatchObject({ records: body.processed, unprocessed: body.unprocessed.length });
  const again = body.unprocessed.map(({ record }) => delivered(record.meta));
  expect((await tell([group('delivered', ...again)])).body).toMatchObject({ status: 'success' });
  expect(await received()).toMatchObject({ records: 20, metas: 20, duplicates: 0 });
});

test('a single record that is left out is a "fail"', async () => {
  await put(simulator, { clevertap: { faults: [{ kind: 'partial', next: 1 }] } });
  expect((await tell([group('delivered', delivered('a'))])).body).toMatchObject({ status: 'fail', processed: 0 });
});

test.each([
  ['before', 0],
  ['after', 1],
])('reset %s: %i records taken', async (at, records) => {
  await put(simulator, { clevertap: { faults: [{ kind: 'reset', next: 1, at }] } });
  await expect(tell([group('delivered', delivered('a'))])).rejects.toThrow();
  expect(await received()).toMatchObject({ records });
});

test('slow answers', async () => {
  await put(simulator, { clevertap: { latencyMs: 1_000 } }, 'slow');
  const order: string[] = [];
  await Promise.all([
    tell([group('delivered', delivered('a'))], 'slow').then(() => order.push('slow')),
    tell([group('delivered', delivered('a'))], 'quick').then(() => order.push('quick')),
  ]);
  expect(order).toEqual(['quick', 'slow']);
});
