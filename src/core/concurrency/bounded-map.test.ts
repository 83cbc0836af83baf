import fc from 'fast-check';
import { BoundedMap } from './bounded-map';

test('one beyond the bound takes the place of the one that was set longest ago, and of no other', () => {
  const map = new BoundedMap<string, number>(3);
  for (const [i, key] of ['a', 'b', 'c', 'a', 'd'].entries()) map.set(key, i);
  expect(['a', 'b', 'c', 'd'].map((key) => map.get(key))).toEqual([3, undefined, 2, 4]);
  expect(map.size).toBe(3);
});

test('the newest entries are there, however many came', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 30 })), (keys) => {
      const map = new BoundedMap<number, number>(8);
      keys.forEach((key, i) => map.set(key, i));
      const newest = [...new Set([...keys].reverse())].slice(0, 8);
      expect(newest.map((key) => map.get(key))).toEqual(newest.map((key) => keys.lastIndexOf(key)));
      expect(map.size).toBe(newest.length);
    }),
  );
});
