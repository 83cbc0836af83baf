/** The health of a gateway by the counts of the last minutes. Pure. */
import { holdReason } from './hold';

export const BREAKER_STATES = ['closed', 'open', 'half-open'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];

/** Health is judged by the counts of the last so many minutes. */
export const HEALTH_WINDOW_MINUTES = 15;

/** Durations are counted up to 1, 2, 4 … 2^16 units, and longer ones in a last bucket. */
export const DURATION_BUCKETS = 18;

/** The bucket of {@link DURATION_BUCKETS} that a duration falls into; the unit is the caller's. */
export function bucketOf(duration: number): number {
  if (!(duration > 1)) return 0;
  return Math.min(DURATION_BUCKETS - 1, Math.ceil(Math.log2(duration)));
}

/**
 * A quantile of a histogram of {@link DURATION_BUCKETS} in its unit, by even spread within a bucket; null when empty.
 * @param share 0 to 1, for example 0.95.
 */
export function quantile(buckets: readonly number[], share: number): number | null {
  const total = buckets.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = share * total;
  let below = 0;
  for (const [bucket, count] of buckets.entries()) {
    if (count > 0 && below + count >= rank) {
      const from = bucket === 0 ? 0 : 2 ** (bucket - 1);
      return Math.round(from + (2 ** bucket - from) * ((rank - below) / count));
    }
    below += count;
  }
  return 2 ** (buckets.length - 1);
}

/** Counts of a gateway over {@link HEALTH_WINDOW_MINUTES}. */
export interface GatewayCounts {
  /** Messages by the answer to their submission. */
  accepted: number;
  refused: number;
  /** Requests by milliseconds. */
  latency: readonly number[];
  /** Final receipts; `faults` are the undelivered that were neither the number's nor the text's doing. */
  delivered: number;
  undelivered: number;
  faults: number;
  /** Receipts by seconds since the submission. */
  receiptDelay: readonly number[];
}

export interface GatewayHealth {
  state: 'up' | 'degraded' | 'down';
  breaker: BreakerState;
  /** Share of the submitted messages that the provider took; null when there were none. */
  acceptRate: number | null;
  /** Share of the final receipts that say delivered; null when there were none. */
  deliveryRate: number | null;
  /** 95 % of the requests were answered within this; null when there were none. */
  p95Ms: number | null;
  /** Why it is not up. */
  reason?: string;
  /** The provider asked for a pause: nothing is sent until then. Absent = it did not. */
  heldUntil?: Date;
}

/** Fewer events than this say nothing about a gateway. */
const ENOUGH = 20;
/** Figures from which a gateway is degraded: it ranks behind others of its priority. */
const DEGRADED = { refusedShare: 0.5, faultShare: 0.3, p95Ms: 10_000, receiptDelayP95Seconds: 3_600 } as const;

/** Why a gateway is degraded, by its counts; null when it is not. */
export function degradedReason(counts: GatewayCounts): string | null {
  const submitted = counts.accepted + counts.refused;
  if (submitted >= ENOUGH && counts.refused / submitted >= DEGRADED.refusedShare) {
    return `${percent(counts.refused / submitted)} of the submissions were not taken`;
  }
  const receipts = counts.delivered + counts.undelivered;
  if (receipts >= ENOUGH && counts.faults / receipts >= DEGRADED.faultShare) {
    return `${percent(counts.faults / receipts)} of the reports are failures of the gateway`;
  }
  const p95Ms = enough(counts.latency) ? quantile(counts.latency, 0.95) : null;
  if (p95Ms !== null && p95Ms >= DEGRADED.p95Ms) return `95 % of the requests take up to ${p95Ms} ms`;
  const delay = enough(counts.receiptDelay) ? quantile(counts.receiptDelay, 0.95) : null;
  if (delay !== null && delay >= DEGRADED.receiptDelayP95Seconds) return `95 % of the reports take up to ${delay} s`;
  return null;
}

/** A pause that the provider asked for. */
export interface Hold {
  until: Date;
  /** What it said. */
  reason: string | null;
}

/** @param breakerReason why the breaker opened. */
export function assessGateway(
  pausedReason: string | null,
  breaker: BreakerState,
  breakerReason: string | null,
  counts: GatewayCounts,
  hold: Hold | null = null,
): GatewayHealth {
  const rates = {
    breaker,
    acceptRate: rate(counts.accepted, counts.accepted + counts.refused),
    deliveryRate: rate(counts.delivered, counts.delivered + counts.undelivered),
    p95Ms: quantile(counts.latency, 0.95),
    ...(hold === null ? {} : { heldUntil: hold.until }),
  };
  if (pausedReason !== null) return { state: 'down', ...rates, reason: pausedReason };
  if (breaker !== 'closed') return { state: 'down', ...rates, reason: breakerReason ?? 'the gateway does not answer' };
  if (hold !== null) return { state: 'down', ...rates, reason: holdReason(hold.until.getTime(), hold.reason) };
  const reason = degradedReason(counts);
  return reason === null ? { state: 'up', ...rates } : { state: 'degraded', ...rates, reason };
}

const enough = (buckets: readonly number[]): boolean => buckets.reduce((sum, count) => sum + count, 0) >= ENOUGH;
const percent = (share: number): string => `${Math.round(share * 100)} %`;
const rate = (part: number, whole: number): number | null =>
  whole === 0 ? null : Math.round((part / whole) * 10_000) / 10_000;
