import { inboundOf } from './inbound';

const fromOf = (from: unknown, numbers?: 'international') =>
  inboundOf({ from, to: '56161', text: 'STOP', id: 'mo-1' }, numbers).map((text) => text.from);

it('what says its country is E.164; what doesn’t stays as it was written, for the account to read', () => {
  expect(fromOf('+91 98000-00001')).toEqual(['+919800000001']);
  expect(fromOf('919800000001')).toEqual(['+919800000001']);
  expect(fromOf(919_800_000_001)).toEqual(['+919800000001']);
  expect(fromOf('9800000001')).toEqual(['9800000001']);
  expect(fromOf('09800000001')).toEqual(['09800000001']);
  expect(fromOf('6581234567')).toEqual(['6581234567']);
});

it('a blank in front is a plus sign that a callback’s URL has lost, where a number has one', () => {
  expect(fromOf(' 6581234567')).toEqual(['+6581234567']);
  expect(fromOf(' 919800000001')).toEqual(['+919800000001']);
  expect(fromOf(' 9800000001')).toEqual(['9800000001']);
  expect(fromOf(' 8612345678')).toEqual(['8612345678']);
  expect(fromOf('-9799999910')).toEqual([]);
});

it('of a vendor that documents country codes ten digits have one, where they can', () => {
  expect(fromOf('6581234567', 'international')).toEqual(['+6581234567']);
  expect(fromOf('442079460000', 'international')).toEqual(['+442079460000']);
  expect(fromOf('9800000001', 'international')).toEqual(['9800000001']);
});

it.each(['HELIOS', 'VM-HELIOS', '56161', '', null, undefined, {}, 1.5, 2 ** 60, '+12', 'x9800000001'])(
  '%j is no phone',
  (from) => expect(fromOf(from)).toEqual([]),
);
