/** What people, spreadsheets and vendors write for a number, and what is never made of it. */
import fc from 'fast-check';
import { normaliseMsisdn } from './msisdn';

const read = (raw: string | number, country = 'IN'): string | null => {
  const reading = normaliseMsisdn(raw, country);
  return reading.ok ? reading.e164 : null;
};
const reasonOf = (raw: string | number, country = 'IN'): string => {
  const reading = normaliseMsisdn(raw, country);
  if (reading.ok) throw new Error(`${raw} is ${reading.e164}`);
  return reading.reason;
};

describe('decimals', () => {
  it.each([
    ['9800000001.0', '+919800000001'],
    ['7900000001.0', '+917900000001'],
    ['7900000001.00', '+917900000001'],
    ['7900000001,0', '+917900000001'],
    ['9470000001.0', '+919470000001'],
    ['+919800000001.0', '+919800000001'],
    ['919800000001.00', '+919800000001'],
    ['9800000001.', '+919800000001'],
    ['9800000001.000000', '+919800000001'],
    ['9.800000001E+09', '+919800000001'],
    ['9.800000001e9', '+919800000001'],
    ['9,800000001E+09', '+919800000001'],
    ['9.19800000001E+11', '+919800000001'],
    ['9.1980000000100E11', '+919800000001'],
    ['9.800.000.001', '+919800000001'],
    ['9.800.000.001,00', '+919800000001'],
    ['9,800,000,001', '+919800000001'],
    ['9,80,00,00,001.00', '+919800000001'],
  ])('%s is %s', (raw, e164) => expect(read(raw)).toBe(e164));

  it.each([
    '9800000001.5',
    '9800000001.25',
    '7900000001.25',
    '9.800000001',
    '0.9800000001',
    '.9800000001',
    '98000000.1',
    '79000000.00',
    '9800000.0.1',
    '9.8E+09',
    '9.198E+11',
    '98E8',
    '1E400',
    '9.8000000015E+09',
    '-9.800000001E-09',
  ])('%s is refused', (raw) => expect(read(raw)).toBeNull());

  it('says what a spreadsheet did', () => {
    expect(reasonOf('9.198E+11')).toBe(
      'the number was rounded by a spreadsheet: format the column as text before the export',
    );
    expect(reasonOf('9800000001.5')).toMatch(/is a decimal/);
  });

  it('never makes another number of one that a tool stored as a float', () => {
    const mobile = fc.integer({ min: 6_000_000_000, max: 9_999_999_999 });
    fc.assert(
      fc.property(mobile, fc.constantFrom('', '91', '+91'), fc.constantFrom('.0', '.00', '.', ',0'), (n, code, end) =>
        expect(read(`${code}${n}${end}`)).toBe(`+91${n}`),
      ),
    );
  });
});

describe('JSON numbers', () => {
  it.each([
    [9_800_000_001, '+919800000001'],
    [919_800_000_001, '+919800000001'],
    [7_900_000_001.0, '+917900000001'],
  ])('%d is %s', (raw, e164) => expect(read(raw)).toBe(e164));
  it.each([9_800_000_001.5, 2 ** 53, 1e21, -9_800_000_001, Number.NaN, Number.POSITIVE_INFINITY, 0])(
    '%d is refused',
    (raw) => expect(read(raw)).toBeNull(),
  );
});

describe('dots between groups', () => {
  it.each([
    ['98000.00001', 'IN', '+919800000001'],
    ['980.000.0001', 'IN', '+919800000001'],
    ['+91.98000.00001', 'IN', '+919800000001'],
    ['98.00.00.00.01', 'IN', '+919800000001'],
    ['98000.00000', 'IN', '+919800000000'],
    ['+91 98000.00001', 'IN', '+919800000001'],
    ['+9198000.00000', 'IN', '+919800000000'],
    ['+1.415.555.0100', 'IN', '+14155550100'],
    ['1.415.555.0100', 'US', '+14155550100'],
    ['415.555.0100', 'US', '+14155550100'],
    ['011 15-1980-0000', 'AR', '+5491119800000'],
    ['06.12.34.56.78', 'FR', '+33612345678'],
    ['+33.6.12.34.56.78', 'IN', '+33612345678'],
    ['0033.6.12.34.56.78', 'IN', '+33612345678'],
    ['33.6.12.34.56.78', 'FR', '+33612345678'],
    ['8123.4567', 'SG', '+6581234567'],
    ['0151.12345678', 'DE', '+4915112345678'],
    ['11 9.8765-4321', 'BR', '+5511987654321'],
  ])('%s in %s is %s', (raw, country, e164) => expect(read(raw, country)).toBe(e164));
});

