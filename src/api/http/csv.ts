/** Texts of others in CSV files that people open with a spreadsheet. */

/**
 * What a spreadsheet takes for the beginning of a formula, also the full-width forms, and also behind what some of them
 * leave away: blanks, tabs, ends of lines, marks of direction.
 */
const FORMULA = /^[\s\p{Cf}\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;

/** A cell of somebody else's text that no spreadsheet takes for a formula. */
export const safeCell = <Text extends string | null | undefined>(text: Text): Text =>
  typeof text === 'string' && FORMULA.test(text) ? (`'${text}` as Text) : text;
