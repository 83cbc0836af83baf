import fc from 'fast-check';
import { isPromotional, PROMOTIONAL_WORDS, promotionalWords, serviceClassOf } from './service';

test.each([
  ['T', 'T'],
  ['P', 'P'],
  ['S', 'S'],
  ['p', 'P'],
  ['MKT', 'P'],
  ['mkt', 'P'],
  ['Promo', 'P'],
  ['PROMOTIONAL', 'P'],
  ['promotional', 'P'],
  ['Marketing', 'P'],
  [' MKT ', 'P'],
  ['OTP', 'S'],
  ['', 'S'],
  ['PRODUCT', 'S'],
])('%p is %s', (service, expected) => {
  expect(serviceClassOf(service)).toBe(expected);
});

test('a word of the account counts there, in any case, and nowhere else', () => {
  expect(serviceClassOf('offers', ['OFFERS'])).toBe('P');
  expect(serviceClassOf(' Offers', ['offers'])).toBe('P');
  expect(serviceClassOf('offers')).toBe('S');
  // Its person says so: a label that is the default for everything can be promotional.
  expect(serviceClassOf('T', ['T'])).toBe('P');
});

test('however a word is spelled, every list agrees on it', () => {
  const spelling = fc
    .constantFrom(...PROMOTIONAL_WORDS, 'OFFERS', 'T', 'S', 'OTP')
    .chain((word) =>
      fc
        .tuple(fc.array(fc.boolean(), { minLength: word.length, maxLength: word.length }), fc.constantFrom('', ' '))
        .map(([upper, blank]) => blank + [...word].map((c, i) => (upper[i]! ? c : c.toLowerCase())).join('') + blank),
    );
  fc.assert(
    fc.property(spelling, fc.constantFrom([], ['Offers']), (service, own) => {
      const inSql = promotionalWords(own).includes(service.trim().toUpperCase());
      expect(isPromotional(service, own)).toBe(inSql);
      expect(serviceClassOf(service, own) === 'P').toBe(inSql);
    }),
  );
});
