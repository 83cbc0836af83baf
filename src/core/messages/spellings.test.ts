import { inTexts, spellingsOf } from './spellings';

const { digits, isIn, without } = spellingsOf('+919800000001');

it.each([
  '+919800000001',
  '919800000001',
  '9800000001',
  '09800000001',
  '00919800000001',
  '+91 98000 00001',
  '+91-98000-00001',
  '(+91) 98000 00001',
  '+91 (0) 98000 00001',
  '98000.00001',
])('%s is the number, and goes from the text around it', (spelling) => {
  expect(isIn(`to ${spelling}, please`)).toBe(true);
  const rest = without(`to ${spelling}, please`);
  expect(rest.replaceAll(/\D/g, '')).toBe('');
  expect(rest).toMatch(/^to .*, please$/);
  expect(`${spelling}`.replaceAll(/\D/g, '')).toContain(digits);
});

it.each(['+919800000002', '980000000', '98 and 00000001', 'order 1', ''])('%s is not', (text) => {
  expect(isIn(text)).toBe(false);
  expect(without(text)).toBe(text);
});

it('of a short number the country code has to be there', () => {
  const short = spellingsOf('+290123456');
  expect(short.isIn('123456')).toBe(false);
  expect(short.isIn('+290 12 34 56')).toBe(true);
});

it('in JSON texts, keys and numbers', () => {
  const value = { phone: 919800000001, of: ['9800000001', { '+919800000001': 'x' }], size: 3, none: null };
  expect(inTexts(value, { isIn, without })).toEqual({ phone: null, of: ['+*', { '+*': 'x' }], size: 3, none: null });
});
