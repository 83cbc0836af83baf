/** Exponential back-off as data and one pure function. */

export interface Backoff {
  baseMs: number;
  maxMs: number;
}

/** Another try over the same gateway. */
export const SUBMIT_BACKOFF: Backoff = { baseMs: 1_000, maxMs: 300_000 };
/** CleverTap asks for a first retry after 10 minutes, then exponential back-off (CleverTap docs, generic SMS). */
export const CLEVERTAP_BACKOFF: Backoff = { baseMs: 600_000, maxMs: 6 * 3_600_000 };

/** Posts that find out whether the endpoint of a paused webhook is back: some 290 a day once it has been away for long. */
export const PROBE_BACKOFF: Backoff = { baseMs: 5_000, maxMs: 300_000 };

/**
 * Milliseconds to wait before try number `failures` + 1.
 * @param failures tries that failed so far, from 1.
 * @param random 0 to 1; spreads the last quarter so that what failed together does not return together.
 */
export function backoffMs(backoff: Backoff, failures: number, random: number = 0): number {
  const full = Math.min(backoff.maxMs, backoff.baseMs * 2 ** Math.min(failures - 1, 30));
  return Math.round(full * (1 + random / 4));
}

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Pauses before the second to the tenth try of a customer webhook (Standard Webhooks, "Deliverability"). */
export const WEBHOOK_SCHEDULE_MS: readonly number[] = [
  5 * SECOND, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR,
]; // prettier-ignore

/**
 * Milliseconds to wait before try number `failures` + 1 by a schedule; null when it has no more.
 * @param random 0 to 1; adds up to a tenth.
 */
export function scheduledMs(schedule: readonly number[], failures: number, random: number = 0): number | null {
  const pause = schedule[failures - 1];
  return pause === undefined ? null : Math.round(pause * (1 + random / 10));
}
