import { createHmac } from 'node:crypto';
import { createPseudonyms, hashOfPseudonym, isPseudonym, pseudonymsLoader } from './pseudonyms';

const keys = (byte: number) => ({ number: Buffer.alloc(32, byte), record: Buffer.alloc(32, byte + 100) });
const pseudonyms = createPseudonyms(keys(1));
const NUMBER = '+919800000001';

it('the same for the same number under the same key, and for nothing else', () => {
  const one = pseudonyms.number(NUMBER);
  expect(one).toMatch(/^#[\w-]{43}$/);
  expect(createPseudonyms(keys(1)).number(NUMBER)).toBe(one);
  expect(pseudonyms.number('+919800000002')).not.toBe(one);
  expect(pseudonyms.meta(NUMBER)).not.toBe(one);
  expect(createPseudonyms(keys(2)).number(NUMBER)).not.toBe(one);
});

it('no number looks like one', () => {
  expect([NUMBER, '+*', '', pseudonyms.number(NUMBER)].map(isPseudonym)).toEqual([false, false, false, true]);
});

it('is no hash that one could make without the key', () => {
  const hash = Buffer.alloc(14, 7);
  expect(pseudonyms.record(hash)).toHaveLength(14);
  expect(pseudonyms.record(hash)).not.toEqual(hash);
});

it('tells the hash that records of consent have of the number', () => {
  const hash = createHmac('sha256', keys(1).number).update(NUMBER).digest();
  expect(hashOfPseudonym(pseudonyms.number(NUMBER))).toEqual(hash);
});

it('asks for its keys once, and again after a failure', async () => {
  const asked: string[] = [];
  let isAway = true;
  const load = pseudonymsLoader((purpose) => {
    asked.push(purpose);
    if (isAway) return Promise.reject(new Error('away'));
    return Promise.resolve(purpose === 'number' ? keys(1).number : keys(1).record);
  });
  await expect(load()).rejects.toThrow('away');
  isAway = false;
  expect((await load()).number(NUMBER)).toBe(pseudonyms.number(NUMBER));
  await load();
  expect(asked).toEqual(['number', 'number', 'erased record']);
});
