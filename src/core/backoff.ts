/** Exponential back-off as data and one pure function. */

export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** Another try over the same gateway. */
export const SUBMIT_BACKOFF: Backoff = { baseMs: 1_000, maxMs: 300_000 };
/** CleverTap asks for a first retry after 10 minutes, then exponential back-off (CleverTap docs, generic SMS). */
export const CLEVERTAP_BACKOFF: Backoff = { baseMs: 600_000, maxMs: 6 * 3_600_000 };

/**
 * Milliseconds to wait before try number `failures` + 1.
 * @param failures tries that failed so far, from 1.
 * @param random 0 to 1; spreads the last quarter so that what failed together does not return together.
 */
export function backoffMs(backoff: Backoff, failures: number, random: number = 0): number {
  const full = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (1 + random / 4));
}
