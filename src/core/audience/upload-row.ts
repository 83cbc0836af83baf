/** Rows of an uploaded CSV file, checked one by one: a bad row is an error of its own. */
import type { ColumnPlan } from './upload-file';
import { normaliseMsisdn } from '../messages/msisdn';
import { unguarded } from './cell-guard';
import { OTHER_COLUMN_NOTE } from './number-columns';

/** Characters that a caller's meta may have, wherever it comes from. */
export const MAX_META_LENGTH = 512;
const MAX_VALUE_LENGTH = 100;
const BLANK = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]*$/u;
/** No number at all: marks alone, such as a guard of nothing, and the words of databases and spreadsheets for nothing. */
const NO_NUMBER = /^[^\p{L}\p{N}]*(?:(?:null|nil|none|nan|n\/a|na)[^\p{L}\p{N}]*)?$/iu;
/** How nearly all numbers begin. */
const BEGINS = /^\+?\d/;
/** Nobody sees them at the ends of a cell, and one of them makes a text that costs twice. */
const INVISIBLE_END = /[\s\u200b\u2060]/;
/** The character that the decoder puts where bytes are not UTF-8. */
const NOT_UTF8 = '\ufffd';

/** One thing that is wrong with a row. */
export interface RowError {
  /** Null: the row as a whole. */
  column: string | null;
  /** The text of the cell, up to 100 characters; not masked. */
  value: string;
  message: string;
  /** Of a row that is nobody's: its number in E.164, or as it was written; null = it has none. Absent = not told. */
  msisdn?: string | null;
  meta?: string | null;
}

export type RowReading =
  | {
      kind: 'valid';
      /** E.164. */ msisdn: string;
      meta: string | null;
      /** A JSON object of strings. */ variables: string;
      /** What was done with the row that nobody asked for, for the report. Absent = nothing. */ note?: RowError;
    }
  | ({ kind: 'invalid' } & RowError)
  /** No cell holds anything. */
  | { kind: 'blank' };

/**
 * Makes the reader of a file's rows.
 * @param defaultCountry ISO 3166 alpha-2, of numbers without a country code.
 */
export function createRowReader(plan: ColumnPlan, defaultCountry: string): (cells: readonly string[]) => RowReading {
  const { width, number, otherNumbers, meta, variables } = plan;
  // Names are written as JSON once, not once per row. Built as a text, a name such as __proto__ reaches no prototype.
  const keys = variables.map(({ at, name }) => ({ at, name, json: `${JSON.stringify(name)}:` }));

  /** Whose row it would have been. */
  function ownerOf(cells: readonly string[]): Pick<RowError, 'msisdn' | 'meta'> {
    const cell = [number, ...otherNumbers].map(({ at }) => cells[at] ?? '').find((one) => !hasNone(one));
    const reading = cell === undefined ? null : normaliseMsisdn(cell, defaultCountry);
    const written = cell?.trim().slice(0, MAX_VALUE_LENGTH) ?? '';
    const said = meta === null ? '' : (cells[meta.at] ?? '');
    const custom = isBlank(said) ? '' : unguarded(said);
    return {
      msisdn: reading?.ok === true ? reading.e164 : written === '' ? null : written,
      meta: custom === '' || custom.length > MAX_META_LENGTH ? null : custom,
    };
  }

  return (cells) => {
    const row = read(cells);
    return row.kind === 'invalid' ? { ...row, ...ownerOf(cells) } : row;
  };

  function read(cells: readonly string[]): RowReading {
    if (cells.every(isBlank)) return { kind: 'blank' };
    if (cells.length > width) {
      const extra = cells.slice(width).find((cell) => !isBlank(cell));
      if (extra !== undefined) return invalid(null, extra, tooMany(cells.length, width));
    }
    const own = cells[number.at] ?? '';
    const other = hasNone(own) ? otherNumbers.find(({ at }) => !hasNone(cells[at] ?? '')) : undefined;
    const { at, name } = other ?? number;
    const raw = cells[at] ?? '';
    const reading = normaliseMsisdn(raw, defaultCountry);
    if (!reading.ok) return invalid(name, raw, reading.reason);
    const said = meta === null ? '' : (cells[meta.at] ?? '');
    const custom = isBlank(said) ? '' : unguarded(said);
    if (custom.length > MAX_META_LENGTH) {
      return invalid(meta!.name, custom, `has ${custom.length} characters; ${MAX_META_LENGTH} is the most`);
    }
    if (custom.includes(NOT_UTF8)) return notUtf8(meta!.name, custom);
    let json = '';
    for (const key of keys) {
      const cell = cells[key.at];
      if (cell === undefined || isBlank(cell)) continue;
      const value = unguarded(trimmed(cell));
      if (value === '') continue;
      if (value.includes(NOT_UTF8)) return notUtf8(key.name, value);
      json += (json === '' ? '' : ',') + key.json + JSON.stringify(value);
    }
    const row = { msisdn: reading.e164, meta: custom === '' ? null : custom, variables: `{${json}}` };
    if (other === undefined) return { kind: 'valid', ...row };
    const message = `${OTHER_COLUMN_NOTE} ${JSON.stringify(name)}`;
    return { kind: 'valid', ...row, note: { column: number.name, value: raw.slice(0, MAX_VALUE_LENGTH), message } };
  }
}

/** Nobody sees anything in it. */
const isBlank = (cell: string): boolean => cell === '' || BLANK.test(cell);

function trimmed(cell: string): string {
  const text = cell.trim();
  let from = 0;
  let to = text.length;
  // Most texts begin and end in ASCII.
  while (from < to && text.charCodeAt(from) > 0x7f && INVISIBLE_END.test(text[from]!)) from++;
  while (to > from && text.charCodeAt(to - 1) > 0x7f && INVISIBLE_END.test(text[to - 1]!)) to--;
  return to - from === text.length ? text : text.slice(from, to).trim();
}

/** Of a column of numbers. */
const hasNone = (cell: string): boolean => !BEGINS.test(cell) && NO_NUMBER.test(cell);

const invalid = (column: string | null, value: string, message: string): RowReading => ({
  kind: 'invalid',
  column,
  value: value.slice(0, MAX_VALUE_LENGTH),
  message,
});

const notUtf8 = (column: string, value: string): RowReading =>
  invalid(column, value, 'is not UTF-8: save the file as "CSV UTF-8"');

const tooMany = (cells: number, width: number): string =>
  `the row has ${cells} cells and the header ${width}: put a value that contains the delimiter in quotes`;
