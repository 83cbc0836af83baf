/** Emptying a webhook's outbox with several posts under way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SendableCallback } from '../../store/webhooks/relays';
import type { Webhook } from '../../store/webhooks/webhooks';
import { Halving, type Culprit } from './halving';
import type { OutboxRun } from './outbox-run';
import { dead, type PostOutcome, type Transport } from './transport';
import { selectSendable } from './sendable';

/** While posts are under way and a place is free, it looks this often for what became due. */
const LOOK_MS = 500;

/** Why a drain ended before its outbox was empty or its time was over. */
export type Halt =
  /** @property waitMs what the endpoint asked for; 0 = nothing. */
  { kind: 'away'; reason: string; waitMs: number } | { kind: 'gone'; reason: string };

interface Post {
  callbacks: SendableCallback[];
  /** Of the refused post that it is a part of. */
  halving?: Halving;
}

/** One run over an outbox. */
export class Drain {
  /** Claimed, and not posted yet. */
  private readonly ready: Post[] = [];
  private readonly underWay = new Set<Promise<void>>();
  private readonly halvings = new Set<Halving>();
  /** Posts in a row of which nothing arrived. */
  private failures = 0;
  private halt: Halt | null = null;
  /** What kept an answer from being written. */
  private problem: { error: unknown } | null = null;

  constructor(
    private readonly webhook: Webhook,
    private readonly transport: Transport,
    private readonly run: OutboxRun,
    private readonly stopping: AbortSignal,
  ) {}

  /**
   * Posts until nothing is due, the run's time is over, or the endpoint takes nothing.
   * @returns why it stopped early; null when it did not.
   */
  async drain(): Promise<Halt | null> {
    try {
      for (;;) {
        while (this.goesOn && this.hasPlace && this.ready.length > 0) this.start(this.ready.shift()!);
        if (this.goesOn && this.hasPlace && (await this.claim())) continue;
        if (this.underWay.size === 0) {
          // The last post may have come back, in halves, while nothing was found to be due.
          if (this.goesOn && this.ready.length > 0) continue;
          break;
        }
        await (this.goesOn && this.hasPlace ? this.onePostOr(LOOK_MS) : Promise.race(this.underWay));
      }
    } finally {
      await Promise.all(this.underWay);
      await this.putBack();
      await this.run.record();
    }
    if (this.problem !== null) throw this.problem.error;
    return this.halt;
  }

  private get goesOn(): boolean {
    return this.halt === null && this.problem === null && this.run.mayClaim;
  }

  private get hasPlace(): boolean {
    return this.underWay.size < this.transport.maxPosts;
  }

  private async onePostOr(ms: number): Promise<void> {
    const over = new AbortController();
    const pause = sleep(ms, undefined, { signal: over.signal }).catch(() => undefined);
    await Promise.race([...this.underWay, pause]);
    over.abort();
  }

  /** @returns false when nothing is due. */
  private async claim(): Promise<boolean> {
    const claimed = await this.run.claimNext(this.transport.batch);
    if (claimed.length === 0) return false;
    const { callbacks, skipped } = selectSendable(this.webhook, this.transport, claimed);
    for (const batch of this.transport.share(callbacks)) this.ready.push({ callbacks: batch });
    await this.run.write(skipped);
    return true;
  }

  private start(post: Post): void {
    const settled = this.send(post)
      .catch((error: unknown) => {
        this.problem ??= { error };
      })
      .finally(() => this.underWay.delete(settled));
    this.underWay.add(settled);
  }

  private async send(post: Post): Promise<void> {
    const outcome = await this.transport.post(this.webhook, post.callbacks, this.stopping);
    switch (outcome.kind) {
      case 'answered':
        this.failures = 0;
        post.halving?.answered(
          post.callbacks.length,
          outcome.results.some(({ state }) => state === 'delivered'),
        );
        if (outcome.note !== undefined) this.run.warn({}, outcome.note);
        return this.run.write([...outcome.results, ...proven(post.halving)]);
      case 'unclear':
        this.failures = 0;
        post.halving?.answered(post.callbacks.length, true);
        await this.run.write([...outcome.results, ...proven(post.halving)]);
        return this.run.warn({ callbacks: post.callbacks.length, reason: outcome.reason }, GIVEN_UP);
      case 'failed':
        post.halving?.answered(post.callbacks.length, false);
        this.countFailure(outcome);
        return this.run.write([...outcome.results, ...proven(post.halving)]);
      case 'refused':
        return this.halve(post, outcome);
      case 'closed':
        this.halt ??= { kind: 'away', reason: outcome.reason, waitMs: 0 };
        this.run.noteFailed(post.callbacks.length, null, outcome.reason);
        return this.run.giveBack(post.callbacks);
      case 'unsent':
        return this.run.giveBack(post.callbacks);
      case 'gone':
        this.halt ??= { kind: 'gone', reason: outcome.reason };
        return this.run.write(outcome.results);
    }
  }

  private countFailure({ reason, waitMs }: Extract<PostOutcome, { kind: 'failed' }>): void {
    this.failures += 1;
    if (this.stopping.aborted || (this.failures < this.transport.patience && waitMs === 0)) return;
    this.halt ??= { kind: 'away', reason, waitMs };
  }

  /** Offers both halves of a refused post, until the record that is to blame stands alone. */
  private async halve(post: Post, { status, reason }: Extract<PostOutcome, { kind: 'refused' }>): Promise<void> {
    const { callbacks } = post;
    const halving = post.halving ?? new Halving(callbacks.length);
    this.halvings.add(halving);
    if (callbacks.length > 1) {
      const half = Math.ceil(callbacks.length / 2);
      const parts = [callbacks.slice(0, half), callbacks.slice(half)];
      this.ready.unshift(...parts.map((part) => ({ callbacks: part, halving })));
      return;
    }
    halving.blame({ callback: callbacks[0]!, status, reason });
    if (halving.isHopeless) this.halt ??= { kind: 'away', reason, waitMs: 0 };
    await this.run.write(proven(halving));
  }

  /** What was claimed and not posted is due as before; what was refused with all others is tried once more later. */
  private async putBack(): Promise<void> {
    await this.run.giveBack(this.ready.splice(0).flatMap(({ callbacks }) => callbacks));
    const unproven = [...this.halvings].flatMap((halving) => halving.takeUnproven());
    await this.run.write(
      unproven.map(({ callback, status, reason }) => this.transport.again(callback, status, reason)),
    );
  }
}

/** Some of them may not have arrived. */
export const GIVEN_UP = 'callbacks given up: to repeat them could count some of them twice';

const proven = (halving: Halving | undefined) => (halving?.takeProven() ?? []).map(toDead);
const toDead = ({ callback, status, reason }: Culprit) => dead(callback, status, reason);
