/**
 * Memory that many parties share, in bytes: nobody can take all of it. A party may have half of what the others leave, so
 * however much some of them hold, there is room for one that comes later.
 */
export class ByteBudget {
  private readonly taken = new Map<string, number>();
  private total = 0;

  /** @param bytes that there are in all. */
  constructor(private readonly bytes: number) {}

  /** Bytes that are taken now, by all. */
  get used(): number {
    return this.total;
  }

  /** Takes bytes for the party; false when that is beyond its share: nothing is taken then. */
  take(party: string, bytes: number): boolean {
    const own = this.taken.get(party) ?? 0;
    const others = this.total - own;
    if (own + bytes > (this.bytes - others) / 2) return false;
    this.taken.set(party, own + bytes);
    this.total += bytes;
    return true;
  }

  /** Gives back bytes that the party took. */
  give(party: string, bytes: number): void {
    const left = (this.taken.get(party) ?? 0) - bytes;
    if (left > 0) this.taken.set(party, left);
    else this.taken.delete(party);
    this.total -= bytes;
  }
}
