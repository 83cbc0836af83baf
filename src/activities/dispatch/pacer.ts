/**
 * Keeps rates over all workers: places are reserved in Postgres, and a message leaves at its place or takes another one.
 * A place that was missed (a busy machine, a slow claim) is given up, because leaving later would put it into a second
 * that belongs to others.
 */
import type { Pool } from 'pg';
import { reservePlaces, shrinkRate, type Rate } from '../../store/dispatch/rates';
import { pace } from '../../core/concurrency/pace';
import { MAX_PACE_MS } from '../../core/gateways/hold';

/** Places are this much wider than the rate asks for: what jitter may take back without a second exceeding the rate. */
const MARGIN = 1.017;
/** A place is still good so long after its moment. */
const LATE_MS = 6;
/** Places are reserved for this much time at once. */
const LEASE_MS = 100;
/**
 * Bulk reserves no further ahead than this, so that a one-time password over the same gateway waits for no more than
 * what is reserved already.
 */
const BULK_AHEAD_MS = 50;
/** With several rates a place of one would lie idle while another is waited for: so it is taken at the last moment. */
const JOINT_AHEAD_MS = 5;

export interface Pacer {
  /** Messages of one lease: the most that a block should claim. */
  readonly leaseSize: number;
  /**
   * When `count` messages may leave, one caller after the other: true, or false when the run is told to stop or their
   * turn is further away than {@link MAX_PACE_MS}. Without a promise where nothing is to be waited for: one per message
   * is what would cost most here.
   * @param soon how many the caller will want in all, these among them: places are reserved for no more.
   */
  next(count: number, soon?: number): true | Promise<boolean>;
  /** How long to stay away, in milliseconds, after a turn was too far away; 0 = it was not. */
  readonly awayMs: number;
  /** The provider asks for a pause: from then on the rate is halved. It is the gateway that keeps to the pause. */
  slowDown(): Promise<void>;
}

/** A rate that people may change while it is kept. */
export interface LiveRate {
  key: string;
  /** Messages per second; null = none is set. */
  perSecond(): number | null;
}

export interface PacerOptions {
  pool: Pool;
  /** None is exceeded in any one second. */
  limits: readonly LiveRate[];
  /** How fast a campaign is to be: kept on average, and within a place or two in any second. */
  targetRate?: LiveRate;
  /** Goes before bulk. */
  urgent: boolean;
  /** Requests of this gateway wait until then (by `performance.now()`). */
  hold: { readonly untilMs: number };
  stopping: AbortSignal;
}

export function createPacer({ pool, limits, targetRate, urgent, hold, stopping }: PacerOptions): Pacer {
  const hard = createReservations(pool, limits, urgent, stopping);
  const soft = targetRate === undefined ? null : createReservations(pool, [targetRate], urgent, stopping);
  let turn = Promise.resolve(true);
  let waiting = 0;

  const isFree = (): boolean =>
    !stopping.aborted && hold.untilMs <= performance.now() && hard.isFree() && (soft === null || soft.isFree());

  const heldMs = (): number => Math.max(0, hold.untilMs - performance.now());

  async function take(count: number, soon: number): Promise<boolean> {
    while (!stopping.aborted && heldMs() > 0) {
      if (heldMs() > MAX_PACE_MS) return false;
      await pace(heldMs(), stopping);
    }
    return (soft === null || (await soft.take(count, soon))) && (await hard.take(count, soon)) && !stopping.aborted;
  }

  return {
    get leaseSize() {
      return Math.min(hard.leaseSize(), soft?.leaseSize() ?? Number.POSITIVE_INFINITY);
    },
    next(count, soon = count) {
      if (waiting === 0 && isFree()) return true;
      waiting++;
      turn = turn
        .catch(() => true)
        .then(() => take(count, soon))
        .finally(() => waiting--);
      return turn;
    },
    get awayMs() {
      return Math.max(heldMs(), hard.awayMs(), soft?.awayMs() ?? 0);
    },
    async slowDown() {
      hard.forget();
      for (const { key, perSecond } of limits) if (perSecond() !== null) await shrinkRate(pool, key);
    },
  };
}

/** Reserves places of rates that hold together, and hands them out one after the other. */
function createReservations(pool: Pool, lives: readonly LiveRate[], urgent: boolean, stopping: AbortSignal) {
  let nextAt = 0;
  let everyMs = 0;
  let places = 0;
  let backAt = 0;

  const rates = (): Rate[] =>
    lives.flatMap(({ key, perSecond }) => {
      const rate = perSecond();
      return rate === null ? [] : [{ key, perSecond: rate / MARGIN }];
    });

  /** @returns how long to wait before trying again; 0 = places were reserved. */
  async function reserve(now: readonly Rate[], count: number, soon: number): Promise<number> {
    const joint = now.length > 1;
    const aheadMs = urgent ? MAX_PACE_MS : joint ? JOINT_AHEAD_MS : BULK_AHEAD_MS;
    const wanted = joint ? count : Math.max(count, Math.min(soon, leaseOf(now)));
    const reserved = await reservePlaces(pool, now, wanted, aheadMs);
    if (!reserved.taken) return Math.max(1, reserved.waitMs - aheadMs);
    places = wanted;
    nextAt = performance.now() + reserved.waitMs;
    everyMs = reserved.everyMs;
    return 0;
  }

  /** Gives up the places whose moment has passed. */
  function skipMissed(): void {
    const lateMs = performance.now() - nextAt - LATE_MS;
    if (lateMs <= 0) return;
    const missed = Math.ceil(lateMs / everyMs);
    nextAt += missed * everyMs;
    places -= missed;
  }

  return {
    leaseSize: () => leaseOf(rates()),
    /** No rate holds now. */
    isFree: () => lives.every(({ perSecond }) => perSecond() === null),
    /** How far away the next free place is, after a turn was refused for that; 0 = none was. */
    awayMs: () => Math.max(0, backAt - performance.now()),
    forget() {
      places = 0;
    },
    async take(count: number, soon: number): Promise<boolean> {
      while (!stopping.aborted) {
        const now = rates();
        if (now.length === 0) return true;
        if (places < count) {
          const waitMs = await reserve(now, count, soon);
          if (waitMs > MAX_PACE_MS) {
            backAt = performance.now() + waitMs;
            return false;
          }
          if (waitMs > 0) {
            await pace(waitMs, stopping);
            continue;
          }
        }
        const waitMs = nextAt - performance.now();
        if (waitMs > 0) await pace(waitMs, stopping);
        if (stopping.aborted) return false;
        skipMissed();
        if (places < count) continue;
        nextAt += count * everyMs;
        places -= count;
        return true;
      }
      return false;
    },
  };
}

function leaseOf(rates: readonly Rate[]): number {
  const slowest = Math.min(...rates.map((rate) => rate.perSecond));
  return slowest === Number.POSITIVE_INFINITY ? slowest : Math.max(1, Math.floor((slowest * LEASE_MS) / 1_000));
}
