/** The duty `relays`: outboxes whose relay does not run, and the end of what waits for webhooks that were disabled. */
import { NIL_UUID } from '../../core/messages/ids';
import type { Database } from '../../store/database';
import { giveUpOverdue, listDisabledOverdue, listOverdueWebhooks } from '../../store/webhooks/outbox';
import { releaseAbandoned } from '../../store/webhooks/relays';
import type { Workflows } from '../../workflows/client';
import { GIVE_UP_MS } from '../relay/relay';
import type { Turn } from './turn';

const OVERDUE_CALLBACK_MS = 90_000;
const GIVEN_UP = 'given up after 7 days in which the webhook was disabled';

export interface RelayDutyDeps {
  database: Database;
  workflows: Pick<Workflows, 'wakeRelays'>;
}

/** Wakes relays that are late. */
export async function wakeOverdueRelays({ database: { pool }, workflows }: RelayDutyDeps, turn: Turn): Promise<void> {
  const overdue = await listOverdueWebhooks(pool, OVERDUE_CALLBACK_MS);
  workflows.wakeRelays(overdue);
  turn.add(overdue.length);
}

/** Gives up what has waited for a disabled webhook for as long as anything waits. @returns whether there may be more. */
export async function endDisabled({ database: { pool } }: RelayDutyDeps, turn: Turn): Promise<boolean> {
  let left = false;
  await turn.each(
    (await turn.step('disabled webhooks', () => listDisabledOverdue(pool, GIVE_UP_MS))) ?? [],
    (id) => `webhook ${id}`,
    async (id) => {
      while (!turn.over && (await releaseAbandoned(pool, id, NIL_UUID, 0)));
      while (!turn.over && (await giveUpOverdue(pool, id, GIVE_UP_MS, GIVEN_UP)));
      left ||= turn.over;
    },
  );
  return left;
}
