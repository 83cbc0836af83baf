/** Pauses that a provider asks for (`Retry-After`, RFC 9110, section 10.2.3): how long a gateway keeps to them. Pure. */

/** A longer pause is a mistake of the provider's, or a quota of the day: the gateway is tried again after this. */
export const MAX_HOLD_MS = 15 * 60_000;
/** Messages wait a pause out on their gateway when it is no longer than this; else they take their next leg. */
export const HOLD_PATIENCE_MS = 5_000;
/** What is taken for sending leaves within about this time, or is not taken: nothing else may stand behind it. */
export const MAX_PACE_MS = 1_000;

/** The pause that is kept: at least nothing, at most {@link MAX_HOLD_MS}; what is no number is none. */
export function holdFor(askedMs: number | undefined): number {
  return askedMs === undefined || !(askedMs > 0) ? 0 : Math.min(askedMs, MAX_HOLD_MS);
}

/** Why a gateway takes nothing during a pause. @param untilMs epoch milliseconds */
export const holdReason = (untilMs: number, said: string | null): string =>
  `the provider asks to wait until ${new Date(untilMs).toISOString().slice(0, 19)}Z${said === null ? '' : `: ${said}`}`;
