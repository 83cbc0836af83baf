/** What is asked of an account's things when somebody asks why. Each statement is bounded, however much the account has. */
import type { Pool } from 'pg';
import type { CampaignState } from '../../core/campaigns/campaign';
import type { Leg } from '../../core/gateways/route';
import type { SendWindow } from '../../core/time/window';
import type { GatewayFacts, SuppressionFacts } from '../../core/why/facts';
import { execute } from '../database';
import { CAMPAIGN_LATE } from './alerts';
import { MOVED, WAITING, waitingWindows } from './campaign-marks';

const MAX_GATEWAYS = 200;

/** The account's gateways in the order in which messages try them; deleted ones last, and only those that are named. */
export async function listGatewayFacts(
  pool: Pool,
  accountId: string,
  named: readonly string[],
): Promise<(GatewayFacts & { isDeleted: boolean })[]> {
  return execute<GatewayFacts & { isDeleted: boolean } & Record<string, unknown>>(
    pool,
    'why-gateways',
    `select g.id, g.name, g.provider, g.demo as "isDemo", g.status = 'active' as "isActive", g.paused_reason as "pausedReason",
            case coalesce(h.breaker, 'closed') when 'open' then 'open' when 'closed' then 'closed' else 'probing' end as breaker,
            h.reason as failure, h.changed_at as "changedAt", h.held_until as "heldUntil", h.hold_reason as "holdReason",
            g.rate_per_second::int as "ratePerSecond", g.receipt_deadline_seconds as "receiptDeadlineSeconds",
            g.deleted_at is not null as "isDeleted"
     from gateways g left join gateway_health h on h.gateway_id = g.id
     where g.account_id = $1 and (g.deleted_at is null or g.id = any($2::text[]))
     order by g.deleted_at is not null, g.priority, g.name limit ${MAX_GATEWAYS}`,
    [accountId, named],
  );
}

/** Where a message's slice would send it. */
export interface SliceFacts {
  legs: Leg[] | null;
  campaign_id: string | null;
}

export async function findSliceFacts(pool: Pool, sliceId: string): Promise<SliceFacts | null> {
  const [row] = await execute<SliceFacts & Record<string, unknown>>(
    pool,
    'why-slice',
    'select legs, campaign_id from slices where id = $1',
    [sliceId],
  );
  return row ?? null;
}

const SUPPRESSION = `
select s.id, case s.source when 'opt-out' then 'inbound' when 'manual' then 'person' else s.source end as source, s.reason, s.at,
       s.classes = 'promotional' as "promotionalOnly", s.account_id <> $1 as "isShared",
       coalesce(s.evidence->>'word', s.evidence->>'code') as word,
       (select k.name from api_keys k where k.account_id = $1 and k.id = coalesce(s.evidence->>'keyId',
          (select u.key_id from uploads u where u.account_id = $1 and u.id::text = s.evidence->>'importId'))) as "keyName"
from suppressions s join accounts own on own.id = $1
where s.msisdn = any($2::text[]) and (s.account_id = $1 or own.opt_out_scope = 'deployment' and exists (
  select from accounts o where o.id = s.account_id and o.opt_out_scope = 'deployment'))
order by s.account_id <> $1, s.classes = 'promotional', s.at limit 1`;

/**
 * Why a number is not sent to; null = it is. Of another account of the deployment no words and no key are told.
 * @param msisdns what the number may stand under: E.164, and its pseudonym.
 */
export async function findSuppressionFacts(
  pool: Pool,
  accountId: string,
  msisdns: readonly string[],
): Promise<SuppressionFacts | null> {
  const [row] = await execute<SuppressionFacts & Record<string, unknown>>(pool, 'why-suppression', SUPPRESSION, [
    accountId,
    msisdns,
  ]);
  if (row === undefined) return null;
  return row.isShared ? { ...row, reason: null, word: null, keyName: null } : row;
}

export interface CampaignRowFacts {
  id: string;
  name: string;
  state: CampaignState;
  reason: string | null;
  due_at: Date | null;
  rate_per_second: number | null;
  launched_at: Date | null;
  finished_at: Date | null;
  hold_until: Date | null;
  rejected: number;
  gateway_id: string | null;
  total: number;
  settled: number;
  /** Of a slice that has messages which have not left. */
  windows: SendWindow[] | null;
  legs: Leg[] | null;
  /** Set when it was due to be looked at so long ago that nothing looks after it: since then. */
  late_since: Date | null;
  /** As many have left as at that moment; null = some have left since its last mark, or none waits. */
  still_since: Date | null;
  /** While it is still: the different windows of what it has to send; null among them = at any time. */
  still_windows: (SendWindow[] | null)[] | null;
}

