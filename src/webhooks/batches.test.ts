import fc from 'fast-check';
import { toBatches, type Batchable } from './batches';

const item = (meta: string, over: Partial<Batchable> = {}): Batchable => ({
  event: 'delivered',
  meta,
  tries: 1,
  failedBefore: false,
  ...over,
});
const metas = (batches: Batchable[][]) => batches.map((batch) => batch.map(({ meta }) => meta));

it('what was not tried goes together, in order', () => {
  expect(metas(toBatches([item('a'), item('b'), item('c')]))).toEqual([['a', 'b', 'c']]);
  expect(toBatches([])).toEqual([]);
});

it('the same meta and event never share a post; another event of it does', () => {
  const batches = toBatches([item('a'), item('b'), item('a'), item('a', { event: 'clicked' }), item('a')]);
  expect(metas(batches)).toEqual([['a', 'b', 'a'], ['a'], ['a']]);
});

it('what failed once goes in tens, what failed again alone; what was replayed goes with the others', () => {
  const failed = (tries: number) => Array.from({ length: 12 }, (_, i) => item(`${tries} ${i}`, { tries, failedBefore: true })); // prettier-ignore
  const sizes = (items: Batchable[]) => toBatches(items).map(({ length }) => length);
  expect(sizes(failed(2))).toEqual([10, 2]);
  expect(sizes(failed(3))).toEqual(Array(12).fill(1));
  expect(sizes(failed(9))).toEqual(Array(12).fill(1));
  expect(sizes([item('a', { tries: 2 }), item('b')])).toEqual([2]);
});

it('loses none, doubles none', () => {
  const items = fc.array(
    fc.record({
      event: fc.constantFrom('delivered', 'failed'),
      meta: fc.constantFrom('a', 'b', 'c', 'd'),
      tries: fc.integer({ min: 1, max: 4 }),
      failedBefore: fc.boolean(),
    }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(items, (given) => {
      const batches = toBatches(given);
      expect(new Set(batches.flat())).toEqual(new Set(given));
      expect(batches.flat()).toHaveLength(given.length);
      for (const batch of batches) {
        expect(batch.length).toBeLessThanOrEqual(100);
        expect(new Set(batch.map(({ event, meta }) => `${event} ${meta}`)).size).toBe(batch.length);
      }
    }),
    { numRuns: 50 },
  );
});
