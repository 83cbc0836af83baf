/** First in, first out, with cheap taking from the front of a long backlog. */
const COMPACT_FROM = 10_000;

export class Queue<Entry> {
  private entries: Entry[] = [];
  private head = 0;

  get size(): number {
    return this.entries.length - this.head;
  }

  push(entry: Entry): void {
    this.entries.push(entry);
  }

  /** Removes up to `count` entries from the front. */
  take(count: number): Entry[] {
    const taken = this.entries.slice(this.head, this.head + count);
    this.head += taken.length;
    if (this.head === this.entries.length || (this.head > COMPACT_FROM && this.head * 2 > this.entries.length)) {
      this.entries = this.entries.slice(this.head);
      this.head = 0;
    }
    return taken;
  }
}
