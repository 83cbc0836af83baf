/** Two memories of bounded size. */

/** The latest entries, the oldest overwritten. */
export class Recent<Entry> {
  private readonly entries: Entry[] = [];
  private next = 0;

  constructor(
    private readonly capacity: number,
    private readonly onForget: (entry: Entry) => void = () => {},
  ) {}

  get size(): number {
    return this.entries.length;
  }

  push(entry: Entry): void {
    const old = this.entries[this.next];
    if (old !== undefined) this.onForget(old);
    this.entries[this.next] = entry;
    this.next = (this.next + 1) % this.capacity;
  }

  /** Forgets the entries that match; the others keep their order. */
  forget(matches: (entry: Entry) => boolean): void {
    const oldestFirst = [...this.entries.slice(this.next), ...this.entries.slice(0, this.next)];
    this.entries.length = 0;
    for (const entry of oldestFirst) {
      if (matches(entry)) this.onForget(entry);
      else this.entries.push(entry);
    }
    this.next = this.entries.length % this.capacity;
  }

  /** The newest entries that match, newest first. */
  find(matches: (entry: Entry) => boolean, limit: number): Entry[] {
    const found: Entry[] = [];
    for (let back = 1; back <= this.entries.length && found.length < limit; back++) {
      const entry = this.entries[(this.next - back + this.entries.length) % this.entries.length];
      if (entry !== undefined && matches(entry)) found.push(entry);
    }
    return found;
  }
}

/**
 * Remembers which ids were there: the latest `capacity` of them for certain, and up to as many before those. One id
 * costs about 100 bytes.
 */
export class RecentIds {
  private young = new Set<string>();
  private old = new Set<string>();

  constructor(private readonly capacity: number) {}

  has(id: string): boolean {
    return this.young.has(id) || this.old.has(id);
  }

  add(id: string): void {
    if (this.young.size >= this.capacity) {
      this.old = this.young;
      this.young = new Set();
    }
    this.young.add(id);
  }
}
