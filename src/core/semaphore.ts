/** Bounds how many things run at once; those that wait go in order, urgent ones before the others. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];
  private readonly urgent: (() => void)[] = [];

  constructor(private free: number) {}

  async run<T>(task: () => Promise<T>, urgent = false): Promise<T> {
    if (!this.tryTake()) await this.take(urgent);
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
  take(urgent = false): Promise<void> {
    if (this.tryTake()) return Promise.resolve();
    return new Promise((resolve) => (urgent ? this.urgent : this.waiting).push(resolve));
  }

  /** Gives a place back, to who waits first. */
  release(): void {
    const next = this.free < 0 ? undefined : this.first();
    if (next === undefined) this.free++;
    else next();
  }

  /** More (or, negative, fewer) places from now on; fewer takes effect as running tasks end. */
  resize(by: number): void {
    this.free += by;
    while (this.free > 0) {
      const next = this.first();
      if (next === undefined) return;
      this.free--;
      next();
    }
  }

  private first(): (() => void) | undefined {
    return this.urgent.shift() ?? this.waiting.shift();
  }
}
