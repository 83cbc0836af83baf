/** A run from its beginning to its audit. */
import { makeSender, type Sender } from './accounts';
import type { Breach, Evidence } from './audit/evidence';
import { auditLedger } from './audit/ledger';
import { auditSending } from './audit/sending';
import { auditTiming } from './audit/timing';
import { auditTold } from './audit/told';
import { startClock } from './clock';
import { drive } from './drive';
import { newJournal } from './journal';
import { PARTIES, type Knowledge } from './parties';
import { readRecords } from './records';
import { figuresOf, type Figures } from './report';
import { scheduleFaults, shownFault, type ScheduleSettings } from './schedule';
import { settle } from './settle';
import { startChaosStack } from './stack';
import { strikeAll } from './strike';
import { leadMs, planTraffic, type TrafficSettings } from './traffic';
import { watchLedger } from './watch';

export interface ChaosSettings extends ScheduleSettings, TrafficSettings {
  /**
   * Of the gateways. A killed worker's messages go to its successor after a minute: what it left in doubt can be resolved
   * only where the deadline is later.
   */
  receiptDeadlineSeconds: Record<Knowledge, number>;
  /** From the end of traffic and faults until nothing is left. */
  settleMs: number;
  /** Whether promises that name a time are held against the clock of this machine. */
  timed: boolean;
}

export interface ChaosResult {
  figures: Figures;
  breaches: Breach[];
}

/**
 * @param programs the folder of the built entry points.
 * @param stopping Aborting it ends the run, and stops what was started.
 */
export async function runChaos(
  settings: ChaosSettings,
  programs: string,
  say: (line: string) => void,
  stopping: AbortSignal,
): Promise<ChaosResult> {
  const faults = scheduleFaults(settings);
  say(`seed ${settings.seed}, ${settings.durationMs / 1_000} s, ${faults.length} faults:`);
  for (const fault of faults) say(`  ${shownFault(fault)}`);
  const items = planTraffic(PARTIES, settings);
  say('Starting Postgres, Temporal, simulator, worker and api …');
  const stack = await startChaosStack(programs);
  try {
    const senders: Sender[] = [];
    for (const party of PARTIES)
      senders.push(await makeSender(stack, party, settings.receiptDeadlineSeconds[party.knows]));
    const journal = newJournal();
    const clock = startClock(stopping, leadMs(settings));
    const watch = watchLedger(stack.database, clock);
    const driver = { api: stack.api, senders: new Map(senders.map((sender) => [sender.name, sender])), clock, journal };
    const [strikes] = await Promise.all([strikeAll(stack, faults, clock, say), drive(driver, items)]);
    say('All is asked for, and nothing is struck any more: waiting for the last outcomes …');
    const settled = await settle(stack, senders, journal, clock, settings.settleMs);
    await watch.stop();
    const records = await readRecords(stack, senders, journal.campaigns);
    const evidence: Evidence = { parties: PARTIES, journal, records, strikes, watch, settled, since: clock.since };
    return {
      figures: figuresOf(evidence, stack.victims, clock.nowMs()),
      breaches: [
        ...auditLedger(evidence),
        ...auditSending(evidence),
        ...auditTold(evidence),
        ...(settings.timed ? auditTiming(evidence) : []),
      ].sort((a, b) => a.promise - b.promise),
    };
  } finally {
    await stack.stop();
  }
}
