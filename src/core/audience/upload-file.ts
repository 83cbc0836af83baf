/** Uploaded CSV files of recipients: their limits, how other kinds of files are told, and what their columns mean. */
import { maskDigits } from '../messages/msisdn';
import { columnName, numberColumnRank } from './number-columns';

/** The longest row with its line break; in quotes a row may span several lines. */
export const MAX_LINE_BYTES = 64 * 1_024;
export const MAX_COLUMNS = 200;
export const MAX_ROWS = 10_000_000;

/** The names that are told; others in several languages are known, see {@link numberColumnRank}. */
const NUMBER_COLUMNS: readonly string[] = ['to', 'phone', 'mobile', 'msisdn', 'number', 'destination'];
export const META_COLUMNS: readonly string[] = ['custom', 'meta'];

/** In order of preference, where a file could be read with several. */
export const DELIMITERS: readonly string[] = [',', ';', '\t', '|'];
const DELIMITER_NAMES: Record<string, string> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };
/** How each delimiter is spelled in `?delimiter=`. */
const DELIMITER_IN_QUERY: Record<string, string> = { ',': ',', ';': '%3B', '\t': '%09', '|': '%7C' };

/**
 * Options of the CSV parser, the same wherever a file is read. A row may be shorter or longer than the header: the reader
 * of rows judges that.
 */
export const csvOptions = (delimiter: string) => ({
  delimiter,
  // All line breaks at once, so that a file in which they are mixed reads the same from any row on.
  record_delimiter: ['\r\n', '\n', '\r'],
  relax_quotes: true,
  relax_column_count: true,
});

/** The first bytes of files that are no CSV text, and what such a file is. */
const SIGNATURES: readonly [hex: string, name: string][] = [
  ['504b0304', 'a zip archive or an Excel workbook (.xlsx)'],
  ['504b0506', 'an empty zip archive'],
  ['d0cf11e0', 'an old Excel workbook (.xls)'],
  ['1f8b', 'a gzip file'],
  ['425a68', 'a bzip2 file'],
  ['fd377a585a00', 'an xz file'],
  ['377abcaf271c', 'a 7z archive'],
  ['52617221', 'a rar archive'],
  ['25504446', 'a PDF'],
  ['fffe0000', 'UTF-32 text'],
  ['0000feff', 'UTF-32 text'],
  ['fffe', 'UTF-16 text'],
  ['feff', 'UTF-16 text'],
];

/** What a file that is no CSV text looks like, by its first bytes; null when it may be one. */
export function looksLike(head: Buffer): string | null {
  const hex = head.subarray(0, 8).toString('hex');
  const known = SIGNATURES.find(([signature]) => hex.startsWith(signature));
  if (known !== undefined) return known[1];
  if (!head.includes(0)) return null;
  const wide = wideCharset(head.subarray(0, LOOKED_AT));
  return wide === null
    ? 'a binary file'
    : `UTF-16 text without a byte order mark (then declare it with ?charset=${wide})`;
}

/** Bytes that are looked at for a charset that nobody declared. */
const LOOKED_AT = 256;

/** Latin letters, digits and commas have a zero in every second byte of UTF-16. */
function wideCharset(start: Buffer): string | null {
  const zeros = [0, 1].map((odd) => start.filter((byte, at) => byte === 0 && at % 2 === odd).length);
  const enough = start.length / 4;
  if (start.length < 4 || zeros[0]! + zeros[1]! < enough) return null;
  if (zeros[0] === 0) return 'utf-16le';
  return zeros[1] === 0 ? 'utf-16be' : null;
}

export interface ColumnSettings {
  /** The column with the numbers; null = the one whose name says so best. */
  numberColumn: string | null;
  delimiter: string;
}

/** Which cells of a row are the number, the meta and the variables. */
export interface ColumnPlan {
  /** How many cells a row has. */
  width: number;
  /** Index and name of the column with the numbers. */
  number: { at: number; name: string };
  /** Other columns whose names say that they have numbers, the best first: they stand in for an empty cell. */
  otherNumbers: { at: number; name: string }[];
  /** Null when there is none. */
  meta: { at: number; name: string } | null;
  /** Every other column that has a name. */
  variables: { at: number; name: string }[];
}

export type ColumnReading = { ok: true; plan: ColumnPlan } | { ok: false; problem: string };

/**
 * Reads a header row.
 * @param cells as they stand in the file. Blanks around a name and what can't be seen don't count, and case doesn't when names are compared.
 */
export function planColumns(cells: readonly string[], { numberColumn, delimiter }: ColumnSettings): ColumnReading {
  if (cells.length > MAX_COLUMNS) return refuse(`the header has ${cells.length} columns; ${MAX_COLUMNS} is the most`);
  const named = cells.map((cell, at) => ({ at, name: columnName(cell) })).filter(({ name }) => name !== '');
  if (named.some(({ name }) => name.includes('\ufffd'))) {
    return refuse('the header is not UTF-8: save the file as "CSV UTF-8"');
  }
  const twice = named.find(({ at, name }) => named.some((other) => other.at < at && same(other.name, name)));
  if (twice !== undefined) return refuse(`the header has the column ${quote(twice.name)} twice: rename one`);

  const find = (name: string) => named.find((column) => same(column.name, name));
  const firstOf = (names: readonly string[]) => names.map(find).find((column) => column !== undefined);
  const numbers = named
    .flatMap((column) => {
      const rank = numberColumnRank(column.name);
      return rank === null ? [] : [{ column, rank }];
    })
    .sort((a, b) => a.rank - b.rank)
    .map(({ column }) => column);
  const number = numberColumn === null ? numbers[0] : find(columnName(numberColumn));
  if (number === undefined) return refuse(noNumber(named, numberColumn, delimiter));
  const meta = firstOf(META_COLUMNS.filter((name) => !same(name, number.name))) ?? null;
  const variables = named.filter((column) => column !== number && column !== meta);
  const otherNumbers = numbers.filter((column) => column !== number && column !== meta);
  return { ok: true, plan: { width: cells.length, number, otherNumbers, meta, variables } };
}

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
const refuse = (problem: string): ColumnReading => ({ ok: false, problem });

const MAX_SHOWN = 10;
const MAX_SHOWN_LENGTH = 40;

/** A header's cell in a message: it may be a number, when the header row is missing. */
const quote = (name: string): string => JSON.stringify(maskDigits(name.slice(0, MAX_SHOWN_LENGTH)));

function noNumber(columns: readonly { name: string }[], wanted: string | null, delimiter: string): string {
  const other = DELIMITERS.find((mark) => mark !== delimiter && columns.some(({ name }) => name.includes(mark)));
  const shown = columns.slice(0, MAX_SHOWN).map(({ name }) => quote(name));
  const seen = `${shown.join(', ')}${columns.length > MAX_SHOWN ? ` and ${columns.length - MAX_SHOWN} more` : ''}`;
  if (other !== undefined && columns.length <= 2) {
    return (
      `the file was read with the delimiter ${DELIMITER_NAMES[delimiter]}, but its header, ${seen}, seems to use ` +
      `${DELIMITER_NAMES[other]}: repeat the request with ?delimiter=${DELIMITER_IN_QUERY[other]}`
    );
  }
  if (wanted !== null) return `there is no column ${quote(wanted)}; the header row has ${seen}`;
  return (
    `there is no column with the numbers: the header row has ${seen}; name one of them ${NUMBER_COLUMNS.join(', ')}, ` +
    'or say which it is with ?numberColumn='
  );
}
