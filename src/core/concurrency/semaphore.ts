/** Bounds how many things run at once; those that wait go by rank, the lowest first, and in order within one. */
export class Semaphore {
  private readonly waiting: { rank: number; resolve: () => void }[] = [];

  constructor(private free: number) {}

  async run<T>(task: () => Promise<T>, rank = 0): Promise<T> {
    if (!this.tryTake()) await this.take(rank);
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  /** Takes a place if there is one now. */
  tryTake(): boolean {
    if (this.free <= 0) return false;
    this.free--;
    return true;
  }

  /** Resolves once a place was taken; it must be given back once. */
  take(rank = 0): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.enqueue({ rank, resolve }));
  }

  /** The same, but no longer than so many milliseconds: false when no place was free by then. */
  async takeWithin(ms: number, rank = 0): Promise<boolean> {
    if (this.tryTake()) return true;
    if (ms <= 0) return false;
    return new Promise((resolve) => {
      const entry = {
        rank,
        resolve: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        resolve(false);
      }, ms);
      this.enqueue(entry);
    });
  }

  private enqueue(entry: { rank: number; resolve: () => void }): void {
    let at = this.waiting.length;
    while (at > 0 && this.waiting[at - 1]!.rank > entry.rank) at--;
    this.waiting.splice(at, 0, entry);
  }

  /** Gives a place back, to who waits first. */
  release(): void {
    const next = this.free < 0 ? undefined : this.waiting.shift();
    if (next === undefined) this.free++;
    else next.resolve();
  }

  /** More (or, negative, fewer) places from now on; fewer takes effect as running tasks end. */
  resize(by: number): void {
    this.free += by;
    while (this.free > 0) {
      const next = this.waiting.shift();
      if (next === undefined) return;
      this.free--;
      next.resolve();
    }
  }
}
