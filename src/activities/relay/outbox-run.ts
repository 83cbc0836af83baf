/** What one run of a relay does in Postgres: claims, and writes what became of the claimed, until it is written. */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { isDatabaseAway } from '../../store/database';
import { recordTries, type TriesDraft } from '../../store/webhooks/health';
import {
  claimCallbacks,
  giveBackCallbacks,
  releaseClaim,
  writeCallbackResults,
  type CallbackResultDraft,
  type ClaimedCallback,
} from '../../store/webhooks/relays';

/** A run lets go of its place after this, so that many busy webhooks take turns. */
const CLAIMS_MS = 120_000;
/** So long results are written again while Postgres is away: within the life of the activity. */
const WRITES_MS = 9 * 60_000;
/** A worker that stops waits so long for Postgres, within its grace. */
const STOPPING_WRITES_MS = 3_000;
const FIRST_PAUSE_MS = 100;
const MAX_PAUSE_MS = 2_000;

/** What became due shortly before the run began counts as fresh too: it is what the run was woken for. */
const FRESH_MS = 30_000;
/** Outcomes are due from the beginning of the statement that writes them, and are seen once it has committed. */
const OVERLAP_MS = 2_000;
/** What became of tries is recorded this often. */
const RECORD_MS = 5_000;
/** Every so many claims the oldest come first, so that they go out however much news there is. */
const OLD_TURN = 4;

export interface OutboxRunOptions {
  pool: Pool;
  webhookId: string;
  /** Aborted when the worker stops. */
  stopping: AbortSignal;
  /** Of Postgres, at the beginning of the run. */
  nowMs: number;
  log: { warn(fields: object, message: string): void };
}

export class OutboxRun {
  /** Stands on its relays. */
  readonly id = randomUUID();
  private readonly startedAtMs = performance.now();
  private stoppingAtMs = Number.POSITIVE_INFINITY;
  private freshAfterMs: number;
  private oldFromMs: number | null = null;
  private claims = 0;
  private tries: TriesDraft = { delivered: 0, failed: 0, error: null };
  private recordedAtMs = performance.now();

  constructor(private readonly options: OutboxRunOptions) {
    this.freshAfterMs = options.nowMs - FRESH_MS;
    const onStop = (): void => void (this.stoppingAtMs = performance.now());
    if (options.stopping.aborted) onStop();
    else options.stopping.addEventListener('abort', onStop, { once: true });
  }

  /** Whether it may take more. */
  get mayClaim(): boolean {
    return !this.options.stopping.aborted && performance.now() - this.startedAtMs < CLAIMS_MS;
  }

  /**
   * Takes up to `limit` due callbacks: fresh ones before the backlog, so that an outcome of now goes out within seconds
   * while ten hours of them are caught up with.
   */
  async claimNext(limit: number): Promise<ClaimedCallback[]> {
    this.claims += 1;
    if (this.claims % OLD_TURN === 0) {
      const old = await this.take(limit, false);
      if (old.length > 0) return old;
    }
    return this.take(limit, true);
  }

  private async take(limit: number, freshFirst: boolean): Promise<ClaimedCallback[]> {
    const { pool, webhookId } = this.options;
    const claim = randomUUID();
    try {
      const claimed = await claimCallbacks(pool, {
        webhookId,
        run: this.id,
        claim,
        limit,
        freshFirst,
        freshAfter: new Date(this.freshAfterMs),
        oldFrom: this.oldFromMs === null ? null : new Date(this.oldFromMs),
      });
      // All that was due by then was looked through, but for what is committed late.
      if (claimed.length < limit && freshFirst) this.oldFromMs = this.freshAfterMs - OVERLAP_MS;
      for (const { dueAt, isFresh } of claimed) {
        if (isFresh) this.freshAfterMs = Math.max(this.freshAfterMs, dueAt.getTime() - OVERLAP_MS);
        else this.oldFromMs = Math.max(this.oldFromMs ?? 0, dueAt.getTime());
      }
      return claimed;
    } catch (error) {
      if (!isDatabaseAway(error)) throw error;
      // It may have been committed all the same: of what it took, nothing has left.
      this.oldFromMs = null;
      await this.persist(() => releaseClaim(pool, claim));
      return this.mayClaim ? this.take(limit, freshFirst) : [];
    }
  }

  /** Writes results; see {@link persist}. */
  async write(results: CallbackResultDraft[]): Promise<void> {
    if (results.length === 0) return;
    await this.persist(() => writeCallbackResults(this.options.pool, results));
    for (const { state, status, error } of results) {
      if (state === 'delivered') this.tries.delivered += 1;
      else if (state !== 'skipped') this.noteFailed(1, status, error ?? 'no answer');
    }
    if (performance.now() - this.recordedAtMs >= RECORD_MS) await this.record();
  }

  /** So many callbacks were offered and not taken. */
  noteFailed(count: number, status: number | null, message: string): void {
    this.tries.failed += count;
    this.tries.error = { status, message };
  }

  /** Adds what became of tries to the webhook's health; figures, which no callback is kept waiting for. */
  async record(): Promise<void> {
    const { tries } = this;
    this.recordedAtMs = performance.now();
    if (tries.delivered + tries.failed === 0) return;
    this.tries = { delivered: 0, failed: 0, error: null };
    const { pool, webhookId, log } = this.options;
    await recordTries(pool, webhookId, tries).catch((err: unknown) =>
      log.warn({ webhookId, err }, 'the tries of a webhook could not be counted'),
    );
  }

  /** Gives back what has not left, to be due as before. */
  async giveBack(callbacks: readonly ClaimedCallback[]): Promise<void> {
    if (callbacks.length === 0) return;
    await this.persist(() => giveBackCallbacks(this.options.pool, callbacks));
  }

  /** Tells an operator of the webhook. */
  warn(fields: object, message: string): void {
    const { log, webhookId } = this.options;
    log.warn({ webhookId, ...fields }, message);
  }

  /**
   * Does `work` again until Postgres is back: the answer to a post is known here only, and without it the receiver would
   * be sent the same outcome twice.
   * @throws what `work` throws when it isn't that Postgres is away, or when the run's life ends before it is back.
   */
  async persist(work: () => Promise<void>): Promise<void> {
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
      try {
        return await work();
      } catch (err) {
        if (!isDatabaseAway(err) || !this.mayWait) throw err;
        if (pauseMs === FIRST_PAUSE_MS) {
          const { log, webhookId } = this.options;
          log.warn({ webhookId, err }, 'Postgres is away; what the webhook answered is kept until it is back');
        }
      }
      await sleep(pauseMs);
    }
  }

  private get mayWait(): boolean {
    const nowMs = performance.now();
    return nowMs - this.startedAtMs < WRITES_MS && nowMs - this.stoppingAtMs < STOPPING_WRITES_MS;
  }
}
