/** The ledger of a slice in SQL: expressions over the counters of a row of `slices`, by the name that a statement has for it. */
import { FINAL_STATES, type FinalState } from '../../core/messages/status';

/** The counters that make the ledger. `stats_of` begins with them, and `ledger_rollups` adds them up. */
export const COUNTED = ['total', ...FINAL_STATES] as const;

/** Messages with an outcome. */
export const settledOf = (slice: string): string => `(${FINAL_STATES.map((state) => `${slice}.${state}`).join(' + ')})`;

/** Messages without an outcome. */
export const openOf = (slice: string): string => `(${slice}.total - ${settledOf(slice)})`;

/** Whether there are messages without an outcome. */
export const hasOpen = (slice: string): string => `(${slice}.total > ${settledOf(slice)})`;

/** The outcomes that its messages have: a bit for each of `FINAL_STATES`, in that order. */
export const outcomesOf = (slice: string): string =>
  `(${FINAL_STATES.map((state, bit) => `((${slice}.${state} > 0)::int << ${bit})`).join(' | ')})::smallint`;

/**
 * Whether it is current: under way, or changed since it was counted (`ledger_rollups`). All slices with open messages
 * are; of others only the newest, however many there are. An index has them by account and id.
 */
export const isCurrent = (slice: string): string => `${slice}.outcomes is null`;

/** Whether it is not current and has messages of this outcome: the condition of an index by account and id. */
export const hasOutcome = (slice: string, state: FinalState): string =>
  `(${slice}.outcomes & ${1 << FINAL_STATES.indexOf(state)}) > 0`;
