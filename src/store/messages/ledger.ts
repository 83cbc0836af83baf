/** The ledger of a slice in SQL: expressions over the counters of a row of `slices`, by the name that a statement has for it. */
import { FINAL_STATES } from '../../core/messages/status';

/** Messages with an outcome. */
export const settledOf = (slice: string): string => `(${FINAL_STATES.map((state) => `${slice}.${state}`).join(' + ')})`;

/** Messages without an outcome. */
export const openOf = (slice: string): string => `(${slice}.total - ${settledOf(slice)})`;

/** Whether there are messages without an outcome. */
export const hasOpen = (slice: string): string => `(${slice}.total > ${settledOf(slice)})`;
