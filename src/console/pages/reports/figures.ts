/** Figures over a time, by hour or by day in the account's zone, and as a file. */
import { api, type AnswerOf, type Result } from '../../api';
import type { OperationOf } from '../../api/types';

export type Stats = AnswerOf<OperationOf<'get', '/api/v1/stats'>>;
export type Figures = Pick<Stats, 'sent' | 'delivered' | 'clicked' | 'errors' | 'deliveryRate' | 'ctr'>;
export type Group = Figures & { key: string | null };

/** `day` is not the API's: hours are added up in the account's zone. */
export const GROUPINGS = ['day', 'hour', 'gateway', 'sender', 'campaign', 'code'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const HOUR_MS = 3_600_000;
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

/** Asks for the figures of a period, by a grouping and by time. */
export async function loadReport(
  period: Period,
  by: Grouping,
  zone: string,
  nowMs: number,
  signal?: AbortSignal,
): Promise<Result<Report>> {
  const fromMs = nowMs - PERIODS[period] * HOUR_MS;
  const from = new Date(fromMs).toISOString();
  const ask = (grouping: 'hour' | 'gateway' | 'sender' | 'campaign' | 'code') =>
    api.get('/api/v1/stats', { query: { from, by: grouping }, signal });
  const isTime = by === 'day' || by === 'hour';
  const [hourly, grouped] = await Promise.all([ask('hour'), isTime ? null : ask(by)]);
  if (!hourly.ok) return hourly;
  if (grouped !== null && !grouped.ok) return grouped;
  const hours = (hourly.data.groups ?? []) as Group[];
  const days = byDay(hours, zone);
  const largest = [...((grouped?.data.groups ?? []) as Group[])].sort((a, b) => b.sent - a.sent);
  return {
    ok: true,
    data: {
      period,
      by,
      all: hourly.data,
      groups: by === 'day' ? days : by === 'hour' ? hours : largest,
      times: isDaily(period) ? byDay(everyHour(hours, fromMs, nowMs), zone) : everyHour(hours, fromMs, nowMs),
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

/** Adds hours up to days; the key is the day's first hour. */
export function byDay(hours: readonly Group[], zone: string): Group[] {
  const dayOf = new Intl.DateTimeFormat('en-CA', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit' });
  const days = new Map<string, Group[]>();
  for (const hour of hours) {
    const day = dayOf.format(new Date(hour.key!));
    days.set(day, [...(days.get(day) ?? []), hour]);
  }
  return [...days.values()].map((of) => {
    const sum = (name: 'sent' | 'delivered' | 'clicked' | 'errors'): number => of.reduce((n, each) => n + each[name], 0);
    const [sent, delivered, clicked, errors] = [sum('sent'), sum('delivered'), sum('clicked'), sum('errors')];
    return {
      key: of[0]!.key, sent, delivered, clicked, errors,
      deliveryRate: sent === 0 ? null : delivered / sent, ctr: delivered === 0 ? null : clicked / delivered,
    };
  }); // prettier-ignore
}

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
