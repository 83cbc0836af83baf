import { inOtherBase, normaliseProviderId } from './provider-id';

it.each([
  ['ABC-12', 'abc-12'],
  ['000123', '123'],
  [' 7 ', '7'],
  ['0', '0'],
  ['00', '0'],
  ['2034072219640523072', '2034072219640523072'],
])('%j is known as %j', (id, normal) => {
  expect(normaliseProviderId(id)).toBe(normal);
});

it.each([
  ['c40486f', 'hex', '205539439'],
  ['0C40486F', 'hex', '205539439'],
  ['205539439', 'decimal', 'c40486f'],
  ['7ffffffffffffffff', 'hex', '147573952589676412927'],
  ['SM-12', 'hex', 'SM-12'],
  ['c40486f', 'decimal', 'c40486f'],
] as const)('%j, which is %s, is %j in the other base', (id, from, other) => {
  expect(inOtherBase(id, from)).toBe(other);
});
