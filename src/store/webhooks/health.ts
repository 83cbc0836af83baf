/** The health of webhooks: tries by minute, what waits, the last error. */
import type { Pool } from 'pg';
import { execute } from '../database';

export type StoredHealth = 'ok' | 'failing' | 'paused' | 'idle';

/** What became of tries since they were recorded last. */
export interface TriesDraft {
  delivered: number;
  failed: number;
  /** Of the last one that failed. */
  error: { status: number | null; message: string } | null;
}

/** Adds tries to the counts of this minute. */
export async function recordTries(
  pool: Pool,
  webhookId: string,
  { delivered, failed, error }: TriesDraft,
): Promise<void> {
  await execute(
    pool,
    'record-tries',
    `with counted as (
       insert into webhook_minutes as m (webhook_id, minute, delivered, failed)
       values ($1, date_trunc('minute', now()), $2, $3)
       on conflict (webhook_id, minute) do update
         set delivered = m.delivered + excluded.delivered, failed = m.failed + excluded.failed
     )
     update webhooks set last_error = $4, last_error_status = $5, last_error_at = now() where id = $1 and $4::text is not null`,
    [webhookId, delivered, failed, error?.message ?? null, error?.status ?? null],
  );
}

export interface WebhookHealthReading {
  webhookId: string;
  accountId: string;
  kind: 'clevertap' | 'standard';
  /** Paused or disabled. */
  rests: boolean;
  /** What was said of it last. */
  health: StoredHealth;
  hour: { delivered: number; failed: number };
  /** Of the last five minutes. */
  recent: { delivered: number; failed: number };
  waiting: number;
  /** More wait than were counted. */
  isMore: boolean;
  /** Since when the oldest waits, as far as a look at those that were due first, and will be due last, tells. */
  oldestWaitingAt: Date | null;
  lastError: { at: Date; status: number | null; message: string } | null;
}

interface HealthRow {
  webhook_id: string;
  account_id: string;
  kind: WebhookHealthReading['kind'];
  rests: boolean;
  health: StoredHealth;
  hour_delivered: number;
  hour_failed: number;
  recent_delivered: number;
  recent_failed: number;
  waiting: number;
  is_more: boolean;
  oldest: Date | null;
  last_error: string | null;
  last_error_status: number | null;
  last_error_at: Date | null;
}

/** Bundles of callbacks that are counted of a webhook. */
const MAX_BUNDLES = 5_000;
/** Bundles at each end of what is due whose callbacks are looked at: what was tried most is due last. */
const ENDS = 2;

const sum = (column: string, within: string): string =>
  `coalesce(sum(${column}) filter (where minute > now() - interval '${within}'), 0)::int`;

const READ = `
select w.id as webhook_id, w.account_id, w.kind, w.state <> 'active' or w.paused_at is not null as rests, w.health,
       t.*, d.waiting + r.waiting as waiting, d.bundles = ${MAX_BUNDLES} as is_more,
       case when d.waiting > 0 then least(o.created_at, d.first_due) else r.since end as oldest,
       w.last_error, w.last_error_status, w.last_error_at
from webhooks w
cross join lateral (
  select ${sum('delivered', '1 hour')} as hour_delivered, ${sum('failed', '1 hour')} as hour_failed,
         ${sum('delivered', '5 minutes')} as recent_delivered, ${sum('failed', '5 minutes')} as recent_failed
  from webhook_minutes m where m.webhook_id = w.id and m.minute > now() - interval '1 hour'
) t
cross join lateral (
  select coalesce(sum(n), 0)::int as waiting, count(*)::int as bundles, min(due_at) as first_due
  from (select cardinality(message_ids) as n, due_at from due_callbacks where webhook_id = w.id
        order by due_at limit ${MAX_BUNDLES}) b
) d
cross join lateral (
  select coalesce(sum(cardinality(message_ids)), 0)::int as waiting, min(created_at) as since
  from relays where webhook_id = w.id
) r
left join lateral (
  select min(c.created_at) as created_at from (
    (select slot, message_ids from due_callbacks where webhook_id = w.id order by due_at limit ${ENDS})
    union all
    (select slot, message_ids from due_callbacks where webhook_id = w.id order by due_at desc limit ${ENDS})
  ) b
  cross join unnest(b.message_ids) u (id) join callbacks c on c.message_id = u.id and c.slot = b.slot
) o on true
where w.id = any($1::text[])`;