describe('numbers that a spreadsheet computed', () => {
  // It takes +91-9800000001 for a formula.
  it.each([
    ['-9799999910', 'IN'],
    ['\u22129799999910', 'IN'],
    ['\u20139799999910', 'IN'],
    ['- 9799999910', 'IN'],
    ['-9,799,999,910', 'IN'],
    ['-9799999910.0', 'IN'],
    ["'-9799999910", 'IN'],
    ['="-9799999910"', 'IN'],
    ['(9,799,999,910)', 'IN'],
    ['(9.799.999.910,00)', 'IN'],
    ['(9799999910.00)', 'IN'],
    ['-81234502', 'SG'],
    ['-4155550100', 'US'],
  ])('%s in %s is no other number', (raw, country) => expect(reasonOf(raw, country)).toMatch(/is negative/));
  it.each(['(9800000001)', '(98000) 00001', '9800000001-'])('%s is none of them', (raw) =>
    expect(read(raw)).toBe('+919800000001'),
  );
});

describe('slashes', () => {
  it.each([
    ['0151/12345678', 'DE', '+4915112345678'],
    ['0151 / 123 456 78', 'DE', '+4915112345678'],
    ['+49/151/12345678', 'IN', '+4915112345678'],
    ['+49 (0) 151 / 12345678', 'IN', '+4915112345678'],
    ['0049/151/12345678', 'IN', '+4915112345678'],
    ['07911/123456', 'GB', '+447911123456'],
    ['06/12/34/56/78', 'FR', '+33612345678'],
  ])('behind an area code or between pairs they divide one number: %s', (raw, country, e164) =>
    expect(read(raw, country)).toBe(e164),
  );
  it.each([
    ['9800000001/02', 'IN'],
    ['9800000001/2', 'IN'],
    ['98000 00001/00002', 'IN'],
    ['0151/12345678/9', 'DE'],
    ['0151 12345678 / 0171 1234567', 'DE'],
    ['06 12 34 56 78 / 07 12 34 56 78', 'FR'],
    ['29/11/2026', 'IN'],
  ])('%s is not one number', (raw, country) => expect(read(raw, country)).toBeNull());
});

describe('a blank in front, where a form has lost a plus sign', () => {
  it('says what may be lost', () =>
    expect(reasonOf(' 6581234567')).toMatch(/may be a plus sign that a form has lost: write that as %2B/));
  it.each([
    [' 6581234567', 'IN', null],
    [' 447700900123', 'IN', null],
    [' 919800000001', 'IN', '+919800000001'],
    [' 9800000001', 'IN', '+919800000001'],
    [' 09800000001', 'IN', '+919800000001'],
    [' 14155550100', 'US', '+14155550100'],
    [' 4155550100', 'US', '+14155550100'],
    [' 6581234567', 'SG', '+6581234567'],
    [' 447911123456', 'IN', '+447911123456'],
  ])('%j in %s: %s', (raw, country, e164) => expect(read(raw, country)).toBe(e164));
});

describe('numbering plans that changed', () => {
  it.each([
    ['+52 1 55 1234 5678', 'MX', '+525512345678'],
    ['5215512345678', 'MX', '+525512345678'],
    ['+5215512345678', 'IN', '+525512345678'],
    ['1 55 1234 5678', 'MX', null],
    ['+1 551 234 5678', 'MX', '+15512345678'],
    ['15512345678', 'US', '+15512345678'],
    ['+55 11 8765-4321', 'BR', null],
    ['11 8765-4321', 'BR', null],
    ['0 15 11 98765-4321', 'BR', '+5511987654321'],
    ['+55 (011) 98765-4321', 'BR', '+5511987654321'],
    ['55998765432', 'BR', '+5555998765432'],
    ['+54 11 15 1980 0000', 'AR', '+5491119800000'],
    ['9 11 1980 0000', 'AR', '+5491119800000'],
  ])('%s in %s: %s', (raw, country, e164) => expect(read(raw, country)).toBe(e164));
});

