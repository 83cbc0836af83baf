/** Looks at the ledger again and again while the run goes on: what must hold at any moment. */
import { isFinal, type MessageState } from '../../core/messages/status';
import type { Database } from '../../store/database';
import type { RunClock } from './clock';

export interface Watch {
  /** Looks that were answered. */
  readonly looks: number;
  /** A line for each time that the ledger of an account did not add up. */
  readonly uneven: string[];
  /** A line for each message that had ended, and then went back. */
  readonly backwards: string[];
  /** Ends it. */
  stop(): Promise<void>;
}

const EVERY_MS = 1_000;

interface LedgerRow {
  account_id: string;
  total: string;
  open: string;
  messages: string;
  unsettled: string;
}

/** One statement: both sides are of the same moment. */
const LEDGER = `
select l.*, m.messages, m.unsettled from (
  select account_id, sum(total) as total,
         sum(total - delivered - failed - expired - suppressed - cancelled - unknown) as open
  from slices group by 1
) l join (
  select account_id, count(*) as messages, count(*) filter (where settled_at is null) as unsettled
  from messages group by 1
) m using (account_id)`;

export function watchLedger({ pool }: Database, clock: RunClock): Watch {
  const uneven: string[] = [];
  const backwards: string[] = [];
  const last = new Map<string, MessageState>();
  let looks = 0;
  let isOver = false;

  async function look(): Promise<void> {
    const ledger = (await pool.query<LedgerRow>(LEDGER)).rows;
    for (const { account_id, total, open, messages, unsettled } of ledger) {
      if (total === messages && open === unsettled) continue;
      uneven.push(`account ${account_id} counts ${total} (${open} open), and has ${messages} (${unsettled} open)`);
    }
    const { rows } = await pool.query<{ id: string; state: MessageState }>('select id, state from messages');
    for (const { id, state } of rows) {
      const before = last.get(id);
      if (before !== undefined && isFinal(before) && state !== before && state !== 'delivered')
        backwards.push(`message ${id} was ${before}, and is ${state}`);
      last.set(id, state);
    }
    looks++;
  }

  async function watch(): Promise<void> {
    while (!isOver) {
      // Postgres is away from time to time.
      await look().catch(() => undefined);
      await clock.pause(EVERY_MS);
    }
  }
  const watching = watch();
  watching.catch(() => undefined);
  return {
    get looks() {
      return looks;
    },
    uneven,
    backwards,
    async stop() {
      isOver = true;
      await watching;
    },
  };
}
