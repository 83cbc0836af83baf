import fc from 'fast-check';
import { AppError } from '../../errors';
import { readMultipart, readMultipartOpening } from './multipart';

const TYPE = 'multipart/form-data; boundary=----x7';
const part = (head: string, content: string | Buffer): Buffer =>
  Buffer.concat([Buffer.from(`------x7\r\n${head}\r\n\r\n`), Buffer.from(content), Buffer.from('\r\n')]);
const field = (name: string, content: string | Buffer, more = ''): Buffer =>
  part(`Content-Disposition: form-data; name="${name}"${more}`, content);
const form = (...parts: Buffer[]): Buffer => Buffer.concat([...parts, Buffer.from('------x7--\r\n')]);
const told = (body: Buffer, type = TYPE): unknown => {
  try {
    return readMultipart(body, type);
  } catch (error) {
    if (error instanceof AppError) return `${error.code}: ${error.message}`;
    throw error;
  }
};

it('reads what programs write', async () => {
  const data = new FormData();
  const pairs: [string, string][] = [['to', '+919800000001'], ['message', 'line 1\r\nनमस्ते --x'], ['a "b"', ''], ['to', '2']]; // prettier-ignore
  for (const [name, value] of pairs) data.append(name, value);
  const request = new Request('http://127.0.0.1', { method: 'POST', body: data });
  const type = request.headers.get('content-type')!;
  expect(told(Buffer.from(await request.arrayBuffer()), type)).toEqual(pairs);
});

it.each<[string, Buffer, string, unknown]>([
  ['a quoted boundary', form(field('a', 'b')), 'multipart/form-data; boundary="----x7"', [['a', 'b']]],
  ['a preamble', Buffer.concat([Buffer.from('hello\r\n'), form(field('a', 'b'))]), TYPE, [['a', 'b']]],
  ['a part of another charset', form(field('a', Buffer.from('\xe9 \x93', 'latin1'), '\r\nContent-Type: text/plain; charset=ISO-8859-1')), TYPE, [['a', 'é “']]], // prettier-ignore
  ['a charset for all', form(field('a', Buffer.from('\xe9', 'latin1'))), `${TYPE}; charset=windows-1252`, [['a', 'é']]],
  ['a byte order mark', form(field('a', '\ufeffb')), TYPE, [['a', 'b']]],
  ['no field', form(), TYPE, []],
  ['a name without quotes', form(part('content-disposition: form-data; name=a', 'b')), TYPE, [['a', 'b']]],
  ['a file', form(field('to', 'x', '; filename="list.csv"')), TYPE, 'invalid-request: to is a file: give it as text'],
  ['bytes that are no text', form(field('message', Buffer.from('Caf\xe9', 'latin1'))), TYPE, expect.stringMatching(/invalid-request: message is not UTF-8: .* at 4/)], // prettier-ignore
  ['base64', form(field('a', 'Yg==', '\r\nContent-Transfer-Encoding: base64')), TYPE, expect.stringMatching(/^invalid-request: a has a Content-Transfer-Encoding/)], // prettier-ignore
  ['no boundary', form(), 'multipart/form-data', expect.stringMatching(/names no boundary/)],
  ['no end', field('a', 'b'), TYPE, expect.stringMatching(/malformed-body: .*ends before its last boundary/)],
  ['nothing', Buffer.alloc(0), TYPE, expect.stringMatching(/malformed-body/)],
  ['no name', form(part('Content-Disposition: form-data', 'b')), TYPE, expect.stringMatching(/a part has no name/)],
  ['too many', form(...Array.from({ length: 1_001 }, (_, i) => field(`f${i}`, ''))), TYPE, 'invalid-request: body has more than 1000 fields'], // prettier-ignore
  [
    'a long head',
    form(part(`X: ${'x'.repeat(5_000)}`, 'b')),
    TYPE,
    expect.stringMatching(/head of a part is too long/),
  ],
])('%s', (_, body, type, expected) => {
  expect(told(body, type)).toEqual(expected);
});

it('any texts come back as they were, and of a beginning those that are there whole', () => {
  const name = fc.string({ unit: fc.constantFrom('a', 'é', ' ', '-'), minLength: 1 });
  const text = fc.string({ unit: fc.constantFrom('a', '\r\n', '--', '------x', '=', 'न', '"', '\r', '\n') });
  fc.assert(
    fc.property(fc.array(fc.tuple(name, text), { maxLength: 5 }), fc.nat(), (pairs, cut) => {
      fc.pre(pairs.every(([, value]) => !`${value}\r\n`.includes('\r\n------x7') && !value.startsWith('\ufeff')));
      const body = form(...pairs.map(([key, value]) => field(key, value)));
      expect(told(body)).toEqual(pairs);
      const opening = readMultipartOpening(body.subarray(0, cut % (body.length + 1)), TYPE);
      expect(pairs.slice(0, opening.length).map(([, value]) => value)).toEqual(opening.map(([, value]) => value));
    }),
  );
});
