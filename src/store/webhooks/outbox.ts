/** The outbox of a webhook as a whole: what is due next, what is given up, whose relay is late. */
import type { Pool } from 'pg';
import { execute } from '../database';
import { ENDED_TALLIED } from './callback-counts';
import { takenUpTo } from './waiting';

/** Callbacks that one statement of housekeeping ends: it stops at the bundle that reaches it. */
const STEP = 1_000;

/** Ends what is in the oldest bundles of webhook $1; $2 = why, $3 = {@link STEP}. */
const ending = (state: 'skipped' | 'dead', which: string): string => `
with ${takenUpTo('$3', { fresh: 'false', old: `webhook_id = $1 ${which}` })},
entry as (
  select u.id, t.slot from taken t cross join unnest(t.message_ids) u (id) order by u.id, t.slot
),
turned as (
  update callbacks c set state = '${state}', last_error = $2
  from entry e where c.message_id = e.id and c.slot = e.slot and c.state = 'pending'
  returning c.account_id, c.webhook_id, c.event, c.state
),
${ENDED_TALLIED}
select count(*)::int as count from entry`;

const SKIP = ending('skipped', '');
const GIVE_UP = ending('dead', `and due_at < now() - $4 * interval '1 millisecond'`);

/** Ends about {@link STEP} of what waits for a webhook that is gone. @returns whether there may be more. */
export async function skipCallbacks(pool: Pool, webhookId: string, reason: string): Promise<boolean> {
  const [row] = await execute<{ count: number }>(pool, 'skip-callbacks', SKIP, [webhookId, reason, STEP]);
  return row!.count >= STEP;
}

/**
 * Gives about {@link STEP} callbacks up that were due so long ago without having been tried: their endpoint was away, or
 * refused everything, all that time. @returns whether there may be more.
 */
export async function giveUpOverdue(
  pool: Pool,
  webhookId: string,
  overdueMs: number,
  reason: string,
): Promise<boolean> {
  const values = [webhookId, reason, STEP, overdueMs];
  const [row] = await execute<{ count: number }>(pool, 'give-up-overdue', GIVE_UP, values);
  return row!.count >= STEP;
}

/** Milliseconds until this webhook's next callback is due (0 = now); null when its outbox is empty. */
export async function nextCallbackInMs(pool: Pool, webhookId: string): Promise<number | null> {
  const [row] = await execute<{ wait_ms: string | null }>(
    pool,
    'next-callback',
    `select ceil(extract(epoch from min(due_at) - now()) * 1000) as wait_ms
     from due_callbacks where webhook_id = $1`,
    [webhookId],
  );
  return row?.wait_ms == null ? null : Math.max(0, Number(row.wait_ms));
}

/** When the oldest callback that waits for each of these webhooks is, or was, due; those for which none waits are left out. */
export async function listOldestDue(pool: Pool, webhookIds: readonly string[]): Promise<Map<string, Date>> {
  const rows = await execute<{ webhook_id: string; due_at: Date }>(
    pool,
    'list-oldest-due',
    `select w.id as webhook_id, d.due_at from unnest($1::text[]) w (id)
     cross join lateral (select due_at from due_callbacks where webhook_id = w.id order by due_at limit 1) d`,
    [webhookIds],
  );
  return new Map(rows.map(({ webhook_id: id, due_at: dueAt }) => [id, dueAt]));
}

/** The webhooks of a table, each found by one step down its index, however many rows it has. */
const webhooksIn = (name: string, table: 'due_callbacks' | 'relays'): string => `
${name} (webhook_id) as (
  (select webhook_id from ${table} order by webhook_id limit 1)
  union all
  select (select t.webhook_id from ${table} t where t.webhook_id > n.webhook_id order by t.webhook_id limit 1)
  from ${name} n where n.webhook_id is not null
)`;

/**
 * Webhooks with callbacks that are due but were not taken for `overdueMs`: their relay may have missed its signal. What
 * waits for a disabled one waits on purpose, what waits for a paused one waits for its probe.
 */
const LIST_OVERDUE = `
with recursive ${webhooksIn('waiting', 'due_callbacks')}, ${webhooksIn('taken', 'relays')}
select h.webhook_id from (select webhook_id from waiting union select webhook_id from taken) h
left join webhooks w on w.id = h.webhook_id
where h.webhook_id is not null and w.state is distinct from 'disabled'
  and coalesce(w.probe_at < now() - $1 * interval '1 millisecond', true)
  and ((
    select d.due_at from due_callbacks d where d.webhook_id = h.webhook_id order by d.due_at limit 1
  ) < now() - $1 * interval '1 millisecond' or (
    select r.created_at from relays r where r.webhook_id = h.webhook_id order by r.created_at limit 1
  ) < now() - $1 * interval '1 millisecond')`;

export async function listOverdueWebhooks(pool: Pool, overdueMs: number): Promise<string[]> {
  const rows = await execute<{ webhook_id: string }>(pool, 'list-overdue-webhooks', LIST_OVERDUE, [overdueMs]);
  return rows.map((row) => row.webhook_id);
}

/** A post that was on the wire when its webhook was disabled has been answered by then, or its run is gone. */
const ANSWERED_WITHIN = `interval '1 hour'`;

/** Disabled webhooks for which something has waited for `overdueMs`, or that a run of their relay left behind. */
const LIST_DISABLED = `
with recursive ${webhooksIn('waiting', 'due_callbacks')}, ${webhooksIn('taken', 'relays')}
select h.webhook_id from (select webhook_id from waiting union select webhook_id from taken) h
join webhooks w on w.id = h.webhook_id and w.state = 'disabled'
where (select d.due_at from due_callbacks d where d.webhook_id = h.webhook_id order by d.due_at limit 1)
        < now() - $1 * interval '1 millisecond'
   or (select r.created_at from relays r where r.webhook_id = h.webhook_id order by r.created_at limit 1)
        < now() - ${ANSWERED_WITHIN}`;

export async function listDisabledOverdue(pool: Pool, overdueMs: number): Promise<string[]> {
  const rows = await execute<{ webhook_id: string }>(pool, 'list-disabled-overdue', LIST_DISABLED, [overdueMs]);
  return rows.map((row) => row.webhook_id);
}
