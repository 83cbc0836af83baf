/**
 * Group commit: what arrives while a commit is in flight joins the next one, so that a burst costs one transaction and
 * a lone item waits for nobody.
 */

interface Waiting<Item, Result> {
  item: Item;
  weight: number;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** Too much waits for its commit already: the store is slower than what comes in. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError';
}

export interface GroupCommitOptions<Item> {
  /** Most weight that may wait for its commit; what comes beyond it is refused at once. */
  maxWaiting: number;
  /** Most weight of one commit; a single heavier item goes alone. */
  maxWeight: number;
  weigh(item: Item): number;
}

export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private waitingWeight = 0;
  private committing = false;

  /** @param commit stores the items and returns one result for each, in order; when it throws, all of them fail. */
  constructor(
    private readonly commit: (items: Item[]) => Promise<Result[]>,
    private readonly options: GroupCommitOptions<Item>,
  ) {}

  /** Resolves with the item's result once it is committed. @throws OverloadError */
  add(item: Item): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const weight = this.options.weigh(item);
      if (this.waiting.length > 0 && this.waitingWeight + weight > this.options.maxWaiting) {
        reject(new OverloadError('The message store is slower than what comes in'));
        return;
      }
      this.waitingWeight += weight;
      this.waiting.push({ item, weight, resolve, reject });
      if (!this.committing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.committing = true;
    while (this.waiting.length > 0) {
      const group = this.takeGroup();
      try {
        const results = await this.commit(group.map((waiting) => waiting.item));
        group.forEach((waiting, i) => waiting.resolve(results[i]!));
      } catch (error) {
        for (const waiting of group) waiting.reject(error);
      }
    }
    this.committing = false;
  }

  private takeGroup(): Waiting<Item, Result>[] {
    let weight = 0;
    let count = 0;
    for (const waiting of this.waiting) {
      weight += waiting.weight;
      if (count > 0 && weight > this.options.maxWeight) break;
      count++;
    }
    const group = this.waiting.splice(0, count);
    for (const waiting of group) this.waitingWeight -= waiting.weight;
    return group;
  }
}