describe('mobiles of other countries as people there write them', () => {
  it.each([
    ['0812-3456-789', 'ID', '+628123456789'],
    ['+62 (0) 812 3456 789', 'ID', '+628123456789'],
    ['0628123456789', 'ID', '+628123456789'],
    ['8.123.456.789,00', 'ID', '+628123456789'],
    ['+971 050 123 4567', 'AE', '+971501234567'],
    ['٠٥٠١٢٣٤٥٦٧', 'AE', '+971501234567'],
    ['501234567.0', 'AE', '+971501234567'],
    ['234 0802 123 4567', 'NG', '+2348021234567'],
    ['2.348021234567E+12', 'NG', '+2348021234567'],
    ['612345678,0', 'FR', '+33612345678'],
    ['0712-123-456', 'KE', '+254712123456'],
    ['0110 123456', 'KE', '+254110123456'],
    ['094712345678', 'LK', '+94712345678'],
    ['011 91 98000 00001', 'US', '+919800000001'],
    ['2.54712E+11', 'KE', null],
    ['6,12E+08', 'FR', null],
    ['415-555-0100 x12', 'US', null],
  ])('%s in %s: %s', (raw, country, e164) => expect(read(raw, country)).toBe(e164));
});

describe('trunk zeros', () => {
  it.each([
    ['0919800000001', '+919800000001'],
    ['0 91 98000 00001', '+919800000001'],
    ['+91 (0) 98000 00001', '+919800000001'],
    ['+9109800000001', '+919800000001'],
    ['9109800000001', '+919800000001'],
    ['+4407911123456', '+447911123456'],
  ])('%s loses its zero: %s', (raw, e164) => expect(read(raw)).toBe(e164));
  it.each([
    '+0919800000001',
    '+0091 9800000001',
    '000919800000001',
    '00919800000001 0',
    '009800000001',
    '00014155550100',
  ])('%s is refused', (raw) => expect(read(raw)).toBeNull());
  it('of other countries too', () => {
    expect(read('0447911123456', 'GB')).toBe('+447911123456');
    expect(read('07911 123456', 'GB')).toBe('+447911123456');
    expect(reasonOf('+0447911123456', 'GB')).toMatch(/a 0 stands/);
  });
});

