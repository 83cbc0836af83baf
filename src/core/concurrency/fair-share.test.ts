import fc from 'fast-check';
import { FairShare } from './fair-share';

test('one party alone gets a third of the places and more, never all', () => {
  const share = new FairShare(100);
  let got = 0;
  while (share.enter('a') !== null) got++;
  expect(got).toBeGreaterThanOrEqual(33);
  expect(got).toBeLessThanOrEqual(50);
});

test('however many parties hold on to their places, there is one for a party that comes later', () => {
  const parties = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 500 });
  fc.assert(
    fc.property(parties, (comers) => {
      const share = new FairShare(60);
      for (const party of comers) share.enter(`party ${party}`);
      expect(share.enter('late')).not.toBeNull();
    }),
  );
});

test('a place is given back once', () => {
  const share = new FairShare(2);
  const leave = share.enter('a')!;
  expect(share.enter('a')).toBeNull();
  leave();
  leave();
  const again = share.enter('a');
  expect(again).not.toBeNull();
  expect(share.enter('a')).toBeNull();
});

test('who is turned away comes again soon, and not at the same moment as others', () => {
  const share = new FairShare(2);
  expect(share.retryMs('a', 0)).toBe(125);
  expect(share.retryMs('a', 1)).toBe(375);
});
