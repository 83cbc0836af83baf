/**
 * Everything the simulator knows: scripts, accounts, what was sent and what was received. `POST /control/reset` makes a new
 * one, or forgets one account.
 */
import type { Logger } from 'pino';
import { Account } from './account';
import type { CallbackRecord } from './clevertap/callback';
import { Received } from './clevertap/received';
import { Dice } from './dice';
import { Faults } from './faults';
import { Peak } from './peak';
import type { Known, Memory, Submission, Verdict } from './protocol';
import type { ReportKind } from './plan';
import { Recent } from './recent';
import type { Script } from './script';
import { DEFAULT_SCRIPT } from './script';
import { Sink } from './sink';

/** Messages, and CleverTap records, that are kept when `record` is on. */
export const KEPT_RECORDS = 50_000;
/** Times that one message keeps of its submissions. */
const KEPT_TIMES = 10;

/** One message id as the vendor saw it, however often it came. */
export interface MessageRecord extends Omit<Submission, 'invalid' | 'identity' | 'reports'> {
  account: string;
  /** Outcome of the first submission that was taken; a repetition does not change it. */
  outcome: Verdict['outcome'];
  seen: number;
  /** Epoch milliseconds of its first submissions. */
  times: number[];
  /** How it ends and when, reported or not. */
  end: { kind: ReportKind; at: number };
  bulkId: string;
}

export interface ReceivedRecord extends CallbackRecord {
  account: string;
  /** Epoch milliseconds. */
  receivedAt: number;
}

/** One CleverTap account: its faults and the callbacks that it received. */
export interface Listener {
  received: Received;
  behaviour: { script: Script; dice: Dice; faults: Faults };
}

function listen(script: Script): Listener['behaviour'] {
  const dice = new Dice(script.seed);
  return { script, dice, faults: new Faults(script.clevertap.faults, dice) };
}

export class World {
  readonly accounts = new Map<string, Account>();
  readonly listeners = new Map<string, Listener>();
  readonly peak = new Peak();
  readonly sink = new Sink();
  private readonly recordOf = new Map<string, MessageRecord>();
  readonly messages = new Recent<MessageRecord>(KEPT_RECORDS, (old) =>
    this.recordOf.delete(`${old.account} ${old.messageId}`),
  );
  readonly received = new Recent<ReceivedRecord>(KEPT_RECORDS);
  private common = DEFAULT_SCRIPT;
  private readonly own = new Map<string, Script>();

  constructor(private readonly log?: Logger) {}

  /** The script that an account obeys: its own, else the common one. */
  script(account?: string): Script {
    return (account === undefined ? undefined : this.own.get(account)) ?? this.common;
  }

  /** Every script in force. */
  scripts(): { common: Script; accounts: Record<string, Script> } {
    return { common: this.common, accounts: Object.fromEntries(this.own) };
  }

  /** Puts the script of one account, or the common one of all that have none of their own. */
  putScript(script: Script, account?: string): void {
    if (account === undefined) this.common = script;
    else this.own.set(account, script);
    const concerned = (name: string) => (account === undefined ? !this.own.has(name) : name === account);
    for (const [name, vendor] of this.accounts) if (concerned(name)) vendor.obey(script);
    for (const [name, listener] of this.listeners) if (concerned(name)) listener.behaviour = listen(script);
  }

  account(name: string): Account {
    let account = this.accounts.get(name);
    if (account === undefined) this.accounts.set(name, (account = new Account(name, this.script(name), this.log)));
    return account;
  }

  listener(name: string): Listener {
    let listener = this.listeners.get(name);
    if (listener === undefined)
      this.listeners.set(name, (listener = { received: new Received(), behaviour: listen(this.script(name)) }));
    return listener;
  }

  /** Forgets an account of a vendor or of CleverTap, its own script included. Its reports that have not left never will. */
  async forget(name: string): Promise<void> {
    const vendor = this.accounts.get(name);
    this.own.delete(name);
    this.accounts.delete(name);
    this.listeners.delete(name);
    this.messages.forget(({ account }) => account === name);
    this.received.forget(({ account }) => account === name);
    await vendor?.courier.stop();
  }

  /** Ends every report under way. */
  async stop(): Promise<void> {
    await Promise.all([...this.accounts.values()].map(({ courier }) => courier.stop()));
  }

  /** @param at epoch milliseconds of the submission. @param end how it ends and when. */
  record(
    account: string,
    { submission, outcome }: Verdict,
    at: number,
    end: MessageRecord['end'],
    bulkId: string,
  ): void {
    const key = `${account} ${submission.messageId}`;
    const known = this.recordOf.get(key);
    if (known !== undefined) {
      known.seen += 1;
      if (known.times.length < KEPT_TIMES) known.times.push(at);
      // An id that was refused may come again and be taken.
      if (outcome === 'accepted') Object.assign(known, { outcome, end });
      return;
    }
    const { invalid, identity, reports, ...message } = submission;
    const record = { account, ...message, outcome, seen: 1, times: [at], end, bulkId };
    this.recordOf.set(key, record);
    this.messages.push(record);
  }

  /** The messages of an account, for the look-ups of its vendor. */
  memory(account: string): Memory {
    const known = (record: MessageRecord): Known => {
      const { outcome, end, bulkId, times } = record;
      const [sentAt = 0] = times;
      const isOver = outcome !== 'accepted' || Date.now() >= end.at;
      return {
        submission: record,
        outcome,
        bulkId,
        kind: isOver ? end.kind : 'enroute',
        sentAt,
        doneAt: isOver ? Math.round(end.at) : sentAt,
      };
    };
    return {
      byId: (messageId) => {
        const record = this.recordOf.get(`${account} ${messageId}`);
        return record && known(record);
      },
      find: (matches) =>
        this.messages.find((record) => record.account === account && matches(record), KEPT_RECORDS).map(known),
    };
  }
}
