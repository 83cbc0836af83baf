/** When a series comes: as a form asks it, as cron expressions write it, and as people say it. */
import { cronProblem, cronTimes } from '../../../core/time/cron';
import { localIn } from './clock';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

export const DAY_NAMES: Record<Weekday, string> = {
  mon: 'Monday', tue: 'Tuesday', wed: 'Wednesday', thu: 'Thursday', fri: 'Friday', sat: 'Saturday', sun: 'Sunday',
}; // prettier-ignore

export const OVERLAPS = [
  ['skip', 'Leave the new one out'],
  ['buffer', 'Start the new one after it'],
  ['allow', 'Start the new one beside it'],
] as const;
export type Overlap = (typeof OVERLAPS)[number][0];

/** `cron`: what none of the others can say. */
export const CADENCES = [
  ['day', 'Every day'],
  ['week', 'On days of the week'],
  ['month', 'On a day of the month'],
  ['cron', 'A cron expression'],
] as const;

/** All cadences are kept while one of them is chosen, so that a look at another one loses nothing. */
export interface Cadence {
  every: (typeof CADENCES)[number][0];
  /** `10:00`. */
  at: string;
  weekdays: readonly Weekday[];
  /** 1 to 31. */
  monthDay: string;
  cron: string;
  overlap: Overlap;
}

export const FIRST_CADENCE: Cadence = { every: 'week', at: '10:00', weekdays: ['mon'], monthDay: '1', cron: '0 10 * * mon', overlap: 'skip' }; // prettier-ignore

/** Cron counts them from Sunday, as 0 or 7. */
const nameOfDay = (digit: string): string => WEEKDAYS[(Number(digit) + 6) % 7]!;

const SIMPLE = /^(\d{1,2}) (\d{1,2}) (\*|\d{1,2}) \* (\*|(?:mon|tue|wed|thu|fri|sat|sun)(?:,(?:mon|tue|wed|thu|fri|sat|sun))*)$/; // prettier-ignore

/** A series that is stored, as the form shows it. */
export function cadenceOf({ cron, overlap }: { cron: string; overlap?: Overlap }): Cadence {
  const all = { ...FIRST_CADENCE, cron, overlap: overlap ?? 'skip' };
  const named = cron.trim().toLowerCase().replace(/[^ ]+$/, (week) => week.replace(/\b[0-7]\b/g, nameOfDay)); // prettier-ignore
  const [, minute = '', hour = '', day = '', week = ''] = SIMPLE.exec(named) ?? [];
  // Both: Friday the 13th.
  if (minute === '' || (day !== '*' && week !== '*')) return { ...all, every: 'cron' };
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`;
  if (day !== '*') return { ...all, every: 'month', at, monthDay: day };
  if (week === '*') return { ...all, every: 'day', at };
  return { ...all, every: 'week', at, weekdays: WEEKDAYS.filter((each) => week.split(',').includes(each)) };
}

/** As the API is told. */
export function cronOf({ every, at, weekdays, monthDay, cron }: Cadence): string {
  if (every === 'cron') return cron.trim();
  const [hour = '', minute = ''] = at.split(':');
  const day = every === 'month' ? Number(monthDay) : '*';
  return `${Number(minute)} ${Number(hour)} ${day} * ${every === 'week' ? weekdays.join(',') : '*'}`;
}

/** What is wrong with it; undefined when nothing is. */
export function cadenceProblem(cadence: Cadence): string | undefined {
  const { every, at, weekdays, monthDay } = cadence;
  if (every !== 'cron' && at === '') return 'Say at which time of day.';
  if (every === 'week' && weekdays.length === 0) return 'Choose a day.';
  if (every === 'month' && !(Number(monthDay) >= 1 && Number(monthDay) <= 31))
    return 'The day of the month is 1 to 31.';
  const problem = cronProblem(cronOf(cadence));
  return problem === null ? undefined : `The cron expression ${problem}.`;
}

/** `every Monday and Friday at 10:00`. */
export function sayCron(cron: string): string {
  const { every, at, weekdays, monthDay } = cadenceOf({ cron });
  if (every === 'cron') return `at the times of the cron expression ${cron}`;
  if (every === 'day') return `every day at ${at}`;
  if (every === 'month') return `on day ${monthDay} of each month at ${at}`;
  const names = weekdays.map((day) => DAY_NAMES[day]);
  const last = names.at(-1)!;
  return `every ${names.length === 1 ? last : `${names.slice(0, -1).join(', ')} and ${last}`} at ${at}`;
}

const DATE = new Intl.DateTimeFormat('en-GB', { timeZone: 'UTC', weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }); // prettier-ignore

/** `Mon, 30 Nov 2026, 10:00` of a clock time. */
const sayLocal = (local: string): string => `${DATE.format(new Date(`${local}Z`))}, ${local.slice(11)}`;

/** The times to come, by the clock of the zone, as people read them. */
export const nextTimes = (cron: string, timezone: string, many: number, nowMs = Date.now()): string[] =>
  cronTimes(cron, localIn(new Date(nowMs).toISOString(), timezone), many).map(sayLocal);
