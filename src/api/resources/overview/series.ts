/** Messages a second over the last minute, from what the ledger said at each look. Pure. */

export interface Sample {
  atMs: number;
  accepted: number;
  settled: number;
}

/** Messages of one second. */
export interface PerSecond {
  accepted: number;
  settled: number;
}

export const SERIES_SECONDS = 60;

/** Keeps what the series needs: the samples of the last minute, and the one before them. */
export function withSample(samples: readonly Sample[], sample: Sample): Sample[] {
  const fromMs = sample.atMs - SERIES_SECONDS * 1_000;
  const first = samples.findIndex(({ atMs }) => atMs > fromMs);
  const kept = first < 0 ? samples.slice(-1) : samples.slice(Math.max(0, first - 1));
  return [...kept, sample];
}

/** The last {@link SERIES_SECONDS} whole seconds, the newest last; what came between two looks is spread evenly. */
export function seriesOf(samples: readonly Sample[]): PerSecond[] {
  const newestMs = samples.at(-1)?.atMs ?? 0;
  return Array.from({ length: SERIES_SECONDS }, (_, i) => {
    const untilMs = newestMs - (SERIES_SECONDS - 1 - i) * 1_000;
    const [from, until] = [at(samples, untilMs - 1_000), at(samples, untilMs)];
    return from === null || until === null
      ? { accepted: 0, settled: 0 }
      : { accepted: rounded(until.accepted - from.accepted), settled: rounded(until.settled - from.settled) };
  });
}

/** The mean over the seconds that were looked at, of the last `seconds`. */
export function rateOf(samples: readonly Sample[], seconds: number): PerSecond {
  const last = samples.at(-1);
  const first = samples.find(({ atMs }) => last !== undefined && atMs >= last.atMs - seconds * 1_000 - SLACK_MS);
  if (last === undefined || first === undefined || last.atMs <= first.atMs) return { accepted: 0, settled: 0 };
  const passed = (last.atMs - first.atMs) / 1_000;
  return {
    accepted: rounded(Math.max(0, last.accepted - first.accepted) / passed),
    settled: rounded(Math.max(0, last.settled - first.settled) / passed),
  };
}

/** A look comes a little later than a second after the one before. */
const SLACK_MS = 500;

/** What the ledger said at a moment, between two looks; null = nobody looked by then. */
function at(samples: readonly Sample[], atMs: number): PerSecond | null {
  const after = samples.findIndex((sample) => sample.atMs >= atMs);
  if (after < 0) return null;
  const late = samples[after]!;
  if (late.atMs === atMs) return late;
  if (after === 0) return null;
  const early = samples[after - 1]!;
  const share = (atMs - early.atMs) / (late.atMs - early.atMs);
  return {
    accepted: early.accepted + share * (late.accepted - early.accepted),
    settled: early.settled + share * (late.settled - early.settled),
  };
}

/** A late receipt can turn an outcome: the ledger never loses a message, so there is nothing below zero. */
const rounded = (count: number): number => Math.max(0, Math.round(count * 10) / 10);
