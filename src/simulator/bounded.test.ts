import fc from 'fast-check';
import { Peak } from './peak';
import { Queue } from './queue';
import { Recent, RecentIds } from './recent';
import { Timers } from './timers';

test('the peak is the busiest sliding second, across the seconds of the clock', () => {
  const peak = new Peak();
  for (const at of [5_900, 5_950, 6_100, 6_200]) peak.add(10, at);
  expect(peak.max).toBe(40);
  peak.add(10, 7_150);
  expect(peak.max).toBe(40);
});

test('the peak agrees with counting every window', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 700 }), fc.integer({ min: 1, max: 9 }))), (steps) => {
      const peak = new Peak();
      const events: [number, number][] = [];
      let now = 123_456;
      for (const [gap, count] of steps) {
        now += gap;
        peak.add(count, now);
        events.push([now, count]);
      }
      const windows = events.map(([end]) =>
        events.filter(([at]) => at <= end && at > end - 1_000).reduce((sum, [, count]) => sum + count, 0),
      );
      expect(peak.max).toBe(Math.max(0, ...windows));
    }),
  );
});

test('Recent keeps the newest and tells what it forgets', () => {
  const forgotten: number[] = [];
  const recent = new Recent<number>(3, (old) => forgotten.push(old));
  for (const n of [1, 2]) recent.push(n);
  expect(recent.find(() => true, 9)).toEqual([2, 1]);
  for (const n of [3, 4, 5]) recent.push(n);
  expect(recent.find(() => true, 9)).toEqual([5, 4, 3]);
  expect(recent.find((n) => n !== 5, 1)).toEqual([4]);
  expect(forgotten).toEqual([1, 2]);
});

test.each([
  ['half full', 2, [1]],
  ['full', 3, [1, 3]],
  ['overwritten', 5, [3, 5]],
])('Recent that is %s forgets what matches, and goes on in order', (_, pushed, odd) => {
  const forgotten: number[] = [];
  const recent = new Recent<number>(3, (old) => forgotten.push(old));
  for (let n = 1; n <= pushed; n++) recent.push(n);
  forgotten.length = 0;
  recent.forget((n) => n % 2 === 1);
  expect(forgotten).toEqual(odd);
  const kept = recent.find(() => true, 9);
  for (const n of [10, 12]) recent.push(n);
  expect(recent.find(() => true, 9)).toEqual([12, 10, ...kept].slice(0, 3));
  recent.push(14);
  expect(recent.find(() => true, 9)).toEqual([14, 12, 10]);
});

test('RecentIds remembers its capacity for certain and is bounded', () => {
  const ids = new RecentIds(100);
  for (let n = 0; n < 1_050; n++) ids.add(`m${n}`);
  for (let n = 950; n < 1_050; n++) expect(ids.has(`m${n}`)).toBe(true);
  expect(ids.has('m0')).toBe(false);
});

test('Queue gives back everything in order through its compactions', () => {
  const queue = new Queue<number>();
  const taken: number[] = [];
  for (let n = 0; n < 50_000; n++) {
    queue.push(n);
    if (n % 3 === 0) taken.push(...queue.take(2));
  }
  while (queue.size > 0) taken.push(...queue.take(100));
  expect(taken).toEqual([...Array(50_000).keys()]);
});

test('Timers run what is due, and after stop nothing', () => {
  jest.useFakeTimers();
  const run: string[] = [];
  const timers = new Timers();
  timers.after(10, () => run.push('first'));
  timers.after(20, () => run.push('second'));
  jest.advanceTimersByTime(15);
  timers.stop();
  timers.after(1, () => run.push('third'));
  expect(jest.getTimerCount()).toBe(0);
  expect(run).toEqual(['first']);
  jest.useRealTimers();
});
