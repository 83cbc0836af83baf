/** Cron expressions as a Temporal Schedule reads them: checked here, so that a mistake is answered at once. */

interface Field {
  name: string;
  min: number;
  max: number;
  /** Names of the numbers from `min` on. */
  names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: readonly Field[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  // 0 and 7 are Sunday.
  { name: 'day of week', min: 0, max: 7, names: WEEKDAYS },
];
/** The longest that each month can be. */
const MONTH_DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const ITEM = /^(?:(\*)|([a-z]+|\d+)(?:-([a-z]+|\d+))?)(?:\/(\d+))?$/;

/**
 * What is wrong with a cron expression; null when nothing is. Five fields: minute, hour, day of month, month, day of week; each a
 * list of `*`, numbers, names (`mon`, `jan`) and ranges, with `/n` for every nth. All five must hold: `0 10 13 * fri` is
 * Friday the 13th.
 */
export function cronProblem(cron: string): string | null {
  const parts = cron.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    return `has ${parts.length} fields: it must have five, minute, hour, day of month, month, day of week`;
  }
  const values: Set<number>[] = [];
  for (const [i, field] of FIELDS.entries()) {
    const read = readField(parts[i]!.toLowerCase(), field);
    if (typeof read === 'string') return read;
    values.push(read);
  }
  const [, , days, months] = values as [Set<number>, Set<number>, Set<number>, Set<number>];
  const comes = [...months].some((month) => [...days].some((day) => day <= MONTH_DAYS[month - 1]!));
  return comes ? null : `never comes: no such month has a day ${Math.min(...days)}`;
}

function readField(text: string, field: Field): Set<number> | string {
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const match = ITEM.exec(item);
    const [, all, first = '', last, step = '1'] = match ?? [];
    const from = all === undefined ? valueOf(first, field) : field.min;
    const until = all === undefined ? (last === undefined ? from : valueOf(last, field)) : field.max;
    if (match === null || from === null || until === null || from > until || step === '0') {
      const names = field.names.length === 0 ? '' : ` or ${field.names[0]} to ${field.names.at(-1)}`;
      return `has ${JSON.stringify(item)} as ${field.name}: use *, ${field.min} to ${field.max}${names}, ranges, lists and /steps`;
    }
    // `5/15` is every 15th from 5 on.
    const end = all === undefined && last === undefined && match[4] !== undefined ? field.max : until;
    for (let value = from; value <= end; value += Number(step)) found.add(value);
  }
  return found;
}

function valueOf(text: string, { min, max, names }: Field): number | null {
  const named = names.indexOf(text);
  if (named >= 0) return named + min;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : null;
}
