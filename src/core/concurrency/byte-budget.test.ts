import fc from 'fast-check';
import { ByteBudget } from './byte-budget';

test('one party alone gets half, and what it gives back it may have again', () => {
  const budget = new ByteBudget(1_000);
  expect([budget.take('a', 400), budget.take('a', 101), budget.take('a', 100)]).toEqual([true, false, true]);
  budget.give('a', 500);
  expect([budget.used, budget.take('a', 500)]).toEqual([0, true]);
});

test('whatever others hold, it is never more than there is, and one that comes later finds room', () => {
  const takes = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 1, max: 600 })), {
    maxLength: 300,
  });
  fc.assert(
    fc.property(takes, (asked) => {
      const budget = new ByteBudget(1_000_000);
      for (const [party, bytes] of asked) budget.take(`party ${party}`, bytes * 100);
      expect(budget.used).toBeLessThan(1_000_000);
      expect(budget.take('late', 100)).toBe(true);
    }),
  );
});
