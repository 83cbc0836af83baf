/** A gateway's breaker and counts, shared by all processes through Postgres. */
import type { Pool } from 'pg';
import type { BreakerState, GatewayCounts } from '../core/health';
import { DURATION_BUCKETS, HEALTH_WINDOW_MINUTES } from '../core/health';
import { execute } from './database';

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

/** What a process counted over one gateway since it told last. */
export interface GatewayBeat {
  gatewayId: string;
  requests: number;
  failures: number;
  /** Failures since the last request that did not fail. */
  streak: number;
  accepted: number;
  refused: number;
  /** Requests by milliseconds, see `bucketOf`. */
  latency: readonly number[];
  /** Of the last failure. */
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

export const WAIT_MS = `ceil(extract(epoch from h.open_until - clock_timestamp()) * 1000) as wait_ms`;

const plus = (array: string): string =>
  `(select array_agg(a + b order by i) from unnest(m.${array}, excluded.${array}) with ordinality as u (a, b, i))`;

const WINDOW_OVER = `h.window_at < now() - ${BREAKER.windowSeconds} * interval '1 second'`;

/** Adds what a process counted. What a breaker that is not closed counts is forgotten when it closes. */
const BEAT = `
with beat as (
  select * from unnest($1::text[], $2::int[], $3::int[], $4::int[], $5::int[], $6::int[], $7::text[], $8::text[])
    as b (gateway_id, requests, failures, streak, accepted, refused, latency, reason)
),
counted as (
  insert into gateway_minutes as m (gateway_id, minute, accepted, refused, latency)
  select gateway_id, date_trunc('minute', now()), accepted, refused, latency::int[] from beat order by gateway_id
  on conflict (gateway_id, minute) do update
    set accepted = m.accepted + excluded.accepted, refused = m.refused + excluded.refused, latency = ${plus('latency')}
)
insert into gateway_health as h (gateway_id, failures, window_requests, window_failures, reason)
select gateway_id, streak, requests, failures, reason from beat order by gateway_id
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
export async function tellBeats(
  pool: Pool,
  beats: readonly GatewayBeat[],
): Promise<{ readings: BreakerReading[]; opened: BreakerReading[] }> {
  const column = <T>(of: (beat: GatewayBeat) => T): T[] => beats.map(of);
  const rows = await execute<ReadingRow & { opens: boolean }>(pool, 'tell-beats', BEAT, [
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

/** A person has changed the gateway: the next probe of an open breaker is due at once. */
export async function hurryProbe(pool: Pool, gatewayId: string): Promise<void> {
  await execute(
    pool,
    'hurry-probe',
    `update gateway_health set open_until = now() where gateway_id = $1 and breaker = 'open'`,
    [gatewayId],
  );
}

/** What came back about a gateway's messages, as counted by one process. */
export interface ReportCounts {
  gatewayId: string;
  delivered: number;
  undelivered: number;
  faults: number;
}

/** A reported attempt whose delay is measured. `agoMs` = since its report came. */
export interface ReportSample {
  gatewayId: string;
  attempt: { messageId: string; no: number } | null;
  providerId: string | null;
  agoMs: number;
}

/** Adds reports to the counts of this minute, and the delays of a few of them. */
export async function tellReports(
  pool: Pool,
  counts: readonly ReportCounts[],
  samples: readonly ReportSample[],
): Promise<void> {
  await execute(
    pool,
    'tell-reports',
    `with told as (
       select * from unnest($1::text[], $2::int[], $3::int[], $4::int[]) as t (gateway_id, delivered, undelivered, faults)
     ),
     sampled as (
       select * from unnest($5::text[], $6::uuid[], $7::smallint[], $8::text[], $9::int[])
         as s (gateway_id, message_id, no, provider_id, ago_ms)
     ),
     delays as (
       select s.gateway_id, extract(epoch from now() - a.answered_at) - s.ago_ms / 1000.0 as seconds
       from sampled s join attempts a on a.message_id = s.message_id and a.no = s.no
       where s.message_id is not null and a.gateway_id = s.gateway_id and a.answered_at is not null
       union all
       select s.gateway_id, extract(epoch from now() - a.answered_at) - s.ago_ms / 1000.0
       from sampled s join attempts a on a.gateway_id = s.gateway_id and a.provider_id = s.provider_id
       where s.message_id is null and a.answered_at is not null
     ),
     bucketed as (
       select gateway_id, least(${DURATION_BUCKETS - 1}, ceil(log(2, greatest(1, seconds))))::int as bucket, count(*)::int as n
       from delays group by 1, 2
     )
     insert into gateway_minutes as m (gateway_id, minute, delivered, undelivered, faults, report_delay)
     select t.gateway_id, date_trunc('minute', now()), t.delivered, t.undelivered, t.faults,
            (select array_agg(coalesce(b.n, 0) order by i) from generate_series(0, ${DURATION_BUCKETS - 1}) as i
             left join bucketed b on b.bucket = i and b.gateway_id = t.gateway_id)
     from told t order by t.gateway_id
     on conflict (gateway_id, minute) do update
       set delivered = m.delivered + excluded.delivered, undelivered = m.undelivered + excluded.undelivered,
           faults = m.faults + excluded.faults, report_delay = ${plus('report_delay')}`,
    [
      counts.map((c) => c.gatewayId),
      counts.map((c) => c.delivered),
      counts.map((c) => c.undelivered),
      counts.map((c) => c.faults),
      samples.map((s) => s.gatewayId),
      samples.map((s) => s.attempt?.messageId ?? null),
      samples.map((s) => s.attempt?.no ?? null),
      samples.map((s) => s.providerId),
      samples.map((s) => Math.round(s.agoMs)),
    ],
  );
}

/** What is known of a gateway's health. */
export interface HealthReading {
  gatewayId: string;
  breaker: BreakerState;
  /** Why the breaker opened last. */
  reason: string | null;
  /** What the last review found. */
  degraded: string | null;
  counts: GatewayCounts;
}

interface HealthRow {
  gateway_id: string;
  breaker: BreakerState | null;
  reason: string | null;
  degraded: string | null;
  accepted: number;
  refused: number;
  delivered: number;
  undelivered: number;
  faults: number;
  latency: number[];
  report_delay: number[];
}

const total = (array: string): string =>
  `(select array_agg(n order by i) from (
      select i, coalesce(sum(m.${array}[i]), 0)::int as n from generate_series(1, ${DURATION_BUCKETS}) as i
      left join recent m on m.gateway_id = w.gateway_id group by i) as sums)`;

const sum = (column: string): string =>
  `(select coalesce(sum(m.${column}), 0)::int from recent m where m.gateway_id = w.gateway_id) as ${column}`;

/** Reads breakers and the counts of the last {@link HEALTH_WINDOW_MINUTES}. Null = of all that sent within the window. */
export async function readHealth(pool: Pool, gatewayIds: readonly string[] | null): Promise<HealthReading[]> {
  const rows = await execute<HealthRow>(
    pool,
    gatewayIds === null ? 'read-health-of-all' : 'read-health',
    `with recent as (
       select * from gateway_minutes where minute > now() - ${HEALTH_WINDOW_MINUTES} * interval '1 minute'
         ${gatewayIds === null ? '' : 'and gateway_id = any($1::text[])'}
     ),
     wanted as (
       ${gatewayIds === null ? 'select gateway_id from recent union select gateway_id from gateway_health' : 'select unnest($1::text[]) as gateway_id'}
     )
     select w.gateway_id, h.breaker, h.reason, h.degraded, ${['accepted', 'refused', 'delivered', 'undelivered', 'faults'].map(sum).join(', ')},
            ${total('latency')} as latency, ${total('report_delay')} as report_delay
     from wanted w left join gateway_health h on h.gateway_id = w.gateway_id`,
    gatewayIds === null ? [] : [gatewayIds],
  );
  return rows.map((row) => ({
    gatewayId: row.gateway_id,
    breaker: row.breaker ?? 'closed',
    reason: row.reason,
    degraded: row.degraded,
    counts: {
      accepted: row.accepted,
      refused: row.refused,
      latency: row.latency,
      delivered: row.delivered,
      undelivered: row.undelivered,
      faults: row.faults,
      reportDelay: row.report_delay,
    },
  }));
}

/** Writes what a review found: null = nothing. False when it was known. */
export async function noteDegraded(pool: Pool, gatewayId: string, reason: string | null): Promise<boolean> {
  const rows = await execute<{ known: boolean }>(
    pool,
    'note-degraded',
    `with before as (select degraded is not null as was from gateway_health where gateway_id = $1)
     insert into gateway_health as h (gateway_id, degraded) values ($1, $2)
     on conflict (gateway_id) do update set degraded = excluded.degraded
     returning coalesce((select was from before), false) = ($2::text is not null) as known`,
    [gatewayId, reason],
  );
  return !rows[0]!.known;
}

/** Counts are kept for a day. */
export async function forgetMinutes(pool: Pool): Promise<void> {
  await execute(pool, 'forget-minutes', `delete from gateway_minutes where minute < now() - interval '1 day'`, []);
}
