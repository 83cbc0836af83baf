/** What can be wrong with one record of a request while the others are accepted. */

/**
 * Why a record can be rejected, alone; `docs/errors.md` explains each. After what is wrong with a value by itself come
 * two about what the account's sender IDs and gateways allow, six about windows and India's rules, two about where
 * outcomes go, and one for what only Postgres finds wrong.
 */
export const RECORD_PROBLEMS = [
  'missing', 'ambiguous', 'invalid-type', 'invalid-number', 'invalid-time', 'too-long', 'too-many', 'missing-variable',
  'unreplaced-token',
  'sender-not-approved', 'unsupported-option', 'outside-window', 'dlt-template', 'dlt-mismatch', 'dlt-entity',
  'service-class', 'header-mismatch', 'callback-url', 'unknown-webhook', 'unstorable',
] as const; // prettier-ignore
export type RecordProblemCode = (typeof RECORD_PROBLEMS)[number];

export interface RecordProblem {
  code: RecordProblemCode;
  /** The key as the caller wrote it, else our first name for it. */
  field: string;
  message: string;
}
