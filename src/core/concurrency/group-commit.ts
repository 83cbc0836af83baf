/**
 * Group commit: what arrives while a commit is in flight joins the next one, so that a burst costs one transaction and
 * a lone item waits for nobody.
 */
import { commitApart, type ApartOptions } from './commit-apart';

interface Waiting<Item, Result> {
  item: Item;
  weight: Weight;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/** What an item costs: the rows that it becomes, and the memory that it takes while it waits. */
export interface Weight {
  rows: number;
  bytes: number;
}

/** Too much waits for its commit already: the store is slower than what comes in. */
export class OverloadError extends Error {
  override readonly name = 'OverloadError';
}

export interface GroupCommitOptions<Item> extends ApartOptions {
  /** Most that may wait for its commit; what comes beyond it is refused at once. */
  maxWaiting: Weight;
  /** Most of one commit; a single heavier item goes alone. */
  maxCommit: Weight;
  weigh(item: Item): Weight;
  /** Waited for before each commit: what comes meanwhile joins it. Absent = a commit begins at once. */
  gather?(): Promise<unknown>;
}

export class GroupCommit<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private readonly waitingWeight: Weight = { rows: 0, bytes: 0 };
  private committing = false;

  /**
   * @param commit stores the items and returns one result for each, in order; when it throws, nothing of them is stored.
   * Unless its error fails all (see {@link ApartOptions}), it is asked again with fewer of them: an item that can't be
   * committed fails alone.
   */
  constructor(
    private readonly commit: (items: Item[]) => Promise<Result[]>,
    private readonly options: GroupCommitOptions<Item>,
  ) {}

  /** Resolves with the item's result once it is committed. @throws OverloadError, or why it could not be committed */
  add(item: Item): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      const weight = this.options.weigh(item);
      if (this.waiting.length > 0 && exceeds(sum(this.waitingWeight, weight), this.options.maxWaiting)) {
        reject(new OverloadError('The message store is slower than what comes in'));
        return;
      }
      this.waitingWeight.rows += weight.rows;
      this.waitingWeight.bytes += weight.bytes;
      this.waiting.push({ item, weight, resolve, reject });
      if (!this.committing) void this.drain();
    });
  }

  private async drain(): Promise<void> {
    this.committing = true;
    while (this.waiting.length > 0) {
      if (this.options.gather !== undefined) await this.options.gather();
      const group = this.takeGroup();
      const items = group.map((waiting) => waiting.item);
      const outcomes = await commitApart(items, this.commit, this.options);
      group.forEach((waiting, i) => {
        const outcome = outcomes[i]!;
        if (outcome.status === 'fulfilled') waiting.resolve(outcome.value);
        else waiting.reject(outcome.reason);
      });
    }
    this.committing = false;
  }

  private takeGroup(): Waiting<Item, Result>[] {
    let weight: Weight = { rows: 0, bytes: 0 };
    let count = 0;
    for (const waiting of this.waiting) {
      weight = sum(weight, waiting.weight);
      if (count > 0 && exceeds(weight, this.options.maxCommit)) break;
      count++;
    }
    const group = this.waiting.splice(0, count);
    for (const waiting of group) {
      this.waitingWeight.rows -= waiting.weight.rows;
      this.waitingWeight.bytes -= waiting.weight.bytes;
    }
    return group;
  }
}

const sum = (a: Weight, b: Weight): Weight => ({ rows: a.rows + b.rows, bytes: a.bytes + b.bytes });
const exceeds = (weight: Weight, limit: Weight): boolean => weight.rows > limit.rows || weight.bytes > limit.bytes;
