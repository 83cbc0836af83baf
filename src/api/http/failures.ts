/**
 * Requests without a valid key: counted, told in the log, and slowed down by where they come from and by the key whose
 * secret they guess. A valid key is never asked about here, so it passes wherever others guess.
 */
import { BoundedMap } from '../../core/concurrency/bounded-map';
import { TokenBucket } from '../../core/concurrency/token-bucket';
import type { Metrics } from './metrics';

/** Why a request has no valid key. */
export type FailureReason = 'no-key' | 'malformed' | 'unknown-key' | 'wrong-secret' | 'ended';

export interface Failure {
  reason: FailureReason;
  /** Where it comes from; see `ClientAddresses`. */
  party: string;
  /** The key that it names; absent = none that could be one. */
  keyId?: string;
}

export interface Failures {
  /** @returns milliseconds until this client is told again what is wrong; 0 = it is told now. */
  note(failure: Failure): number;
}

/** By address: so many at once, as when a fleet starts with an old key, and so many a second. */
const ADDRESS = { ratePerSecond: 5, burst: 200 };
/** By key: guesses at its secret, wherever they come from. */
const KEY = { ratePerSecond: 1, burst: 20 };
/** Who shows no key at all does not guess. */
const NO_KEY_COST = 0.2;
/** Addresses and keys of which it is known how often they failed. */
const MAX_KNOWN = 20_000;
/** An address is told of in the log once in so long, with how often it failed since. */
const LOG_EVERY_MS = 60_000;
/** Of all addresses. */
const LOG_LINES = { ratePerSecond: 0.5, burst: 20 };

export function createFailures(
  log: { warn(fields: object, message: string): void },
  metrics: Pick<Metrics, 'authFailure'>,
): Failures {
  const buckets = new BoundedMap<string, TokenBucket>(MAX_KNOWN);
  const told = new BoundedMap<string, { atMs: number; since: number }>(MAX_KNOWN);
  const lines = new TokenBucket(LOG_LINES.ratePerSecond, LOG_LINES.burst, Date.now());

  function wait(name: string, { ratePerSecond, burst }: typeof KEY, cost: number): number {
    const nowMs = Date.now();
    let bucket = buckets.get(name);
    if (bucket === undefined) buckets.set(name, (bucket = new TokenBucket(ratePerSecond, burst, nowMs)));
    const token = bucket.take(nowMs, cost);
    return token.ok ? 0 : token.waitMs;
  }

  function tell({ reason, party, keyId }: Failure): void {
    const nowMs = Date.now();
    const last = told.get(party);
    if (last !== undefined && nowMs - last.atMs < LOG_EVERY_MS) {
      last.since++;
      return;
    }
    if (!lines.take(nowMs).ok) return;
    told.set(party, { atMs: nowMs, since: 0 });
    log.warn({ address: party, keyId, reason, failures: 1 + (last?.since ?? 0) }, 'a request had no valid key');
  }

  return {
    note(failure) {
      const { reason, party, keyId } = failure;
      metrics.authFailure(reason);
      if (reason !== 'no-key') tell(failure);
      const byAddress = wait(`address ${party}`, ADDRESS, reason === 'no-key' ? NO_KEY_COST : 1);
      const byKey = reason === 'wrong-secret' && keyId !== undefined ? wait(`key ${keyId}`, KEY, 1) : 0;
      return Math.max(byAddress, byKey);
    },
  };
}
