/** Bounds how many things run at once; those that wait go in order. */
export class Semaphore {
  private readonly waiting: (() => void)[] = [];

  constructor(private free: number) {}

  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.free > 0) this.free--;
    else await new Promise<void>((resolve) => this.waiting.push(resolve));
    try {
      return await task();
    } finally {
      const next = this.free < 0 ? undefined : this.waiting.shift();
      if (next === undefined) this.free++;
      else next();
    }
  }

  /** More (or, negative, fewer) places from now on; fewer takes effect as running tasks end. */
  resize(by: number): void {
    this.free += by;
    while (this.free > 0 && this.waiting.length > 0) {
      this.free--;
      this.waiting.shift()!();
    }
  }
}
