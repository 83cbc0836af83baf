import fc from 'fast-check';
import { GroupCommit, OverloadError, type Weight } from './group-commit';

/** A commit that stays in flight until the test ends it. */
interface Flight {
  items: string[];
  succeed(): Promise<void>;
  fail(error: Error): Promise<void>;
}

const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

const UNBOUNDED: Weight = { rows: Infinity, bytes: Infinity };
const rows = (count: number): Weight => ({ rows: count, bytes: Infinity });
const one = (): Weight => ({ rows: 1, bytes: 1 });
/** The harness's word for a store that is away. */
const failsAll = (error: unknown): boolean => (error as Error).message === 'no database';

function harness(maxCommit = rows(100), weigh: (item: string) => Weight = one, maxWaiting = UNBOUNDED) {
  const flights: Flight[] = [];
  const commits = new GroupCommit<string, string>(
    (items) =>
      new Promise((resolve, reject) => {
        flights.push({
          items,
          succeed: () => (resolve(items.map((item) => `stored ${item}`)), settle()),
          fail: (error) => (reject(error), settle()),
        });
      }),
    { maxCommit, maxWaiting, weigh, failsAll },
  );
  return { commits, flights };
}

it('commits a lone item at once, and what comes meanwhile together after it', async () => {
  const { commits, flights } = harness();
  const results = ['a', 'b', 'c'].map((item) => commits.add(item));
  expect(flights.map((flight) => flight.items)).toEqual([['a']]);
  await flights[0]!.succeed();
  expect(flights.map((flight) => flight.items)).toEqual([['a'], ['b', 'c']]);
  const later = commits.add('d');
  expect(flights).toHaveLength(2);
  await flights[1]!.succeed();
  await flights[2]!.succeed();
  expect(await Promise.all([...results, later])).toEqual(['stored a', 'stored b', 'stored c', 'stored d']);
});

it('what comes while it gathers joins the commit, and nothing is gathered for nobody', async () => {
  const gathered: (() => void)[] = [];
  const committed: string[][] = [];
  const commits = new GroupCommit<string, string>(
    (items) => {
      committed.push(items);
      return Promise.resolve(items);
    },
    {
      maxCommit: rows(100),
      maxWaiting: UNBOUNDED,
      failsAll,
      weigh: one,
      gather: () => new Promise<void>((done) => gathered.push(done)),
    },
  );
  const results = [commits.add('a'), commits.add('b')];
  await settle();
  expect(committed).toEqual([]);
  gathered[0]!();
  expect(await Promise.all(results)).toEqual(['a', 'b']);
  expect(committed).toEqual([['a', 'b']]);
  await settle();
  expect(gathered).toHaveLength(1);
});

it('starts again after it ran dry', async () => {
  const { commits, flights } = harness();
  const first = commits.add('a');
  await flights[0]!.succeed();
  expect(await first).toBe('stored a');
  void commits.add('b');
  expect(flights[1]!.items).toEqual(['b']);
});

it('resolves an item only when its own commit is done', async () => {
  const { commits, flights } = harness();
  const done: string[] = [];
  for (const item of ['a', 'b']) void commits.add(item).then(() => done.push(item));
  await settle();
  expect(done).toEqual([]);
  await flights[0]!.succeed();
  expect(done).toEqual(['a']);
});

it('a store that is away fails the group that it was asked for, and no other', async () => {
  const { commits, flights } = harness();
  const outcomes = Promise.allSettled(['a', 'b', 'c'].map((item) => commits.add(item)));
  await flights[0]!.succeed();
  const later = commits.add('d');
  await flights[1]!.fail(new Error('no database'));
  await flights[2]!.succeed();
  expect(await outcomes).toMatchObject([
    { value: 'stored a' },
    { reason: new Error('no database') },
    { reason: new Error('no database') },
  ]);
  expect(await later).toBe('stored d');
});

