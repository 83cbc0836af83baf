/**
 * The life of a message, as a table. `docs/state-machine.md` draws it and a test holds the two together; the SQL that
 * moves messages takes its source states from here.
 */
export const MESSAGE_STATES = [
  'accepted', 'queued', 'submitting', 'submitted', 'refused',
  'delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown',
] as const; // prettier-ignore
export type MessageState = (typeof MESSAGE_STATES)[number];

/** States that end a message's life; all others are `open` in the ledger. */
export const FINAL_STATES = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'] as const;
export type FinalState = (typeof FINAL_STATES)[number];

/** States from which dispatch may claim a message. */
export const CLAIMABLE_STATES = ['accepted', 'queued'] as const satisfies readonly MessageState[];

/**
 * Every move there is. The last three rows hold only until the outcome was reported: after that a `delivered` receipt
 * is recorded as late and changes nothing.
 */
export const TRANSITIONS: Record<MessageState, readonly MessageState[]> = {
  accepted: ['queued', 'submitting', 'failed', 'expired', 'suppressed', 'cancelled'],
  queued: ['submitting', 'delivered', 'failed', 'expired', 'suppressed', 'cancelled'],
  submitting: ['submitted', 'refused', 'queued', 'delivered', 'failed', 'expired', 'unknown'],
  submitted: ['refused', 'queued', 'delivered', 'failed', 'expired'],
  refused: ['queued', 'delivered', 'failed', 'expired'],
  delivered: [],
  suppressed: [],
  cancelled: [],
  failed: ['delivered'],
  expired: ['delivered'],
  unknown: ['delivered'],
};

const FINAL: ReadonlySet<string> = new Set(FINAL_STATES);

export function isFinal(state: MessageState): state is FinalState {
  return FINAL.has(state);
}

/** The states that a receipt or a result may move to `next`, for use in a `where state = any(…)`. */
export function statesBefore(next: MessageState): MessageState[] {
  return MESSAGE_STATES.filter((state) => TRANSITIONS[state].includes(next));
}
