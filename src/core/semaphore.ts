/** Bounds how many things run at once; those that wait go in order, urgent ones before the others. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];
  private readonly urgent: (() => void)[] = [];

  constructor(private free: number) {}

  async run<T>(task: () => Promise<T>, urgent = false): Promise<T> {
    const release = await this.acquire(urgent);
    try {
      return await task();
    } finally {
      release();
    }
  }

  /** Takes a place; resolves with how to give it back, which must be called once. */
  async acquire(urgent = false): Promise<() => void> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => (urgent ? this.urgent : this.waiting).push(resolve));
    return () => {
      const next = this.free < 0 ? undefined : this.first();
      if (next === undefined) this.free++;
      else next();
    };
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
