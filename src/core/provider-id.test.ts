import { normaliseProviderId } from './provider-id';

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
