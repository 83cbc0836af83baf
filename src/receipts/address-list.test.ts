import { addressRangeProblem, createAddressList } from './address-list';

it.each([
  ['198.51.100.7', '198.51.100.7', true],
  ['198.51.100.7', '198.51.100.8', false],
  ['203.0.113.0/24', '203.0.113.255', true],
  ['203.0.113.0/24', '203.0.114.0', false],
  ['203.0.113.0/24', '::ffff:203.0.113.9', true],
  ['203.0.113.0/24', '::FFFF:203.0.113.9', true],
  ['2001:db8::/32', '2001:db8:1::9', true],
  ['2001:db8::/32', '203.0.113.9', false],
  ['2001:db8::/32', 'not an address', false],
  ['0.0.0.0/0', '198.51.100.7', true],
])('%s and %s: %s', (range, address, expected) => {
  expect(addressRangeProblem(range)).toBeNull();
  expect(createAddressList([range])(address)).toBe(expected);
});

it('an empty list has nobody', () => {
  expect(createAddressList([])('198.51.100.7')).toBe(false);
});

it.each([
  '',
  'host.example',
  '198.51.100',
  '198.51.100.7/33',
  '198.51.100.7/-1',
  '2001:db8::/129',
  '10.0.0.0/8/8',
  '::/x',
])('%j is no range', (text) => {
  expect(addressRangeProblem(text)).toEqual(expect.stringMatching(/^must /));
});
