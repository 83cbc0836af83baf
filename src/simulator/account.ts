/** One account at a simulated vendor: its script, what it counts, the message ids that it knows, and its reports under way. */
import type { Logger } from 'pino';
import { Courier, type ReceiptCounts } from './courier';
import { Dice } from './dice';
import { Faults } from './faults';
import { Peak } from './peak';
import type { Protocol } from './protocol';
import { Planner } from './plan';
import { RecentIds } from './recent';
import type { Fault, Refusal, Script } from './script';

/** Message ids that an account remembers for certain (`RecentIds`). */
const REMEMBERED_IDS = 1_000_000;

const perRefusal = (): Record<Refusal, number> => ({ sender: 0, recipient: 0, content: 0, account: 0 });
const perFault = (): Record<Fault['kind'], number> => ({
  throttle: 0,
  serverError: 0,
  timeout: 0,
  reset: 0,
  partial: 0,
});

/** `submissions = accepted + refused (all words) + duplicateIds + turnedAway`, at any moment between two requests. */
export interface Counts {
  /** HTTP requests that submit messages, whatever was answered. */
  requests: number;
  /** HTTP requests that ask for messages. */
  lookups: number;
  badRequests: number;
  unauthorized: number;
  /** Messages in requests that were understood. */
  submissions: number;
  accepted: number;
  /** Refused in the answer to their submission. */
  refused: Record<Refusal, number>;
  /** Refused because their message id was accepted before. */
  duplicateIds: number;
  /** In requests that a fault kept from being taken. */
  turnedAway: number;
  /** Requests that a fault struck. */
  faults: Record<Fault['kind'], number>;
  /** Accepted, and to be refused by receipt. */
  refusedByReceipt: Record<Refusal, number>;
  receipts: ReceiptCounts;
  /** Most submissions in any one second. */
  maxSubmissionsPerSecond: number;
}

export function newCounts(): Counts {
  return {
    requests: 0,
    lookups: 0,
    badRequests: 0,
    unauthorized: 0,
    submissions: 0,
    accepted: 0,
    refused: perRefusal(),
    duplicateIds: 0,
    turnedAway: 0,
    faults: perFault(),
    refusedByReceipt: perRefusal(),
    receipts: { sent: 0, acknowledged: 0, failed: 0, withoutUrl: 0, posts: 0, failedPosts: 0, mangledPosts: 0 },
    maxSubmissionsPerSecond: 0,
  };
}

function addInto(sum: object, part: object): void {
  for (const [key, value] of Object.entries(part)) {
    const old: unknown = Reflect.get(sum, key);
    if (typeof value === 'number' && typeof old === 'number') Reflect.set(sum, key, old + value);
    else if (typeof value === 'object' && typeof old === 'object' && old !== null) addInto(old, value as object);
  }
}

/** The sum over accounts. A peak is no sum: the caller gives the one of all accounts together. */
export function totalCounts(parts: Counts[], maxSubmissionsPerSecond: number): Counts {
  const total = newCounts();
  for (const part of parts) addInto(total, part);
  return { ...total, maxSubmissionsPerSecond };
}

export class Account {
  readonly counts = newCounts();
  readonly knownIds = new RecentIds(REMEMBERED_IDS);
  /** Of the latest submission: what an inbound text is made with. */
  latest?: { protocol: Protocol; bulkId: string; secret?: string };
  readonly peak = new Peak();
  readonly courier: Courier;
  /** Replaced together, whenever a script is put. */
  behaviour: { script: Script; dice: Dice; planner: Planner; faults: Faults };

  constructor(
    readonly name: string,
    script: Script,
    log?: Logger,
  ) {
    this.courier = new Courier(this, log);
    this.behaviour = this.behave(script);
  }

  obey(script: Script): void {
    this.behaviour = this.behave(script);
  }

  countSubmissions(messages: number, nowMs: number): void {
    this.counts.submissions += messages;
    this.peak.add(messages, nowMs);
    this.counts.maxSubmissionsPerSecond = this.peak.max;
  }

  private behave(script: Script) {
    const dice = new Dice(script.seed);
    return { script, dice, planner: new Planner(script, dice), faults: new Faults(script.faults, dice) };
  }
}
