/**
 * Partitions by time: messages and what is written about each of them lie in one for each quarter (UTC), by the time that
 * their keys begin with (UUIDv7). New ones are made ahead, and what is kept no longer is dropped, a quarter at once.
 */
import type { Pool } from 'pg';
import { ENDED_STATES } from '../../core/campaigns/campaign';
import { firstUuidv7At, uuidv7Ms } from '../../core/messages/ids';
import { execute, transact } from '../database';

/** The partitioned tables, and how full their pages are written: see `docs/decisions/0014-room-for-updates.md`. */
const FILL = { messages: 45, attempts: 50, receipts: 100, callbacks: 50 } as const;
const TABLES = Object.keys(FILL) as (keyof typeof FILL)[];

const DAY_MS = 86_400_000;
/** A partition is there so long before its time. Without it nothing could be accepted. */
const AHEAD_MS = 30 * DAY_MS;
/** A slice may be that much older or younger than its messages: they join it, and clocks differ. */
const SLICE_MARGIN_MS = 2 * 3_600_000;
/** Everybody's statements wait behind a partition that is dropped, so it gives up soon, and the next turn tries again. */
const DROP_WAIT_MS = 500;
/** Rows that go in one statement. */
const FORGOTTEN_AT_ONCE = 5_000;
/** A campaign may have a million recipients. */
const CAMPAIGNS_AT_ONCE = 5;

/** The first moment of the quarter after this one: epoch milliseconds. */
function nextQuarterMs(ms: number): number {
  const date = new Date(ms);
  return Date.UTC(date.getUTCFullYear(), (Math.floor(date.getUTCMonth() / 3) + 1) * 3);
}

function nameOf(table: string, fromMs: number): string {
  const date = new Date(fromMs);
  return `${table}_${date.getUTCFullYear()}q${Math.floor(date.getUTCMonth() / 3) + 1}`;
}

interface Partition {
  name: string;
  /** The first key that it takes; null = there is none before it. */
  from: string | null;
  /** The first key that it doesn't take. */
  until: string;
}

type Queryable = Pick<Pool, 'query'>;

/** The partitions of a table, the oldest first. */
async function listPartitions(client: Queryable, table: string): Promise<Partition[]> {
  const { rows } = await client.query<Partition>(
    `select c.relname as name, substring(pg_get_expr(c.relpartbound, c.oid) from $$FROM \\('([0-9a-f-]{36})'\\)$$) as from,
            substring(pg_get_expr(c.relpartbound, c.oid) from $$ TO \\('([0-9a-f-]{36})'\\)$$) as until
     from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = $1::regclass order by until`,
    [table],
  );
  return rows;
}

/** One process makes or drops partitions at a time. */
const lock = (client: Queryable): Promise<unknown> =>
  client.query(`select pg_advisory_xact_lock(hashtextextended('partitions', 0))`);

/**
 * Makes the partitions that will be needed soon, unless they are there. Nothing that goes on meanwhile waits for it.
 * @param nowMs epoch milliseconds.
 */
export async function makePartitions(pool: Pool, nowMs: number): Promise<void> {
  await transact(pool, async (client) => {
    await lock(client);
    for (const table of TABLES) {
      let from = (await listPartitions(client, table)).at(-1)!.until;
      while (uuidv7Ms(from) < nowMs + AHEAD_MS) {
        const fromMs = uuidv7Ms(from);
        const until = firstUuidv7At(nextQuarterMs(fromMs));
        const name = nameOf(table, fromMs);
        // Made apart and attached: that lets everybody read and write the others meanwhile.
        await client.query(
          `create table ${name} (like ${table} including defaults including constraints including generated including indexes)
           with (fillfactor = ${FILL[table]})`,
        );
        await copyOwnIndexes(client, (await listPartitions(client, table)).at(-1)!.name, name);
        await client.query(`alter table ${table} attach partition ${name} for values from ('${from}') to ('${until}')`);
        from = until;
      }
    }
  });
}

/** Indexes that a partition has for itself: what is unique within it, without naming the key that parts the table. */
async function copyOwnIndexes(client: Queryable, from: string, to: string): Promise<void> {
  const { rows } = await client.query<{ definition: string }>(
    `select pg_get_indexdef(indexrelid) as definition from pg_index
     where indrelid = $1::regclass and indexrelid not in (select inhrelid from pg_inherits)`,
    [from],
  );
  for (const { definition } of rows) await client.query(definition.replaceAll(from, to));
}

/**
 * Drops the partitions that ended before a moment, oldest first, up to the first one of which anything is under way.
 * @param beforeMs epoch milliseconds.
 * @throws Error (55P03) when statements that run long stand in the way: try again.
 */
export async function dropPartitions(pool: Pool, beforeMs: number): Promise<string[]> {
  return transact(pool, async (client) => {
    await lock(client);
    await client.query(`set local lock_timeout = ${DROP_WAIT_MS}`);
    const dropped: string[] = [];
    for (const { until } of await listPartitions(client, 'messages')) {
      if (uuidv7Ms(until) > beforeMs || (await isUnderWay(client, until))) break;
      for (const table of TABLES) {
        const { name } = (await listPartitions(client, table))[0]!;
        await client.query(`drop table ${name}`);
        dropped.push(name);
      }
    }
    return dropped;
  });
}

/** Whether anything that was accepted before this key may still be written to, or has not been counted. */
async function isUnderWay(client: Queryable, until: string): Promise<boolean> {
  const { rows } = await client.query(`select from slices where outcomes is null and id < $1 limit 1`, [
    firstUuidv7At(uuidv7Ms(until) + SLICE_MARGIN_MS),
  ]);
  return rows.length > 0;
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
  const [oldest] = await listPartitions(pool, 'messages');
  if (oldest?.from == null) return false;
  // Messages that joined a slice may lie in a partition that is still there.
  const beforeMs = uuidv7Ms(oldest.from) - SLICE_MARGIN_MS;
  if (what === 'campaigns') {
    const values = [new Date(beforeMs), CAMPAIGNS_AT_ONCE, ENDED_STATES];
    const rows = await execute(pool, 'forget-campaigns', FORGET_CAMPAIGNS, values);
    return rows.length === CAMPAIGNS_AT_ONCE;
  }
  const rows = await execute(pool, `forget-${what}`, FORGET[what], [firstUuidv7At(beforeMs), FORGOTTEN_AT_ONCE]);
  return rows.length === FORGOTTEN_AT_ONCE;
}
