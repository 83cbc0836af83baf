/** What a run came to, in figures. */
import type { Evidence } from './audit/evidence';
import { lateSubmissions, passwords } from './audit/timing';
import { repeats } from './audit/told';
import type { Breach } from './audit/evidence';
import type { Ledger } from './records';
import { TARGETS, type Target } from './schedule';
import type { Strike } from './strike';
import type { Victim } from './victim';

/** In the order in which they are printed. */
export type Figures = Record<string, number | string>;

const OUTCOMES: readonly (keyof Ledger)[] = [
  'accepted', 'delivered', 'failed', 'expired', 'suppressed', 'cancelled', 'unknown', 'open',
]; // prettier-ignore

/** @param tookMs from the beginning of the run until nothing was left. */
export function figuresOf(evidence: Evidence, victims: Record<Target, Victim>, tookMs: number): Figures {
  const { journal, records, strikes, watch, settled } = evidence;
  const answered = (how: string): number => journal.entries.filter((entry) => entry.answered === how).length;
  const inLedger = new Set(records.messages.map(({ party, to }) => `${party} ${to}`));
  const open = journal.entries.filter((entry) => entry.answered === 'open');
  const ledger = OUTCOMES.map((name) => {
    const sum = Object.values(records.ledgers).reduce((total, one) => total + one[name], 0);
    return `${name} ${sum}`;
  });
  const sum = (of: (counts: Evidence['records']['vendors'][string]) => number): number =>
    Object.values(records.vendors).reduce((total, counts) => total + of(counts), 0);
  const kills = strikes.struck.filter(({ kind, target }) => kind === 'kill' && target === 'worker');
  const ends = TARGETS.flatMap((name) => victims[name].ownEnds.map((reason) => `${name} (${reason})`));
  const { quietMs, calm } = passwords(evidence);
  return {
    'faults struck': strikes.struck.length,
    'faults whose target did not run': strikes.missed.length,
    'processes that ended by themselves': ends.length === 0 ? 0 : ends.join(', '),
    'records asked for': journal.entries.length,
    'answered 2xx': answered('taken'),
    refused: answered('refused'),
    'not answered, or 5xx': `${open.length}, of which ${open.filter(({ party, to }) => inLedger.has(`${party} ${to}`)).length} are in the ledger`,
    'requests asked again': journal.askedAgain,
    ledger: ledger.join(', '),
    'looks at the ledger meanwhile': watch.looks,
    campaigns: records.campaigns.length,
    'vendors: submissions': sum(({ submissions }) => submissions),
    'vendors: taken': sum(({ accepted }) => accepted),
    'vendors: sent again under the same id': sum(({ duplicateIds }) => duplicateIds),
    'vendors: reports given up': sum(({ receipts }) => receipts.failed),
    'in doubt after kills of the worker': kills.map(doubtsOf).join(', ') || 'none was killed',
    'CleverTap: outcomes heard': records.told.length,
    'CleverTap: heard again, the first answer being lost with a worker': repeats(evidence).length,
    'posts told again at once, and not after ten minutes': settled.hastened,
    'pauses answered': journal.pauses.length,
    'requests later than a second after one': lateSubmissions(evidence).length,
    'passwords beside nobody, slowest': `${quietMs} ms`,
    'passwords while nothing was struck': `${calm.length}, slowest ${Math.max(0, ...calm)} ms`,
    'until nothing was left': `${(tookMs / 1_000).toFixed(0)} s`,
  };
}

/** How many, and how many of one gateway at most. */
function doubtsOf({ doubts }: Strike): string {
  const gateways = new Set(doubts.map(({ gatewayId }) => gatewayId));
  const counts = [...gateways].map((id) => doubts.filter(({ gatewayId }) => gatewayId === id).length);
  return `${doubts.length} (${Math.max(0, ...counts)} of one gateway)`;
}

/** A line each. */
export function reportLines(figures: Figures, breaches: readonly Breach[]): string[] {
  const width = Math.max(...Object.keys(figures).map(({ length }) => length));
  return [
    ...Object.entries(figures).map(([name, value]) => `${name.padEnd(width)}  ${value}`),
    ...breaches.map(({ promise, line }) => `BROKEN promise ${promise}: ${line}`),
    breaches.length === 0 ? 'Every promise held.' : `${breaches.length} findings.`,
  ];
}
