/** Recipients that a person pastes, or that stand at the beginning of a file: read in the browser, so that errors show at once. */
import { columnName, numberColumnRank } from '../../../../../core/audience/number-columns';
import { readWritten } from '../../../../../core/messages/written-number';
import { parseCsv, type CsvRow } from './csv';

/** What a preview is made of. */
export interface Sample {
  to: string;
  variables: Record<string, string>;
}

export interface Recipient extends Sample {
  custom?: string;
}

/** A row that can't be used. */
export interface RowProblem {
  /** As a spreadsheet counts, from 1. */
  row: number;
  /** Which of its cells is wrong. */
  at: number;
  value: string;
  message: string;
}

export interface People {
  recipients: Recipient[];
  /** Of each recipient its row and cell. */
  places: { row: number; at: number }[];
  problems: RowProblem[];
  /** Rows whose number stands in an earlier one. */
  duplicates: number;
  /** Names of the columns that are variables. */
  columns: string[];
  /** As they are written, without blank ones. */
  rows: CsvRow[];
  /** What the first row calls the columns; null = it is a row like the others. */
  names: string[] | null;
}

/** What one request takes; more is uploaded as a file. */
export const MAX_PASTED = 10_000;
const MAX_VALUE = 100;
const META_COLUMNS = ['custom', 'meta'];
/** A number of a phone, with its country code or without. */
const DIGITS = /^\+?\d{7,15}$/;

/**
 * Reads numbers, one a line or several with commas between; or, where the first row names its columns, a table whose other
 * columns are variables. Whether a number can be one of the account's countries only the API knows: it says so of each when
 * the draft is saved.
 */
export function readPeople(text: string): People {
  const rows = parseCsv(text);
  const header = headerOf(rows[0]?.cells ?? []);
  const people: People = { recipients: [], places: [], problems: [], duplicates: 0, columns: header?.variables.map(({ name }) => name) ?? [], rows, names: header === null ? null : rows[0]!.cells }; // prettier-ignore
  const seen = new Set<string>();
  for (const { cells, row } of header === null ? rows : rows.slice(1)) {
    for (const at of header === null ? cells.keys() : [header.number]) {
      const value = cells[at] ?? '';
      if (header === null && value.trim() === '') continue;
      const read = readWritten(value);
      const number = read.ok ? read.text : '';
      const problem = !read.ok ? read.reason : DIGITS.test(number) ? null : 'the number has an impossible length';
      if (problem !== null) people.problems.push({ row, at, value: value.slice(0, MAX_VALUE), message: problem });
      else if (seen.has(number)) people.duplicates++;
      else {
        seen.add(number);
        people.recipients.push({ to: number, ...valuesOf(header, cells) });
        people.places.push({ row, at });
      }
    }
  }
  return people;
}

interface Header {
  number: number;
  meta: number;
  variables: { name: string; at: number }[];
}

/** The columns, where the first row names them: one of its cells is a name for numbers. */
function headerOf(cells: readonly string[]): Header | null {
  const ranks = cells.map((cell) => numberColumnRank(columnName(cell)));
  const known = ranks.filter((rank) => rank !== null);
  if (known.length === 0) return null;
  const number = ranks.indexOf(Math.min(...known));
  const meta = cells.findIndex((cell) => META_COLUMNS.includes(cell.trim().toLowerCase()));
  const variables = cells
    .map((cell, at) => ({ name: cell.trim(), at }))
    .filter(({ name, at }) => name !== '' && at !== number && at !== meta);
  return { number, meta, variables };
}

function valuesOf(header: Header | null, cells: readonly string[]): Omit<Recipient, 'to'> {
  if (header === null) return { variables: {} };
  const custom = header.meta < 0 ? '' : (cells[header.meta] ?? '').trim();
  const variables = Object.fromEntries(header.variables.map(({ name, at }) => [name, (cells[at] ?? '').trim()]));
  return { variables, ...(custom === '' ? {} : { custom }) };
}

/** The first rows of a file as samples: the file itself is read by the server. */
export function samplesOf(text: string, isCut: boolean): Sample[] {
  const whole = isCut ? text.slice(0, text.lastIndexOf('\n') + 1) : text;
  return readPeople(whole).recipients.slice(0, MAX_SAMPLES);
}

/** As many are previewed. */
export const MAX_SAMPLES = 50;
