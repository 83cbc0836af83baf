/** Figures over a time, by hour or by day of the account's zone, and as a file. */
import { api, type AnswerOf, type Result } from '../../api';
import type { OperationOf } from '../../api/types';

export type Stats = AnswerOf<OperationOf<'get', '/api/v1/stats'>>;
export type Figures = Pick<Stats, 'sent' | 'delivered' | 'clicked' | 'errors' | 'deliveryRate' | 'ctr'>;
export type Group = Figures & { key: string | null };

export const GROUPINGS = ['day', 'hour', 'gateway', 'sender', 'campaign', 'code'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
export const PERIODS = { '24h': 24, '7d': 7 * 24, '30d': 30 * 24, '90d': 90 * 24 } as const;
export type Period = keyof typeof PERIODS;

export const PERIOD_NAMES: Record<Period, string> = {
  '24h': 'The last 24 hours',
  '7d': 'The last 7 days',
  '30d': 'The last 30 days',
  '90d': 'The last 90 days',
};

/** Longer than this a line of hours can't be read. */
const MAX_HOURLY = 48;
export const isDaily = (period: Period): boolean => PERIODS[period] > MAX_HOURLY;

export interface Report {
  /** What was asked: the address may have gone on. */
  period: Period;
  by: Grouping;
  all: Figures;
  /** Of the grouping, the largest first; those of time as they follow each other. */
  groups: Group[];
  /** Of the chart: all hours or days of the period. */
  times: Group[];
}

/** Asks for the figures of a period, by a grouping and by time. Long periods are whole days, today among them. */
export async function loadReport(
  period: Period,
  by: Grouping,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Result<Report>> {
  const ask = (grouping: Grouping, from: string) => api.get('/api/v1/stats', { query: { from, by: grouping }, signal });
  const step = isDaily(period) ? 'day' : 'hour';
  const fromMs = nowMs - PERIODS[period] * HOUR_MS + (step === 'day' ? DAY_MS : 0);
  const timed = await ask(step, new Date(fromMs).toISOString());
  if (!timed.ok) return timed;
  // From the same moment on, so that both add up to the same.
  const grouped = by === step ? timed : await ask(by, timed.data.from);
  if (!grouped.ok) return grouped;
  const groups = grouped.data.groups ?? [];
  const times = timed.data.groups ?? [];
  const zone = timed.data.timezone ?? 'UTC';
  return {
    ok: true,
    data: {
      period,
      by,
      all: timed.data,
      groups: by === 'day' || by === 'hour' ? groups : [...groups].sort((a, b) => b.sent - a.sent),
      times:
        step === 'day'
          ? everyDay(times, dateIn(Date.parse(timed.data.from), zone), dateIn(nowMs, zone))
          : everyHour(times, fromMs, nowMs),
    },
  };
}

const NOTHING: Figures = { sent: 0, delivered: 0, clicked: 0, errors: 0, deliveryRate: null, ctr: null };

/** Also the hours in which nothing was sent: a chart has no holes. */
export function everyHour(hours: readonly Group[], fromMs: number, untilMs: number): Group[] {
  const known = new Map(hours.map((hour) => [Date.parse(hour.key!), hour]));
  const all: Group[] = [];
  for (let ms = Math.floor(fromMs / HOUR_MS) * HOUR_MS; ms < untilMs; ms += HOUR_MS) {
    all.push(known.get(ms) ?? { key: new Date(ms).toISOString(), ...NOTHING });
  }
  return all;
}

/** Also the days on which nothing was sent. @param first a date such as `2026-11-28`, as are the keys. */
export function everyDay(days: readonly Group[], first: string, last: string): Group[] {
  const known = new Map(days.map((day) => [day.key, day]));
  const all: Group[] = [];
  for (let ms = Date.parse(first); ms <= Date.parse(last); ms += DAY_MS) {
    const key = new Date(ms).toISOString().slice(0, 10);
    all.push(known.get(key) ?? { key, ...NOTHING });
  }
  return all;
}

/** The date of a moment in a zone: `2026-11-28`. */
const dateIn = (ms: number, timeZone: string): string =>
  new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' }).format(ms);

const COLUMNS = ['sent', 'delivered', 'deliveryRate', 'clicked', 'ctr', 'errors'] as const;

/** The table as CSV; a spreadsheet takes no cell of it for a formula. */
export function csvOf(by: Grouping, groups: readonly Group[], nameOf: (key: string | null) => string): string {
  const cell = (value: string | number | null): string => {
    const text = value === null ? '' : String(value);
    const safe = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
    return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
  };
  const rows = groups.map((group) => [nameOf(group.key), ...COLUMNS.map((name) => group[name])]);
  return [[by, ...COLUMNS], ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}
