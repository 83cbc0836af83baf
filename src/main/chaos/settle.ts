/** Waits for the end: every message has its outcome, and CleverTap has heard it. */
import type { Sender } from './accounts';
import { ask } from './client';
import type { RunClock } from './clock';
import type { Journal } from './journal';
import { countLeftOver } from './records';
import type { ChaosStack } from './stack';

const POLL_MS = 1_000;
/** What is told again later than this is told now instead. */
const SOON_MS = 3_000;

export interface Settled {
  /** Null when nothing is left; else what is, by what it is. */
  leftOver: Record<string, number> | null;
  /** Outcomes that waited ten minutes for their next post, because the answer to an earlier one was lost or a refusal. */
  hastened: number;
}

/** @param deadlineMs for the whole of it. */
export async function settle(
  stack: ChaosStack,
  senders: readonly Sender[],
  journal: Journal,
  clock: RunClock,
  deadlineMs: number,
): Promise<Settled> {
  const giveUpAtMs = clock.nowMs() + deadlineMs;
  let hastened = 0;
  for (;;) {
    await resumePaused(stack, senders, journal);
    hastened += await hastenCallbacks(stack, senders).catch(() => 0);
    const leftOver = await countLeftOver(stack.database).catch(() => null);
    if (leftOver !== null && Object.values(leftOver).every((count) => count === 0)) return { leftOver: null, hastened };
    if (clock.nowMs() > giveUpAtMs) return { leftOver, hastened };
    await clock.pause(POLL_MS);
  }
}

/** A pause whose answer was lost may have come into force after the campaign was told to go on. */
async function resumePaused({ api, database }: ChaosStack, senders: readonly Sender[], { campaigns }: Journal) {
  const { rows } = await database.pool
    .query<{ id: string }>(`select id from campaigns where state = 'paused'`)
    .catch(() => ({ rows: [] }));
  for (const { id } of rows) {
    const party = [...campaigns.values()].find((campaign) => campaign.id === id)?.party;
    const sender = senders.find(({ name }) => name === party);
    if (sender !== undefined) await ask('POST', `${api}/api/v1/campaigns/${id}/resume`, {}, sender.headers);
  }
}

/** Brings forward what would be told again after ten minutes: a run is not to wait for that. */
async function hastenCallbacks({ api, database }: ChaosStack, senders: readonly Sender[]): Promise<number> {
  const { rows } = await database.pool.query<{ webhook_id: string }>(
    `with late as (
       select ctid as place, * from due_callbacks where due_at > now() + $1 * interval '1 millisecond' for update skip locked
     ),
     gone as (
       delete from due_callbacks d using late l where d.ctid = l.place
     ),
     hastened as (
       update callbacks c set next_try_at = now()
       from late l cross join unnest(l.message_ids) u (id) where c.message_id = u.id and c.slot = l.slot
       returning c.webhook_id
     ),
     due_now as (
       insert into due_callbacks (webhook_id, due_at, slot, event, message_ids)
       select webhook_id, now(), slot, event, message_ids from late
     )
     select webhook_id from hastened`,
    [SOON_MS],
  );
  const waiting = new Set(rows.map((row) => row.webhook_id));
  for (const { webhookId, headers } of senders.filter(({ webhookId }) => waiting.has(webhookId)))
    await ask('PATCH', `${api}/api/v1/webhooks/${webhookId}`, { state: 'active' }, headers);
  return rows.length;
}
