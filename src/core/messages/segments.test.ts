import fc from 'fast-check';
import { SegmentedMessage } from 'sms-segments-calculator';
import { charactersBeyondGsm, gsm7Octets, segment } from './segments';

/** Alphabets in which borders, escapes and surrogates are frequent. */
const gsmChar = fc.constantFrom(...'aB1 @£$¥èéÇØøÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¤¡ÄÖÑÜ§¿äöñüà\n\r', ...'^{}\\[]~|€^{}€');
const wideChar = fc.constantFrom('न', 'ш', '漢', 'ç', '‘', '…', '😀', '𝒳', '🚀', 'x');
const gsmText = fc.string({ unit: gsmChar, maxLength: 480 });
const anyText = fc.string({ unit: fc.oneof(gsmChar, wideChar), maxLength: 300 });

function oracle(text: string, encoding: 'auto' | 'UCS-2' = 'auto') {
  const message = new SegmentedMessage(text, encoding);
  return { encoding: message.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2', parts: message.segmentsCount };
}

describe('segment agrees with an independent calculator', () => {
  it.each([
    ['texts of GSM 03.38', gsmText, 'auto'],
    ['mixed texts', anyText, 'auto'],
    ['any text as unicode', anyText, 'unicode'],
  ] as const)('%s', (_label, texts, type) => {
    fc.assert(
      fc.property(texts, (text) => {
        fc.pre(text !== '' && !text.includes('\r'));
        const { encoding, parts } = segment(text, { type });
        expect({ encoding, parts }).toEqual(oracle(text, type === 'unicode' ? 'UCS-2' : 'auto'));
      }),
      { numRuns: 400 },
    );
  });
});

describe('borders', () => {
  it.each([
    // label, text, port, encoding, units, parts
    ['empty', '', false, 'gsm7', 0, 1],
    ['160 septets', 'a'.repeat(160), false, 'gsm7', 160, 1],
    ['161 septets', 'a'.repeat(161), false, 'gsm7', 161, 2],
    ['306 septets', 'a'.repeat(306), false, 'gsm7', 306, 2],
    ['307 septets', 'a'.repeat(307), false, 'gsm7', 307, 3],
    ['an extension character makes 160', 'a'.repeat(158) + '€', false, 'gsm7', 160, 1],
    ['an extension character makes 161', 'a'.repeat(159) + '€', false, 'gsm7', 161, 2],
    [
      'an extension character at a part border moves on',
      'a'.repeat(152) + '€' + 'a'.repeat(152),
      false,
      'gsm7',
      306,
      3,
    ],
    ['an extension character before the border stays', 'a'.repeat(151) + '€' + 'a'.repeat(153), false, 'gsm7', 306, 2],
    ['form feed is an extension character', '\f'.repeat(80), false, 'gsm7', 160, 1],
    ['escape itself is not a character', '\u001b', false, 'ucs2', 1, 1],
    ['carriage return is one septet', '\r\n'.repeat(80), false, 'gsm7', 160, 1],
    ['c with cedilla in lower case is not in GSM 03.38', 'ç', false, 'ucs2', 1, 1],
    ['70 units', 'न'.repeat(70), false, 'ucs2', 70, 1],
    ['71 units', 'न'.repeat(71), false, 'ucs2', 71, 2],
    ['134 units', 'न'.repeat(134), false, 'ucs2', 134, 2],
    ['135 units', 'न'.repeat(135), false, 'ucs2', 135, 3],
    ['emoji fills a single', '😀'.repeat(35), false, 'ucs2', 70, 1],
    ['emoji over a single', '😀'.repeat(36), false, 'ucs2', 72, 2],
    ['emoji at a part border moves on', 'न'.repeat(66) + '😀' + 'न'.repeat(66), false, 'ucs2', 134, 3],
    ['emoji before the border stays', 'न'.repeat(65) + '😀' + 'न'.repeat(67), false, 'ucs2', 134, 2],
    ['emoji at every border', '😀'.repeat(67), false, 'ucs2', 134, 3],
    ['a lone surrogate is one unit', '\ud83d'.repeat(70), false, 'ucs2', 70, 1],
    ['port, 152 septets', 'a'.repeat(152), true, 'gsm7', 152, 1],
    ['port, 153 septets', 'a'.repeat(153), true, 'gsm7', 153, 2],
    ['port, 292 septets', 'a'.repeat(292), true, 'gsm7', 292, 2],
    ['port, 293 septets', 'a'.repeat(293), true, 'gsm7', 293, 3],
    ['port, 66 units', 'न'.repeat(66), true, 'ucs2', 66, 1],
    ['port, 67 units', 'न'.repeat(67), true, 'ucs2', 67, 2],
    ['port, 128 units', 'न'.repeat(128), true, 'ucs2', 128, 2],
    ['port, 129 units', 'न'.repeat(129), true, 'ucs2', 129, 3],
  ] as const)('%s', (_label, text, port, encoding, units, parts) => {
    expect(segment(text, { port })).toEqual({ encoding, parts, units });
  });
});

describe('type', () => {
  it('unicode is UCS-2 whatever the characters', () => {
    expect(segment('a'.repeat(71), { type: 'unicode' })).toEqual({ encoding: 'ucs2', parts: 2, units: 71 });
  });

  it('plain names the first character that GSM 03.38 lacks, a whole emoji included', () => {
    expect(segment('ok😀न', { type: 'plain' })).toEqual({ encoding: 'ucs2', parts: 1, units: 5, unencodable: '😀' });
    expect(segment('ok', { type: 'plain' })).toEqual({ encoding: 'gsm7', parts: 1, units: 2 });
  });
});

describe('gsm7Octets', () => {
  it.each([
    ['Hello', '48656c6c6f'],
    ['@£$', '000102'],
    ['€[', '1b651b3c'],
    ['\fà', '1b0a7f'],
  ])('%j', (text, hex) => {
    expect(Buffer.from(gsm7Octets(text)!).toString('hex')).toBe(hex);
  });

  it('refuses other characters', () => {
    expect(gsm7Octets('aन')).toBeUndefined();
  });

  it('has as many octets as the segmenter counts septets', () => {
    fc.assert(fc.property(gsmText, (text) => gsm7Octets(text)?.length === segment(text).units));
  });
});

test('names the characters that make a text UCS-2', () => {
  expect([...charactersBeyondGsm('Grüße, 5 € – “ok” 👍 ok”')]).toEqual(['–', '“', '”', '👍']);
  expect(charactersBeyondGsm('plain [text]').size).toBe(0);
});
