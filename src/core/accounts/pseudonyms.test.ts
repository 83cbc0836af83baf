import { createPseudonyms, isPseudonym } from './pseudonyms';

const pseudonyms = createPseudonyms(Buffer.alloc(32, 1));
const NUMBER = '+919800000001';

it('the same for the same number under the same key, and for nothing else', () => {
  const one = pseudonyms.number(NUMBER);
  expect(one).toMatch(/^#[\w-]{32}$/);
  expect(createPseudonyms(Buffer.alloc(32, 1)).number(NUMBER)).toBe(one);
  expect(pseudonyms.number('+919800000002')).not.toBe(one);
  expect(pseudonyms.meta(NUMBER)).not.toBe(one);
  expect(createPseudonyms(Buffer.alloc(32, 2)).number(NUMBER)).not.toBe(one);
});

it('no number looks like one', () => {
  expect([NUMBER, '+*', '', pseudonyms.number(NUMBER)].map(isPseudonym)).toEqual([false, false, false, true]);
});

it('is no hash that one could make without the key', () => {
  const hash = Buffer.alloc(14, 7);
  expect(pseudonyms.record(hash)).toHaveLength(14);
  expect(pseudonyms.record(hash)).not.toEqual(hash);
});
