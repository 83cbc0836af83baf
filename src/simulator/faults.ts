/** Faults that befall whole requests: which one strikes, and when it has done so often enough. */
import type { Dice } from './dice';
import type { Fault } from './script';

/** Keys whose repetitions are remembered; beyond it the oldest is forgotten and may be struck the same way again. */
const REMEMBERED_KEYS = 100_000;

export class Faults {
  private readonly left: number[];
  private readonly since = performance.now();
  /** How often a key was struck since it last came through: a repetition must roll anew, or it would fail for ever. */
  private readonly strikes = new Map<string, number>();

  constructor(
    private readonly faults: readonly Fault[],
    private readonly dice: Dice,
  ) {
    this.left = faults.map((fault) => fault.next ?? 0);
  }

  /** @param key the first message of the request. */
  strike(key: string): Fault | undefined {
    if (this.faults.length === 0) return undefined;
    const strikes = this.strikes.get(key) ?? 0;
    const fault = this.faults.find((candidate, index) => this.applies(candidate, index, `${key}#${strikes}`));
    if (fault?.share === undefined) this.strikes.delete(key);
    else this.remember(key, strikes + 1);
    return fault;
  }

  private applies(fault: Fault, index: number, key: string): boolean {
    if (fault.share !== undefined) return this.dice.happens(fault.share, `fault ${index}`, key);
    if (fault.forMs !== undefined) return performance.now() - this.since < fault.forMs;
    const left = this.left[index] ?? 0;
    if (left > 0) this.left[index] = left - 1;
    return left > 0;
  }

  private remember(key: string, strikes: number): void {
    this.strikes.set(key, strikes);
    if (this.strikes.size <= REMEMBERED_KEYS) return;
    const [oldest] = this.strikes.keys();
    if (oldest !== undefined) this.strikes.delete(oldest);
  }
}
