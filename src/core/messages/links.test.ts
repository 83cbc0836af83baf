import fc from 'fast-check';
import { CODE_LENGTH, hasLink, newLinkCode, shortenLinks } from './links';

const BASE = 'https://sms.example.com';
const shorten = (text: string) => {
  let serial = 0;
  return shortenLinks(text, BASE, () => `code${++serial}`);
};

it.each([
  ['a link in a sentence', 'Pay at https://shop.example/pay?id=7. Thanks', 'Pay at https://sms.example.com/l/code1. Thanks', ['https://shop.example/pay?id=7']],
  ['in brackets', '(see http://a.example/x)', '(see https://sms.example.com/l/code1)', ['http://a.example/x']],
  ['in capitals', 'HTTPS://A.EXAMPLE/X now', 'https://sms.example.com/l/code1 now', ['HTTPS://A.EXAMPLE/X']],
  ['two of them', 'http://a.example http://b.example', 'https://sms.example.com/l/code1 https://sms.example.com/l/code2', ['http://a.example', 'http://b.example']],
  ['the same one twice', 'http://a.example, http://a.example!', 'https://sms.example.com/l/code1, https://sms.example.com/l/code1!', ['http://a.example']],
  ['behind a colon', 'Link:https://a.example/ü?q=é#t', 'Link:https://sms.example.com/l/code1', ['https://a.example/ü?q=é#t']],
])('replaces %s', (_, text, shortened, urls) => {
  expect(hasLink(text)).toBe(true);
  const result = shorten(text);
  expect(result.text).toBe(shortened);
  expect(result.links.map(({ url }) => url)).toEqual(urls);
}); // prettier-ignore

it.each(['no link', 'www.example.com', 'ftp://a.example', 'javascript:alert(1)', 'xhttp://a.example', 'http:// then'])(
  'leaves %s alone',
  (text) => {
    expect(shorten(text)).toEqual({ text, links: [] });
  },
);

it('keeps what is around links, and takes no part of one for text', () => {
  const word = fc.stringMatching(/^[a-z ]{0,10}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(word, fc.webUrl()), { maxLength: 4 }), word, (parts, end) => {
      const text = parts.map(([before, url]) => `${before} ${url} `).join('') + end;
      const { text: shortened, links } = shorten(text);
      let restored = shortened;
      for (const { code, url } of [...links].reverse()) restored = restored.replaceAll(`${BASE}/l/${code}`, () => url);
      expect(restored).toBe(text);
    }),
  );
});

it('a code has 11 of 62 digits, each as likely as the others', () => {
  const counts = new Map<string, number>();
  const codes = Array.from({ length: 5_000 }, newLinkCode);
  expect(new Set(codes).size).toBe(codes.length);
  for (const code of codes) {
    expect(code).toMatch(new RegExp(`^[0-9A-Za-z]{${CODE_LENGTH}}$`));
    for (const digit of code) counts.set(digit, (counts.get(digit) ?? 0) + 1);
  }
  expect(counts.size).toBe(62);
  const expected = (5_000 * CODE_LENGTH) / 62;
  // Some six standard deviations.
  for (const count of counts.values()) expect(Math.abs(count - expected)).toBeLessThan(6 * Math.sqrt(expected));
});
