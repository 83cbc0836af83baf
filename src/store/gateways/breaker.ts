/** A gateway's breaker, shared by all processes through Postgres. */
import type { Pool } from 'pg';
import type { BreakerState } from '../../core/gateways/health';
import { execute } from '../database';
import { plus } from './health';

/** The figures of the breaker; `docs/failover.md` tells them. */
export const BREAKER = {
  /** Opens after so many failed requests in a row … */
  failures: 5,
  /** … or when this share of the requests of a window failed, given enough of them. */
  share: 0.5,
  windowSeconds: 10,
  windowRequests: 20,
  /** First wait for a probe; it doubles with every opening in succession. */
  openSeconds: 5,
  maxOpenSeconds: 120,
  /** Closed for so long, the next opening counts as the first. */
  calmSeconds: 60,
  /** A probe whose worker died is given up after this. */
  probeSeconds: 45,
} as const;

/** The requests over one gateway that a process has counted since it recorded them last. */
export interface RequestCounts {
  gatewayId: string;
  requests: number;
  failures: number;
  /** Failures since the last request that did not fail. */
  streak: number;
  accepted: number;
  refused: number;
  /** Requests by milliseconds, see `bucketOf`. */
  latency: readonly number[];
  /** Reason of the last failure. */
  reason: string | null;
}

export interface BreakerReading {
  gatewayId: string;
  breaker: BreakerState;
  /** Open: until the next probe may leave; half-open: until the one under way is given up. 0 when closed or due. */
  waitMs: number;
  reason: string | null;
}

interface ReadingRow {
  gateway_id: string;
  breaker: BreakerState;
  wait_ms: string | null;
  reason: string | null;
}

const toReading = (row: ReadingRow): BreakerReading => ({
  gatewayId: row.gateway_id,
  breaker: row.breaker,
  waitMs: waitOf(row),
  reason: row.reason,
});

const waitOf = (row: ReadingRow): number =>
  row.breaker === 'closed' || row.wait_ms === null ? 0 : Math.max(0, Number(row.wait_ms));

const WAIT_MS = `ceil(extract(epoch from h.open_until - clock_timestamp()) * 1000) as wait_ms`;

const WINDOW_OVER = `h.window_at < now() - ${BREAKER.windowSeconds} * interval '1 second'`;

/** Adds what a process counted. What a breaker that is not closed counts is forgotten when it closes. */
const RECORD = `
with counts as (
  select * from unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[])
    as b (gateway_id, requests, failures, streak, accepted, refused, latency, reason)
),
counted as (
  insert into gateway_minutes as m (gateway_id, minute, accepted, refused, latency)
  select gateway_id, date_trunc('minute', now()), accepted, refused, latency::int[] from counts order by gateway_id
  on conflict (gateway_id, minute) do update
    set accepted = m.accepted + excluded.accepted, refused = m.refused + excluded.refused, latency = ${plus('latency')}
)
insert into gateway_health as h (gateway_id, failures, window_requests, window_failures, reason)
select gateway_id, streak, requests, failures, reason from counts order by gateway_id
on conflict (gateway_id) do update
  set failures = excluded.failures +
        case when excluded.window_failures < excluded.window_requests then 0 else h.failures end,
      window_at = case when ${WINDOW_OVER} then now() else h.window_at end,
      window_requests = excluded.window_requests + case when ${WINDOW_OVER} then 0 else h.window_requests end,
      window_failures = excluded.window_failures + case when ${WINDOW_OVER} then 0 else h.window_failures end,
      reason = coalesce(excluded.reason, h.reason)
returning h.gateway_id, h.breaker, ${WAIT_MS}, h.reason,
  h.breaker = 'closed' and (h.failures >= ${BREAKER.failures} or (h.window_requests >= ${BREAKER.windowRequests}
                            and h.window_failures >= h.window_requests * ${BREAKER.share})) as opens`;

/** `openings` is the count that includes this opening. */
const OPEN_UNTIL = `now() + least(${BREAKER.maxOpenSeconds}, ${BREAKER.openSeconds} * 2 ^ (openings - 1)) * interval '1 second'`;
const MAX_OPENINGS = 30;

