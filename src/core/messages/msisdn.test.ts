import fc from 'fast-check';
import { maskDigits, maskMsisdn, normaliseMsisdn } from './msisdn';

const digits = (length: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: length, maxLength: length });
const indianMobile = fc.tuple(fc.constantFrom('6', '7', '8', '9'), digits(9)).map((pair) => pair.join(''));
// Dots are those of groups or of decimals, which written-number.test.ts tells apart.
const punctuation = fc.constantFrom('', '', ' ', '-', '(', ')', '\u00a0', '\u200e', '\u2011');

describe('normaliseMsisdn', () => {
  it.each([
    ['9800000001', 'IN', '+919800000001'],
    ['09800000001', 'IN', '+919800000001'],
    ['919800000001', 'IN', '+919800000001'],
    ['+919800000001', 'IN', '+919800000001'],
    ['00919800000001', 'IN', '+919800000001'],
    ['+91 (98000) 00-001', 'IN', '+919800000001'],
    ['+919999999999', 'US', '+919999999999'],
    ['9198000000', 'IN', '+919198000000'],
    ['+14155550100', 'IN', '+14155550100'],
    ['14155550100', 'IN', '+14155550100'],
    ['(415) 555-0100', 'US', '+14155550100'],
    ['07911 123456', 'GB', '+447911123456'],
    ['447911123456', 'GB', '+447911123456'],
    ['447911123456', 'IN', '+447911123456'],
    ['+44 (0)7911 123456', 'IN', '+447911123456'],
    // A range the metadata does not know, of a possible length.
    ['+15550100000', 'IN', '+15550100000'],
  ])('%s in %s is %s', (raw, country, e164) => {
    expect(normaliseMsisdn(raw, country)).toEqual({ ok: true, e164 });
  });

  it.each([
    ['', 'IN', 'the number is empty'],
    [' - ', 'IN', 'the number is empty'],
    ['98000abcde', 'IN', 'the number has characters other than digits'],
    ['98+00000001', 'IN', 'the number has characters other than digits'],
    ['$$To', 'IN', 'the number has characters other than digits'],
    ['98000', 'IN', 'the number has an impossible length or country code'],
    ['+9998765432100', 'IN', 'the number has an impossible length or country code'],
    ['+1234567890123456', 'IN', 'the number has an impossible length or country code'],
    ['+', 'IN', 'the number has characters other than digits'],
    ['00', 'IN', 'the number has an impossible length or country code'],
    ['020 7946 0000', 'ZZ', 'the number has an impossible length or country code'],
  ])('%j in %s is refused', (raw, country, reason) => {
    expect(normaliseMsisdn(raw, country)).toEqual({ ok: false, reason });
  });

  it('reads every spelling of an Indian mobile number alike, whatever stands between the digits', () => {
    fc.assert(
      fc.property(
        indianMobile,
        fc.constantFrom('', '0', '91', '+91', '0091'),
        fc.array(punctuation, { minLength: 15, maxLength: 15 }),
        (mobile, prefix, marks) => {
          const written = [...(prefix + mobile)].map((digit, i) => digit + (marks[i] ?? '')).join('');
          expect(normaliseMsisdn(written, 'IN')).toEqual({ ok: true, e164: `+91${mobile}` });
        },
      ),
    );
  });

  it('gives E.164 or a reason for any text, and reads its own result unchanged', () => {
    const text = fc.oneof(fc.string(), fc.nat({ max: 9_999_999_999_999 }).map(String), digits(16));
    fc.assert(
      fc.property(text, fc.constantFrom('IN', 'US', 'GB', 'BR', 'ZZ'), (raw, country) => {
        const first = normaliseMsisdn(raw, country);
        if (!first.ok) return expect(first.reason).toMatch(/^the number /);
        expect(first.e164).toMatch(/^\+[1-9]\d{1,14}$/);
        expect(normaliseMsisdn(first.e164, country)).toEqual(first);
      }),
      { numRuns: 500 },
    );
  });
});

describe('maskMsisdn', () => {
  it.each([
    ['+919800000001', '+9198******01'],
    ['919800000001', '9198******01'],
    ['+6580000001', '+6580****01'],
    ['+1234567', '+1****67'],
    ['+123456', '+******'],
    ['', ''],
  ])('%s becomes %s', (number, masked) => {
    expect(maskMsisdn(number)).toBe(masked);
  });

  it('keeps the length and shows at most six digits', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 15 }).chain(digits), (number) => {
        const masked = maskMsisdn(`+${number}`);
        expect(masked).toHaveLength(number.length + 1);
        expect(masked.replace(/[^\d]/g, '').length).toBeLessThanOrEqual(Math.min(6, Math.max(0, number.length - 4)));
      }),
    );
  });
});

describe('maskDigits', () => {
  it.each([
    ['+91 98000-00001 x', '+91 98***-***01 x'],
    ['call 9800000001', 'call 9800****01'],
    ['row 123456', 'row 123456'],
    ['Asha', 'Asha'],
  ])('%s becomes %s', (text, masked) => {
    expect(maskDigits(text)).toBe(masked);
  });
});
