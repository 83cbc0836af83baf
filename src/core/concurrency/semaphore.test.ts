import fc from 'fast-check';
import { Semaphore } from './semaphore';

afterEach(() => jest.useRealTimers());

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function harness(size: number) {
  const semaphore = new Semaphore(size);
  const started: number[] = [];
  const running: (() => void)[] = [];
  let count = 0;
  const start = (): void => {
    const no = count++;
    void semaphore.run(() => {
      started.push(no);
      return new Promise<void>((resolve) => void running.push(resolve));
    });
  };
  const end = async (at = 0): Promise<void> => {
    running.splice(at, 1)[0]?.();
    await settle();
  };
  return { semaphore, started, running, start, end };
}

it('runs as many as it has places, and those that wait in order', async () => {
  const { started, running, start, end } = harness(2);
  for (let i = 0; i < 5; i++) start();
  await settle();
  expect(started).toEqual([0, 1]);
  await end(1);
  expect(started).toEqual([0, 1, 2]);
  await end();
  await end();
  expect(started).toEqual([0, 1, 2, 3, 4]);
  expect(running).toHaveLength(2);
});

it('hands on what the task returns or throws, and frees the place either way', async () => {
  const semaphore = new Semaphore(1);
  await expect(semaphore.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await semaphore.run(() => Promise.resolve('yes'))).toBe('yes');
});

it('more places start who waits at once; fewer take effect as tasks end', async () => {
  const { semaphore, started, running, start, end } = harness(1);
  for (let i = 0; i < 6; i++) start();
  semaphore.resize(2);
  await settle();
  expect(started).toEqual([0, 1, 2]);
  semaphore.resize(-2);
  await end();
  await end();
  expect(running).toHaveLength(1);
  expect(started).toEqual([0, 1, 2]);
  await end();
  expect(started).toEqual([0, 1, 2, 3]);
});

it('those that wait go by rank, and in order within one', async () => {
  const semaphore = new Semaphore(1);
  await semaphore.take();
  const order: string[] = [];
  const runs = [['a', 2], ['b', 3], ['c', 0], ['d', 2], ['e', 0]] as const; // prettier-ignore
  const done = runs.map(([name, rank]) => semaphore.run(() => Promise.resolve(void order.push(name)), rank));
  await settle();
  expect(order).toEqual([]);
  semaphore.release();
  await Promise.all(done);
  expect(order).toEqual(['c', 'e', 'a', 'd', 'b']);
});

it('a place that was taken is held until it is given back', async () => {
  const { semaphore, started, start } = harness(2);
  await semaphore.take();
  start();
  start();
  await settle();
  expect(started).toEqual([0]);
  expect(semaphore.tryTake()).toBe(false);
  semaphore.release();
  await settle();
  expect(started).toEqual([0, 1]);
});

it('a free place is taken at once, and none while others wait', async () => {
  const semaphore = new Semaphore(1);
  expect(semaphore.tryTake()).toBe(true);
  const turn = semaphore.take();
  semaphore.release();
  expect(semaphore.tryTake()).toBe(false);
  await turn;
  semaphore.release();
  expect(semaphore.tryTake()).toBe(true);
});

it('never starts beyond its size, never leaves a place empty while someone waits, keeps the order', async () => {
  const step = fc.oneof(
    fc.constant({ kind: 'start' as const }),
    fc.record({ kind: fc.constant('end' as const), at: fc.nat(20) }),
    fc.record({ kind: fc.constant('resize' as const), to: fc.integer({ min: 1, max: 5 }) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      let size = 2;
      const { semaphore, started, running, start, end } = harness(size);
      let wanted = 0;
      for (const next of steps) {
        const before = running.length;
        if (next.kind === 'start') {
          start();
          wanted++;
        } else if (next.kind === 'end') {
          if (running.length > 0) await end(next.at % running.length);
        } else {
          semaphore.resize(next.to - size);
          size = next.to;
        }
        await settle();
        expect(running.length).toBeLessThanOrEqual(Math.max(size, before));
        if (started.length < wanted) expect(running.length).toBeGreaterThanOrEqual(size);
      }
      expect(started).toEqual(started.map((_, i) => i));
    }),
    { numRuns: 60 },
  );
});

test('waits no longer than it is told to, and leaves its place in the queue to others', async () => {
  const semaphore = new Semaphore(1);
  expect(await semaphore.takeWithin(0)).toBe(true);
  expect(await semaphore.takeWithin(0)).toBe(false);
  expect(await semaphore.takeWithin(5)).toBe(false);
  const next = semaphore.takeWithin(60_000);
  semaphore.release();
  expect(await next).toBe(true);
  semaphore.release();
  expect(semaphore.tryTake()).toBe(true);
});

it('what wants several places is not overtaken by what wants one, and what is behind it goes on when it gives up', async () => {
  jest.useFakeTimers({ doNotFake: ['setImmediate'] });
  const semaphore = new Semaphore(3);
  const began: string[] = [];
  expect(semaphore.tryTake(2)).toBe(true);
  const big = semaphore.takeWithin(20, 0, 3).then((took) => void began.push(`big ${took}`));
  void semaphore.takeWithin(60_000).then((took) => void began.push(`small ${took}`));
  expect(semaphore.tryTake()).toBe(false);
  await settle();
  expect(began).toEqual([]);
  jest.advanceTimersByTime(20);
  await big;
  await settle();
  expect(began).toEqual(['big false', 'small true']);
  void semaphore.takeWithin(60_000, 0, 3).then((took) => void began.push(`third ${took}`));
  semaphore.release();
  await settle();
  expect(began).toHaveLength(2);
  semaphore.release(2);
  await settle();
  expect(began).toEqual(['big false', 'small true', 'third true']);
});
afterEach(() => jest.useRealTimers());