/** How these webhooks are. */
export async function readWebhookHealth(pool: Pool, ids: readonly string[]): Promise<WebhookHealthReading[]> {
  if (ids.length === 0) return [];
  const rows = await execute<HealthRow>(pool, 'read-webhook-health', READ, [ids]);
  return rows.map((row) => ({
    webhookId: row.webhook_id,
    accountId: row.account_id,
    kind: row.kind,
    rests: row.rests,
    health: row.health,
    hour: { delivered: row.hour_delivered, failed: row.hour_failed },
    recent: { delivered: row.recent_delivered, failed: row.recent_failed },
    waiting: row.waiting,
    isMore: row.is_more,
    oldestWaitingAt: row.waiting === 0 ? null : row.oldest,
    lastError:
      row.last_error === null || row.last_error_at === null
        ? null
        : { at: row.last_error_at, status: row.last_error_status, message: row.last_error },
  }));
}

/** A page of the webhooks that were tried within the hour, or of which something is said, or for which something waits. */
export async function listStirring(pool: Pool, after: string, limit: number): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    pool,
    'list-stirring-webhooks',
    `with recursive waiting (webhook_id) as (
       (select webhook_id from due_callbacks where webhook_id > $1 order by webhook_id limit 1)
       union all
       select (select t.webhook_id from due_callbacks t where t.webhook_id > n.webhook_id order by t.webhook_id limit 1)
       from waiting n where n.webhook_id is not null
     )
     select w.id from webhooks w where w.id in (
       (select webhook_id from waiting where webhook_id is not null)
       union
       (select webhook_id from webhook_minutes where minute > now() - interval '1 hour' and webhook_id > $1)
       union
       (select id from webhooks where health <> 'idle' and id > $1 order by id limit $2)
       union
       (select id from webhooks where paused_at is not null and id > $1 order by id limit $2)
     ) order by w.id limit $2`,
    [after, limit],
  );
  return rows.map(({ id }) => id);
}

/** Notes what is said of a webhook from now on. @returns false when that was said already. */
export async function noteWebhookHealth(pool: Pool, id: string, health: StoredHealth): Promise<boolean> {
  const rows = await execute(
    pool,
    'note-webhook-health',
    'update webhooks set health = $2 where id = $1 and health <> $2 returning id',
    [id, health],
  );
  return rows.length > 0;
}

/** Deletes counts that are older than a day. */
export async function forgetTries(pool: Pool): Promise<void> {
  await execute(pool, 'forget-tries', `delete from webhook_minutes where minute < now() - interval '1 day'`, []);
}

export interface WebhookStates {
  kind: 'clevertap' | 'standard';
  health: StoredHealth;
  count: number;
}

/** How many webhooks there are by kind and by what was said of them last. */
export async function countWebhookStates(pool: Pool): Promise<WebhookStates[]> {
  return execute<WebhookStates & { [column: string]: unknown }>(
    pool,
    'count-webhook-states',
    'select kind, health, count(*)::int as count from webhooks group by 1, 2',
    [],
  );
}

/** Callbacks that wait, by kind of webhook, and for how long the one that is due longest has been. */
export interface WaitingCallbacks {
  kind: 'clevertap' | 'standard';
  waiting: number;
  oldestSeconds: number;
}

/** At most {@link MAX_BUNDLES} bundles of each webhook are counted. */
export async function countWaitingCallbacks(pool: Pool): Promise<WaitingCallbacks[]> {
  return execute<WaitingCallbacks & { [column: string]: unknown }>(
    pool,
    'count-waiting-callbacks',
    `with recursive waiting (webhook_id) as (
       (select webhook_id from due_callbacks order by webhook_id limit 1)
       union all
       select (select t.webhook_id from due_callbacks t where t.webhook_id > n.webhook_id order by t.webhook_id limit 1)
       from waiting n where n.webhook_id is not null
     )
     select w.kind, sum(d.waiting)::int as waiting,
            coalesce(max(greatest(0, extract(epoch from now() - d.first_due))), 0)::float8 as "oldestSeconds"
     from waiting n join webhooks w on w.id = n.webhook_id
     cross join lateral (
       select coalesce(sum(size), 0) as waiting, min(due_at) as first_due from (
         select cardinality(message_ids) as size, due_at from due_callbacks where webhook_id = w.id
         order by due_at limit ${MAX_BUNDLES}
       ) b
     ) d
     group by w.kind`,
    [],
  );
}
