/** The figures of a run, and how they are told. */
import type { CpuTimes } from './processes';

/**
 * The figures of a run. The keys are fixed; null = not measured yet. Rates are per second, times milliseconds; `…_cpu_us`
 * are microseconds of CPU per message by process, with their sum.
 */
export const KEYS = [
  'raw_per_s', 'loop_per_s', 'loop_ratio', 'loop_cpu_us', 'raw50_per_s', 'loop50_per_s', 'loop50_ratio', 'batch_per_s', 'batch_ratio', 'batch_cpu_us',
  'full_cycle_per_s', 'full_cycle_cpu_us', 'ingress_single_per_s', 'ingress_single_ratio', 'ingress_single_p99_ms', 'ingress_batch_per_s',
  'ingress_single_cpu_us', 'ingress_batch_cpu_us',
  'receipts_per_s', 'receipts_ratio', 'receipts_bulk_per_s', 'receipts_bulk_cpu_us', 'request_to_provider_ms', 'otp_many_tenants_p99_ms', 'otp_beside_faults_p99_ms', 'strangers_quiet_p99_ms', 'strangers_p99_ms', 'strangers_rss_growth_mb', 'wal_bytes_per_cycle', 'stored_bytes_per_message', 'kill_in_doubt', 'rss_growth_mb',
  'schedule_late_p99_ms', 'pause_ms', 'throttle_error_pct', 'events_per_message', 'lost', 'duplicates',
] as const; // prettier-ignore

export type Key = (typeof KEYS)[number];
export type CpuKey = Extract<Key, `${string}_cpu_us`>;

export type Figures = Record<Exclude<Key, CpuKey>, number | null> & Record<CpuKey, CpuTimes | null>;

export function emptyFigures(): Figures {
  return Object.fromEntries(KEYS.map((key) => [key, null])) as Figures;
}

/** Three significant digits for small figures, whole numbers for large ones. */
export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}

/** A figure with {@link round}ed numbers. */
export function rounded(figure: Figures[Key]): Figures[Key] {
  if (figure === null || typeof figure === 'number') return figure === null ? null : round(figure);
  return Object.fromEntries(Object.entries(figure).map(([name, us]) => [name, round(us)]));
}

/** A figure as it is printed: `17.2`, or `(api 17.2, sum 17.2)`. */
export function shown(figure: Figures[Key]): string {
  const value = rounded(figure);
  if (value === null || typeof value === 'number') return String(value);
  const parts = Object.entries(value).map(([name, us]) => `${name} ${us}`);
  return `(${parts.join(', ')})`;
}
