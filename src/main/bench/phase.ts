/** The context of a phase of the bench. */
import type { Bed } from './bed';
import type { Figures } from './figures';
import type { Sizes } from './sizes';

export interface PhaseContext {
  bed: Bed;
  sizes: Sizes;
  /** The figures of the run; each phase fills in its own. */
  figures: Figures;
  /** Prints what a figure alone does not tell. */
  say(line: string): void;
  /** A promise does not hold: the run goes on, and ends with an error. */
  fail(problem: string): void;
}

export type Phase = (context: PhaseContext) => Promise<void>;

/** Requests in flight for everything that is compared with `raw`. */
export const RAW_IN_FLIGHT = 64;
export const PHASE_DEADLINE_MS = 180_000;

/** @throws Error when requests of a load were not answered with 2xx. */
export function mustSucceed(what: string, failed: number): void {
  if (failed > 0) throw new Error(`${what}: ${failed} requests were not answered with 2xx`);
}

/** Adds to `lost` and `duplicates`, which are about all phases. */
export function countMishaps(
  figures: Figures,
  expected: number,
  seen: { accepted: number; duplicateIds: number },
): void {
  figures.lost = (figures.lost ?? 0) + Math.max(0, expected - seen.accepted);
  figures.duplicates = (figures.duplicates ?? 0) + seen.duplicateIds + Math.max(0, seen.accepted - expected);
}
