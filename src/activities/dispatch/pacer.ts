/**
 * Keeps a gateway's rate over all workers: places are reserved in Postgres, and a message leaves at its place or takes
 * another one. A place that was missed (a busy machine, a slow claim) is given up, because leaving later would put it
 * into a second that belongs to others.
 */
import type { Pool } from 'pg';
import { reserveRate } from '../../store/rates';
import { pace } from './pace';

/** Places are this much wider than the rate asks for: what jitter may take back without a second exceeding the rate. */
const MARGIN = 1.01;
/** A place is still good so long after its moment. */
const LATE_MS = 10;
/** Places are reserved for this much time at once. */
const LEASE_MS = 100;

export interface Pacer {
  /** Messages of one lease: the most that a block should claim. */
  readonly leaseSize: number;
  /** Resolves when `count` messages may leave, one caller after the other: true, or false when the run is told to stop. */
  next(count: number): Promise<boolean>;
}

const AT_ONCE = Promise.resolve(true);

/** @param key what the rate belongs to. @param ratePerSecond messages per second; null = as fast as can be. */
export function createPacer(pool: Pool, key: string, ratePerSecond: number | null, stopping: AbortSignal): Pacer {
  if (ratePerSecond === null) return { leaseSize: Number.POSITIVE_INFINITY, next: () => AT_ONCE };
  const rate = ratePerSecond / MARGIN;
  const leaseSize = Math.max(1, Math.floor((rate * LEASE_MS) / 1_000));
  let nextAt = 0;
  let places = 0;
  let turn = AT_ONCE;

  async function take(count: number): Promise<boolean> {
    while (!stopping.aborted) {
      if (places < count) {
        places = Math.max(count, leaseSize);
        nextAt = performance.now() + (await reserveRate(pool, key, rate, places));
      }
      const waitMs = nextAt - performance.now();
      if (waitMs > 0) await pace(waitMs, stopping);
      if (!stopping.aborted && performance.now() - nextAt <= LATE_MS) {
        nextAt += (count / rate) * 1_000;
        places -= count;
        return true;
      }
      places = 0;
    }
    return false;
  }

  return {
    leaseSize,
    next(count) {
      turn = turn.catch(() => true).then(() => take(count));
      return turn;
    },
  };
}
