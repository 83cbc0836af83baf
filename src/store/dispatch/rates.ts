/** Rates that hold over all workers: each reserves a stretch of time in Postgres and spreads its messages over it. */
import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import { execute } from '../database';
import type { Schema } from '../tables';

/** A rate as it is reserved from. */
export interface Rate {
  /** Id of what the rate belongs to: a gateway, a sender ID of an account, a campaign. */
  key: string;
  /** Messages per second. */
  perSecond: number;
}

export interface Places {
  /** False: the first free place is further ahead than was asked for, and nothing was reserved. */
  taken: boolean;
  /** Milliseconds until the first place (taken), or until there is one (not taken). Never below 0. */
  waitMs: number;
  /** Milliseconds from one place to the next. */
  everyMs: number;
}

/** How much of itself a rate that was shrunk regains per second. */
const RECOVERY_PER_SECOND = 0.05;
const SMALLEST_SHARE = 0.1;
const SHARE = `least(1, l.share + extract(epoch from now() - l.share_at) * ${RECOVERY_PER_SECOND})`;

const RESERVE = `
with held as (
  select l.key, greatest(l.reserved_to, clock_timestamp()) as free_at, w.seconds / ${SHARE} as seconds
  from unnest($1::text[], $2::float8[]) as w (key, seconds) join rate_leases l on l.key = w.key
  order by l.key for update of l
),
place as (select max(free_at) as at, max(seconds) as seconds, count(*)::int as keys from held),
taken as (
  update rate_leases l set reserved_to = p.at + h.seconds * interval '1 second' from held h cross join place p
  where l.key = h.key and p.keys = cardinality($1::text[])
    and ($3::float8 is null or p.at <= clock_timestamp() + $3 * interval '1 millisecond')
  returning l.key
)
select keys, exists (select 1 from taken) as taken, seconds,
       extract(epoch from at - clock_timestamp()) * 1000 as wait_ms
from place`;

/**
 * Reserves the next `count` places that all of the rates have free. Reserved time is never shared, so no second holds
 * more than any of the rates, however many workers ask.
 * @param withinMs take nothing when the first place is further ahead than this; null = however far it is.
 */
export async function reservePlaces(
  pool: Pool,
  rates: readonly Rate[],
  count: number,
  withinMs: number | null,
): Promise<Places> {
  const keys = rates.map((rate) => rate.key);
  for (;;) {
    const [row] = await execute<{ keys: number; taken: boolean; seconds: number; wait_ms: string }>(
      pool,
      'reserve-places',
      RESERVE,
      [keys, rates.map((rate) => count / rate.perSecond), withinMs],
    );
    if (row!.keys === keys.length) {
      const waitMs = Math.max(0, Number(row!.wait_ms));
      return { taken: row!.taken, waitMs, everyMs: (row!.seconds * 1_000) / count };
    }
    await execute(
      pool,
      'make-rates',
      `insert into rate_leases (key, reserved_to) select key, now() from unnest($1::text[]) as k (key) order by key
       on conflict do nothing`,
      [keys],
    );
  }
}

/**
 * The rate of a campaign was changed: what was reserved at the one before, perhaps minutes ahead, is given up but for a
 * second, so that the new one holds at once.
 */
export async function bringPlacesNear(db: Kysely<Schema>, key: string): Promise<void> {
  await sql`
    update rate_leases set reserved_to = least(reserved_to, clock_timestamp() + interval '1 second')
    where key = ${key}`.execute(db);
}

/**
 * A provider said "too many": half of the rate is reserved from now on, which grows back by itself. However many requests
 * of the same moment were told so, it is halved once.
 */
export async function shrinkRate(pool: Pool, key: string): Promise<void> {
  await execute(
    pool,
    'shrink-rate',
    `update rate_leases l
     set share = case when l.share_at > now() - interval '1 second' and l.share < 1 then l.share
                      else greatest(${SMALLEST_SHARE}, ${SHARE} / 2) end,
         share_at = now()
     where l.key = $1`,
    [key],
  );
}
