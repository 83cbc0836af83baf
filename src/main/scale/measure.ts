/** What a statement costs, by the clock and by Postgres' own count, which does not depend on the machine. */
import type { Pool } from 'pg';
import type { ScaleBed } from './bed';
import type { ScaleStatement } from './statements';

export interface Cost {
  /** Median of the runs. */
  ms: number;
  /** Pages of the product's tables and indexes, wherever they were; not those of the catalogue, which sessions keep for as long as nobody changes it. */
  buffers: number;
  /** Rows of tables that were read, by whatever index. */
  rows: number;
}

interface Counted {
  buffers: number;
  rows: number;
}

/** What counting itself reads. */
async function readByCounting(pool: Pool): Promise<Counted> {
  let [before, after] = [await count(pool), await count(pool)];
  // Until it finds all that it needs to know of the tables in its own caches.
  for (let buffers = -1; buffers !== after.buffers - before.buffers;) {
    buffers = after.buffers - before.buffers;
    [before, after] = [after, await count(pool)];
  }
  return { buffers: after.buffers - before.buffers, rows: after.rows - before.rows };
}

/** @param bed its database has one connection, and nobody else reads its tables: Postgres counts what is read of those. */
export async function measure(bed: ScaleBed, statement: ScaleStatement, runs: number): Promise<Cost> {
  const { pool } = bed.database;
  const times: number[] = [];
  let cost: Counted = { buffers: Number.POSITIVE_INFINITY, rows: Number.POSITIVE_INFINITY };
  const own = await readByCounting(pool);
  // The first run plans the statement, and finds pages that were written a moment ago.
  for (let run = 0; run <= runs; run++) {
    const prepared = await statement.prepare?.(bed);
    const before = await count(pool);
    const startedAt = performance.now();
    await statement.run(bed, prepared);
    const ms = performance.now() - startedAt;
    const after = await count(pool);
    if (run === 0) continue;
    times.push(ms);
    // What vacuum changed meanwhile is planned for anew, and read for that: not in every run.
    cost = {
      buffers: Math.min(cost.buffers, after.buffers - before.buffers - own.buffers),
      rows: Math.min(cost.rows, after.rows - before.rows - own.rows),
    };
  }
  return { ms: times.sort((a, b) => a - b)[Math.floor(times.length / 2)]!, ...cost };
}

async function count(pool: Pool): Promise<Counted> {
  await pool.query('select pg_stat_force_next_flush()');
  const { rows } = await pool.query<Record<keyof Counted, string>>(
    `select (select sum(coalesce(heap_blks_hit + heap_blks_read, 0) + coalesce(idx_blks_hit + idx_blks_read, 0) +
                        coalesce(toast_blks_hit + toast_blks_read, 0) + coalesce(tidx_blks_hit + tidx_blks_read, 0))
             from pg_statio_user_tables) as buffers,
            (select sum(coalesce(idx_tup_fetch, 0) + seq_tup_read) from pg_stat_user_tables) as rows`,
  );
  return { buffers: Number(rows[0]!.buffers), rows: Number(rows[0]!.rows) };
}
