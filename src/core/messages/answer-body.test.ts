import { MAX_KEPT, readAnswer, type AskedMessage } from './answer-body';

const message = (n: number, text = `Dear customer ${n}, your parcel is here`): AskedMessage => ({
  wireId: `0wire${n}`,
  msisdn: `+9198000000${String(n).padStart(2, '0')}`,
  text,
});
const hide = (text: string): string => text.replaceAll('s3cret-key', '***');
const read = (raw: string, asked = [message(1)]) => readAnswer(raw, asked, hide);

describe('the answer to one message', () => {
  it.each([
    ['JSON', '{"error":"no credit","code":402}', '{"error":"no credit","code":402}'],
    ['a number as text', '{"to":"+919800000001"}', '{"to":"+9198******01"}'],
    ['a number as a number', '{"to":919800000001}', '{"to":"9198******01"}'],
    ['a number with marks', 'to +91 98000-00001 refused', 'to +91 98***-***01 refused'],
    ['a number as a name', '{"919800000001":"refused"}', '{"9198******01":"refused"}'],
    ['a day is none', '{"at":"2026-11-29T10:00:00Z"}', '{"at":"2026-11-29T10:00:00Z"}'],
    ['a secret', '{"key":"s3cret-key"}', '{"key":"***"}'],
    ['the text', '{"text":"Dear customer 1, your parcel is here","x":1}', '{"text":"…","x":1}'],
    ['the text, escaped', '{"text":"\\u0044ear customer 1, your parcel"}', '{"text":"…"}'],
    ['the text in a form', 'text=Dear+customer+1%2C+your+parcel+is+here&to=1', 'text=…&to=1'],
    ['the text in UTF-16', 'text=00440065006100720020006300750073&to=1', 'text=…&to=1'],
    ['a page', '<html><b>502 Bad Gateway</b></html>', '<html><b>502 Bad Gateway</b></html>'],
    ['a text alone', '"no"', '"no"'],
    ['nothing', '', ''],
  ])('%s', (_, raw, expected) => expect(read(raw)(0)).toEqual({ body: expected, cutFrom: null }));

  it('keeps our id of an attempt, whatever digits it has, and nobody else’s', () => {
    const wireId = '06h2mpq7x5r05b2653789y0nh01';
    const raw = `{"id":"${wireId.toUpperCase()}","to":"919800000001","said":"${wireId} of 919800000001","theirs":"${wireId.replace('h2', 'h3')}"}`;
    expect(JSON.parse(read(raw, [{ ...message(1), wireId }])(0).body)).toEqual({
      id: wireId.toUpperCase(),
      to: '9198******01',
      said: `${wireId} of 9198******01`,
      theirs: '06h3mpq7x5r05b2****89y0nh01',
    });
  });

  it('hides a short text and a code of it', () => {
    expect(read('{"a":"Hi Asha","b":"for 4711"}', [message(1, 'Hi Asha')])(0).body).toBe('{"a":"…","b":"for 4711"}');
    expect(read('{"b":"for 4711"}', [message(1, 'Code 4711')])(0).body).toBe('{"b":"for …"}');
  });

  it('is cut, and says of how much it is the beginning', () => {
    const { body, cutFrom } = read('x'.repeat(5_000))(0);
    expect([body.length, cutFrom]).toEqual([MAX_KEPT, 5_000]);
    expect(read(JSON.stringify({ a: 'y'.repeat(3_000) }))(0)).toMatchObject({ cutFrom: 3_008 });
  });

  it('may be as deep as it likes', () => {
    expect(read(`${'['.repeat(100)}1${']'.repeat(100)}`)(0).body).toContain('…');
    expect(read('['.repeat(200_000))(0).cutFrom).toBe(200_000);
  });
});

describe('the answer to a batch', () => {
  const batch = [message(1), message(2), message(3)];

  it.each([
    [
      'by our ids, in any order',
      [
        { id: '0WIRE3', s: 'c' },
        { id: '0wire1', s: 'a' },
        { id: '0wire2', s: 'b' },
      ],
    ],
    [
      'by numbers',
      [
        { to: '919800000003', s: 'c' },
        { to: '+91 98000 00002', s: 'b' },
        { to: 9800000001, s: 'a' },
      ],
    ],
    ['by place', [{ s: 'a' }, { s: 'b' }, { s: 'c' }]],
  ])('each is shown its own: %s', (_, list) => {
    const part = read(JSON.stringify({ bulkId: 'b', messages: list }), batch);
    const shown = [0, 1, 2].map(
      (place) => JSON.parse(part(place).body) as { bulkId: string; messages: { s: string }[] },
    );
    expect(shown.map(({ bulkId, messages }) => [bulkId, messages.map(({ s }) => s)])).toEqual([
      ['b', ['a']], ['b', ['b']], ['b', ['c']],
    ]); // prettier-ignore
  });

  it('by names of members', () => {
    const part = read('{"919800000001":"a","919800000002":"b","all":"x"}', batch);
    expect(part(1).body).toBe('{"9198******02":"b","all":"x"}');
    expect(part(2).body).toBe('{"all":"x"}');
  });

  it('within an entry that holds all of them', () => {
    const part = read('[{"parts":[{"id":"0wire1","s":"a"},{"id":"0wire2","s":"b"}]}]', batch);
    expect(part(1).body).toBe('[{"parts":[{"id":"0wire2","s":"b"}]}]');
  });

  it('what is about none of them is shown to all, without numbers and texts of any', () => {
    const raw =
      '{"violations":[{"property":"messages[1].to","violation":"919800000002: Dear customer 2, your parcel"}]}';
    expect(read(raw, batch)(0).body).toBe(
      '{"violations":[{"property":"messages[1].to","violation":"9198******02: …"}]}',
    );
    expect(read('refused: 919800000002 "Dear customer 2, your parcel is here"', batch)(0).body).toBe(
      'refused: 9198******02 "…"',
    );
  });

  it('of two messages to one number each is shown both', () => {
    const twice = [message(1), { ...message(1), wireId: '0wire9' }, message(2)];
    const part = read('{"l":[{"to":"919800000001"},{"to":"919800000001"}]}', twice);
    expect(part(0).body).toBe('{"l":[{"to":"9198******01"},{"to":"9198******01"}]}');
    expect(part(2).body).toBe(part(0).body);
  });

  it('takes time that grows with the batch, and not with its square', () => {
    const many = Array.from({ length: 1_000 }, (_, n) => message(n, `Text ${n} ${'abcdefghij '.repeat(14)}`));
    const wide = many.map((one, n) => ({ ...one, msisdn: `+91981${String(n).padStart(7, '0')}` }));
    const raw = JSON.stringify({ messages: wide.map(({ wireId, msisdn }) => ({ messageId: wireId, to: msisdn, status: 'REJECTED' })) });
    // Of this process alone, so that it makes no difference what else the machine does.
    const started = process.cpuUsage();
    const part = read(raw, wide);
    for (let place = 0; place < wide.length; place++) expect(part(place).body).toContain(`"0wire${place}"`);
    const { user, system } = process.cpuUsage(started);
    expect((user + system) / 1_000).toBeLessThan(5_000);
  }); // prettier-ignore
});
