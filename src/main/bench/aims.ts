/** What the figures are to be, and how a run is held against it. */
import { KEYS, round, type Figures, type Key } from './figures';

/** One bound; of CPU times by process it is about their sum. */
type Aim = { atLeast: number } | { atMost: number };

/** For two cores. Ratios are to what the same machine does without Heliograph in the same run. */
export const AIMS: Partial<Record<Key, Aim>> = {
  loop_ratio: { atLeast: 0.5 },
  loop50_ratio: { atLeast: 0.85 },
  batch_ratio: { atLeast: 1.3 },
  full_cycle_cpu_us: { atMost: 250 },
  ingress_single_ratio: { atLeast: 0.8 },
  ingress_single_p99_ms: { atMost: 25 },
  ingress_batch_cpu_us: { atMost: 55 },
  receipts_ratio: { atLeast: 0.8 },
  receipts_bulk_cpu_us: { atMost: 75 },
  request_to_provider_ms: { atMost: 60 },
  otp_many_tenants_p99_ms: { atMost: 500 },
  // Half a second more than beside nobody, which is tens of milliseconds.
  otp_beside_faults_p99_ms: { atMost: 550 },
  strangers_p99_ms: { atMost: 100 },
  strangers_rss_growth_mb: { atMost: 96 },
  wal_bytes_per_cycle: { atMost: 3_000 },
  stored_bytes_per_message: { atMost: 1_300 },
  kill_in_doubt: { atMost: 200 },
  rss_growth_mb: { atMost: 50 },
  schedule_late_p99_ms: { atMost: 400 },
  pause_ms: { atMost: 250 },
  throttle_error_pct: { atMost: 2 },
  events_per_message: { atMost: 0.003 },
  lost: { atMost: 0 },
  duplicates: { atMost: 0 },
};

/** A table of the figures that have an aim and were measured; no lines when none was. */
export function aimLines(figures: Figures): string[] {
  const rows = KEYS.flatMap((key): [string, string, string, string][] => {
    const aim = AIMS[key];
    const figure = figures[key];
    if (aim === undefined || figure === null) return [];
    const value = typeof figure === 'number' ? figure : figure.sum!;
    return [[key, String(round(value)), boundOf(aim), isMet(aim, value) ? 'met' : 'missed']];
  });
  if (rows.length === 0) return [];
  const all: [string, string, string, string][] = [['figure', 'here', 'aim', ''], ...rows];
  const widths = [0, 1, 2].map((column) => Math.max(...all.map((row) => row[column]!.length)));
  return all.map(([key, here, aim, verdict]) =>
    [key.padEnd(widths[0]!), here.padStart(widths[1]!), aim.padStart(widths[2]!), verdict].join('  ').trimEnd(),
  );
}

const boundOf = (aim: Aim): string => ('atLeast' in aim ? `>= ${aim.atLeast}` : `<= ${aim.atMost}`);
const isMet = (aim: Aim, value: number): boolean => ('atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost);
