/** A token bucket on a given clock; pure state, no timers. */
export class TokenBucket {
  private tokens: number;
  private updatedMs: number;

  /** @param ratePerSecond tokens gained per second. @param burst most tokens held; it starts full. */
  constructor(
    private readonly ratePerSecond: number,
    private readonly burst: number,
    nowMs: number,
  ) {
    this.tokens = burst;
    this.updatedMs = nowMs;
  }

  /**
   * Takes tokens, or says how many milliseconds until there are so many.
   * @param count at most the burst.
   */
  take(nowMs: number, count = 1): { ok: true } | { ok: false; waitMs: number } {
    this.refill(nowMs);
    if (this.tokens >= count) {
      this.tokens -= count;
      return { ok: true };
    }
    return { ok: false, waitMs: Math.ceil(((count - this.tokens) / this.ratePerSecond) * 1_000) };
  }

  /** Whether there are so many tokens; takes none. */
  has(count: number, nowMs: number): boolean {
    this.refill(nowMs);
    return this.tokens >= count;
  }

  private refill(nowMs: number): void {
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.updatedMs) / 1_000) * this.ratePerSecond);
    this.updatedMs = nowMs;
  }
}