describe('wrong lengths and numbers that are no mobiles', () => {
  it.each([
    '+9198000000017',
    '980000001',
    '91919800000001',
    '+91980000001',
    '+91980000000123',
    '+915800000001',
    '+911800123456',
    '+9118001234567',
    '022 1234 5678',
    '91980000001',
    '98000000017',
    '980000000100',
    '+44791112345',
    '+4479111234567',
    '+6581234',
    '+65812345678',
    '+9715012345678',
    '+442079460000',
    '+4930123456',
    '+18005550100',
    '+1415555010',
    '+141555501000',
    '+551187654321',
  ])('%s is refused', (raw) => expect(read(raw)).toBeNull());
  it.each([
    '+14155550100',
    '+447911123456',
    '+6581234567',
    '+971501234567',
    '+79000000010',
    '+5511987654321',
    '+2250712345678',
  ])('%s is taken', (raw) => expect(read(raw)).toBe(raw));
  it('a range that nobody has assigned yet is taken at a mobile’s length, with its country code', () => {
    expect(read('+447700900123')).toBe('+447700900123');
    expect(read('+15550100000')).toBe('+15550100000');
    expect(read('07700 900123', 'GB')).toBe('+447700900123');
    expect(read('447700900123')).toBeNull();
  });
  it('says what is wrong', () => {
    expect(reasonOf('+91980000001')).toBe(
      'the number has 9 digits behind +91: a mobile of India has ten, the first 6, 7, 8 or 9',
    );
    expect(reasonOf('+442079460000')).toMatch(/fixed line/);
  });
  it('takes no +91 but with ten digits from 6 to 9', () => {
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), minLength: 6, maxLength: 13 });
    fc.assert(
      fc.property(digits, fc.constantFrom('+91', '0091', '91', '091'), (rest, code) => {
        const e164 = read(code + rest);
        if (e164?.startsWith('+91') === true) expect(e164).toMatch(/^\+91[6-9]\d{9}$/);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe('characters from elsewhere', () => {
  const of = (digits: string, zero: number) =>
    [...digits].map((digit) => String.fromCodePoint(zero + Number(digit))).join('');
  it.each([
    ['\u2066+919800000001\u2069', 'isolates'],
    ['+91\ufe0d9800000001', 'a variation selector'],
    ['9\ufe0f\u20e3800000001', 'a keycap'],
    ['98000\u00ad00001', 'a soft hyphen'],
    ['\u061c9800000001', 'the Arabic letter mark'],
    ['98000\u221200001', 'a minus'],
    ['98000\u2e3a00001', 'a long dash'],
    ['98000\ufe6300001', 'a small hyphen'],
    ['\uff0b91\uff0d98000\uff0d00001', 'full-width marks'],
    ['\uff08\uff0b91\uff0998000\u300000001', 'full-width brackets'],
    [of('9800000001', 0xff10), 'full-width digits'],
    [of('9800000001', 0x660), 'Arabic digits'],
    [of('9800000001', 0x6f0), 'Persian digits'],
    [of('9800000001', 0x966), 'Devanagari digits'],
    [of('9800000001', 0x9e6), 'Bengali digits'],
    [of('9800000001', 0x1d7d8), 'mathematical digits'],
    [of('9800000001', 0x1e950), 'Adlam digits'],
    [`${of('9800000001', 0x660)}\u066b${of('0', 0x660)}`, 'an Arabic decimal'],
    ['[+91] 98000\u280000001', 'square brackets, a braille blank'],
    ['tel:+91-98000-00001', 'a URI'],
    ['TEL:+919800000001', 'a URI in capitals'],
    ['tel:9800000001;phone-context=+91', 'a local URI'],
    ['sms:+919800000001', 'another URI'],
    ["'9800000001", 'a guard'],
    ['\u20189800000001', 'a curly guard'],
    ["'+919800000001", 'a guard before a plus'],
    ['="9800000001"', 'a formula'],
    ['="+919800000001"', 'a formula with a plus'],
    ['=""9800000001""', 'a formula that was escaped'],
    ['"9800000001"', 'quotes'],
    ['p:+919800000001', 'the mark of lead forms'],
  ])('%j is read: %s', (raw) => expect(read(raw)).toBe('+919800000001'));

  it.each([
    '98000x00001',
    '9800000001 ext 5',
    '98000OOOO1',
    '98+00000001',
    '++919800000001',
    '9800000001\u00b2',
    '\u2460800000001',
    'tel:9800000001;ext=5',
    'tel:9800000001;phone-context=example.com',
    '=98000+00001',
    "98000'00001",
    '98000\n00001',
    '#########',
    '\u0663',
  ])('%j is refused', (raw) => expect(read(raw)).toBeNull());

  it.each([
    ['98\u200b00x', 'the number has characters other than digits; there is U+200B zero width space at position 3'],
    ['98000\u00000001', 'the number has characters other than digits: U+0000 null at position 6'],
    ['12\u2060', 'the number has an impossible length or country code; there is U+2060 word joiner at position 3'],
    ['\u200b', 'the number is empty; there is U+200B zero width space at position 1'],
    ['98\u041e0000001', 'the number has characters other than digits: "\u041e" (U+041E) at position 3'],
    ['98\u03000000001', 'the number has characters other than digits: U+0300 combining mark at position 3'],
    [
      '12\u{e0100}',
      'the number has an impossible length or country code; there is U+E0100 variation selector at position 3',
    ],
  ])('%j: %s', (raw, reason) => expect(reasonOf(raw)).toBe(reason));
});

describe('lists', () => {
  it.each([
    ['9800000001;9800000002', '";" at position 11'],
    ['9800000001 | 9800000002', '"|" at position 12'],
    ['9800000001/9800000002', '"/" at position 11'],
    ['+919800000001\n+919800000002', 'U+000A line feed at position 14'],
    ['9800000001\u060c9800000002', '"\u060c" (U+060C) at position 11'],
    ['9800000001 9800000002', 'several numbers'],
    ['9800000001,9800000002', '"," at position 11'],
  ])('%j names its separator, and the one that is expected where lists are', (raw, named) => {
    const reading = normaliseMsisdn(raw, 'IN');
    if (reading.ok) throw new Error(reading.e164);
    expect(reading.reason).toContain(named);
    expect(reading.reason).toMatch(/one number is expected$/);
    expect(reading.listReason).toContain(named);
    expect(reading.listReason).toMatch(/numbers are separated by commas$/);
  });
});
