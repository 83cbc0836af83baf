/**
 * At most one call per key and interval: the first at once, what comes meanwhile merged into the next. Bounds how
 * often a workflow is signalled, whatever the rate of its news.
 */
export interface CoalescerOptions<Value> {
  intervalMs: number;
  /** Most calls in flight over all keys. */
  concurrency: number;
  merge(earlier: Value, later: Value): Value;
}

interface Entry<Value> {
  /** Waits for its turn; `undefined` = nothing new since the last call. */
  value: Value | undefined;
}

export class Coalescer<Value> {
  private readonly entries = new Map<string, Entry<Value>>();
  private readonly ready: string[] = [];
  private readonly timers = new Set<NodeJS.Timeout>();
  private inFlight = 0;

  /** @param call must not reject. */
  constructor(
    private readonly call: (key: string, value: Value) => Promise<void>,
    private readonly options: CoalescerOptions<Value>,
  ) {}

  add(key: string, value: Value): void {
    const entry = this.entries.get(key);
    if (entry === undefined) {
      this.entries.set(key, { value });
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
      void this.call(key, value).then(() => {
        this.inFlight--;
        this.rest(key);
        this.pump();
      });
    }
  }

  /** Keeps the key quiet for an interval; then forgets it, or queues what came meanwhile. */
  private rest(key: string): void {
    if (!this.entries.has(key)) return; // Stopped while the call was in flight.
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
    }, this.options.intervalMs);
    this.timers.add(timer);
  }
}
