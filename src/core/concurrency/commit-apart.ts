/** One bad item fails alone: items that are committed together are halved until the bad ones stand by themselves. */

/** What became of an item: `fulfilled` with its result, or `rejected` with why it alone could not be committed. */
export type Outcome<Result> = PromiseSettledResult<Result>;

export interface ApartOptions {
  /**
   * Whether an error says nothing about the items, such as that the store is away. Then all that is not committed yet
   * fails with it, without another try: halves would fare no better, and would only add to its load.
   */
  failsAll(error: unknown): boolean;
}

/**
 * Commits items together. When that fails for the sake of some of them, halves are tried, and their halves, until each
 * bad item has failed alone: 20 commits or so for one among a thousand.
 * @param commit stores all of the items or, when it throws, none; returns one result for each, in order.
 * @returns one outcome for each item, in order; never rejects.
 */
export async function commitApart<Item, Result>(
  items: readonly Item[],
  commit: (items: Item[]) => Promise<Result[]>,
  { failsAll }: ApartOptions,
): Promise<Outcome<Result>[]> {
  const outcomes: Outcome<Result>[] = [];
  /** Set once an error was met that holds for whatever is left. */
  let away: { reason: unknown } | undefined;
  const reject = (count: number, reason: unknown): void => {
    for (let i = 0; i < count; i++) outcomes.push({ status: 'rejected', reason });
  };

  async function attempt(part: Item[]): Promise<void> {
    if (away !== undefined) return reject(part.length, away.reason);
    try {
      for (const value of await commit(part)) outcomes.push({ status: 'fulfilled', value });
      return;
    } catch (error) {
      if (failsAll(error)) away = { reason: error };
      if (away !== undefined || part.length === 1) return reject(part.length, error);
    }
    const middle = Math.ceil(part.length / 2);
    await attempt(part.slice(0, middle));
    await attempt(part.slice(middle));
  }

  if (items.length > 0) await attempt([...items]);
  return outcomes;
}
