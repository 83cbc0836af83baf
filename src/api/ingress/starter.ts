/**
 * Starts the workflows of committed slices whose time is near; the others wait for theirs without one, and maintenance
 * starts them. A start takes a token: while tokens last a request has a workflow of its own; when none is free its slice
 * stays open, later requests join it, and all slices that wait, of whatever accounts, share the next start as a group. So a
 * burst costs few workflows, and nobody's start waits behind another's.
 */
import { TokenBucket } from '../../core/concurrency/token-bucket';
import { START_AHEAD_MS } from '../../store/messages/slices';
import type { Lanes, OpenSlice } from './lanes';

export interface StarterOptions {
  /** Told of slices that nothing may join any more. */
  lanes: Pick<Lanes, 'close'>;
  /** Has workflows look after these, one for all of them unless some have theirs; throws when Temporal can't be reached. */
  start(slices: readonly OpenSlice[]): Promise<void>;
  /** Called with slices whose workflow runs. */
  onStarted(sliceIds: string[]): Promise<void>;
  onError(error: unknown): void;
  ratePerSecond?: number;
  burst?: number;
}

const RATE_PER_SECOND = 10;
/** Few: workflows that begin at the same moment make each other, and all that come after them, late. */
const BURST = 5;
const CONCURRENCY = 8;
/** Slices of one start: a workflow looks at all of them at once. */
const MAX_GROUP = 50;
/** Temporal is away: the rows wait, and so do we. */
const RETRY_MS = 1_000;
const STARTED_FLUSH_MS = 250;

export class Starter {
  private readonly bucket: TokenBucket;
  private readonly queue: OpenSlice[] = [];
  /** Groups whose start failed: perhaps it did not, so each is started again as it was. */
  private readonly again: OpenSlice[][] = [];
  /**
   * Never forgotten while anybody holds them: the commit of a message may end after the start of the slice that it joined,
   * and a slice that was started by itself must not be started with others, whose workflow would be called after it.
   */
  private readonly offered = new WeakSet<OpenSlice>();
  private started: string[] = [];
  private inFlight = 0;
  private timer: NodeJS.Timeout | undefined;
  private flushTimer: NodeJS.Timeout | undefined;
  private stopped = false;
  private away = false;

  constructor(private readonly options: StarterOptions) {
    this.bucket = new TokenBucket(options.ratePerSecond ?? RATE_PER_SECOND, options.burst ?? BURST, Date.now());
  }

  /** False while Temporal refuses starts; for `/readyz`. */
  get reachable(): boolean {
    return !this.away;
  }

  /** A slice was committed, or more messages were committed to it. */
  offer(slice: OpenSlice): void {
    if (slice.dueAt !== null && slice.dueAt.getTime() > Date.now() + START_AHEAD_MS) return;
    if (this.offered.has(slice) || this.stopped) return;
    this.offered.add(slice);
    this.queue.push(slice);
    this.pump();
  }

  /** Stops starting; what waits is found by maintenance. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    clearTimeout(this.flushTimer);
    await this.flush();
  }

  private pump(): void {
    if (this.timer !== undefined || this.stopped) return;
    while (this.inFlight < CONCURRENCY) {
      const full = this.again.length > 0 ? -1 : this.queue.findIndex(({ room }) => room === 0);
      if (full >= 0) {
        // No use waiting for: nobody can join it, and its start costs little per message.
        void this.begin(this.queue.splice(full, 1));
        continue;
      }
      if (this.again.length + this.queue.length === 0) return;
      const token = this.bucket.take(Date.now());
      if (!token.ok) return this.pumpAfter(token.waitMs);
      void this.begin(this.again.shift() ?? this.takeGroup());
    }
  }

  /**
   * What starts next. With a token to spare for each, one by itself; else all that wait as it does: at once, or each
   * scheduled one alone, since a workflow has one time. The more urgent first.
   */
  private takeGroup(): OpenSlice[] {
    const priority = Math.min(...this.queue.map((slice) => slice.priority));
    const first = this.queue.find((slice) => slice.priority === priority)!;
    const alike = this.queue.filter((slice) => slice.priority === priority && slice.dueAt === null);
    const isScarce = !this.bucket.has(this.queue.length - 1, Date.now());
    const group = first.dueAt !== null || !isScarce ? [first] : alike.slice(0, MAX_GROUP);
    const taken = new Set(group);
    this.queue.splice(0, this.queue.length, ...this.queue.filter((slice) => !taken.has(slice)));
    return group;
  }

  private pumpAfter(ms: number): void {
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.pump();
    }, ms);
  }

  private async begin(group: OpenSlice[]): Promise<void> {
    // A scheduled slice can be joined while its workflow waits for its time; dispatch seals it.
    for (const slice of group) if (slice.dueAt === null) this.options.lanes.close(slice);
    this.inFlight++;
    try {
      await this.options.start(group);
      this.away = false;
      for (const { id } of group) this.started.push(id);
      // Who is stopped can't tell any more; maintenance then finds the workflow running.
      if (!this.stopped) this.flushTimer ??= setTimeout(() => void this.flush(), STARTED_FLUSH_MS);
    } catch (error) {
      this.away = true;
      this.options.onError(error);
      this.again.unshift(group);
      if (!this.stopped && this.timer === undefined) this.pumpAfter(RETRY_MS);
    } finally {
      this.inFlight--;
      this.pump();
    }
  }

  private async flush(): Promise<void> {
    this.flushTimer = undefined;
    const ids = this.started;
    this.started = [];
    if (ids.length > 0) await this.options.onStarted(ids).catch(this.options.onError);
  }
}
