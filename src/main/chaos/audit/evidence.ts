/** What an audit is made from, and what it comes to. */
import type { Journal, JournalEntry } from '../journal';
import type { Party } from '../parties';
import type { LedgerMessage, Records, Submission } from '../records';
import type { Settled } from '../settle';
import type { Strikes } from '../strike';
import type { Watch } from '../watch';

export interface Evidence {
  parties: readonly Party[];
  journal: Journal;
  records: Records;
  strikes: Strikes;
  watch: Pick<Watch, 'looks' | 'uneven' | 'backwards'>;
  settled: Settled;
  /** A moment of the run from one of the wall clock, epoch milliseconds. */
  since(epochMs: number): number;
}

/** A promise of the product (ARCHITECTURE.md, Promises) that did not hold. */
export interface Breach {
  promise: number;
  line: string;
}

const SHOWN = 3;

/** One breach for all of them; none when there are none. @param ids of messages, or whatever else names one. */
export function breach(promise: number, ids: readonly string[], what: string): Breach[] {
  if (ids.length === 0) return [];
  const rest = ids.length > SHOWN ? ' …' : '';
  return [{ promise, line: `${ids.length} ${what}: ${ids.slice(0, SHOWN).join(', ')}${rest}` }];
}

const keyOf = (party: string, number: string): string => `${party} ${number.replace(/\D/g, '')}`;

function grouped<T>(list: readonly T[], key: (each: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const each of list) {
    const name = key(each);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [each]);
    else group.push(each);
  }
  return groups;
}

/** By party and number, each of which is used once in a run. */
export interface ByNumber {
  messages: Map<string, LedgerMessage[]>;
  submissions: Map<string, Submission[]>;
  entries: Map<string, JournalEntry[]>;
}

export const byNumber = ({ records, journal }: Evidence): ByNumber => ({
  messages: grouped(records.messages, ({ party, to }) => keyOf(party, to)),
  submissions: grouped(records.submissions, ({ account, to }) => keyOf(account, to)),
  entries: grouped(journal.entries, ({ party, to }) => keyOf(party, to)),
});
