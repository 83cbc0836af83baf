/**
 * How many callbacks an account has, by event and state. Those that ended are counted as they end, since they are all of
 * its history; the others are counted where they are, in the bundles and relays of their webhooks.
 */
import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import { execute } from '../database';
import type { Schema } from '../tables';

export interface CallbackCount {
  event: string;
  state: string;
  count: number;
}

/**
 * `tallied`: moves the counts. It follows a CTE `turned (account_id, webhook_id, event, state)` of callbacks that came to
 * this state, or left it. The callbacks are locked before the counts, by whoever changes both.
 */
const tallied = (change: 'ended' | 'left'): string => `
tallied as (
  insert into callback_counts as k (account_id, webhook_id, event, state, count)
  select account_id, webhook_id, event, state, ${change === 'ended' ? '' : '-'}count(*) from turned
  where state in ('delivered', 'dead', 'skipped')
  group by account_id, webhook_id, event, state order by account_id, webhook_id, event, state
  on conflict (account_id, webhook_id, event, state) do update set count = k.count + excluded.count
)`;

/** For callbacks that may have ended by the statement. */
export const ENDED_TALLIED = tallied('ended');
/** For callbacks that had ended and are queued again by the statement. */
export const LEFT_TALLIED = tallied('left');

/**
 * Keeps a webhook that is about to be deleted among those of its account: its callbacks are counted until its relay has
 * skipped them.
 */
export async function keepCounted(tx: Kysely<Schema>, accountId: string, webhookId: string): Promise<void> {
  await sql`insert into callback_counts (account_id, webhook_id, event, state, count)
            values (${accountId}, ${webhookId}, 'delivered', 'skipped', 0) on conflict do nothing`.execute(tx);
}

/** Ids of the webhooks that an account has, and of those that it had. */
const WEBHOOKS = `
  select id from webhooks where account_id = $1
  union
  select webhook_id from callback_counts where account_id = $1`;

const READ = `
select event, state, sum(count)::int as count from (
  select event, state, count from callback_counts where account_id = $1
  union all
  select d.event, 'pending', cardinality(d.message_ids)
  from (${WEBHOOKS}) w join due_callbacks d on d.webhook_id = w.id
  union all
  select c.event, 'sending', 1
  from (${WEBHOOKS}) w join relays r on r.webhook_id = w.id cross join unnest(r.message_ids) u (id)
  join callbacks c on c.message_id = u.id and c.slot = r.slot and c.state = 'pending'
) k
group by event, state having sum(count) > 0 order by event, state`;

/** An account's callbacks by event and state, in one snapshot. */
export async function readCallbackCounts(pool: Pool, accountId: string): Promise<CallbackCount[]> {
  return execute<CallbackCount>(pool, 'read-callback-counts', READ, [accountId]);
}
