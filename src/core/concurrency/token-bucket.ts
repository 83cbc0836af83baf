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

  /** Takes one token, or says how many milliseconds until there is one. */
  take(nowMs: number): { ok: true } | { ok: false; waitMs: number } {
    this.tokens = Math.min(this.burst, this.tokens + ((nowMs - this.updatedMs) / 1_000) * this.ratePerSecond);
    this.updatedMs = nowMs;
    if (this.tokens >= 1) {
      this.tokens -= 1;
      return { ok: true };
    }
    return { ok: false, waitMs: Math.ceil(((1 - this.tokens) / this.ratePerSecond) * 1_000) };
  }
}
