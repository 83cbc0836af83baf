/** What providers may bring, by gateway: a bound for whoever has a callback URL and wants to fill the disk. */
import { TokenBucket } from '../core/concurrency/token-bucket';

/** Of one gateway in one api process: some 25,000 reports a second, and far more for a while. */
const BYTES_PER_SECOND = 8 * 1_048_576;
const BURST_BYTES = 128 * 1_048_576;

export class CallbackBudgets {
  private readonly buckets = new Map<string, TokenBucket>();

  /** @returns how many milliseconds the provider must wait before it may bring so many bytes; 0 = it may now. */
  take(gatewayId: string, bytes: number): number {
    const nowMs = Date.now();
    const bucket = this.buckets.get(gatewayId) ?? new TokenBucket(BYTES_PER_SECOND, BURST_BYTES, nowMs);
    this.buckets.set(gatewayId, bucket);
    const taken = bucket.take(nowMs, bytes);
    return taken.ok ? 0 : taken.waitMs;
  }
}
