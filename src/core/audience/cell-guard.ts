/** Cells that a spreadsheet would change or run, and how they are kept as they are. Pure. */

/**
 * What a spreadsheet takes for the beginning of a formula, also the full-width forms, and also behind what some of them
 * leave away: blanks, tabs, ends of lines, marks of direction.
 */
const FORMULA = /^[\s\p{Cf}\p{Cc}]*[=+\-@\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;
/** From twelve digits on spreadsheets show `9.2E+11`, and save that; from sixteen on they lose the last ones. */
const LONG_NUMBER = /^\d{12,}$/;

const changes = (text: string): boolean => FORMULA.test(text) || LONG_NUMBER.test(text);

/** The text as a cell that stays as it is when a spreadsheet opens and saves it: behind an apostrophe, where it needs one. */
export const guarded = (text: string): string => (changes(text) ? `'${text}` : text);

/** A formula that is nothing but a text: what people write to keep zeros and long numbers in a spreadsheet. */
const TEXT_FORMULA = /^="([^"]*)"$/;

/** The text of a cell, without an apostrophe that {@link guarded} put there, or the formula that others use for it. */
export function unguarded(cell: string): string {
  if (cell.startsWith("'")) return changes(cell.slice(1)) ? cell.slice(1) : cell;
  return cell.startsWith('=') ? (TEXT_FORMULA.exec(cell)?.[1] ?? cell) : cell;
}
