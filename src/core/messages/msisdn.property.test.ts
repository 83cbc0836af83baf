/** Whatever is accepted can be printed in any usual way, and is the same number when it is read again. */
import fc from 'fast-check';
import parsePhoneNumber from 'libphonenumber-js/max';
import { normaliseMsisdn } from './msisdn';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const COUNTRIES = ['IN', 'US', 'GB', 'BR', 'SG', 'AE', 'DE', 'RU', 'MX', 'AR', 'IT', 'ZZ'] as const;
/** Country codes and what tends to stand behind them, so that many are numbers and many nearly. */
const CODES = ['+91', '+1', '+44', '+65', '+971', '+7', '+55', '+52', '+54', '+39', '+225', '+98', '+49', '91', '091', '0', '00', '0091', '']; // prettier-ignore
const HEADS = ['98', '79', '60', '415', '7911', '7700', '81', '50', '900', '1198', '551', '911', '07', '15', '34', ''];

/** Beginnings of mobiles, with as many digits as they lack. */
const MOBILES: readonly [string, number][] = [['+9198', 8], ['98', 8], ['09876', 6], ['0917', 9], ['+1415555', 4], ['(415)555', 4], ['+447911', 6], ['07911', 6], ['+6581', 6], ['+97150', 7], ['+79001', 6], ['+5511987', 6], ['+39347', 7], ['+4915112', 6], ['+549115', 7], ['+22507', 8], ['+77', 9], ['+52551', 7]]; // prettier-ignore
const written = fc.oneof(
  fc.constantFrom(...MOBILES).chain(([head, length]) => digits(length).map((rest) => head + rest)),
  fc
    .tuple(fc.constantFrom(...CODES), fc.constantFrom(...HEADS), fc.integer({ min: 3, max: 10 }).chain(digits))
    .map((parts) => parts.join('')),
);

const zeros = [0x30, 0x660, 0x6f0, 0x966, 0x9e6, 0xe50, 0xff10, 0x1d7ce];
const inDigits = (text: string, zero: number) =>
  text.replace(/\d/g, (digit) => String.fromCodePoint(zero + Number(digit)));
const DRESSES: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `'${text}`,
  (text) => `="${text}"`,
  (text) => `\u202a${text}\u202c`,
  (text) => `\ufeff${text}`,
  (text) => ` ${text}\u00a0`,
  (text) => text.replace('+', '\uff0b'),
];
const SEPARATORS = [' ', '-', '\u00a0', '\u2011', '\u2212', '\u2009', '\u200b'];

it('any usual print of an accepted number is that number', () => {
  let accepted = 0;
  fc.assert(
    fc.property(
      written,
      fc.constantFrom(...COUNTRIES),
      fc.constantFrom(...DRESSES),
      fc.constantFrom(...SEPARATORS),
      fc.constantFrom(...zeros),
      (raw, country, dress, separator, zero) => {
        const reading = normaliseMsisdn(raw, country);
        if (!reading.ok) return;
        accepted++;
        const parsed = parsePhoneNumber(reading.e164)!;
        const international = parsed.formatInternational();
        const code = `+${parsed.countryCallingCode}`;
        const national = parsed.nationalNumber;
        const halves = [national.slice(0, 3), national.slice(3)];
        const prints = [
          reading.e164,
          `00${reading.e164.slice(1)}`,
          international,
          international.replaceAll(' ', separator),
          // A single digit between dots is that of a decimal.
          international
            .split(/[ -]/)
            .slice(1)
            .some((group) => group.length === 1)
            ? international
            : international.replaceAll(/[ -]/g, '.'),
          `(${code}) ${halves.join(separator)}`,
          `${code}.${halves.join('.')}`,
          `${reading.e164}.0`,
          `tel:${reading.e164}`,
        ];
        // In digits without a plus, where metadata know the range, and nationally in an account of its country.
        if (parsed.isValid() && parsed.country === country) {
          prints.push(parsed.formatNational(), parsed.formatNational().replaceAll(' ', '-'));
        }
        for (const print of prints) {
          for (const text of [print, dress(print), inDigits(print, zero)]) {
            expect([text, normaliseMsisdn(text, country)]).toEqual([text, reading]);
          }
        }
      },
    ),
    { numRuns: 3_000 },
  );
  expect(accepted).toBeGreaterThan(500);
});

it('no reading has other digits than those written, but for a prefix that dials', () => {
  const marks = fc.constantFrom('', '', '', '', ' ', '-', '.', '(', ')', '\u200e', '.0', '\u066b', ',', 'E+', '+', "'", '"', '='); // prettier-ignore
  const text = fc
    .tuple(written, fc.array(marks, { minLength: 20, maxLength: 20 }))
    .map(([number, between]) => [...number].map((digit, i) => digit + (between[i] ?? '')).join(''));
  fc.assert(
    fc.property(text, fc.constantFrom(...COUNTRIES), (raw, country) => {
      const reading = normaliseMsisdn(raw, country);
      if (!reading.ok) {
        expect(reading.reason).toMatch(/^the number /);
        return;
      }
      expect(reading.e164).toMatch(/^\+[1-9]\d{6,14}$/);
      const { nationalNumber: national, country: of } = parsePhoneNumber(reading.e164)!;
      // Argentina writes a 15 in its mobiles at home, and a 9 before them abroad.
      if (of === 'AR' && !raw.replace(/\D/g, '').includes(national)) return;
      const all = raw.replace(/\D/g, '');
      // Behind the last digit of the number only the zeros of a decimal, or an exponent, may stand.
      const at = all.indexOf(national);
      expect([raw, at >= 0]).toEqual([raw, true]);
      const rest = all.slice(all.lastIndexOf(national) + national.length);
      if (rest !== '') expect([raw, /^0*$/.test(rest) || /e/i.test(raw)]).toEqual([raw, true]);
      if (rest !== '' && !/e/i.test(raw)) expect([raw, /[.,\u066b]0+\D*$/.test(raw)]).toEqual([raw, true]);
      expect(normaliseMsisdn(reading.e164, country)).toEqual(reading);
    }),
    { numRuns: 5_000 },
  );
});
