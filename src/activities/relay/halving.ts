/** Finding the record that keeps a whole post from being taken. */
import type { SendableCallback } from '../../store/webhooks/relays';

/**
 * So many records refused one by one, and none of their post accepted: it is the endpoint that refuses, whatever comes,
 * and not the records that are bad.
 */
const ENOUGH = 10;

export interface Culprit {
  callback: SendableCallback;
  status: number | null;
  reason: string;
}

/** What a post that is offered again in halves came to. */
export class Halving {
  private accepted = false;
  private readonly culprits: Culprit[] = [];

  /** @param open records whose own answer is not known yet. */
  constructor(private open: number) {}

  /** So many were answered: with `accepted`, the endpoint takes some, so it is right about those that it refuses. */
  answered(count: number, accepted: boolean): void {
    this.open -= count;
    this.accepted ||= accepted;
  }

  blame(culprit: Culprit): void {
    this.open -= 1;
    this.culprits.push(culprit);
  }

  /** The endpoint refuses everything. */
  get isHopeless(): boolean {
    return !this.accepted && this.culprits.length >= ENOUGH;
  }

  /** The records that are bad for sure, each once. */
  takeProven(): Culprit[] {
    return this.accepted || (this.open === 0 && !this.isHopeless) ? this.culprits.splice(0) : [];
  }

  /** Those that were refused and may not be to blame, each once. */
  takeUnproven(): Culprit[] {
    return this.culprits.splice(0);
  }
}
