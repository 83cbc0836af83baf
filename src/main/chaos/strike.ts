/** Carries out the schedule of faults, and notes what really happened. */
import type { Database } from '../../store/database';
import { BULK_PRIORITY } from '../../workflows/contract';
import type { RunClock } from './clock';
import { shownFault, type Fault } from './schedule';
import type { ChaosStack } from './stack';

/** A message that nobody could speak for when a worker was killed: claimed, and its answer not written. */
export interface Doubt {
  messageId: string;
  gatewayId: string;
  /** Of a campaign, or of a send that is no more urgent. */
  isBulk: boolean;
}

/** A fault that struck. Moments are those of the run. */
export interface Strike extends Fault {
  beganAtMs: number;
  endedAtMs: number;
  /** Of a killed worker: what it left in doubt that was not in doubt since an earlier kill. */
  doubts: Doubt[];
}

export interface Strikes {
  struck: Strike[];
  /** Of those whose target did not run at that moment. */
  missed: Fault[];
}

const POLL_MS = 50;

/** Resolves when the last fault is over. What is down then is on its way back. */
export async function strikeAll(
  stack: ChaosStack,
  faults: readonly Fault[],
  clock: RunClock,
  say: (line: string) => void,
): Promise<Strikes> {
  const struck: Strike[] = [];
  const missed: Fault[] = [];
  const known = new Set<string>();
  const carryOut = async (fault: Fault): Promise<void> => {
    await clock.reach(fault.atMs);
    const strike: Strike = { ...fault, beganAtMs: clock.nowMs(), endedAtMs: 0, doubts: [] };
    const hit = await KINDS[fault.kind](stack, fault, clock, strike);
    say(`${shownFault(fault)}${hit ? '' : ': it did not run'}`);
    if (!hit) return void missed.push(fault);
    strike.endedAtMs = clock.nowMs();
    strike.doubts = strike.doubts.filter(({ messageId }) => !known.has(messageId));
    for (const { messageId } of strike.doubts) known.add(messageId);
    struck.push(strike);
  };
  await Promise.all(faults.map(carryOut));
  return { struck, missed };
}

type Strikable = (stack: ChaosStack, fault: Fault, clock: RunClock, strike: Strike) => Promise<boolean>;

const KINDS: Record<Fault['kind'], Strikable> = {
  async kill({ victims, database }, { target, forMs }, clock, strike) {
    const victim = victims[target];
    if (!(await victim.kill())) return false;
    try {
      const back = clock.pause(forMs);
      // No other worker may claim before they are counted.
      if (target === 'worker') strike.doubts = await readDoubts(database, clock);
      await back;
    } finally {
      victim.release();
    }
    return true;
  },
  async freeze({ victims }, { target, forMs }, clock) {
    const victim = victims[target];
    if (!(await victim.freeze())) return false;
    try {
      await clock.pause(forMs);
    } finally {
      victim.thaw();
    }
    return true;
  },
  async cut({ links }, { target, forMs }, clock) {
    const link = links[target as keyof typeof links];
    link.cut();
    try {
      await clock.pause(forMs);
    } finally {
      link.restore();
    }
    return true;
  },
};

/** Waits until Postgres answers, if need be. */
async function readDoubts({ pool }: Database, clock: RunClock): Promise<Doubt[]> {
  for (;;) {
    try {
      const { rows } = await pool.query<{ id: string; gateway_id: string; priority: number }>(
        `select d.id, d.gateway_id, s.priority
         from (
           select message_id as id, gateway_id from attempts where state = 'submitting'
           union select unnest(ids), gateway_id from blocks
         ) d
         join messages m on m.id = d.id join slices s on s.id = m.slice_id`,
      );
      return rows.map(({ id, gateway_id: gatewayId, priority }) => {
        return { messageId: id, gatewayId, isBulk: priority >= BULK_PRIORITY };
      });
    } catch {
      await clock.pause(POLL_MS);
    }
  }
}
