import { createDecipheriv } from 'node:crypto';
import fc from 'fast-check';
import { failure, partly, readCallback, success, type CallbackRecord } from '../simulator/clevertap/callback';
import { cleverTapBody, cleverTapRequest, readCleverTapAnswer, type CleverTapItem } from './clevertap';

const AT = new Date('2026-08-01T10:00:00.999Z');
const SECONDS = 1_785_578_400;
const META = '9999999999.1200000000.1654002362.20220531.0.wzrk_default.-1.';

let serial = 0;
const item = (over: Partial<CleverTapItem> = {}): CleverTapItem => ({
  id: String(++serial),
  event: 'delivered',
  meta: META,
  code: null,
  description: null,
  occurredAt: AT,
  detail: null,
  ...over,
});
const body = (...items: CleverTapItem[]) => JSON.parse(cleverTapBody(items)) as unknown;

describe('cleverTapBody', () => {
  it('groups by event, in the order in which they came', () => {
    const [a, b, c, d] = ['a', 'b', 'c', 'd'].map((meta) => ({ meta }));
    const failed = { event: 'failed', code: '906', description: 'sender ID refused' };
    expect(body(item(a), item({ ...b, ...failed }), item(c), item({ ...d, ...failed }))).toEqual([
      {
        event: 'delivered',
        data: [
          { ...a, ts: SECONDS, description: 'Delivered to handset' },
          { ...c, ts: SECONDS, description: 'Delivered to handset' },
        ],
      },
      {
        event: 'failed',
        data: [
          { ...b, ts: SECONDS, code: '906', description: 'sender ID refused' },
          { ...d, ts: SECONDS, code: '906', description: 'sender ID refused' },
        ],
      },
    ]);
  });

  it('gives a code with failed only, and always then', () => {
    expect(body(item({ code: '906' }))).toEqual([
      { event: 'delivered', data: [{ ts: SECONDS, meta: META, description: 'Delivered to handset' }] },
    ]);
    expect(body(item({ event: 'failed' }))).toEqual([
      { event: 'failed', data: [{ ts: SECONDS, meta: META, code: '900', description: 'Not delivered' }] },
    ]);
  });

  it('carries any meta back byte for byte, in a body that CleverTap takes', () => {
    const metas = fc.array(fc.string({ unit: 'binary', minLength: 1 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(metas, fc.boolean(), (list, failed) => {
        const event = failed ? 'failed' : 'delivered';
        const bytes = Buffer.from(cleverTapBody(list.map((meta) => item({ meta, event }))));
        const read = readCallback(JSON.parse(bytes.toString()));
        expect('records' in read && read.records.map(({ meta }) => Buffer.from(meta).toString('hex'))).toEqual(
          list.map((meta) => Buffer.from(meta).toString('hex')),
        );
      }),
    );
  });
});

describe('readCleverTapAnswer', () => {
  const record = (meta: string): CallbackRecord => ({
    event: 'failed',
    ts: SECONDS,
    meta,
    code: '900',
    description: 'x',
  });
  const PARTIAL = partly(1, [record('a'), record('b')]);
  const NOTHING = partly(0, [record('a')]);
  const BAD = failure(400, 'Bad request. Some mandatory parameter was missing.', { missing_fields: ['meta'] });

  it.each([
    ['200 with a count', 200, String(success(2).body)],
    ['200 with another body', 200, '{"ok":true}'],
    ['200 that is no JSON', 200, '<html>OK</html>'],
    ['200 without a body', 200, ''],
    ['200 with a JSON string', 200, '"done"'],
    ['200 with an empty list of unprocessed records', 200, '{"status":"success","unprocessed":[]}'],
    ['204', 204, ''],
  ])('accepted: %s', (_, status, text) => {
    expect(readCleverTapAnswer(status, text)).toEqual({ kind: 'accepted' });
  });

  const both = [
    { meta: 'a', event: 'failed' },
    { meta: 'b', event: 'failed' },
  ];
  it.each([
    ['each record in a holder with its reason', String(PARTIAL.body), both],
    ['nothing processed', String(NOTHING.body), both.slice(0, 1)],
    ['bare records', JSON.stringify({ status: 'partial', unprocessed: [record('a'), record('b')] }), both],
    ['records without their event', '{"unprocessed":[{"meta":"a"}]}', [{ meta: 'a' }]],
    ['under the name of the e-mail channel', JSON.stringify({ UNPROCESSED_EVENTS: [record('a')] }), both.slice(0, 1)],
    ['what has no meta is not ours', '{"unprocessed":[7,null,{"x":1},{"record":{"meta":"a"}}]}', [{ meta: 'a' }]],
  ])('partial: %s', (_, text, rejected) => {
    expect(readCleverTapAnswer(200, text)).toEqual({ kind: 'partial', rejected });
  });

  it.each([408, 429, 500, 502, 503, 504])('%i is tried again later', (status) => {
    const { body: text } = failure(status, 'Internal server error.');
    expect(readCleverTapAnswer(status, String(text))).toEqual({
      kind: 'retry',
      reason: `CleverTap answered ${status}`,
    });
  });

  it.each([
    [400, String(BAD.body), 'CleverTap answered 400: Bad request. Some mandatory parameter was missing.'],
    [401, '', 'CleverTap answered 401: no reason given'],
    [404, '<html>Not found</html>', 'CleverTap answered 404: no reason given'],
    [302, '{"message":7}', 'CleverTap answered 302: no reason given'],
  ])('%i is final', (status, text, reason) => {
    expect(readCleverTapAnswer(status, text)).toEqual({ kind: 'rejected', reason });
  });

  it('a long reason is cut', () => {
    const answer = readCleverTapAnswer(400, JSON.stringify({ message: 'x'.repeat(1_000) }));
    expect(answer).toEqual({ kind: 'rejected', reason: `CleverTap answered 400: ${'x'.repeat(200)}` });
  });
});

test('a 200 that says it processed nothing is tried again', () => {
  expect(readCleverTapAnswer(200, '{"status":"fail"}')).toEqual({
    kind: 'retry',
    reason: 'CleverTap processed nothing',
  });
  expect(readCleverTapAnswer(200, '{"status":"success"}')).toEqual({ kind: 'accepted' });
});

test('a reply carries the number it was sent to and its text, and is accepted by the receiver', () => {
  const detail = { toPhone: '5555', incomingText: 'STOP' };
  const sent = body(item({ event: 'replied', detail }));
  expect(sent).toEqual([
    { event: 'replied', data: [{ ts: SECONDS, meta: META, toPhone: '5555', incomingText: 'STOP' }] },
  ]);
});

describe('cleverTapRequest', () => {
  const older = { version: 'v-1', key: Buffer.alloc(32, 1) };
  const newer = { version: 'v-2', key: Buffer.alloc(32, 2) };

  it('is plain without keys', () => {
    const request = cleverTapRequest('https://in1.cb.wzrkt.com/x', [item()], null);
    expect(request.body).toBe(cleverTapBody([item()]));
    expect(Object.keys(request.headers)).toEqual(['content-type', 'accept']);
  });

  it('is encrypted with the newest key, whose version it names', () => {
    const { headers, body: sealed } = cleverTapRequest('https://in1.cb.wzrkt.com/x', [item()], {
      keys: [older, newer],
      encoding: 'hex',
    });
    const marks = headers as Record<string, string>;
    expect(marks['x-aes-key-version']).toBe('v-2');
    const { ciphertext, ...rest } = JSON.parse(sealed) as { ciphertext: string };
    expect(rest).toEqual({});
    const decipher = createDecipheriv('aes-256-cbc', newer.key, Buffer.from(marks['x-aes-iv']!, 'hex'));
    expect(decipher.update(ciphertext, 'hex', 'utf8') + decipher.final('utf8')).toBe(cleverTapBody([item()]));
  });
});