const OPEN = `
with due as (
  select gateway_id, case when changed_at < now() - ${BREAKER.calmSeconds} * interval '1 second' then 1
                          else least(openings + 1, ${MAX_OPENINGS}) end as openings
  from gateway_health where gateway_id = any($1::text[]) and breaker = 'closed' order by gateway_id for update
),
opening as (select gateway_id, openings, ${OPEN_UNTIL} as open_until from due)
update gateway_health h set breaker = 'open', openings = o.openings, open_until = o.open_until, changed_at = now()
from opening o where h.gateway_id = o.gateway_id
returning h.gateway_id, h.breaker, ${WAIT_MS}, h.reason`;

/**
 * Adds what this process counted over its gateways, and opens the breakers that it is enough for. The breaker is
 * decided over the requests of all processes; of several that find the same, one opens it.
 * @returns the breakers of these gateways, and those that this call opened.
 */
export async function recordRequests(
  pool: Pool,
  counts: readonly RequestCounts[],
): Promise<{ readings: BreakerReading[]; opened: BreakerReading[] }> {
  const column = <T>(of: (one: RequestCounts) => T): T[] => counts.map(of);
  const rows = await execute<ReadingRow & { opens: boolean }>(pool, 'record-requests', RECORD, [
    column((b) => b.gatewayId),
    column((b) => b.requests),
    column((b) => b.failures),
    column((b) => b.streak),
    column((b) => b.accepted),
    column((b) => b.refused),
    column((b) => `{${b.latency.join(',')}}`),
    column((b) => b.reason),
  ]);
  const opens = rows.filter((row) => row.opens).map((row) => row.gateway_id);
  const opened = opens.length === 0 ? [] : await execute<ReadingRow>(pool, 'open-breakers', OPEN, [opens]);
  // Later ones win: an opened breaker stands in both.
  const readings = new Map([...rows, ...opened].map((row) => [row.gateway_id, toReading(row)]));
  return { readings: [...readings.values()], opened: opened.map(toReading) };
}

/**
 * Lets one probe through a breaker whose wait is over: true for exactly one caller.
 * @param probe names this probe; {@link endProbe} must tell how it went.
 */
export async function takeProbe(pool: Pool, gatewayId: string, probe: string): Promise<boolean> {
  const rows = await execute(
    pool,
    'take-probe',
    `update gateway_health set breaker = 'half-open', probe = $2, changed_at = now(),
       open_until = now() + ${BREAKER.probeSeconds} * interval '1 second'
     where gateway_id = $1 and breaker <> 'closed' and open_until <= now() returning 1`,
    [gatewayId, probe],
  );
  return rows.length > 0;
}

/** Closes or re-opens the breaker after a probe; `unused` leaves the probe to the next one who wants it. */
export async function endProbe(
  pool: Pool,
  gatewayId: string,
  probe: string,
  result: 'answered' | 'failed' | 'unused',
): Promise<boolean> {
  const rows = await execute(
    pool,
    'end-probe',
    `with held as (
       select gateway_id, least(openings + 1, ${MAX_OPENINGS}) as openings from gateway_health
       where gateway_id = $1 and breaker = 'half-open' and probe = $2 for update
     ),
     ending as (select gateway_id, openings, ${OPEN_UNTIL} as open_until from held)
     update gateway_health h
     set breaker = case $3 when 'answered' then 'closed' else 'open' end,
         openings = case $3 when 'failed' then e.openings else h.openings end,
         open_until = case $3 when 'failed' then e.open_until when 'unused' then now() end,
         reason = case $3 when 'answered' then null else h.reason end,
         failures = 0, window_requests = 0, window_failures = 0, probe = null, changed_at = now()
     from ending e where h.gateway_id = e.gateway_id returning 1`,
    [gatewayId, probe, result],
  );
  return rows.length > 0;
}

/** A person has changed the gateway: the next probe of an open breaker is due at once, and what held it holds no more. */
export async function hurryProbe(pool: Pool, gatewayId: string): Promise<void> {
  await execute(
    pool,
    'hurry-probe',
    `update gateway_health
     set open_until = case breaker when 'open' then now() else open_until end, held_until = null, hold_reason = null
     where gateway_id = $1 and (breaker = 'open' or held_until is not null)`,
    [gatewayId],
  );
}
