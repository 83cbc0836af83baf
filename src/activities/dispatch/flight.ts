/** What one slice has on its way over a gateway. */

/** Blocks that wait for their turn: one is claimed while the other leaves. */
const MAX_WAITING = 2;

/**
 * The blocks of a pass. Few of them wait to leave at any time, so that nothing is claimed long before its turn; all
 * others wait for answers, as many as the wire takes: blocks are small where a rate makes them so, and a vendor may
 * take seconds for each.
 */
export class Flight {
  private readonly pending = new Set<Promise<void>>();
  private waiting = 0;
  private unwritten = 0;

  /** @param windowSize messages on the wire at most: of twice as many one half is written while the other is sent. */
  constructor(private readonly windowSize: number) {}

  /** Resolves once a block of so many messages (at most a window) may begin. */
  async roomFor(messages: number): Promise<void> {
    while (this.waiting >= MAX_WAITING || this.unwritten + messages > 2 * this.windowSize) {
      await Promise.race(this.pending);
    }
  }

  /**
   * Begins a block.
   * @param send resolves once its results are written, and must not fail; calls `onLeft` once nothing of it waits to leave.
   */
  begin(messages: number, send: (onLeft: () => void) => Promise<void>): void {
    this.waiting++;
    this.unwritten += messages;
    let onLeft!: () => void;
    const left = new Promise<void>((resolve) => (onLeft = resolve));
    this.track(left, () => this.waiting--);
    this.track(send(onLeft).finally(onLeft), () => (this.unwritten -= messages));
  }

  /** Resolves once all that has begun is written. */
  async ended(): Promise<void> {
    await Promise.all(this.pending);
  }

  private track(step: Promise<void>, then: () => void): void {
    const entry: Promise<void> = step.then(() => {
      then();
      this.pending.delete(entry);
    });
    this.pending.add(entry);
  }
}
