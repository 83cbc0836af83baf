import fc from 'fast-check';
import { decodeText } from './charset';
import { parseJsonExactly } from './json';

const utf16be = (text: string): Buffer => Buffer.from(text, 'utf16le').swap16();
/** Letters of the scripts that people answer in, and blanks between them. */
const words = (letters: string) =>
  fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 40 }).map((all) => all.join(''));
const SCRIPTS = [
  'STOP start 0123',
  'àéîõüßÇ ñ',
  'बंद करो',
  'બંધ કરો',
  'ਬੰਦ ਕਰੋ',
  'বন্ধ',
  'ഊനിർത്തുക',
  'стоп',
  'قف',
  'עצור',
  '退订',
  '😀🙂',
];

it.each(SCRIPTS)('%s in UTF-16 is read as it was written, whatever the name of UTF-16 is', (letters) => {
  fc.assert(
    fc.property(words(letters), fc.constantFrom('UTF-16BE', 'utf-16', 'UCS-2', 'ucs2'), (text, name) => {
      expect(decodeText(utf16be(text), name)).toEqual({ text, sure: true });
    }),
  );
});

it('what was decoded on the way stays, and 停止 is no such thing', () => {
  for (const text of ['STOP', 'Stop now!', 'STOP\r\n'])
    expect(decodeText(Buffer.from(text), 'UTF-16BE').text).toBe(text);
  for (const text of ['停止', 'ഊ', 'ਨ']) expect(decodeText(utf16be(text), 'UTF-16BE').text).toBe(text);
});

it('every byte is a character of the Latin sets, and no text of theirs is doubted', () => {
  fc.assert(
    fc.property(words('STOP à é ÿ ¡ 0'), (text) => {
      const bytes = Buffer.from(text, 'latin1');
      expect(decodeText(bytes, 'ISO-8859-1')).toEqual({ text, sure: true });
      // Not named: UTF-8 where it is that, else Latin. No accent alone is UTF-8.
      if (!/[Â-ô]/.test(text)) expect(decodeText(bytes)).toEqual({ text, sure: true });
    }),
  );
});

it('never throws, whatever the bytes and the name are, and says when it is not sure', () => {
  fc.assert(
    fc.property(
      fc.uint8Array(),
      fc.oneof(fc.string(), fc.constant('UTF-16BE'), fc.constant('UTF-8')),
      (bytes, name) => {
        const { text, sure } = decodeText(Buffer.from(bytes), name);
        expect(typeof text).toBe('string');
        if (name === 'UTF-16BE' && bytes.length % 2 === 1 && !/^[\x20-\x7e]*\s*$/.test(text)) expect(sure).toBe(false);
      },
    ),
  );
});

it('a mark of the order of bytes is no character', () => {
  expect(decodeText(Buffer.from('\ufeffSTOP'))).toEqual({ text: 'STOP', sure: true });
  expect(decodeText(utf16be('\ufeffबंद'), 'UTF-16BE')).toEqual({ text: 'बंद', sure: true });
});

describe('JSON with integers that no double holds', () => {
  it('has them as they are written, and everything else as it was', () => {
    const text =
      '{"id": 8403414672158573510, "said": "ids: 8403414672158573510, \\"1234567890123456789\\"", "n": [-9007199254740993, 12, 1.5, 1e300]}';
    expect(parseJsonExactly(text)).toEqual({
      id: '8403414672158573510',
      said: 'ids: 8403414672158573510, "1234567890123456789"',
      n: ['-9007199254740993', 12, 1.5, 1e300],
    });
  });

  it('is read as any JSON without such', () => {
    fc.assert(fc.property(fc.json({ maxDepth: 3 }), (text) => {
      if (!/\d{16}/.test(text)) expect(parseJsonExactly(text)).toEqual(JSON.parse(text));
    })); // prettier-ignore
    expect(parseJsonExactly('{"a":')).toBeUndefined();
  });
});
