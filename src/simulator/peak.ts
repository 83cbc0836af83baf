/** When events came: the most in any one second (a sliding window, not the clock's seconds), the first and the last. */

const WINDOW_MS = 1_000;

/** Counts in steps of 1 ms: events less than 999 ms apart are always seen together, ones 1 s apart never. */
export class Peak {
  private readonly steps = new Uint32Array(WINDOW_MS);
  private latest = 0;
  private sum = 0;
  /** The largest sum of any window so far. */
  max = 0;
  /** Epoch milliseconds of the first and the latest events; null before there are any. */
  firstAt: number | null = null;
  lastAt: number | null = null;

  /** @param nowMs of a clock that never goes back (`performance.now()`). */
  add(events: number, nowMs: number): void {
    this.lastAt = Date.now();
    this.firstAt ??= this.lastAt;
    const now = Math.floor(nowMs);
    const passed = Math.min(now - this.latest, WINDOW_MS);
    for (let step = 0; step < passed; step++) {
      const slot = (now - step) % WINDOW_MS;
      this.sum -= this.steps[slot] ?? 0;
      this.steps[slot] = 0;
    }
    this.latest = now;
    this.steps[now % WINDOW_MS] = (this.steps[now % WINDOW_MS] ?? 0) + events;
    this.sum += events;
    if (this.sum > this.max) this.max = this.sum;
  }
}
