import { isPromotional } from './promotional';

it.each([
  ['P', true],
  ['p', true],
  ['Promo', true],
  ['promotional', true],
  ['mkt', true],
  ['Marketing', true],
  ['T', false],
  ['S', false],
  ['OTP', false],
  ['', false],
])('%j is promotional: %s', (service, expected) => {
  expect(isPromotional(service)).toBe(expected);
});

it('other words can count', () => {
  expect(isPromotional('ads', ['ADS'])).toBe(true);
  expect(isPromotional('P', ['ADS'])).toBe(false);
});