it('an item that can’t be committed fails alone: its group is halved until it stands by itself', async () => {
  const groups: string[][] = [];
  const commits = new GroupCommit<string, string>(
    (items) => {
      groups.push(items);
      return items.includes('bad') ? Promise.reject(new Error('it is bad')) : Promise.resolve(items);
    },
    { maxCommit: rows(100), maxWaiting: UNBOUNDED, weigh: one, failsAll },
  );
  const outcomes = await Promise.allSettled(['first', 'a', 'b', 'bad', 'c'].map((item) => commits.add(item)));
  expect(outcomes).toEqual([
    { status: 'fulfilled', value: 'first' },
    { status: 'fulfilled', value: 'a' },
    { status: 'fulfilled', value: 'b' },
    { status: 'rejected', reason: new Error('it is bad') },
    { status: 'fulfilled', value: 'c' },
  ]);
  expect(groups).toEqual([['first'], ['a', 'b', 'bad', 'c'], ['a', 'b'], ['bad', 'c'], ['bad'], ['c']]);
});

it('a commit that throws before its first await fails its group like any other', async () => {
  const commits = new GroupCommit<string, string>(
    (items) => {
      if (items.includes('bad')) throw new Error('at once');
      return Promise.resolve(items);
    },
    { maxCommit: rows(1), maxWaiting: UNBOUNDED, weigh: one, failsAll },
  );
  await expect(commits.add('bad')).rejects.toThrow('at once');
  expect(await commits.add('good')).toBe('good');
});

it('keeps a group within its weight, and lets a heavier item go alone', async () => {
  const { commits, flights } = harness(rows(10), (item) => ({ rows: Number(item), bytes: 0 }));
  for (const item of ['1', '4', '6', '1', '25', '3']) void commits.add(item);
  for (let i = 0; i < flights.length; i++) await flights[i]!.succeed();
  expect(flights.map((flight) => flight.items)).toEqual([['1'], ['4', '6'], ['1'], ['25'], ['3']]);
});

it('commits everything once, in order, in groups within the weight', async () => {
  const weights = fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(weights, async (list) => {
      const groups: number[][] = [];
      const commits = new GroupCommit<[number, number], number>(
        async (items) => {
          groups.push(items.map(([, weight]) => weight));
          await settle();
          return items.map(([index]) => index);
        },
        { maxCommit: rows(20), maxWaiting: UNBOUNDED, weigh: ([, weight]) => ({ rows: weight, bytes: 0 }), failsAll },
      );
      const results = await Promise.all(list.map((weight, i) => commits.add([i, weight])));
      expect(results).toEqual(list.map((_, i) => i));
      expect(groups.flat()).toEqual(list);
      for (const group of groups) expect(group.reduce((a, b) => a + b)).toBeLessThanOrEqual(20);
    }),
    { numRuns: 50 },
  );
});

it('refuses what is more than may wait, and takes more once a commit is done', async () => {
  const { commits, flights } = harness(rows(1), one, rows(2));
  for (const item of ['in flight', 'first', 'second']) void commits.add(item);
  await expect(commits.add('third')).rejects.toThrow(OverloadError);
  await flights[0]!.succeed();
  void commits.add('fourth');
  await flights[1]!.succeed();
  await flights[2]!.succeed();
  expect(flights.flatMap((flight) => flight.items)).toEqual(['in flight', 'first', 'second', 'fourth']);
});

it('weighs what waits, and what it commits at once, in bytes as well', async () => {
  const weigh = (item: string): Weight => ({ rows: 1, bytes: Number(item) });
  const { commits, flights } = harness({ rows: 100, bytes: 10 }, weigh, { rows: 100, bytes: 20 });
  for (const item of ['1', '6', '4', '5']) void commits.add(item);
  await expect(commits.add('6')).rejects.toThrow(OverloadError);
  void commits.add('5');
  for (let i = 0; i < flights.length; i++) await flights[i]!.succeed();
  expect(flights.map((flight) => flight.items)).toEqual([['1'], ['6', '4'], ['5', '5']]);
});
