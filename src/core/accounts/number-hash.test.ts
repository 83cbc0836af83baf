import { createHash } from 'node:crypto';
import { createNumberHash } from './number-hash';

const number = '+919800000001';

it('is the same for the same number and key, and another for another', () => {
  const hash = createNumberHash(Buffer.alloc(32, 1));
  expect(hash(number)).toEqual(createNumberHash(Buffer.alloc(32, 1))(number));
  expect(hash(number)).toHaveLength(32);
  expect(hash(number)).not.toEqual(hash('+919800000002'));
  expect(hash(number)).not.toEqual(createNumberHash(Buffer.alloc(32, 2))(number));
});

it('is no plain hash, which a list of all numbers would undo', () => {
  const plain = createHash('sha256').update(number).digest();
  expect(createNumberHash(Buffer.alloc(32, 1))(number)).not.toEqual(plain);
});
