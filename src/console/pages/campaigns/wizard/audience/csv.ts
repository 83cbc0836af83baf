/** CSV as it is written in a text: its rows with their places, and rows put in place of others. */

export const DELIMITERS = [',', ';', '\t', '|'] as const;

export interface CsvRow {
  /** As a spreadsheet counts, from 1; blank rows count too. */
  row: number;
  cells: string[];
  /** Where it stands in the text, without its line break. */
  from: number;
  to: number;
}

/** The rows of a CSV text that are not blank; a quoted cell may hold line breaks and delimiters. */
export function parseCsv(text: string, delimiter = delimiterOf(text)): CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  let cell = '';
  let quoted = false;
  let row = 1;
  let from = text.startsWith('\uFEFF') ? 1 : 0;
  const endRow = (to: number, next: number): void => {
    cells.push(cell);
    if (cells.some((each) => each.trim() !== '')) rows.push({ row, cells, from, to });
    [cells, cell, from] = [[], '', next];
    row++;
  };
  for (let i = from; i < text.length; i++) {
    const character = text[i]!;
    if (quoted) {
      if (character !== '"') cell += character;
      else if (text[i + 1] === '"') cell += text[++i];
      else quoted = false;
    } else if (character === '"' && cell === '') quoted = true;
    else if (character === delimiter) {
      cells.push(cell);
      cell = '';
    } else if (character === '\n' || character === '\r') {
      const to = i;
      if (character === '\r' && text[i + 1] === '\n') i++;
      endRow(to, i + 1);
    } else cell += character;
  }
  endRow(text.length, text.length);
  return rows;
}

/** The one that parts the first line into most cells. */
export function delimiterOf(text: string): string {
  const line = text.slice(0, /\r|\n/.exec(text)?.index ?? text.length);
  const many = (delimiter: string): number => line.split(delimiter).length;
  return [...DELIMITERS].sort((a, b) => many(b) - many(a))[0]!;
}

/** A row as it is written. */
export const csvLine = (cells: readonly string[], delimiter: string): string =>
  cells.map((cell) => (/["\r\n]/.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell)).join(delimiter); // prettier-ignore

/** The text with other cells in these rows; everything else stays as it is written. */
export function replaceRows(
  text: string,
  rows: readonly CsvRow[],
  mended: ReadonlyMap<number, readonly string[]>,
  delimiter: string,
): string {
  let done = '';
  let at = 0;
  for (const { row, from, to } of rows) {
    const cells = mended.get(row);
    if (cells === undefined) continue;
    done += text.slice(at, from) + csvLine(cells, delimiter);
    at = to;
  }
  return done + text.slice(at);
}
