/** Rates that hold over all workers: each reserves a stretch of time in Postgres and spreads its messages over it. */
import type { Pool } from 'pg';
import { execute } from './database';

/**
 * Reserves the next `count` places of a rate.
 * @param ratePerSecond messages per second.
 * @returns milliseconds until the first place; the others follow every 1000 / rate. Reserved time is never shared, so
 * no second holds more than the rate, however many workers ask.
 */
export async function reserveRate(pool: Pool, key: string, ratePerSecond: number, count: number): Promise<number> {
  const [row] = await execute<{ wait_ms: string }>(
    pool,
    'reserve-rate',
    `insert into rate_leases as l (key, reserved_to)
     values ($1, clock_timestamp() + $2::float8 * interval '1 second')
     on conflict (key) do update
       set reserved_to = greatest(l.reserved_to, clock_timestamp()) + $2::float8 * interval '1 second'
     returning extract(epoch from reserved_to - $2::float8 * interval '1 second' - clock_timestamp()) * 1000 as wait_ms`,
    [key, count / ratePerSecond],
  );
  return Math.max(0, Number(row!.wait_ms));
}
