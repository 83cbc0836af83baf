/** What becomes of one message: decided once, when it is submitted, by the script and the dice alone. */
import type { Dice } from './dice';
import type { Refusal, RefuseRule, Script } from './script';
import { refuseRules } from './script';

/** What a report says: the final `delivered` or a refusal; or, not final, on its way or at the operator. */
export type ReportKind = 'delivered' | Refusal | 'enroute' | 'at-operator';

export interface PlannedReport {
  kind: ReportKind;
  /** Milliseconds after the submission is answered; negative = before the answer. */
  afterMs: number;
  /** Its first post is cut off in the middle. */
  mangled: boolean;
}

export interface Plan {
  /** Set when the submission itself is refused; there are no reports then. */
  refused?: Refusal;
  /** How it ends, reported or not, and how long after the answer; negative = before it. */
  final: 'delivered' | Refusal;
  finalAfterMs: number;
  reports: PlannedReport[];
}

/** The traits of a message that the dice decide by. */
export interface PlannedMessage {
  messageId: string;
  /** Our id, where `messageId` is the vendor's. */
  clientId?: string;
  to: string;
  sender: string;
  text: string;
}

/** `afterMs` of a report that comes before the answer. */
export const EARLY = -1;
/** Distance of a repeated or reordered report; enough to fall into another post. */
const REPEAT_AFTER_MS = 100;

export class Planner {
  private readonly rules: RefuseRule[];

  constructor(
    private readonly script: Script,
    private readonly dice: Dice,
  ) {
    this.rules = refuseRules(script);
  }

  /**
   * What makes this message itself to the dice. The number with the sender ID (the default) replays a run even though
   * message ids differ in each, and asks anew when a message comes again under its fallback sender.
   */
  key(message: PlannedMessage): string {
    if (this.script.decideBy === 'messageId') return message.clientId ?? message.messageId;
    return `${message.to}|${message.sender}`;
  }

  /** @param refusesLate what would be refused at submit is refused by receipt. */
  plan(message: PlannedMessage, refusesLate = false): Plan {
    const key = this.key(message);
    const refusal = this.refusal(message, key);
    if (refusal?.at === 'submit' && !refusesLate)
      return { refused: refusal.outcome, final: refusal.outcome, finalAfterMs: EARLY, reports: [] };
    const final = refusal?.outcome ?? 'delivered';
    const finalAfterMs = this.finalAfterMs(key);
    return { final, finalAfterMs, reports: this.reports(key, final, finalAfterMs) };
  }

  private refusal(message: PlannedMessage, key: string): RefuseRule | undefined {
    return this.rules.find(
      (rule, index) =>
        (rule.senders === undefined || rule.senders.includes(message.sender)) &&
        (rule.numberEndsWith === undefined || message.to.endsWith(rule.numberEndsWith)) &&
        (rule.textIncludes === undefined || message.text.includes(rule.textIncludes)) &&
        // A bad number is bad under every sender and id.
        this.dice.happens(rule.share, `refuse ${index}`, rule.outcome === 'recipient' ? message.to : key),
    );
  }

  private delayMs(key: string): number {
    const { late, delayMs } = this.script.receipts;
    return this.dice.within(this.dice.happens(late.share, 'late', key) ? late.delayMs : delayMs, 'delay', key);
  }

  private finalAfterMs(key: string): number {
    return this.dice.happens(this.script.receipts.early, 'early', key) ? EARLY : this.delayMs(key);
  }

  private reports(key: string, final: ReportKind, finalAfterMs: number): PlannedReport[] {
    const { receipts } = this.script;
    if (this.dice.happens(receipts.missing, 'missing', key)) return [];
    const early = finalAfterMs === EARLY;
    const delay = this.delayMs(key);
    const report: PlannedReport = {
      kind: final,
      afterMs: finalAfterMs,
      mangled: this.dice.happens(receipts.mangledShare, 'mangled', key),
    };
    const reports = [report];
    const between = (): ReportKind => (this.dice.happens(0.5, 'between', key) ? 'enroute' : 'at-operator');
    if (this.dice.happens(receipts.reordered, 'reordered', key))
      reports.push({ kind: between(), afterMs: delay + REPEAT_AFTER_MS, mangled: false });
    else if (this.dice.happens(receipts.intermediate, 'intermediate', key))
      reports.unshift({ kind: between(), afterMs: early ? EARLY : delay / 2, mangled: false });
    if (this.dice.happens(receipts.twice, 'twice', key))
      reports.push({ kind: final, afterMs: delay + REPEAT_AFTER_MS, mangled: false });
    return reports;
  }
}
