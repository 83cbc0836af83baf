/** Rows that are refused, as a table in which they can be mended. */
import { guarded } from '../../../../../core/audience/cell-guard';
import { columnName, numberColumnRank, OTHER_COLUMN_NOTE } from '../../../../../core/audience/number-columns';
import { csvLine, delimiterOf, DELIMITERS, parseCsv, replaceRows, type CsvRow } from './csv';
import type { People } from './people';

export interface RefusedRow {
  row: number;
  /** As they are written. */
  cells: readonly string[];
  /** Those that are wrong. */
  wrong: readonly number[];
  message: string;
}

export interface RefusedTable {
  /** Titles of the columns, by the cell's place. */
  names: readonly string[];
  rows: readonly RefusedRow[];
}

/** Cells by the number of their row. */
export type Mended = ReadonlyMap<number, readonly string[]>;

interface Problem {
  row: number;
  at: number | null;
  message: string;
}

function tableOf(names: readonly string[], rows: readonly CsvRow[], problems: readonly Problem[]): RefusedTable {
  const byRow = new Map<number, Problem[]>();
  for (const problem of problems) byRow.set(problem.row, [...(byRow.get(problem.row) ?? []), problem]);
  const refused = rows.flatMap(({ row, cells }) => {
    const own = byRow.get(row);
    if (own === undefined) return [];
    const wrong = own.flatMap(({ at }) => (at === null ? [] : [at]));
    return [{ row, cells, wrong, message: [...new Set(own.map(({ message }) => message))].join('; ') }];
  });
  return { names, rows: refused };
}

/**
 * Of what was pasted.
 * @param told what the API says of its recipients, by their place in the request.
 */
export function refusedPasted(people: People, told: readonly { position: number; message: string }[]): RefusedTable {
  const later = told.flatMap(({ position, message }) => {
    const place = people.places[position];
    return place === undefined ? [] : [{ ...place, message }];
  });
  const problems = [...people.problems, ...later];
  const refused = new Set(problems.map(({ row }) => row));
  const rows = people.rows.filter(({ row }) => refused.has(row));
  const width = Math.max(1, ...rows.map(({ cells }) => cells.length));
  const numbered = Array.from({ length: width }, (_, i) => (width === 1 ? 'Number' : `Number ${i + 1}`));
  return tableOf(people.names ?? numbered, rows, problems);
}

/** The pasted text with other cells in these rows. */
export const mendPasted = (text: string, { rows }: People, mended: Mended): string =>
  replaceRows(text, rows, mended, delimiterOf(text));

/** A file whose rows can be mended: the one that was uploaded, as the browser has it. */
export interface MendableFile {
  /** The line that names the delimiter, which is no row. */
  head: string;
  text: string;
  delimiter: string;
  rows: readonly CsvRow[];
}

const SEPARATOR_LINE = /^\uFEFF?"?sep=(\\t|[^"\r\n])"?[,;|\t ]*(?:\r\n|\n|\r)/i;

/** What the API says of a row of a file. */
interface FileError {
  row: number;
  column: string | null;
  message: string;
}

/**
 * Reads a file again that was uploaded.
 * @param upload as the API has read it.
 * @returns null when it has other columns, or lacks the rows that are wrong: it is another file, or in another charset.
 */
export function readAgain(
  text: string,
  { columns, errors }: { columns: readonly string[]; errors: readonly FileError[] },
): MendableFile | null {
  const named = SEPARATOR_LINE.exec(text);
  const head = named?.[0] ?? '';
  const body = text.slice(head.length);
  const delimiters = named === null ? DELIMITERS : [named[1] === '\\t' ? '\t' : named[1]!];
  const isHeader = (cells: readonly string[] = []): boolean =>
    cells.length === columns.length && cells.every((cell, at) => columnName(cell) === columnName(columns[at]!));
  for (const delimiter of delimiters) {
    // A line break in the header's quotes is rare, and then the whole is read.
    const line = body.slice(0, /\r|\n/.exec(body)?.index ?? body.length);
    if (!line.includes('"') && !isHeader(parseCsv(line, delimiter)[0]?.cells)) continue;
    const rows = parseCsv(body, delimiter);
    if (!isHeader(rows[0]?.cells)) continue;
    const known = new Set(rows.map(({ row }) => row));
    return errors.every(({ row }) => known.has(row)) ? { head, text: body, delimiter, rows } : null;
  }
  return null;
}

/** Of a file. @param errors as the API tells them. */
export function refusedOfFile(
  { rows }: MendableFile,
  errors: readonly FileError[],
): RefusedTable {
  const names = rows[0]!.cells.map(columnName);
  const problems = errors
    .filter(({ message }) => !message.startsWith(OTHER_COLUMN_NOTE))
    .map(({ row, column, message }) => ({ row, at: column === null ? null : names.indexOf(columnName(column)), message }));
  return tableOf(names, rows, problems);
} // prettier-ignore

/** The file with other cells in these rows. */
export const mendFile = ({ head, text, rows, delimiter }: MendableFile, mended: Mended): string =>
  head + replaceRows(text, rows, mended, delimiter);

const MAX_COLUMNS = 6;

/** The columns that are shown: those that are wrong, those with numbers, and the first others. */
export function shownColumns({ names, rows }: RefusedTable): number[] {
  const wrong = new Set(rows.flatMap(({ wrong }) => wrong));
  const rank = (at: number): number => (wrong.has(at) ? 0 : numberColumnRank(columnName(names[at]!)) !== null ? 1 : 2);
  const all = [...names.keys()].sort((a, b) => rank(a) - rank(b) || a - b);
  return all.slice(0, MAX_COLUMNS).sort((a, b) => a - b);
}

/** The refused rows as a file of their own, each with what is wrong. */
export const refusedCsv = ({ names, rows }: RefusedTable): string =>
  [[...names, 'what is wrong'], ...rows.map(({ cells, message }) => [...names.map((_, at) => cells[at] ?? ''), message])]
    .map((cells) => csvLine(cells.map(guarded), ','))
    .join('\r\n'); // prettier-ignore
