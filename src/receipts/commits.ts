/** Receipts of many requests, committed together; one that can't be stored fails alone. */
import { commitApart } from '../core/concurrency/commit-apart';
import { GroupCommit, type Weight } from '../core/concurrency/group-commit';
import type { NumberHash } from '../core/accounts/pseudonyms';
import { isDatabaseAway, isDataRefused, sqlStateOf, type Database } from '../store/database';
import type { SliceNews } from '../store/messages/settlement';
import { applyReceipts, storeRefused, type ReceiptDraft } from '../store/receipts/receipts';
import { createReceiptCounter, type ReceiptCounter } from './counts';

export interface ReceiptCommitsDeps {
  database: Database;
  /** Of numbers, for records of consent. */
  numberHash: NumberHash;
  wake(news: readonly SliceNews[]): void;
  wakeRelays(webhookIds: readonly string[]): void;
  /** Told of a receipt that Postgres refused by itself; those that came with it are stored. */
  onRefused(error: unknown, receipt: ReceiptDraft): void;
}

/** One statement. */
const MAX_COMMIT = { rows: 1_000, bytes: 8 * 1_048_576 };
/** What may wait for its commit; the provider repeats what is refused. */
const MAX_WAITING = { rows: 50_000, bytes: 64 * 1_048_576 };
/** What a receipt takes beside its raw text, roughly. */
const DRAFT_BYTES = 500;

export class ReceiptCommits {
  private readonly counter: ReceiptCounter;
  /** By request. */
  private readonly commits: GroupCommit<ReceiptDraft[], undefined>;

  constructor(private readonly deps: ReceiptCommitsDeps) {
    this.counter = createReceiptCounter(deps.database.pool);
    this.commits = new GroupCommit(
      async (requests) => {
        await this.apply(requests.flat());
        return requests.map(() => undefined);
      },
      { maxCommit: MAX_COMMIT, maxWaiting: MAX_WAITING, weigh, failsAll: isDatabaseAway },
    );
  }

  /**
   * Stores and applies the receipts of one request.
   * @returns how many of them are stored; the others will be refused whenever they come.
   * @throws when they could not be stored now.
   */
  async store(drafts: ReceiptDraft[]): Promise<number> {
    try {
      await this.commits.add(drafts);
      return drafts.length;
    } catch (error) {
      if (!isDataRefused(error)) throw error;
    }
    // Among all that came from others this request stood alone at last. Now each of its receipts does.
    const outcomes = await commitApart(drafts, (part) => this.apply(part).then(() => part), {
      failsAll: isDatabaseAway,
    });
    let stored = 0;
    for (const [i, outcome] of outcomes.entries()) {
      if (outcome.status === 'fulfilled') stored++;
      else if (isDataRefused(outcome.reason)) await this.refuse(drafts[i]!, outcome.reason);
      else throw outcome.reason;
    }
    return stored;
  }

  private async apply(drafts: ReceiptDraft[]): Promise<void> {
    const settlement = await applyReceipts(this.deps.database.pool, drafts, this.deps.numberHash);
    this.counter.count(drafts);
    this.deps.wake(settlement.slices);
    this.deps.wakeRelays(settlement.webhookIds);
  }

  private async refuse(draft: ReceiptDraft, error: unknown): Promise<void> {
    const { database, onRefused } = this.deps;
    onRefused(error, draft);
    await storeRefused(database.pool, draft, `refused: SQLSTATE ${sqlStateOf(error)}`).catch((failure: unknown) => {
      if (!isDataRefused(failure)) throw failure;
    });
  }
}

/** A request; the sizes of its texts in bytes, roughly. */
const weigh = (drafts: ReceiptDraft[]): Weight => ({
  rows: drafts.length,
  bytes: drafts.reduce((bytes, { raw }) => bytes + DRAFT_BYTES + raw.length, 0),
});
