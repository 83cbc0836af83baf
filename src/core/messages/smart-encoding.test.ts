import fc from 'fast-check';
import { segment } from './segments';
import { smartText } from './smart-encoding';

it.each([
  ['“Sale” – 50% off…', '"Sale" - 50% off...'],
  ['It’s ‘here’', "It's 'here'"],
  ['Rs\u00a0500\u202fonly\u200b', 'Rs 500 only'],
  ['a—b―c−d‑e', 'a-b-c-d-e'],
  ['«Café» `x`', '"Café" \'x\''],
  ['See “https://a.example/x”, ‘https://a.example/y’…', 'See "https://a.example/x", \'https://a.example/y\'...'],
  ['\u2066https://a.example/x\u2069 now', 'https://a.example/x now'],
  ['Call \u202a9800000001\u202c now’', "Call 9800000001 now'"],
  ['Cafe\u0301 U\u0308ber', 'Café Über'],
  ['a\u061cb\u034fc\u2063d', 'abcd'],
  ['one\u2028two\tthree', 'one\ntwo three'],
  ['See “it”: https://a.example/x', 'See "it": https://a.example/x'],
])('%s', (text, smart) => {
  expect(smartText(text)).toEqual({ text: smart, segmentation: segment(smart) });
  expect(segment(smart).encoding).toBe('gsm7');
});

it.each([
  ['GSM-7 already', "It's here"],
  ['another script beside it', 'नमस्ते “Asha”'],
  ['letters that are turned round', '“a”\u202ecba\u202c'],
  ['a picture beside it', '“Sale” 😀'],
  ['a character that it would have to guess', '“Sale” ₹500'],
  ['a URL with one', 'See “it”: https://a.example/a–b'],
])('is left as it is: %s', (_, text) => {
  expect(smartText(text)).toBeNull();
});

it('UCS-2 that was asked for stays', () => {
  expect(smartText('“Sale”', { type: 'unicode' })).toBeNull();
});

it('a smart text is GSM-7, takes no more parts, and differs in such characters alone', () => {
  const characters = fc.constantFrom('a', 'é', ' ', '“', '’', '–', '…', '\u00a0', '\u200b', 'न', '€', '\n');
  fc.assert(
    fc.property(fc.string({ unit: characters, maxLength: 60 }), (text) => {
      const smart = smartText(text);
      const can = segment(text).encoding === 'ucs2' && !text.includes('न');
      expect(smart !== null).toBe(can);
      if (smart === null) return;
      expect(smart.segmentation).toEqual(segment(smart.text));
      expect(smart.segmentation.parts).toBeLessThanOrEqual(segment(text).parts);
      const bare = (of: string) => of.replace(/["'.\- “’–…\u00a0\u200b]/g, '');
      expect(bare(smart.text)).toBe(bare(text));
      expect(smartText(smart.text)).toBeNull();
    }),
  );
});
