/**
 * Chance that can be replayed. Every decision of the simulator is a pure function of (seed, question, key), so the same
 * seed and the same messages give the same outcomes in whatever order they arrive.
 */

/**
 * Milliseconds: a fixed number, evenly spread between two ends, or as networks are: half of all below `p50`, one in a
 * hundred above `p99`.
 */
export type Span = number | { min: number; max: number } | { p50: number; p99: number };

/** What `p50` and `p99` give at most, as a multiple of `p99`. */
const LONGEST_TAIL = 10;

const FNV_PRIME = 0x01000193;

function hash(state: number, text: string): number {
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), FNV_PRIME);
  return state;
}

/** Spreads the hash over all 32 bits (the finaliser of MurmurHash3): FNV alone barely moves for a changed last digit. */
function mix(state: number): number {
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

export class Dice {
  private readonly start: number;

  constructor(seed: string) {
    this.start = mix(hash(0x811c9dc5, seed));
  }

  /**
   * @param question what is asked, for example `late`: different questions about one key are independent.
   * @returns a number from 0 up to, not including, 1.
   */
  roll(question: string, key: string): number {
    return mix(hash(mix(hash(this.start, question)), key)) / 2 ** 32;
  }

  /** Whether something that befalls this share (0 to 1) of all keys befalls this one. */
  happens(share: number, question: string, key: string): boolean {
    return share > 0 && (share >= 1 || this.roll(question, key) < share);
  }

  /** A number within the span, for this key. */
  within(span: Span, question: string, key: string): number {
    if (typeof span === 'number') return span;
    const roll = this.roll(question, key);
    if ('min' in span) return span.min + (span.max - span.min) * roll;
    // The log-logistic distribution, whose quantiles need no table.
    const { p50, p99 } = span;
    return Math.min(p50 * (roll / (1 - roll)) ** (Math.log(p99 / p50) / Math.log(99)), p99 * LONGEST_TAIL);
  }
}
