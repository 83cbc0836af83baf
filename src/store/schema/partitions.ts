/**
 * Partitions by time: messages and what is written about each of them lie in one for each quarter (UTC), by the time that
 * their keys begin with (UUIDv7). New ones are made ahead, and what is kept no longer is dropped, a quarter at once. Both
 * are functions of the database (`db/migrations/0033_roles.sql`): who runs the product owns no table.
 */
import type { Pool } from 'pg';
import { ENDED_STATES } from '../../core/campaigns/campaign';
import { firstUuidv7At, uuidv7Ms } from '../../core/messages/ids';
import { execute } from '../database';

const DAY_MS = 86_400_000;
/** A partition is there so long before its time. Without it nothing could be accepted. */
const AHEAD_MS = 30 * DAY_MS;
/** A slice may be that much older or younger than its messages: they join it, and clocks differ. */
const SLICE_MARGIN_MS = 2 * 3_600_000;
/** Rows that go in one statement. */
const FORGOTTEN_AT_ONCE = 5_000;
/** A campaign may have a million recipients. */
const CAMPAIGNS_AT_ONCE = 5;

/**
 * Makes the partitions that will be needed soon, unless they are there. Nothing that goes on meanwhile waits for it.
 * @param nowMs epoch milliseconds.
 */
export async function makePartitions(pool: Pool, nowMs: number): Promise<void> {
  await execute(pool, 'make-partitions', 'select make_partitions($1)', [new Date(nowMs + AHEAD_MS)]);
}

/**
 * Drops the partitions that ended before a moment, oldest first, up to the first one of which anything is under way.
 * @param beforeMs epoch milliseconds.
 * @throws Error (55P03) when statements that run long stand in the way: try again.
 */
export async function dropPartitions(pool: Pool, beforeMs: number): Promise<string[]> {
  const rows = await execute<{ name: string }>(pool, 'drop-partitions', 'select drop_partitions($1) as name', [
    new Date(beforeMs),
  ]);
  return rows.map(({ name }) => name);
}

/** The first key of the oldest partition's messages; null = none has been dropped. */
async function findOldestKey(pool: Pool): Promise<string | null> {
  const { rows } = await pool.query<{ key: string | null }>(
    `select substring(pg_get_expr(c.relpartbound, c.oid) from $$FROM \\('([0-9a-f-]{36})'\\)$$) as key
     from pg_class c where c.relname = (select name from partitions_of('messages') limit 1)`,
  );
  return rows[0]?.key ?? null;
}

/** `$1`: ids before it belonged to messages whose partition was dropped. `$2`: rows at once. */
const FORGET = {
  // Its figures go with a slice.
  slices: `
    with gone as (
      delete from slices where id = any(array(
        select id from slices where id < $1 and outcomes is not null order by id limit $2)) returning id
    ),
    figures as (delete from slice_stats where slice_id in (select id from gone))
    select from gone`,
  links: `
    delete from links where code = any(array(select code from links where message_id < $1 order by message_id limit $2))
    returning 1`,
  clicks: `
    delete from clicks where message_id = any(array(
      select message_id from clicks where message_id < $1 order by message_id limit $2)) returning 1`,
  resends: `
    delete from resends where message_id = any(array(
      select message_id from resends where message_id < $1 order by message_id limit $2)) returning 1`,
  'parts of receipts': `
    delete from receipt_parts where message_id = any(array(
      select message_id from receipt_parts where message_id < $1 order by message_id limit $2)) returning 1`,
} as const;

/** Campaigns with their recipients. A series is kept while it has others. `$1`: the time of that id. */
const FORGET_CAMPAIGNS = `
  delete from campaigns where id = any(array(
    select id from campaigns c
    where c.state = any($3::text[]) and coalesce(c.finished_at, c.created_at) < $1
      and not exists (select from slices where campaign_id = c.id)
      and not exists (select from campaigns o where o.series_id = c.id) limit $2)) returning 1`;

export type Forgettable = keyof typeof FORGET | 'campaigns';
/** In the order in which they go. */
export const FORGETTABLE = [...(Object.keys(FORGET) as (keyof typeof FORGET)[]), 'campaigns'] as const;

/**
 * Deletes what belonged to messages whose partition was dropped, a few thousand rows at once.
 * @returns whether there may be more.
 */
export async function forgetDropped(pool: Pool, what: Forgettable): Promise<boolean> {
  const oldest = await findOldestKey(pool);
  if (oldest === null) return false;
  // Messages that joined a slice may lie in a partition that is still there.
  const beforeMs = uuidv7Ms(oldest) - SLICE_MARGIN_MS;
  if (what === 'campaigns') {
    const values = [new Date(beforeMs), CAMPAIGNS_AT_ONCE, ENDED_STATES];
    const rows = await execute(pool, 'forget-campaigns', FORGET_CAMPAIGNS, values);
    return rows.length === CAMPAIGNS_AT_ONCE;
  }
  const rows = await execute(pool, `forget-${what}`, FORGET[what], [firstUuidv7At(beforeMs), FORGOTTEN_AT_ONCE]);
  return rows.length === FORGOTTEN_AT_ONCE;
}
