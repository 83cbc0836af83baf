import fc from 'fast-check';
import { maskText } from './mask';

/** E.164 without its plus: 10 to 15 digits that begin like a country code. */
const number = fc
  .tuple(fc.constantFrom('91', '44', '971', '65', '1', '880'), fc.stringMatching(/^[2-9]\d{7,9}$/))
  .map(([country, rest]) => country + rest);

/** What stands between digits: nothing, or what people and URLs put there. */
const separator = fc.constantFrom(
  ...['', '', '', ' ', '-', '.', ' - ', '/', '\u00a0', '\u2011', '\u2013', '\u200b', '\u00ad', '+', '_'],
  ...['%20', '%2D', '%2d', '%2520', '%C2%A0', '&nbsp;', ') ', ' ('],
);
const DIGITS = ['0123456789', '०१२३४५६७८९', '٠١٢٣٤٥٦٧٨٩', '０１２３４５６７８９'];

/** A number as somebody writes it, with its digits. */
const spelling = fc
  .record({
    digits: number,
    // A plus tells a number from an address of four parts.
    prefix: fc.constantFrom('+', '%2B', '%252b', '00', '+(', '(+'),
    separators: fc.array(separator, { minLength: 15, maxLength: 15 }),
    script: fc.constantFrom(...DIGITS),
  })
  .map(({ digits, prefix, separators, script }) => ({
    digits,
    spelt: prefix + [...digits].map((digit, i) => (i === 0 ? '' : separators[i]!) + script[Number(digit)]!).join(''),
  }));

const around = fc.constantFrom(
  '',
  ' ',
  'to ',
  '"',
  "'",
  '=',
  '/',
  '?to=',
  'tel:',
  '(',
  ', ',
  'n',
  '\n',
  '{"to":"',
  '<',
);

const digitsOf = (text: string): string =>
  [...text]
    .map((character) => DIGITS.map((script) => [...script].indexOf(character)).find((at) => at >= 0) ?? '')
    .join('');

test('a number is masked in whatever spelling and wherever it stands', () => {
  fc.assert(
    fc.property(around, spelling, around, (before, { digits, spelt }, after) => {
      const masked = maskText(before + spelt + after);
      expect(masked).not.toContain(spelt);
      // Two of its own, and none of what is around.
      expect(digitsOf(masked)).toHaveLength(2);
      expect(digits.endsWith(digitsOf(masked))).toBe(true);
    }),
    { numRuns: 3_000 },
  );
});

test('a number without a plus, of whatever length that numbers have', () => {
  fc.assert(
    fc.property(around, number, around, (before, digits, after) => {
      expect(maskText(before + digits + after)).toBe(`${before}…${digits.slice(-2)}${after}`);
    }),
  );
});

test('masking twice changes nothing more, and no text makes it throw', () => {
  const any = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 300 }),
    spelling.map(({ spelt }) => spelt),
  );
  fc.assert(
    fc.property(any, (text) => expect(maskText(maskText(text))).toBe(maskText(text))),
    { numRuns: 2_000 },
  );
});

test.each([
  'duty starts: 12 of 1000 in 250 ms',
  'gateway gw_0123456789abcdef down',
  'send/0193746b-1234-7890-8123-123456789012',
  'at 2026-11-29T07:48:20.123Z, due 2026-11-30 10:00, until 2027-01-01',
  'connect ECONNREFUSED 127.0.0.1:54321',
  'epoch 1764402500123',
  '    at run (/app/dist/runtime/worker.js:123:45)',
  'temporal 1.9.1 on port 17233',
  'file:///app/dist/main/api.js:10:5',
  'route /callbacks/:token, /api/v1/suppressions/:to',
  'the schedule of a series could not be changed; maintenance will',
])('%j is left as it is', (text) => expect(maskText(text)).toBe(text));

test.each([
  ['Authorization: Bearer hg_0123456789abcdef_0123456789abcdef0123456789abcdef', 'Authorization: … …'],
  ['it sent Bearer abc.def-ghi and Basic dXNlcjpwdw==', 'it sent Bearer … and Basic …'],
  ['App IB-SECRET-9f8e7d', 'App …'],
  ['key hg_0123456789abcdef_0123456789abcdef0123456789abcdef', 'key hg_…'],
  ['token hgt_eyJhbGciOi_J9.c2lnbmF0dXJl', 'token hgt_…'],
  ['{"apiKey":"IB \\" SECRET","x":1}', '{"apiKey":…,"x":1}'],
  ['user=cu&password=CL-SECRET-5&to=', 'user=cu&password=…&to='],
  ['authToken: TW-SECRET', 'authToken: …'],
  ['postgres://app:hunter2@db.example.com:5432/heliograph?sslmode=require', 'postgres://db.example.com:5432/…'],
  ['POST https://hooks.example.com/services/T0/B0/xyz failed', 'POST https://hooks.example.com/… failed'],
  ['GET https://sms.example.com/ failed', 'GET https://sms.example.com/ failed'],
  ['path /callbacks/3f9a-secret-token?x=1', 'path /callbacks/…?x=1'],
  ['Unexpected token \'Y\', "Your OTP "4711" is"... is not valid JSON', "Unexpected token 'Y' is not valid JSON"],
  ['Key (account_id, msisdn)=(default, Asha) already exists.', 'Key (account_id, msisdn)=(…) already exists.'],
  ['Failing row contains (1, Asha, (x), null).', 'Failing row contains (…).'],
  ['invalid input syntax for type integer: "Asha"', 'invalid input syntax for type integer: "…"'],
])('%s', (text, masked) => expect(maskText(text)).toBe(masked));

test('what a process knows to be secret is found in whatever it stands in', () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[\x21-\x7e]{8,40}$/), fc.string(), fc.string(), (secret, before, after) => {
      expect(maskText(before + secret + after, [secret])).not.toContain(secret);
    }),
  );
});
