/** With more, all are let go of: cheaper than to know which ones are old, and rare. */
const MAX_KEPT = 10_000;

/** Values that cost a query and may be a little old: each is kept for a moment, by its key. */
export class TtlCache<Value> {
  private readonly kept = new Map<string, { value: Value; expiresAtMs: number }>();

  /** @param ttlMs how long a value is used; a change that nobody calls {@link forget} for is seen this much later at most. */
  constructor(private readonly ttlMs: number) {}

  /**
   * The value that is kept under `key`, else the one that `load` gives. Who asks while another one loads loads too.
   * @param keep whether a loaded value may be used again; absent = always.
   * @throws what `load` throws; nothing is kept then.
   */
  async get(key: string, load: () => Promise<Value>, keep: (value: Value) => boolean = () => true): Promise<Value> {
    const known = this.kept.get(key);
    if (known !== undefined && known.expiresAtMs > Date.now()) return known.value;
    const value = await load();
    if (keep(value)) {
      if (this.kept.size >= MAX_KEPT) this.kept.clear();
      this.kept.set(key, { value, expiresAtMs: Date.now() + this.ttlMs });
    }
    return value;
  }

  forget(key: string): void {
    this.kept.delete(key);
  }
}
