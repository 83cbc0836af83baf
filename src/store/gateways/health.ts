/** The health of gateways: what is counted of them minute by minute, and what the reviews of these counts found. */
import type { Pool, QueryResultRow } from 'pg';
import {
  DURATION_BUCKETS,
  HEALTH_WINDOW_MINUTES,
  type BreakerState,
  type GatewayCounts,
  type Hold,
} from '../../core/gateways/health';
import { execute } from '../database';

/** The sum of two histograms, in an upsert into `gateway_minutes m`. */
export const plus = (array: string): string =>
  `(select array_agg(a + b order by i) from unnest(m.${array}, excluded.${array}) with ordinality as u (a, b, i))`;

/** The receipts of one gateway that a process has counted since it recorded them last. */
export interface ReceiptCounts {
  gatewayId: string;
  delivered: number;
  undelivered: number;
  faults: number;
}

/** A receipt whose delay is measured, by its attempt. `agoMs` = since it came. */
export interface ReceiptSample {
  gatewayId: string;
  attempt: { messageId: string; no: number } | null;
  providerId: string | null;
  agoMs: number;
}

/** Adds receipts to the counts of this minute, and the delays of a few of them. */
export async function recordReceipts(
  pool: Pool,
  counts: readonly ReceiptCounts[],
  samples: readonly ReceiptSample[],
): Promise<void> {
  await execute(
    pool,
    'record-receipts',
    `with counts as (
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
     from counts t order by t.gateway_id
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
export interface GatewayHealthReading {
  gatewayId: string;
  breaker: BreakerState;
  /** Why the breaker opened last. */
  reason: string | null;
  /** Why the last review found it degraded; null = it did not. */
  degraded: string | null;
  counts: GatewayCounts;
  /** Null when nothing holds it now. */
  hold: Hold | null;
}

interface HealthRow {
  held_until: Date | null;
  hold_reason: string | null;
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
export async function listGatewayHealth(
  pool: Pool,
  gatewayIds: readonly string[] | null,
): Promise<GatewayHealthReading[]> {
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
     select w.gateway_id, h.breaker, h.reason, h.degraded, case when h.held_until > now() then h.held_until end as held_until, h.hold_reason, ${['accepted', 'refused', 'delivered', 'undelivered', 'faults'].map(sum).join(', ')},
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
      receiptDelay: row.report_delay,
    },
    hold: row.held_until === null ? null : { until: row.held_until, reason: row.hold_reason },
  }));
}

/** Notes that a review found a gateway degraded. @param reason null = it is not. @returns false when that was known. */
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

/** Deletes counts that are older than a day. */
export async function forgetMinutes(pool: Pool): Promise<void> {
  await execute(pool, 'forget-minutes', `delete from gateway_minutes where minute < now() - interval '1 day'`, []);
}

export interface GatewayStates {
  provider: string;
  state: 'up' | 'degraded' | 'down';
  count: number;
}

/** How many active gateways there are by provider and state. */
export async function countGatewayStates(pool: Pool): Promise<GatewayStates[]> {
  return execute<GatewayStates & QueryResultRow>(
    pool,
    'count-gateway-states',
    `select g.provider, case when g.paused_reason is not null or h.breaker <> 'closed' then 'down'
                             when h.degraded is not null then 'degraded' else 'up' end as state, count(*)::int as count
     from gateways g left join gateway_health h on h.gateway_id = g.id
     where g.deleted_at is null and g.status = 'active' group by 1, 2`,
    [],
  );
}
