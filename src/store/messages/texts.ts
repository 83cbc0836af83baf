/** The text of a message after its end: what was told to be sensitive is deleted with the last state. */

/** Marks, in `options`, a message whose text nobody is shown. */
const SENSITIVE = `m.options ? 'sensitive'`;

/**
 * SQL that sets the text of a message `m`, for every statement that can end messages. Nothing needs it any more then: no
 * leg follows, and no look-up asks by it.
 * @param isEnded condition in SQL under which the statement ends `m`.
 */
export const bodyOnceEnded = (isEnded = 'true'): string =>
  `body = case when ${SENSITIVE} and (${isEnded}) then '' else m.body end`;

/** SQL of what is kept of a report as it came, where the message `m` stands beside it: a vendor may repeat the text in it. */
export const rawUnlessSensitive = (raw: string): string => `case when ${SENSITIVE} then null else ${raw} end`;
