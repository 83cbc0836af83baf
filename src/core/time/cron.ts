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
  const read = readCron(cron);
  if (typeof read === 'string') return read;
  const { days, months } = read;
  const comes = [...months].some((month) => [...days].some((day) => day <= MONTH_DAYS[month - 1]!));
  return comes ? null : `never comes: no such month has a day ${Math.min(...days)}`;
}

interface Cron {
  minutes: Set<number>;
  hours: Set<number>;
  days: Set<number>;
  months: Set<number>;
  weekdays: Set<number>;
}

/** @returns what is wrong with it when it is none. */
function readCron(cron: string): Cron | string {
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
  const [minutes, hours, days, months, weekdays] = values as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>]; // prettier-ignore
  return { minutes, hours, days, months, weekdays };
}

const DAY_MS = 86_400_000;
/** Days and weekdays come together again after 28 years, or 40 where a leap year is left out. */
const MAX_DAYS = 41 * 366;

/**
 * The next times of a cron expression, by the clock of its zone: one that the clock skips in spring is among them.
 * @param after a clock time such as `2026-11-28T10:00`, to the minute.
 * @returns up to `many` of them in the same form; none for what is no cron expression.
 */
export function cronTimes(cron: string, after: string, many: number): string[] {
  const read = readCron(cron);
  if (typeof read === 'string') return [];
  const { minutes, hours, days, months, weekdays } = read;
  const clocks = [...hours].sort(byNumber).flatMap((hour) => [...minutes].sort(byNumber).map((minute) => `T${two(hour)}:${two(minute)}`)); // prettier-ignore
  const times: string[] = [];
  const firstMs = Date.parse(`${after.slice(0, 10)}T00:00Z`);
  for (let n = 0; n < MAX_DAYS && times.length < many; n++) {
    const day = new Date(firstMs + n * DAY_MS);
    const weekday = day.getUTCDay();
    const fits = days.has(day.getUTCDate()) && months.has(day.getUTCMonth() + 1) && (weekdays.has(weekday) || (weekday === 0 && weekdays.has(7))); // prettier-ignore
    if (!fits) continue;
    const date = day.toISOString().slice(0, 10);
    times.push(...clocks.map((clock) => date + clock).filter((time) => time > after));
  }
  return times.slice(0, many);
}

const byNumber = (a: number, b: number): number => a - b;
const two = (n: number): string => String(n).padStart(2, '0');

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
