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
  const items = ['a', 'b', 'c'].map((meta) => ({ event: 'failed', meta }));
  const read = (status: number, text: string) => readCleverTapAnswer(status, text, items);
  const PARTIAL = partly(1, [record('a'), record('b')]);
  const BAD = failure(400, 'Bad request. Some mandatory parameter was missing.', { missing_fields: ['meta'] });

  it.each([
    ['200 with a count', 200, String(success(3).body)],
    ['200 with another body', 200, '{"ok":true}'],
    ['200 that is no JSON', 200, '<html>OK</html>'],
    ['200 without a body', 200, ''],
    ['200 with a JSON string', 200, '"done"'],
    ['200 with an empty list of unprocessed records', 200, '{"status":"success","unprocessed":[]}'],
    ['204', 204, ''],
  ])('accepted: %s', (_, status, text) => {
    expect(read(status, text)).toEqual({ kind: 'accepted' });
  });

  const both = [
    { meta: 'a', event: 'failed' },
    { meta: 'b', event: 'failed' },
  ];
  it.each([
    ['each record in a holder with its reason', String(PARTIAL.body), both],
    ['bare records', JSON.stringify({ status: 'partial', unprocessed: [record('a'), record('b')] }), both],
    ['records without their event', '{"unprocessed":[{"meta":"a"}]}', [{ meta: 'a' }]],
    ['under the name of the e-mail channel', JSON.stringify({ UNPROCESSED_EVENTS: [record('a')] }), both.slice(0, 1)],
    ['what has no meta is not ours', '{"unprocessed":[7,null,{"x":1},{"record":{"meta":"a"}}]}', [{ meta: 'a' }]],
    ['in capitals', '{"STATUS":"PARTIAL","Unprocessed":[{"Record":{"Meta":"a","Event":"FAILED"}}]}', [
      { meta: 'a', event: 'FAILED' },
    ]],
    ['all of them', String(partly(0, [record('a'), record('b'), record('c')]).body), items],
    ['in the groups that were posted', '{"status":"partial_success","unprocessed":[{"event":"failed","data":[{"meta":"a"},{"meta":"b","ts":1}]}]}', both],
    ['in data, in capitals', '{"STATUS":"PARTIAL_SUCCESS","DATA":{"UNPROCESSED_EVENTS":[{"META":"a","EVENT":"failed"}]}}', both.slice(0, 1)],
    ['a record that stands alone', '{"status":"partial","unprocessed":{"meta":"a","event":"failed"}}', both.slice(0, 1)],
    ['groups as records', '{"status":"partial","unprocessed":[{"record":{"event":"failed","data":[{"meta":"a"},{"meta":"b"}]}}]}', both],
    ['lists of records', '{"status":"partial","unprocessed":[{"record":[{"event":"failed","meta":"a"}]},[{"event":"failed","meta":"b"}]]}', both],
    ['ours beside others’', JSON.stringify({ unprocessed: [record('z'), record('b')] }), both.slice(1)],
  ])('partial: %s', (_, text, rejected) => {
    expect(read(200, text)).toEqual({ kind: 'partial', rejected });
  }); // prettier-ignore

  it.each([
    ['"status":"fail"', '{"status":"fail"}'],
    ['"status":"Error"', '{"status":"Error","message":"try later"}'],
    ['"STATUS":"FAILED"', '{"STATUS":"FAILED"}'],
    ['a count of 0', String(success(0).body)],
    ['a count of 0 in capitals and quotes', '{"status":"success","DATA":{"Processed_Events":"0"}}'],
    ['a count of 0 in another case', '{"PROCESSED_EVENTS":0}'],
    ['"success":false', '{"success":false}'],
    ['"success":"false"', '{"success":"false","message":"x"}'],
    ['"status":false', '{"status":false}'],
    ['an error alone', '{"error":"Invalid account"}'],
    ['a list of errors', '{"errors":["x"]}'],
    ['another word for it', '{"status":"Rejected"}'],
    ['the status in data', '{"data":{"status":"fail"}}'],
    ['a list of one answer', '[{"status":"error"}]'],
    ['behind a byte order mark', '\ufeff{"status":"fail"}'],
    ['as many that were not as there are', '{"status":"partial_success","unprocessed_events":3}'],
    ['0 processed, some handed back', String(partly(0, [record('a')]).body)],
  ])('a 200 that processed nothing is tried again: %s', (_, text) => {
    expect(read(200, text)).toEqual({ kind: 'retry', reason: 'CleverTap processed nothing' });
  });

  it.each([
    ['none handed back', '{"status":"partial","processed":2}'],
    ['only what was not ours', JSON.stringify({ status: 'partial', unprocessed: [record('z')] })],
    ['nothing that has a meta', '{"status":"SUCCESS","unprocessed":[7,null,{"x":1}]}'],
    ['another event of our meta', '{"unprocessed":[{"meta":"a","event":"clicked"}]}'],
    [
      'partial_success with counts',
      '{"status":"partial_success","data":{"processed_events":2,"unprocessed_events":1}}',
    ],
    ['a count below that of all', '{"TOTAL_EVENTS":3,"PROCESSED_EVENTS":2,"UNPROCESSED_EVENTS":[]}'],
    ['a count of those that were not', '{"status":"success","UNPROCESSED_EVENTS":1}'],
    ['a group without metas', '{"status":"partial","unprocessed":[{"event":"failed","data":[{"code":"900"}]}]}'],
  ])('a partial 200 that does not say which is never repeated: %s', (_, text) => {
    expect(read(200, text)).toEqual({ kind: 'unclear', reason: 'CleverTap processed a part, and did not say which' });
  });

  it.each([
    ['fewer than there are groups', 1, 'CleverTap says success, and that it processed 1 of 4'],
    ['as many as there are groups', 2, undefined],
    ['as many as there are records', 4, undefined],
  ])(
    'a count of a success may be of groups or of records, and is noted when it is neither: %s',
    (_, processed, note) => {
      const two = [...items, { event: 'delivered', meta: 'd' }];
      const verdict = readCleverTapAnswer(200, String(success(processed).body), two);
      expect(verdict).toEqual({ kind: 'accepted', ...(note === undefined ? {} : { note }) });
    },
  );

  it.each([
    ['400, as its page has it', String(BAD.body), 'refused', '400: Bad request. Some mandatory parameter was missing.'],
    ['400 as a number', '{"status":400,"message":"no"}', 'refused', '400: no'],
    ['401 beside its word', '{"status":"fail","error":"Invalid Credentials","code":401}', 'closed', '401: no reason given'],
    ['404 in digits', '{"statusCode":"404","message":"no"}', 'closed', '404: no'],
    ['503', '{"status":"error","error_code":503}', 'retry', '503'],
  ])('a 200 whose body has an error’s status is read as that status: %s', (_, text, kind, reason) => {
    expect(read(200, text)).toEqual({ kind, reason: `CleverTap answered ${reason}` });
  }); // prettier-ignore

  it.each([
    ['a code that is none of HTTP', '{"status":"success","code":1}'],
    ['an error’s status called a success', '{"status":"success","code":500}'],
    ['no error', '{"status":"ok","error":null,"errors":[]}'],
    ['errors beside what was processed', '{"processed_events":3,"errors":["slow"]}'],
    ['a word of a queue', '{"status":"QUEUED"}'],
    ['"status":200', '{"status":200}'],
  ])('accepted without a word: %s', (_, text) => {
    expect(read(200, text)).toEqual({ kind: 'accepted' });
  });

  it('a word that nobody knows is accepted, and told', () => {
    const note = "CleverTap's status is perhaps, which is not known";
    expect(read(200, '{"status":"Perhaps"}')).toEqual({ kind: 'accepted', note });
  });

  it.each([408, 425, 429, 500, 502, 503, 504])('%i is tried again later', (status) => {
    const { body: text } = failure(status, 'Internal server error.');
    expect(read(status, String(text))).toEqual({ kind: 'retry', reason: `CleverTap answered ${status}` });
  });

  it.each([
    [400, String(BAD.body), 'CleverTap answered 400: Bad request. Some mandatory parameter was missing.'],
    [413, '', 'CleverTap answered 413: no reason given'],
    [422, '{"message":7}', 'CleverTap answered 422: no reason given'],
  ])('%i refuses what is in the body', (status, text, reason) => {
    expect(read(status, text)).toEqual({ kind: 'refused', reason });
  });

  it.each([
    [401, '', 'CleverTap answered 401: no reason given'],
    [403, '{"Message":"no"}', 'CleverTap answered 403: no'],
    [404, '<html>Not found</html>', 'CleverTap answered 404: no reason given'],
    [410, '', 'CleverTap answered 410: no reason given'],
    [302, '{"message":7}', 'CleverTap answered 302: no reason given'],
    [405, '', 'CleverTap answered 405: no reason given'],
  ])('%i refuses whatever comes', (status, text, reason) => {
    expect(read(status, text)).toEqual({ kind: 'closed', reason });
  });

  it('a reason is cut, and carries no number and no NUL', () => {
    const long = read(400, JSON.stringify({ message: 'x'.repeat(1_000) }));
    expect(long).toEqual({ kind: 'refused', reason: `CleverTap answered 400: ${'x'.repeat(200)}` });
    const quoting = read(400, JSON.stringify({ message: 'bad\0meta of 919800000001' }));
    expect(quoting).toEqual({ kind: 'refused', reason: 'CleverTap answered 400: bad meta of ***' });
  });
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
