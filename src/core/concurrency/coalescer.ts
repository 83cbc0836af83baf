/**
 * At most one call per key and interval: the first at once, what comes meanwhile merged into the next. Bounds how
 * often a workflow is signalled, whatever the rate of its news. What did not get through is called again, each time
 * after twice the pause.
 */
export interface CoalescerOptions<Value> {
  intervalMs: number;
  /** The longest pause after a call that did not get through. */
  maxPauseMs: number;
  /** Calls for a key that may fail in a row: then what they were for is forgotten. */
  maxFailures: number;
  /** Most calls in flight over all keys. */
  concurrency: number;
  /** Keys beyond this many, that wait or rest, are not taken: while nothing gets through they would grow without end. */
  maxKeys: number;
  merge(earlier: Value, later: Value): Value;
  /** Told of each call that did not get through. */
  onError(error: unknown): void;
}

interface Entry<Value> {
  /** Waits for its turn; `undefined` = nothing new since the last call. */
  value: Value | undefined;
  /** Calls in a row that did not get through. */
  failures: number;
}

export class Coalescer<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private readonly ready: string[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private inFlight = 0;

  /** @param call rejects when it did not get through. */
  constructor(
    private readonly call: (key: string, value: Value) => Promise<void>,
    private readonly options: CoalescerOptions<Value>,
  ) {}

  add(key: string, value: Value): void {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      if (this.entries.size >= this.options.maxKeys) return;
      this.entries.set(key, { value, failures: 0 });
      this.ready.push(key);
      this.pump();
    } else {
      entry.value = entry.value === undefined ? value : this.options.merge(entry.value, value);
    }
  }

  /** Forgets what waits; calls in flight end by themselves. */
  stop(): void {
    for (const timer of this.timers) clearTimeout(timer);
    this.timers.clear();
    this.entries.clear();
    this.ready.length = 0;
  }

  private pump(): void {
    while (this.inFlight < this.options.concurrency && this.ready.length > 0) {
      const key = this.ready.shift()!;
      const entry = this.entries.get(key);
      if (entry?.value === undefined) continue;
      const value = entry.value;
      entry.value = undefined;
      this.inFlight++;
      void this.call(key, value)
        .then(
          () => void (entry.failures = 0),
          (error: unknown) => this.keep(entry, value, error),
        )
        .then(() => {
          this.inFlight--;
          // Not when it was stopped while the call was in flight.
          if (this.entries.get(key) === entry) this.rest(key, entry.failures);
          this.pump();
        });
    }
  }

  /** Has what did not get through called again, with what came meanwhile. */
  private keep(entry: Entry<Value>, value: Value, error: unknown): void {
    const { maxFailures, merge, onError } = this.options;
    entry.failures += 1;
    if (entry.failures < maxFailures) entry.value = entry.value === undefined ? value : merge(value, entry.value);
    onError(error);
  }

  /** Keeps the key quiet for a while; then forgets it, or queues what is to be called. */
  private rest(key: string, failures: number): void {
    const { intervalMs, maxPauseMs } = this.options;
    const pauseMs = failures === 0 ? intervalMs : Math.min(intervalMs * 2 ** failures, maxPauseMs);
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      const entry = this.entries.get(key);
      if (entry === undefined) return;
      if (entry.value === undefined) {
        this.entries.delete(key);
      } else {
        this.ready.push(key);
        this.pump();
      }
    }, pauseMs);
    this.timers.add(timer);
  }
}
