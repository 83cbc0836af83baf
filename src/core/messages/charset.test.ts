import fc from 'fast-check';
import { charsetOf, decodeText } from './charset';

const textOf = (bytes: Buffer, declared?: string): string => {
  const decoded = decodeText(bytes, declared);
  if (!decoded.ok) throw new Error(decoded.problem);
  return decoded.text;
};
const problemOf = (bytes: Buffer, declared?: string): string => {
  const decoded = decodeText(bytes, declared);
  return decoded.ok ? `read as ${JSON.stringify(decoded.text)}` : decoded.problem;
};
const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();

it.each([
  [undefined, 'utf-8'],
  ['application/json', 'utf-8'],
  ['application/json; charset=UTF-8', 'utf-8'],
  ['application/json;charset=utf8', 'utf-8'],
  ['text/plain; format=flowed; Charset = "ISO-8859-1"', 'iso-8859-1'],
  ['multipart/form-data; boundary=charset=x', 'utf-8'],
  ["application/json; charset='utf-8'", 'utf-8'],
  ["text/plain; charset='ISO-8859-1'", 'iso-8859-1'],
  ['application/json;charset=utf-8,application/json', 'utf-8'],
  ['text/plain; charset=UTF_8', 'utf-8'],
  ['text/plain; charset=US-ASCII', 'us-ascii'],
  ['text/plain; charset=', 'utf-8'],
])('charset of %s', (type, charset) => {
  expect(charsetOf(type)).toBe(charset);
});

it.each<[string, Buffer, string]>([
  ['iso-8859-1', Buffer.from('Caf\xe9 \x80 \x93hi\x94', 'latin1'), 'Café € “hi”'],
  ['windows-1252', Buffer.from('\x80\x82\x9f\xa0\xff', 'latin1'), '€‚Ÿ\u00a0ÿ'],
  ['latin1', Buffer.from('\xfcber', 'latin1'), 'über'],
  ['us-ascii', Buffer.from('abc'), 'abc'],
  ['us-ascii', Buffer.from('Café €'), 'Café €'],
  ['ansi_x3.4-1968', Buffer.from('नमस्ते'), 'नमस्ते'],
  ['us-ascii', Buffer.from('Caf\xe9', 'latin1'), 'Café'],
  ['iso-8859-15', Buffer.from([0xa4]), '€'],
  ['windows-1251', Buffer.from([0xcf, 0xf0, 0xe8]), 'При'],
  ['utf-16le', Buffer.from('नमस्ते', 'utf16le'), 'नमस्ते'],
  ['utf-16be', utf16be('नमस्ते'), 'नमस्ते'],
  ['utf-16', utf16be('{"a":"न"}'), '{"a":"न"}'],
  ['utf-16', Buffer.from('{"a":"न"}', 'utf16le'), '{"a":"न"}'],
  ['gb18030', Buffer.from([0xc4, 0xe3]), '你'],
  ['shift_jis', Buffer.from([0x82, 0xa0]), 'あ'],
])('%s is decoded', (charset, bytes, text) => {
  expect(textOf(bytes, charset)).toBe(text);
});

it.each<[string, Buffer, string | undefined, string]>([
  ['UTF-8', Buffer.from('\ufeffa'), undefined, 'a'],
  ['UTF-8, whatever is declared', Buffer.from('\ufeffé'), 'iso-8859-1', 'é'],
  ['UTF-16, low byte first', Buffer.from('\ufeffé', 'utf16le'), undefined, 'é'],
  ['UTF-16, high byte first', utf16be('\ufeffé'), 'utf-16', 'é'],
  ['only one', Buffer.from('\ufeff\ufeffa'), undefined, '\ufeffa'],
  ['nothing else', Buffer.from('\ufeff'), undefined, ''],
  ['nothing at all', Buffer.alloc(0), undefined, ''],
])('a leading byte order mark is left out: %s', (_, bytes, declared, text) => {
  expect(textOf(bytes, declared)).toBe(text);
});

it.each<[Buffer, string | undefined, string]>([
  [Buffer.from('to=98000 Caf\xe9!', 'latin1'), undefined, 'is not UTF-8: it has the byte 0xE9 at 13, behind "to=***** Caf"; say its charset in Content-Type, or send UTF-8'], // prettier-ignore
  [Buffer.from('\xff', 'latin1'), 'utf-8', 'is not UTF-8: it has the byte 0xFF at 1; say its charset in Content-Type, or send UTF-8'], // prettier-ignore
  [Buffer.from('aé').subarray(0, 2), undefined, 'is not UTF-8: it has the byte 0xC3 at 2, behind "a"; say its charset in Content-Type, or send UTF-8'], // prettier-ignore
  [Buffer.from([0x41, 0, 0x42]), 'utf-16le', 'is not UTF-16LE: it has the byte 0x42 at 3, behind "A?"; send UTF-8'],
  [Buffer.from([0x41, 0xff]), 'shift_jis', 'is not SHIFT_JIS: it has the byte 0xFF at 2, behind "A"; send UTF-8'],
  [Buffer.from('a'), 'klingon', 'declares the charset "klingon", which is not known: send UTF-8'],
])('what is no text is refused, with its place: %s', (bytes, declared, problem) => {
  expect(problemOf(bytes, declared)).toBe(problem);
});

it('finds the place of a bad byte in any text, however long', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'é', 'न', '😀'), maxLength: 9_000, size: 'max' });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const bytes = Buffer.concat([Buffer.from(before), Buffer.from([0xff]), Buffer.from(after)]);
      expect(problemOf(bytes)).toContain(`the byte 0xFF at ${Buffer.byteLength(before) + 1}`);
    }),
    { numRuns: 40 },
  );
});

it('of text that is well formed nothing is lost, in UTF-8 and both kinds of UTF-16', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      fc.pre(!text.startsWith('\ufeff') && !/\p{Surrogate}/u.test(text));
      expect(textOf(Buffer.from(text))).toBe(text);
      expect(textOf(Buffer.from(`x${text}`, 'utf16le'), 'utf-16')).toBe(`x${text}`);
      expect(textOf(utf16be(`x${text}`), 'utf-16')).toBe(`x${text}`);
    }),
  );
});
