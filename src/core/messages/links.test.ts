import fc from 'fast-check';
import { CODE_LENGTH, endOfUrl, hasLink, linkCodeIn, newLinkCode, shortenLinks } from './links';

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

/** `|` marks the end. */
it.each([
  'https://a.example/Foo_(bar)|',
  'https://a.example/Foo_(bar)|.',
  'https://a.example/Foo_(bar)|)',
  'https://a.example/Foo_(bar_(baz))|).',
  'https://a.example/x|)',
  'https://a.example/?q[0]=1&q[1]=2|]',
  'https://a.example/東京_（曖昧）|）',
  'https://a.example/「x」|」。',
  'https://a.example/a|।',
  'https://a.example/a|।अगला',
  'https://a.example/a|॥',
  'https://a.example/a|。次',
  'https://a.example/a|、次',
  'https://a.example/a|，好',
  'https://a.example/a|！',
  'https://a.example/a|؟',
  'https://a.example/a|،',
  'https://a.example/a|۔',
  'https://a.example/a|።',
  'https://a.example/a|။',
  'https://a.example/a|។',
  'https://a.example/a|…',
  'https://a.example/a|…more',
  'https://a.example/a|...',
  'https://a.example/a|»',
  'https://a.example/a|”.',
  'https://a.example/a|’',
  'https://a.example/a|」です',
  'https://a.example/a|）です',
  'https://a.example/a|*',
  'https://a.example/a|?!',
  'https://a.example/a|".',
  'https://a.example/a/|',
  'https://a.example/a#|',
  'https://a.example/a?b=100%|',
  'https://a.example/a@b|,',
  'https://a.example/a,b;c!d.e|',
  'https://a.example/नमस्ते|।',
  'https://a.example/x|\u2069',
  'https://a.example/x|\u200f.',
  'https://a.example/x|\u202c',
  'https://a.example/x|\u200bmore',
  'https://a.example/x|\u00ad',
  'https://a.example/x|\ufffc',
  'https://a.example/x|🎉',
  'https://a.example/x|!🎉',
  'https://a.example/x|👉🏽',
  'https://a.example/x|❤️',
  'https://a.example/x|🇮🇳',
  'https://a.example/x|™.',
  'https://a.example/x|„',
  'https://a.example/x|“',
  'https://a.example/x|(',
  'https://a.example/x|\u200d',
  'https://i❤.example/x|',
  'https://a.example/می\u200cخواهم|',
  'https://a.example/ශ්\u200dරී|',
])('a URL ends where people end it: %s', (marked) => {
  const end = marked.indexOf('|');
  expect(endOfUrl(marked.replace('|', ''))).toBe(end);
});

it('whatever closing punctuation stands behind a URL, it is none of it', () => {
  const closing = Array.from({ length: 0x11_0000 }, (_, code) => code)
    .filter((code) => code < 0xd800 || code > 0xdfff)
    .map((code) => String.fromCodePoint(code))
    .filter((character) => /[\p{Po}\p{Pe}\p{Pf}]/u.test(character) && !'/#&%@\\'.includes(character));
  expect(closing.length).toBeGreaterThan(600);
  for (const character of closing) {
    expect([character, endOfUrl(`https://a.example/a${character}`)]).toEqual([character, 19]);
    expect([character, endOfUrl(`https://a.example/a${character}${character}.`)]).toEqual([character, 19]);
  }
});

it('a code is found, whatever a phone has taken for a part of the link', () => {
  const code = newLinkCode();
  for (const behind of ['', '.', ')', ',', ' ', '%20', '...', '।', '。', '…', '؟', '”', ')!', ' Thanks', '।अगला']) {
    expect(linkCodeIn(code + behind)).toBe(code);
  }
  for (const other of [code.slice(1), `${code}x`, `${code}9.`, `.${code}`, '']) expect(linkCodeIn(other)).toBeNull();
});

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
