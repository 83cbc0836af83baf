/** Promises 6, 7 and 11, which name a time: rates, pauses, and the passwords of an account beside one in trouble. */
import type { JournalEntry } from '../journal';
import { breach, byNumber, type Breach, type Evidence } from './evidence';

/** What arrives at the vendor within a second may have left in a little more: a busy machine bunches. */
const RATE_SLACK = 1.1;
const STILL_LEAVING_MS = 1_000;
/** A process that was struck is itself again after so long. */
const RECOVERY_MS = 15_000;
const MORE_THAN_QUIET_MS = 500;
const BUSIER_THAN_QUIET = 2;

export function auditTiming(evidence: Evidence): Breach[] {
  const { parties, records } = evidence;
  const fast = parties.flatMap(({ name, gateway }) => {
    const rate = gateway?.ratePerSecond;
    const most = records.vendors[name]!.maxSubmissionsPerSecond;
    return rate !== undefined && most > Math.ceil(rate * RATE_SLACK) ? [`${name} ${most} instead of ${rate}`] : [];
  });
  const { quietMs, calm } = passwords(evidence);
  const mostMs = Math.max(BUSIER_THAN_QUIET * quietMs, quietMs + MORE_THAN_QUIET_MS);
  const late = calm.filter((ms) => ms > mostMs).map((ms) => `${ms} ms instead of ${mostMs}`);
  return [
    ...breach(6, fast, 'gateways sent more in a second than their rate'),
    ...breach(7, lateSubmissions(evidence), 'requests left after a pause was answered'),
    ...breach(11, late, 'passwords took longer than beside nobody, while nothing was struck'),
  ];
}

/** Requests of paused campaigns that came more than a second after the answer, with the worker at large all the time. */
export function lateSubmissions(evidence: Evidence): string[] {
  const { journal, strikes, since } = evidence;
  const { submissions } = byNumber(evidence);
  return journal.pauses.flatMap(({ campaign, answeredAtMs, endedAtMs }) => {
    // A frozen worker goes on where it was, with requests that had all but left.
    const frozen = strikes.struck.some(
      ({ kind, target, beganAtMs, endedAtMs: thawedAtMs }) =>
        kind === 'freeze' && target === 'worker' && beganAtMs < endedAtMs && thawedAtMs > answeredAtMs,
    );
    if (frozen) return [];
    const recipients = new Set(
      journal.entries.filter((entry) => entry.campaign === campaign).map(({ to }) => to.replace(/\D/g, '')),
    );
    return [...submissions.values()].flat().flatMap(({ to, times, messageId }) => {
      if (!recipients.has(to.replace(/\D/g, ''))) return [];
      const isLate = times
        .map((time) => since(Date.parse(time)))
        .some((atMs) => atMs > answeredAtMs + STILL_LEAVING_MS && atMs < endedAtMs);
      return isLate ? [`${messageId} of ${campaign}`] : [];
    });
  });
}

export interface Passwords {
  /** From the request to the vendor's first sight, the slowest of those beside nobody. */
  quietMs: number;
  /** Of those on whose way nothing was struck, or was recovering. */
  calm: number[];
}

export function passwords(evidence: Evidence): Passwords {
  const { parties, journal, strikes, since } = evidence;
  const { submissions } = byNumber(evidence);
  const watched = new Set(parties.filter(({ traffic }) => traffic === 'passwords').map(({ name }) => name));
  const ways = journal.entries
    .filter(({ party, answered }) => watched.has(party) && answered === 'taken')
    .flatMap((entry: JournalEntry) => {
      const [first] = submissions.get(`${entry.party} ${entry.to.replace(/\D/g, '')}`) ?? [];
      if (first === undefined) return [];
      return [{ isQuiet: entry.askedAtMs < 0, fromMs: entry.askedAtMs, untilMs: since(Date.parse(first.times[0]!)) }];
    });
  const isCalm = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }): boolean =>
    strikes.struck.every(({ beganAtMs, endedAtMs }) => untilMs < beganAtMs || fromMs > endedAtMs + RECOVERY_MS);
  const took = ({ fromMs, untilMs }: { fromMs: number; untilMs: number }): number => untilMs - fromMs;
  return {
    quietMs: Math.max(0, ...ways.filter(({ isQuiet }) => isQuiet).map(took)),
    calm: ways.filter((way) => !way.isQuiet && isCalm(way)).map(took),
  };
}