const CAMPAIGN = `
select c.id, c.name, c.state, c.reason, c.due_at, c.rate_per_second::int, c.launched_at, c.finished_at, c.hold_until, c.rejected,
       c.gateway_id, n.total, n.settled, o.windows, o.legs,
       case when c.recurrence is null and c.state not in ('draft', 'paused', 'finished', 'cancelled', 'failed')
             and c.look_at < now() - ${CAMPAIGN_LATE} then c.look_at end as late_since,
       m.marked_at as still_since, case when m.marked_at is not null then ${waitingWindows('c.id')} end as still_windows
from campaigns c
cross join lateral (
  select coalesce(sum(total), 0)::int as total,
         coalesce(sum(delivered + failed + expired + suppressed + cancelled + unknown), 0)::int as settled,
         sum(${MOVED}) as moved, sum(${WAITING}) as waiting
  from slices s where s.campaign_id = c.id
) n
left join lateral (
  select windows, legs from slices s
  where s.campaign_id = c.id and s.total > s.delivered + s.failed + s.expired + s.suppressed + s.cancelled + s.unknown + s.submitted
  order by s.no limit 1
) o on true
left join campaign_marks m on m.campaign_id = c.id and c.state = 'running' and m.moved = n.moved and n.waiting > 0
where c.id = $2 and c.account_id = $1`;

/** One campaign with what its messages came to; null = the account has none such. */
export async function findCampaignFacts(pool: Pool, accountId: string, id: string): Promise<CampaignRowFacts | null> {
  const [row] = await execute<CampaignRowFacts & Record<string, unknown>>(pool, 'why-campaign', CAMPAIGN, [
    accountId,
    id,
  ]);
  return row ?? null;
}

export interface WebhookRowFacts {
  id: string;
  kind: 'clevertap' | 'standard';
  state: 'active' | 'disabled';
  disabled_reason: string | null;
  paused_reason: string | null;
  paused_at: Date | null;
  /** Callbacks that wait, up to some hundred thousand. */
  waiting: number;
  oldest_at: Date | null;
  last_status: number | null;
  last_error: string | null;
}

const WEBHOOKS = `
select w.id, w.kind, w.state, w.disabled_reason, w.paused_reason, w.paused_at, n.waiting, o.created_at as oldest_at,
       o.last_status, o.last_error
from webhooks w
cross join lateral (
  select coalesce(sum(cardinality(message_ids)), 0)::int as waiting
  from (select message_ids from due_callbacks d where d.webhook_id = w.id order by due_at limit 2000) d
) n
left join lateral (
  select c.created_at, c.last_status, c.last_error
  from (select slot, message_ids from due_callbacks d where d.webhook_id = w.id order by due_at limit 1) d
  join callbacks c on c.message_id = d.message_ids[1] and c.slot = d.slot and c.webhook_id = w.id
  limit 1
) o on true
where w.account_id = $1 and w.id = any($2::text[])`;

/** Webhooks of the account, with what waits for each. */
export async function listWebhookFacts(
  pool: Pool,
  accountId: string,
  ids: readonly string[],
): Promise<WebhookRowFacts[]> {
  if (ids.length === 0) return [];
  return execute<WebhookRowFacts & Record<string, unknown>>(pool, 'why-webhooks', WEBHOOKS, [accountId, ids]);
}

/** What an id that is a UUID and no message's may be: an upload; null = nothing of the account's. */
export async function findUploadState(
  pool: Pool,
  accountId: string,
  id: string,
): Promise<{
  name: string | null;
  state: string;
  reason: string | null;
  rows: number;
  valid: number;
  invalid: number;
  at: Date;
} | null> {
  const [row] = await execute<{
    name: string | null;
    state: string;
    reason: string | null;
    rows: number;
    valid: number;
    invalid: number;
    at: Date;
  }>(
    pool,
    'why-upload',
    `select name, state, reason, rows, valid, invalid, coalesce(finished_at, created_at) as at from uploads
     where id = $2 and account_id = $1 and state <> 'deleted'`,
    [accountId, id],
  );
  return row ?? null;
}
