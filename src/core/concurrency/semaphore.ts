/**
 * Bounds how many things run at once; those that wait go by rank, the lowest first, and in order within one. What takes
 * several places is not overtaken by what takes fewer.
 */
export class Semaphore {
  private readonly waiting: Waiter[] = [];

  constructor(private free: number) {}

  async run<T>(task: () => Promise<T>, rank = 0): Promise<T> {
    if (!this.tryTake()) await this.take(rank);
    try {
      return await task();
    } finally {
      this.release();
    }
  }

  /** Takes places if they are free now. */
  tryTake(places = 1): boolean {
    if (this.free < places || this.waiting.length > 0) return false;
    this.free -= places;
    return true;
  }

  /** Resolves once a place was taken; it must be given back once. */
  take(rank = 0): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => this.enqueue({ rank, places: 1, resolve }));
  }

  /** The same, but no longer than so many milliseconds: false when the places were not free by then. */
  async takeWithin(ms: number, rank = 0, places = 1): Promise<boolean> {
    if (this.tryTake(places)) return true;
    if (ms <= 0) return false;
    return new Promise((resolve) => {
      const entry = {
        rank,
        places,
        resolve: () => {
          clearTimeout(timer);
          resolve(true);
        },
      };
      const timer = setTimeout(() => {
        this.waiting.splice(this.waiting.indexOf(entry), 1);
        resolve(false);
        // What waited behind it may want fewer.
        this.serve();
      }, ms);
      this.enqueue(entry);
    });
  }

  private enqueue(entry: Waiter): void {
    let at = this.waiting.length;
    while (at > 0 && this.waiting[at - 1]!.rank > entry.rank) at--;
    this.waiting.splice(at, 0, entry);
    if (at === 0) this.serve();
  }

  /** Gives places back, to who waits first. */
  release(places = 1): void {
    this.free += places;
    this.serve();
  }

  /** More (or, negative, fewer) places from now on; fewer takes effect as running tasks end. */
  resize(by: number): void {
    this.free += by;
    this.serve();
  }

  private serve(): void {
    for (let next = this.waiting[0]; next !== undefined && next.places <= this.free; next = this.waiting[0]) {
      this.waiting.shift();
      this.free -= next.places;
      next.resolve();
    }
  }
}

interface Waiter {
  rank: number;
  places: number;
  resolve: () => void;
}
