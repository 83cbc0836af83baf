/** Maintenance for tests: a turn of a duty by itself, and duties that run when a test wants them to. */
import type { Client as TemporalClient } from '@temporalio/client';
import { Turn } from '../../src/activities/maintenance/turn';
import { hasOpen, isCurrent } from '../../src/store/messages/ledger';
import { createWorkflows, type Workflows } from '../../src/workflows/client';
import type { DutyName } from '../../src/workflows/contract';
import type { Client } from './client';
import { connectTemporal } from './temporal';
import { until } from './until';

export interface TestTurn {
  turn: Turn;
  /** The items that failed, as they were logged. */
  failed: string[];
}

/** A turn that nobody stops. */
export function testTurn(duty: DutyName): TestTurn {
  const failed: string[] = [];
  const log = { warn: (fields: object) => void failed.push((fields as { item: string }).item) };
  return { turn: new Turn(duty, log, new AbortController().signal), failed };
}

/** Workflows as maintenance starts them, for whom no work is open. */
export function workflowsOver(client: TemporalClient): Workflows {
  const nothing = () => Promise.resolve(null);
  return createWorkflows({
    client,
    publicUrl: 'http://127.0.0.1',
    openWork: { slice: nothing, campaign: nothing },
    onWoken: () => Promise.resolve(),
    onError: () => undefined,
    onAttributesRefused: () => undefined,
  });
}

/** Has a duty of a stack take a turn now, however long it rests. */
export async function runDutyNow(stack: Pick<Client, 'env'>, duty: DutyName): Promise<void> {
  const client = await connectTemporal(stack);
  const workflows = workflowsOver(client);
  try {
    await workflows.runDutyNow(duty);
  } finally {
    await workflows.stop();
    await client.connection.close();
  }
}

/**
 * Has the messages of an account, and the clicks on their links, counted for its figures, without the seconds for which a
 * slice is left alone after its start and after it was counted. All that will settle must have.
 */
export async function countNow(stack: Pick<Client, 'env' | 'database'>, accountId: string): Promise<void> {
  const { pool } = stack.database;
  await until('all messages are counted', async () => {
    const { rowCount } = await pool.query(
      `update slices
       set started_at = started_at - interval '1 minute', stats_at = stats_at - interval '1 minute'
       where account_id = $1 and state = 'sealed'
         and (stats_of is distinct from array[total, delivered, failed, expired, suppressed, cancelled, unknown, submitted]
              -- A click, which changes none of these numbers, leaves them as not counted.
              or stats_at is null or (${isCurrent('slices')} and not ${hasOpen('slices')}))`,
      [accountId],
    );
    if (rowCount === 0) return true;
    await runDutyNow(stack, 'statistics');
    return false;
  });
}
