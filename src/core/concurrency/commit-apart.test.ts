import fc from 'fast-check';
import { commitApart } from './commit-apart';

class Away extends Error {}

/** A store that refuses any commit which holds a bad item. */
function store(bad: ReadonlySet<number>, awayAfter = Infinity) {
  const commits: number[][] = [];
  const committed: number[] = [];
  const commit = (items: number[]): Promise<string[]> => {
    commits.push(items);
    if (commits.length > awayAfter) return Promise.reject(new Away('away'));
    const culprit = items.find((item) => bad.has(item));
    if (culprit !== undefined) return Promise.reject(new Error(`${culprit} is bad`));
    committed.push(...items);
    return Promise.resolve(items.map((item) => `stored ${item}`));
  };
  return { commits, committed, commit };
}

const options = { failsAll: (error: unknown) => error instanceof Away };
const numbers = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

it('commits good items at once', async () => {
  const { commits, commit } = store(new Set());
  const outcomes = await commitApart([1, 2, 3], commit, options);
  expect(commits).toEqual([[1, 2, 3]]);
  expect(outcomes).toEqual([1, 2, 3].map((item) => ({ status: 'fulfilled', value: `stored ${item}` })));
});

it('commits nothing for no items', async () => {
  const { commits, commit } = store(new Set());
  expect(await commitApart([], commit, options)).toEqual([]);
  expect(commits).toEqual([]);
});

it('one bad item among a thousand fails alone, in some twenty commits', async () => {
  const { commits, committed, commit } = store(new Set([617]));
  const outcomes = await commitApart(numbers(1_000), commit, options);
  expect(committed).toEqual(numbers(1_000).filter((item) => item !== 617));
  expect(outcomes[617]).toEqual({ status: 'rejected', reason: new Error('617 is bad') });
  expect(commits.length).toBeLessThanOrEqual(21);
});

it('a store that goes away in the middle fails what is left, and is not tried again', async () => {
  const { commits, committed, commit } = store(new Set([0]), 3);
  const outcomes = await commitApart(numbers(8), commit, options);
  // All, the first half, its first half; then it is away.
  expect(commits).toHaveLength(4);
  expect(committed).toEqual([]);
  expect(outcomes).toEqual(Array(8).fill({ status: 'rejected', reason: new Away('away') }));
});

it('whatever is bad: each good item is committed once, each bad one fails with its own reason, in order', async () => {
  const some = fc.array(fc.boolean(), { minLength: 1, maxLength: 60 });
  await fc.assert(
    fc.asyncProperty(some, async (isBad) => {
      const items = isBad.map((_, i) => i);
      const { committed, commit } = store(new Set(items.filter((i) => isBad[i])));
      const outcomes = await commitApart(items, commit, options);
      expect(committed).toEqual(items.filter((i) => !isBad[i]));
      expect(outcomes).toEqual(
        items.map((i) =>
          isBad[i]
            ? { status: 'rejected', reason: new Error(`${i} is bad`) }
            : { status: 'fulfilled', value: `stored ${i}` },
        ),
      );
    }),
  );
});
