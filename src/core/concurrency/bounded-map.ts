/**
 * A map that holds so many entries at most: a new one beyond that takes the place of the one that was set longest ago,
 * so nobody empties it for all by filling it.
 */
export class BoundedMap<Key, Value> {
  private readonly entries = new Map<Key, Value>();

  constructor(private readonly max: number) {}

  get size(): number {
    return this.entries.size;
  }

  get(key: Key): Value | undefined {
    return this.entries.get(key);
  }

  /** Sets an entry, which is the newest then. */
  set(key: Key, value: Value): void {
    if (!this.entries.delete(key) && this.entries.size >= this.max) {
      for (const oldest of this.entries.keys()) {
        this.entries.delete(oldest);
        break;
      }
    }
    this.entries.set(key, value);
  }

  delete(key: Key): boolean {
    return this.entries.delete(key);
  }
}
