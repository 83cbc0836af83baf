/**
 * Places that many parties share: nobody can take them all. A party may have half of what the others leave, so however
 * many of them hold on to theirs, one that comes later finds a place.
 */
export class FairShare {
  private readonly taken = new Map<string, number>();
  private total = 0;
  /** How long a party keeps a place, in milliseconds: a running mean. */
  private readonly keptMs = new Map<string, number>();

  /** @param places that there are in all. */
  constructor(private readonly places: number) {}

  /** Takes a place for the party: returns how to give it back, once; null when it has its share. */
  enter(party: string): (() => void) | null {
    const own = this.taken.get(party) ?? 0;
    if (own >= Math.max(1, (this.places - this.total) / 2)) return null;
    this.taken.set(party, own + 1);
    this.total++;
    const enteredAt = performance.now();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.total--;
      const rest = this.taken.get(party)! - 1;
      if (rest === 0) this.taken.delete(party);
      else this.taken.set(party, rest);
      this.note(party, performance.now() - enteredAt);
    };
  }

  /** When a party that was turned away may come again, in milliseconds: about when one of its places is free. */
  retryMs(party: string, random: number): number {
    const mean = this.keptMs.get(party) ?? MIN_RETRY_MS;
    return Math.round(Math.min(MAX_RETRY_MS, Math.max(MIN_RETRY_MS, mean)) * (0.5 + random));
  }

  private note(party: string, ms: number): void {
    const known = this.keptMs.get(party);
    if (known === undefined && this.keptMs.size >= MAX_PARTIES) this.keptMs.clear();
    this.keptMs.set(party, known === undefined ? ms : known + (ms - known) * WEIGHT);
  }
}

const MIN_RETRY_MS = 250;
const MAX_RETRY_MS = 10_000;
/** Of the newest duration in the mean. */
const WEIGHT = 0.2;
const MAX_PARTIES = 10_000;
