/** Rows of an uploaded CSV file, checked one by one: a bad row is an error of its own. */
import type { ColumnPlan } from './upload-file';
import { normaliseMsisdn } from '../messages/msisdn';

/** Characters that a caller's meta may have, wherever it comes from. */
export const MAX_META_LENGTH = 512;
const MAX_VALUE_LENGTH = 100;
/** What spreadsheets make of a long number in a column that is not text. */
const SCIENTIFIC = /^[+-]?\d+([.,]\d+)?e\+?\d+$/i;
/** The character that the decoder puts where bytes are not UTF-8. */
const NOT_UTF8 = '\ufffd';

/** One thing that is wrong with a row. */
export interface RowError {
  /** Null: the row as a whole. */
  column: string | null;
  /** The text of the cell, up to 100 characters; not masked. */
  value: string;
  message: string;
}

export type RowReading =
  | {
      kind: 'valid';
      /** E.164. */ msisdn: string;
      meta: string | null;
      /** A JSON object of strings. */ variables: string;
    }
  | ({ kind: 'invalid' } & RowError)
  /** No cell holds anything. */
  | { kind: 'blank' };

/**
 * Makes the reader of a file's rows.
 * @param defaultCountry ISO 3166 alpha-2, of numbers without a country code.
 */
export function createRowReader(plan: ColumnPlan, defaultCountry: string): (cells: readonly string[]) => RowReading {
  const { width, number, meta, variables } = plan;
  // Names are written as JSON once, not once per row. Built as a text, a name such as __proto__ reaches no prototype.
  const keys = variables.map(({ at, name }) => ({ at, name, json: `${JSON.stringify(name)}:` }));

  return (cells) => {
    if (cells.every((cell) => cell.trim() === '')) return { kind: 'blank' };
    if (cells.length > width) {
      const extra = cells.slice(width).find((cell) => cell !== '');
      if (extra !== undefined) return invalid(null, extra, tooMany(cells.length, width));
    }
    const raw = cells[number.at] ?? '';
    const reading = normaliseMsisdn(raw, defaultCountry);
    if (!reading.ok) return invalid(number.name, raw, explain(raw, reading.reason));
    const custom = meta === null ? '' : (cells[meta.at] ?? '');
    if (custom.length > MAX_META_LENGTH) {
      return invalid(meta!.name, custom, `has ${custom.length} characters; ${MAX_META_LENGTH} is the most`);
    }
    if (custom.includes(NOT_UTF8)) return notUtf8(meta!.name, custom);
    let json = '';
    for (const key of keys) {
      const value = cells[key.at];
      if (value === undefined || value === '') continue;
      if (value.includes(NOT_UTF8)) return notUtf8(key.name, value);
      json += (json === '' ? '' : ',') + key.json + JSON.stringify(value);
    }
    return { kind: 'valid', msisdn: reading.e164, meta: custom === '' ? null : custom, variables: `{${json}}` };
  };
}

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

function explain(raw: string, reason: string): string {
  if (!SCIENTIFIC.test(raw.trim())) return reason;
  return 'the number was rounded by a spreadsheet: format the column as text before the export';
}
