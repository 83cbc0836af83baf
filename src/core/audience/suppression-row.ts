/** Rows of an uploaded list of numbers to suppress, checked one by one. */
import type { SuppressedClasses } from '../messages/suppression';
import { unguarded } from './cell-guard';
import type { ColumnPlan } from './upload-file';
import { createRowReader, type RowError } from './upload-row';

/** Characters of a reason, wherever it comes from. */
export const MAX_REASON_LENGTH = 200;
const MAX_VALUE_LENGTH = 100;

export interface SuppressionRow {
  /** As of a recipient's row. */
  note?: RowError;
  /** E.164. */
  msisdn: string;
  /** Null = as the list says for all. */
  classes: SuppressedClasses | null;
  reason: string | null;
  /** When the person opted out; null = with the import. */
  at: Date | null;
}

export type SuppressionReading =
  | ({ kind: 'valid' } & SuppressionRow)
  | ({ kind: 'invalid' } & RowError)
  /** No cell holds anything. */
  | { kind: 'blank' };

/** An ISO 8601 date, alone or with a time that names its offset. */
const INSTANT = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?:Z|[+-]\d\d:?\d\d))?$/;
const EARLIEST_MS = Date.UTC(1990, 0);
/** Clocks differ. */
const TOLERANCE_MS = 86_400_000;

/**
 * Makes the reader of a list's rows. Beside the number it takes the columns `reason`, `classes` (`all`, `promotional`)
 * and `at`, in any case; others are passed over, so that an export can be brought back.
 * @param defaultCountry ISO 3166 alpha-2, of numbers without a country code.
 * @param nowMs no opt-out can be later.
 */
export function createSuppressionRowReader(
  plan: ColumnPlan,
  defaultCountry: string,
  nowMs: number,
): (cells: readonly string[]) => SuppressionReading {
  const readNumber = createRowReader({ ...plan, meta: null, variables: [] }, defaultCountry);
  const placeOf = (name: string) => plan.variables.find((column) => column.name.toLowerCase() === name);
  const [reason, classes, at] = [placeOf('reason'), placeOf('classes'), placeOf('at')];

  return (cells) => {
    const number = readNumber(cells);
    if (number.kind !== 'valid') return number;
    const cell = (column: typeof reason): string =>
      column === undefined ? '' : unguarded((cells[column.at] ?? '').trim());
    const said = { reason: cell(reason), classes: cell(classes).toLowerCase(), at: cell(at) };
    if (said.reason.length > MAX_REASON_LENGTH) {
      return invalid(
        reason!.name,
        said.reason,
        `has ${said.reason.length} characters; ${MAX_REASON_LENGTH} is the most`,
      );
    }
    if (said.reason.includes('\ufffd')) {
      return invalid(reason!.name, said.reason, 'is not UTF-8: save the file as "CSV UTF-8"');
    }
    if (said.classes !== '' && said.classes !== 'all' && said.classes !== 'promotional') {
      return invalid(classes!.name, said.classes, 'is neither all nor promotional');
    }
    const since = said.at === '' ? null : instantOf(said.at, nowMs);
    if (since === undefined) {
      return invalid(at!.name, said.at, 'is no date of the past such as 2026-11-21 or 2026-11-21T10:00:00Z');
    }
    return {
      kind: 'valid',
      ...(number.note && { note: number.note }),
      msisdn: number.msisdn,
      classes: said.classes === '' ? null : said.classes,
      reason: said.reason === '' ? null : said.reason,
      at: since,
    };
  };
}

/** Undefined: no instant, or none at which somebody can have opted out. */
function instantOf(text: string, nowMs: number): Date | undefined {
  const ms = INSTANT.test(text) ? Date.parse(text.replace(' ', 'T')) : Number.NaN;
  return ms >= EARLIEST_MS && ms <= nowMs + TOLERANCE_MS ? new Date(ms) : undefined;
}

const invalid = (column: string, value: string, message: string): SuppressionReading => ({
  kind: 'invalid',
  column,
  value: value.slice(0, MAX_VALUE_LENGTH),
  message,
});
