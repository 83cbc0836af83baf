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

const LONG = 'a'.repeat(256);

it('an id of 255 characters stays, a longer one is known by its digest, however it is spelled', () => {
  expect(normaliseProviderId(LONG.slice(1))).toBe(LONG.slice(1));
  const digest = normaliseProviderId(LONG);
  expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(normaliseProviderId(` 00${LONG.toUpperCase()}`)).toBe(digest);
  expect(normaliseProviderId(`${LONG}a`)).not.toBe(digest);
  // What was normalised once is not changed by the next time.
  expect(normaliseProviderId(digest)).toBe(digest);
});

it('has no NUL', () => {
  expect(normaliseProviderId('ab\0c')).toBe('abc');
});

it('a number of more digits than ids have is left as it is', () => {
  expect(inOtherBase('9'.repeat(1_000_000), 'decimal')).toHaveLength(1_000_000);
});
