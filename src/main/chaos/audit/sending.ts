/** Promises 2 and 3 against what the vendors saw: nothing left twice, what is in doubt is little, and outcomes are true. */
import { isFinal } from '../../../core/messages/status';
import { MAX_IN_FLIGHT, type Party } from '../parties';
import type { LedgerMessage, Submission } from '../records';
import { breach, byNumber, type Breach, type Evidence } from './evidence';

/**
 * What a killed worker may leave in doubt of the bulk over one gateway. What is urgent doesn't wait for that to leave, so it
 * may come on top, and is bounded with it by the same over all gateways.
 */
export const MOST_DOUBTS = 2 * MAX_IN_FLIGHT;

/** A message beside all that its vendor saw of it. */
interface Case {
  message: LedgerMessage;
  party: Party;
  seen: Submission[];
  taken: Submission[];
}

export function auditSending(evidence: Evidence): Breach[] {
  const { messages, submissions } = byNumber(evidence);
  const partyOf = new Map(evidence.parties.map((party) => [party.name, party]));
  const cases = [...messages].flatMap(([key, list]) =>
    list.map((message): Case => {
      const seen = submissions.get(key) ?? [];
      const taken = seen.filter(({ outcome }) => outcome === 'accepted');
      return { message, party: partyOf.get(message.party)!, seen, taken };
    }),
  );
  const doubled = cases.filter(({ message, taken }) => taken.length > 1 && message.state !== 'unknown');
  const unasked = [...submissions.keys()].filter((key) => !messages.has(key));
  return [
    ...breach(2, doubled.map(idOf), 'reached their vendor more than once'),
    ...breach(2, unasked, 'reached a vendor and are not in the ledger'),
    ...auditDoubts(evidence, cases),
    ...auditOutcomes(evidence, cases),
  ];
}

const idOf = ({ message, party }: Case): string => `${message.id} (${party.name}, ${message.state})`;

function auditDoubts({ parties, strikes }: Evidence, cases: readonly Case[]): Breach[] {
  const many = strikes.struck.flatMap(({ doubts, beganAtMs }) => {
    const bulk = doubts.filter(({ isBulk }) => isBulk);
    const perGateway = [...new Set(bulk.map(({ gatewayId }) => gatewayId))].map((id) => ({
      count: bulk.filter(({ gatewayId }) => gatewayId === id).length,
      most: MOST_DOUBTS,
    }));
    return [...perGateway, { count: doubts.length, most: MOST_DOUBTS * parties.length }]
      .filter(({ count, most }) => count > most)
      .map(({ count, most }) => `${count} instead of ${most} at ${beganAtMs} ms`);
  });
  const doubted = new Set(strikes.struck.flatMap(({ doubts }) => doubts.map(({ messageId }) => messageId)));
  const unknown = cases.filter(({ message }) => message.state === 'unknown');
  const knowable = unknown.filter(
    ({ party, taken }) => party.knows === 'our ids' || (party.knows === 'can be asked' && taken.length > 0),
  );
  const unexplained = unknown.filter(({ message }) => !doubted.has(message.id));
  return [
    ...breach(2, many, 'times a killed worker left more in doubt than twice the wire'),
    ...breach(2, knowable.map(idOf), 'are unknown although their vendor could tell'),
    ...breach(2, unexplained.map(idOf), 'are unknown and were not in doubt when a worker was killed'),
  ];
}

function auditOutcomes({ parties, records }: Evidence, cases: readonly Case[]): Breach[] {
  const settled = cases.filter(({ message }) => isFinal(message.state) && message.state !== 'unknown');
  const unsent = settled.filter(({ seen }) => seen.length === 0);
  const expired = settled.filter(({ message, taken }) => message.state === 'expired' && taken.length > 0);
  const untrue = settled.filter(
    ({ message, seen, taken }) =>
      seen.length > 0 && message.state !== (taken[0]?.end.kind === 'delivered' ? 'delivered' : 'failed'),
  );
  // A report that the vendor gave up bringing can be asked for, or it can't.
  const lost = parties.filter(
    ({ name, knows }) =>
      expired.filter(({ party }) => party.name === name).length >
      (knows === 'its own' ? records.vendors[name]!.receipts.failed : 0),
  );
  return [
    ...breach(2, unsent.map(idOf), 'have an outcome and never reached their vendor'),
    ...breach(
      3,
      untrue.filter((one) => !expired.includes(one)).map(idOf),
      'have another outcome than their vendor says',
    ),
    ...breach(
      3,
      lost.map(({ name }) => name),
      'accounts have more expired messages than reports were lost',
    ),
  ];
}
