/** Promises 1, 3, 4 and 12: what was taken is in the ledger, once; the ledger adds up; nothing is left. */
import type { Ledger } from '../records';
import { breach, byNumber, type Breach, type Evidence } from './evidence';

const OUTCOMES = ['delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown'] as const;

export function auditLedger(evidence: Evidence): Breach[] {
  return [...auditTaken(evidence), ...auditSums(evidence), ...auditEnd(evidence)];
}

function auditTaken(evidence: Evidence): Breach[] {
  const { messages, entries } = byNumber(evidence);
  const { journal } = evidence;
  const isIn = (key: string): boolean => messages.has(key);
  const keysOf = (answered: string): string[] =>
    [...entries].filter(([, list]) => list.some((entry) => entry.answered === answered)).map(([key]) => key);
  const twice = [...messages.values()].filter((list) => list.length > 1);
  const changed = [...messages].flatMap(([key, list]) =>
    list.filter(({ meta }) => entries.get(key)?.some((entry) => entry.meta !== meta)),
  );
  return [
    ...breach(1, journal.odd, 'answers that no caller expects'),
    ...breach(
      1,
      keysOf('taken').filter((key) => !isIn(key)),
      'were answered 2xx and are not in the ledger',
    ),
    ...breach(1, keysOf('refused').filter(isIn), 'were refused and are in the ledger'),
    ...breach(
      1,
      [...messages.keys()].filter((key) => !entries.has(key)),
      'are in the ledger and nobody asked for them',
    ),
    ...breach(
      1,
      twice.map(([message]) => message!.id),
      'are in the ledger more than once',
    ),
    ...breach(
      5,
      changed.map(({ id }) => id),
      'have another meta in the ledger',
    ),
  ];
}

const sumOf = (ledger: Ledger): number => OUTCOMES.reduce((sum, name) => sum + ledger[name], ledger.open);

function auditSums({ parties, records, journal, watch }: Evidence): Breach[] {
  const uneven = parties.flatMap(({ name }) => {
    const ledger = records.ledgers[name]!;
    const own = records.messages.filter(({ party }) => party === name);
    const differs = OUTCOMES.filter((outcome) => ledger[outcome] !== own.filter((m) => m.state === outcome).length);
    const adds = ledger.accepted === sumOf(ledger) && ledger.accepted === own.length && differs.length === 0;
    return adds ? [] : [`${name} ${JSON.stringify(ledger)} with ${own.length} messages`];
  });
  const campaigns = records.campaigns.filter(({ name, counts }) => {
    const recipients = journal.entries.filter(({ campaign }) => campaign === name).length;
    return counts.accepted !== recipients || sumOf(counts) !== recipients;
  });
  return [
    ...breach(4, watch.uneven, 'times a ledger did not add up'),
    ...breach(4, uneven, 'ledgers do not add up at the end'),
    ...breach(
      4,
      campaigns.map(({ name, counts }) => `${name} ${JSON.stringify(counts)}`),
      'campaigns do not add up',
    ),
    ...breach(3, watch.backwards, 'messages went back'),
  ];
}

function auditEnd({ parties, records, settled }: Evidence): Breach[] {
  const left = Object.entries(settled.leftOver ?? records.leftOver).filter(([, count]) => count > 0);
  const open = parties.filter(({ name }) => records.ledgers[name]!.open > 0).map(({ name }) => name);
  return [
    ...breach(
      12,
      left.map(([what, count]) => `${count} ${what}`),
      'kinds of things are left',
    ),
    ...breach(12, open, 'accounts have open messages at the end'),
  ];
}
