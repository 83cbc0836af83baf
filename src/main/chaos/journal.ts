/** What callers asked for, and what they were told: the run's own record. */
import type { TrafficRecord } from './traffic';

/**
 * - `taken`: answered with a 2xx.
 * - `open`: not answered, or with a 5xx: it may have been taken or not.
 * - `refused`: anything else.
 */
export type Answered = 'taken' | 'open' | 'refused';

export interface JournalEntry extends TrafficRecord {
  party: string;
  /** Of the run, when it was first asked for; negative before there was other traffic. */
  askedAtMs: number;
  answered: Answered;
  /** Name of the campaign that it is a recipient of. */
  campaign: string | null;
}

/** A pause of a campaign that was answered. Moments are those of the run. */
export interface Pause {
  campaign: string;
  answeredAtMs: number;
  /** When the request to go on was made. */
  endedAtMs: number;
}

export interface Journal {
  entries: JournalEntry[];
  /** By name, of the campaigns that were created as the answer said. */
  campaigns: Map<string, { id: string; party: string }>;
  pauses: Pause[];
  /** Answers that are no answer to such a request, a line each. */
  odd: string[];
  /** Requests that were made a second time and more. */
  askedAgain: number;
}

export const newJournal = (): Journal => ({ entries: [], campaigns: new Map(), pauses: [], odd: [], askedAgain: 0 });
