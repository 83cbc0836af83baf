import { testTurn } from '../../../test/support/maintenance';
import { Turn } from './turn';

/** Errors as Postgres and Temporal's client make them. */
const withCode = (code: string | number) => Object.assign(new Error(`code ${code}`), { code });
const DATABASE_AWAY = withCode('ECONNREFUSED');
const TEMPORAL_AWAY = Object.assign(withCode(14), { details: '', metadata: {} });

describe('a step', () => {
  it('that fails is logged, and the next one runs', async () => {
    const { turn, failed } = testTurn('keys');
    expect(await turn.step('one', () => Promise.reject(new Error('bad')))).toBeUndefined();
    expect(await turn.step('two', () => Promise.resolve(2))).toBe(2);
    expect(failed).toEqual(['one']);
    expect(turn.report()).toEqual({ done: 0, failed: 1, more: false, cursor: null });
  });

  it('that takes too long is its own fault', async () => {
    const { turn, failed } = testTurn('keys');
    await turn.step('slow', () => Promise.reject(withCode('57014')));
    expect(failed).toEqual(['slow']);
  });

  it.each([
    ['Postgres', DATABASE_AWAY],
    ['Temporal', TEMPORAL_AWAY],
  ])('ends the turn when %s is away', async (_, error) => {
    const { turn, failed } = testTurn('keys');
    await expect(turn.step('one', () => Promise.reject(error))).rejects.toBe(error);
    expect(failed).toEqual([]);
  });
});

describe('items one by one', () => {
  const work = (bad: number[]) => (item: number) =>
    bad.includes(item) ? Promise.reject(new Error('bad')) : Promise.resolve();

  it.each([1, 3])('%d at a time: those that fail are logged by name, the others are done', async (concurrency) => {
    const { turn, failed } = testTurn('starts');
    const done = await turn.each([1, 2, 3, 4, 5], (n) => `item ${n}`, work([2, 5]), concurrency);
    expect(done.sort()).toEqual([1, 3, 4]);
    expect(failed.sort()).toEqual(['item 2', 'item 5']);
    expect(turn.report(true, 'here')).toEqual({ done: 3, failed: 2, more: true, cursor: 'here' });
  });

  it('runs so many at the same time', async () => {
    let running = 0;
    let most = 0;
    const { turn } = testTurn('starts');
    await turn.each(
      Array.from({ length: 20 }),
      () => 'item',
      async () => {
        most = Math.max(most, ++running);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
      },
      4,
    );
    expect(most).toBe(4);
  });

  it('what is away ends the turn, and is not tried for each item', async () => {
    const { turn } = testTurn('starts');
    const tried: number[] = [];
    const items = Array.from({ length: 100 }, (_, i) => i);
    const away = (item: number) => (tried.push(item), Promise.reject(TEMPORAL_AWAY));
    await expect(turn.each(items, String, away, 4)).rejects.toBe(TEMPORAL_AWAY);
    expect(tried).toHaveLength(4);
  });

  it('a worker that stops takes no further one', async () => {
    const stopping = new AbortController();
    const turn = new Turn('starts', { warn: () => undefined }, stopping.signal);
    const done = await turn.each([1, 2, 3], String, (item) => {
      if (item === 2) stopping.abort();
      return Promise.resolve();
    });
    expect(done).toEqual([1, 2]);
    expect(turn.over).toBe(true);
    expect(turn.report(true)).toMatchObject({ more: false });
  });
});

it('items together: those that fail for their own sake come back with their errors', async () => {
  const { turn, failed } = testTurn('retention');
  const committed: number[] = [];
  const commit = (items: number[]) => {
    if (items.includes(3)) return Promise.reject(new Error('3 is bad'));
    committed.push(...items);
    return Promise.resolve();
  };
  expect(await turn.together([1, 2, 3, 4], (n) => `item ${n}`, commit)).toEqual([
    { item: 3, error: new Error('3 is bad') },
  ]);
  expect(committed).toEqual([1, 2, 4]);
  expect(failed).toEqual(['item 3']);
  expect(turn.report()).toMatchObject({ done: 3, failed: 1 });
});

it('is over when its time is', () => {
  const stopping = new AbortController();
  expect(new Turn('keys', { warn: () => undefined }, stopping.signal, 0).over).toBe(true);
  expect(new Turn('keys', { warn: () => undefined }, stopping.signal).over).toBe(false);
});
