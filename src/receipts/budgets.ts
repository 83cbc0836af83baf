/** What may be brought to callback URLs: bounds for whoever has one and wants to fill the disk, and for who guesses. */
import { TokenBucket } from '../core/concurrency/token-bucket';

/** What a callback costs: the rows that it becomes, and its bytes. */
export interface CallbackCost {
  rows: number;
  bytes: number;
}

/** Of one gateway in one api process: some 25,000 reports a second, and far more for a while: reports of bulk come at once. */
const PER_SECOND: CallbackCost = { rows: 25_000, bytes: 8 * 1_048_576 };
const BURST: CallbackCost = { rows: 400_000, bytes: 128 * 1_048_576 };

/** What providers may bring, by gateway, whatever the number of requests. */
export class CallbackBudgets {
  private readonly budgets = new Map<string, { rows: TokenBucket; bytes: TokenBucket }>();

  /** @returns how many milliseconds the provider must wait before it may bring so much; 0 = it may now. */
  take(gatewayId: string, { rows, bytes }: CallbackCost): number {
    const nowMs = Date.now();
    const budget = this.budgets.get(gatewayId) ?? {
      rows: new TokenBucket(PER_SECOND.rows, BURST.rows, nowMs),
      bytes: new TokenBucket(PER_SECOND.bytes, BURST.bytes, nowMs),
    };
    this.budgets.set(gatewayId, budget);
    const taken = budget.bytes.take(nowMs, bytes);
    if (!taken.ok) return taken.waitMs;
    const room = budget.rows.take(nowMs, rows);
    return room.ok ? 0 : room.waitMs;
  }
}

interface Suspect {
  bucket: TokenBucket;
  /** It proved itself then; -Infinity = never. */
  provenMs: number;
}

/** With more, the one that has been watched longest is let go of. */
const MAX_SUSPECTS = 10_000;
/** Who proved itself so recently is let through: what it can't prove is then a mistake, not a guess. */
const TRUSTED_MS = 600_000;

/** Holds back who goes on bringing what it can't prove. Nobody who proved itself is held back for it. */
export class UnprovenThrottle {
  private readonly suspects = new Map<string, Suspect>();

  /** @param perSecond of what is refused, for each of those that are told apart. @param burst at once. */
  constructor(
    private readonly perSecond: number,
    private readonly burst: number,
  ) {}

  /** How many milliseconds it must wait before it may try again; 0 = it may now. */
  waitMs(who: string): number {
    const suspect = this.suspects.get(who);
    if (suspect === undefined) return 0;
    const nowMs = Date.now();
    if (nowMs - suspect.provenMs < TRUSTED_MS || suspect.bucket.has(1, nowMs)) return 0;
    return Math.ceil(1_000 / this.perSecond);
  }

  /** It brought something that it could not prove. */
  refused(who: string): void {
    const nowMs = Date.now();
    let suspect = this.suspects.get(who);
    if (suspect === undefined) {
      for (const oldest of this.suspects.keys()) {
        if (this.suspects.size < MAX_SUSPECTS) break;
        this.suspects.delete(oldest);
      }
      suspect = { bucket: new TokenBucket(this.perSecond, this.burst, nowMs), provenMs: -Infinity };
      this.suspects.set(who, suspect);
    }
    suspect.bucket.take(nowMs);
  }

  /** Whether anybody is watched: else there is nothing to tell of who proved itself. */
  get watches(): boolean {
    return this.suspects.size > 0;
  }

  /** It proved itself. */
  proven(who: string): void {
    const suspect = this.suspects.get(who);
    if (suspect !== undefined) suspect.provenMs = Date.now();
  }
}
