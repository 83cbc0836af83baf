/** A turn of a maintenance duty: bounded in time, and no step and no item of it fails another. */
import { commitApart } from '../../core/concurrency/commit-apart';
import { isDatabaseAway, isStatementTimeout } from '../../store/database';
import { isTemporalAway } from '../../workflows/client';
import type { DutyName, DutyReport } from '../../workflows/contract';

/** A turn begins no further page after this; the one in hand is finished. */
const TURN_MS = 30_000;

export interface MaintenanceLog {
  warn(fields: object, message: string): void;
}

/**
 * True when neither the item nor the step is at fault: Postgres or Temporal can't be reached. A statement that took too
 * long is the step's own fault.
 */
const isAway = (error: unknown): boolean =>
  (isDatabaseAway(error) && !isStatementTimeout(error)) || isTemporalAway(error);

export class Turn {
  private done = 0;
  private failed = 0;
  private readonly endAtMs: number;

  /** @param stopping aborted when this worker should let go of the duty. */
  constructor(
    private readonly duty: DutyName,
    private readonly log: MaintenanceLog,
    private readonly stopping: AbortSignal,
    turnMs = TURN_MS,
  ) {
    this.endAtMs = performance.now() + turnMs;
  }

  /** No further page should be begun: its time is up, or the worker stops. */
  get over(): boolean {
    return this.stopping.aborted || performance.now() >= this.endAtMs;
  }

  /** Something was dealt with. */
  get progressed(): boolean {
    return this.done > 0;
  }

  /** Counts items that were dealt with otherwise than by {@link each} and {@link together}. */
  add(count: number): void {
    this.done += count;
  }

  /** @param more there is something left to do now. @param cursor where the next turn goes on. */
  report(more = false, cursor: string | null = null): DutyReport {
    return { done: this.done, failed: this.failed, more: more && !this.stopping.aborted, cursor };
  }

  /**
   * Runs a step.
   * @returns its value; undefined when it failed, which is logged.
   * @throws when Postgres or Temporal is away: then the whole turn is tried again later.
   */
  async step<T>(name: string, work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      this.fail(name, error);
      return undefined;
    }
  }

  /**
   * Works on the items of a page, so many at a time. Only a worker that stops leaves some out.
   * @returns those that were dealt with, in no order.
   * @throws as {@link step}.
   */
  async each<T>(
    items: readonly T[],
    nameOf: (item: T) => string,
    work: (item: T) => Promise<unknown>,
    concurrency = 1,
  ): Promise<T[]> {
    let next = 0;
    const succeeded: T[] = [];
    const run = async (): Promise<void> => {
      while (next < items.length && !this.stopping.aborted) {
        const item = items[next++]!;
        try {
          await work(item);
          this.done++;
          succeeded.push(item);
        } catch (error) {
          this.fail(nameOf(item), error);
        }
      }
    };
    const runs = await Promise.allSettled(Array.from({ length: concurrency }, run));
    const away = runs.find((outcome) => outcome.status === 'rejected');
    if (away !== undefined) throw away.reason;
    return succeeded;
  }

  /**
   * Commits items together, and those that fail for their own sake by themselves.
   * @returns the items that were not committed, each with its error, which is logged.
   * @throws as {@link step}.
   */
  async together<T>(
    items: readonly T[],
    nameOf: (item: T) => string,
    commit: (items: T[]) => Promise<void>,
  ): Promise<{ item: T; error: unknown }[]> {
    const outcomes = await commitApart(items, async (part) => (await commit(part), part), { failsAll: isAway });
    return outcomes.flatMap((outcome, i) => {
      if (outcome.status === 'fulfilled') {
        this.done++;
        return [];
      }
      const item = items[i]!;
      this.fail(nameOf(item), outcome.reason);
      return [{ item, error: outcome.reason as unknown }];
    });
  }

  private fail(item: string, error: unknown): void {
    if (isAway(error)) throw error;
    this.failed++;
    this.log.warn({ err: error, duty: this.duty, item }, 'maintenance: this could not be done; the rest goes on');
  }
}
