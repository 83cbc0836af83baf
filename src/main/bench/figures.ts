/** The figures of a run. The keys are fixed; null = not measured yet. Rates are per second, times milliseconds. */
export const KEYS = [
  'raw_per_s', 'loop_per_s', 'loop_ratio', 'raw50_per_s', 'loop50_per_s', 'loop50_ratio', 'batch_per_s', 'batch_ratio',
  'full_cycle_per_s', 'ingress_single_per_s', 'ingress_single_ratio', 'ingress_single_p99_ms', 'ingress_batch_per_s',
  'receipts_per_s', 'receipts_ratio', 'receipts_bulk_per_s', 'request_to_provider_ms', 'rss_growth_mb',
  'schedule_late_p99_ms', 'pause_ms', 'throttle_error_pct', 'events_per_message', 'lost', 'duplicates',
] as const; // prettier-ignore

export type Figures = Record<(typeof KEYS)[number], number | null>;

export function emptyFigures(): Figures {
  return Object.fromEntries(KEYS.map((key) => [key, null])) as Figures;
}

/** Three significant digits for small figures, whole numbers for large ones. */
export function round(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3));
}
