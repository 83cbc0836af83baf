/** Alerts: what somebody should see to, one open at a time for each subject, told once when it opens and once when it closes. */
import type { Pool, PoolClient } from 'pg';
import { execute, transact } from '../database';
import { COUNTED, isCurrent } from '../messages/ledger';
import type { AlertEvent, AlertKind, AlertRow, AlertSubject } from '../webhooks/alerts';
import { BUNDLED_COLUMNS, bundled } from '../webhooks/waiting';

/** Something that is wrong now. */
export interface Trouble {
  accountId: string;
  kind: AlertKind;
  subject: { kind: AlertSubject; id: string; name: string };
  /** What is known of it: what a vendor or an endpoint said, or how many. */
  detail: string;
}

interface TroubleRow {
  account_id: string;
  kind: AlertKind;
  subject_kind: AlertSubject;
  subject_id: string;
  subject_name: string;
  detail: string;
}

/** Callbacks that were due so long ago should have been told. */
const CALLBACKS_LATE = `interval '5 minutes'`;
/** Messages that ended unknown since the last mark, from which on they are told. */
export const UNKNOWN_TOLD = 10;
/** The audience of a campaign is prepared within it, and its workflow looks when it wants to: later than that it is gone. */
export const CAMPAIGN_LATE = `interval '5 minutes'`;
const MAX_TROUBLES = 10_000;

const GATEWAYS = `
select g.account_id, case when g.paused_reason is null and coalesce(h.breaker, 'closed') = 'closed' then 'gateway-held' else 'gateway-down' end as kind,
       'gateway' as subject_kind, g.id as subject_id, g.name as subject_name,
       coalesce(g.paused_reason, case when h.breaker <> 'closed' then coalesce(h.reason, 'it does not answer') end,
                concat_ws(': ', 'the provider asked for a pause', h.hold_reason)) as detail
from gateways g left join gateway_health h on h.gateway_id = g.id
where g.deleted_at is null and g.status = 'active'
  and (g.paused_reason is not null or h.breaker <> 'closed' or h.held_until > now())`;

/** Found by steps down the index of what waits; a webhook for which nothing waits is no trouble. */
const CALLBACKS = `
select w.account_id, 'callbacks-waiting' as kind, 'webhook' as subject_kind, w.id as subject_id, w.id as subject_name,
       coalesce(w.disabled_reason, w.paused_reason, w.last_error, '') as detail
from waiting n join webhooks w on w.id = n.webhook_id
where (select d.due_at from due_callbacks d where d.webhook_id = w.id order by d.due_at limit 1) < now() - ${CALLBACKS_LATE}
   or w.health = 'failing' or w.paused_at < now() - ${CALLBACKS_LATE}`;

const UNKNOWN = `
select u.account_id, 'unknown-outcomes' as kind, 'account' as subject_kind, u.account_id as subject_id, a.name as subject_name,
       (u.unknown - m.unknown)::text as detail
from unknown_marks m join unknown_now u on u.account_id = m.account_id join accounts a on a.id = m.account_id
where u.unknown - m.unknown >= ${UNKNOWN_TOLD}`;

/** A campaign that a person paused has no reason; one whose windows are closed is looked at on time. */
const CAMPAIGNS = `
select c.account_id, 'campaign-stuck' as kind, 'campaign' as subject_kind, c.id as subject_id, c.id as subject_name,
       coalesce(c.reason, 'nothing has looked after it since ' || to_char(c.look_at at time zone 'UTC', 'HH24:MI "UTC"')) as detail
from campaigns c
where c.state not in ('draft', 'finished', 'cancelled', 'failed') and c.recurrence is null
  and (c.reason is not null and c.state in ('running', 'paused', 'settling')
       or c.reason like 'it could not be started%' or c.look_at < now() - ${CAMPAIGN_LATE} and c.state <> 'paused')`;

const FIND = `
with recursive waiting (webhook_id) as (
  (select webhook_id from due_callbacks order by webhook_id limit 1)
  union all
  select (select t.webhook_id from due_callbacks t where t.webhook_id > n.webhook_id order by t.webhook_id limit 1)
  from waiting n where n.webhook_id is not null
),
unknown_now as (
  select account_id, sum(unknown) as unknown from (
    select account_id, unknown from ledger_rollups
    union all
    select s.account_id, s.unknown - coalesce(s.stats_of[${COUNTED.indexOf('unknown') + 1}], 0)
    from slices s where ${isCurrent('s')} and s.unknown > 0
  ) l group by account_id
),
marked as (
  insert into unknown_marks (account_id, unknown) select account_id, 0 from unknown_now where unknown > 0
  on conflict (account_id) do nothing
),
moved as (
  -- The mark of an account is an hour old at most: what ended unknown within that time is news.
  update unknown_marks m set unknown = u.unknown, marked_at = now()
  from unknown_now u where u.account_id = m.account_id and m.marked_at < now() - interval '1 hour'
)
(${GATEWAYS} limit ${MAX_TROUBLES}) union all (${CALLBACKS} limit ${MAX_TROUBLES})
union all (${UNKNOWN} limit ${MAX_TROUBLES}) union all (${CAMPAIGNS} limit ${MAX_TROUBLES})`;

/** What is wrong now, in all accounts. */
export async function findTroubles(pool: Pool): Promise<Trouble[]> {
  const rows = await execute<TroubleRow & { [column: string]: unknown }>(pool, 'find-troubles', FIND, []);
  return rows.map((row) => ({
    accountId: row.account_id,
    kind: row.kind,
    subject: { kind: row.subject_kind, id: row.subject_id, name: row.subject_name },
    detail: row.detail,
  }));
}

/** Accounts with alerts that are open, or about to be. */
export async function listAlertedAccounts(pool: Pool): Promise<string[]> {
  const rows = await execute<{ account_id: string }>(
    pool,
    'list-alerted-accounts',
    'select distinct account_id from alerts where closed_at is null',
    [],
  );
  return rows.map((row) => row.account_id);
}

export interface AlertDraft {
  kind: AlertKind;
  subject: { kind: AlertSubject; id: string; name: string };
  sentence: string;
  remedy: string;
  /** It must have been found so long ago. */
  openAfterMs: number;
}

export interface AlertNews {
  opened: AlertRow[];
  closed: AlertRow[];
  /** Webhooks that have something new in their outbox. */
  webhookIds: string[];
}

const SEE = `
insert into alerts as a (account_id, kind, subject_kind, subject_id, subject_name, sentence, remedy)
select $1, f.* from unnest($2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[]) f
on conflict (account_id, kind, subject_id) where closed_at is null do update
  set clear_since = null, subject_name = excluded.subject_name, sentence = excluded.sentence, remedy = excluded.remedy
  where a.clear_since is not null or (a.subject_name, a.sentence) is distinct from (excluded.subject_name, excluded.sentence)`;

const OPEN = `
update alerts a set opened_at = now()
from unnest($2::text[], $3::text[], $4::bigint[]) f (kind, subject_id, open_after_ms)
where a.account_id = $1 and a.closed_at is null and a.opened_at is null and a.kind = f.kind and a.subject_id = f.subject_id
  and a.seen_at <= now() - f.open_after_ms * interval '1 millisecond'
returning a.*`;

const GONE = `a.account_id = $1 and a.closed_at is null
  and not exists (select from unnest($2::text[], $3::text[]) f (kind, subject_id) where f.kind = a.kind and f.subject_id = a.subject_id)`;

const tell = (event: AlertEvent): string => `
with told as (
  insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at)
  select a.account_id, w.id, a.id, '${event}:' || w.id, '${event}', now()
  from alerts a join webhooks w on w.account_id = a.account_id and w.kind = 'standard' and w.state = 'active'
   and (w.events is null or '${event}' = any(w.events))
  where a.id = any($1::uuid[]) order by a.id, w.id
  on conflict (message_id, slot) do nothing
  returning ${BUNDLED_COLUMNS}
),
${bundled('told')}
select distinct webhook_id from told`;

/**
 * Keeps the alerts of an account in step with what is wrong with it now. Each that opens or closes is told to its
 * webhooks in the same transaction: once, whatever comes between.
 * @param clearMs what is over for so long is closed.
 */
export async function keepAlerts(
  pool: Pool,
  accountId: string,
  drafts: readonly AlertDraft[],
  clearMs: number,
): Promise<AlertNews> {
  const kinds = drafts.map(({ kind }) => kind);
  const subjects = drafts.map(({ subject }) => subject.id);
  return transact(pool, async (client) => {
    await client.query(`select pg_advisory_xact_lock(hashtextextended('alerts:' || $1, 0))`, [accountId]);
    await client.query(SEE, [
      accountId,
      kinds,
      drafts.map(({ subject }) => subject.kind),
      subjects,
      drafts.map(({ subject }) => subject.name),
      drafts.map(({ sentence }) => sentence),
      drafts.map(({ remedy }) => remedy),
    ]);
    const waits = drafts.map(({ openAfterMs }) => openAfterMs);
    const { rows: opened } = await client.query<AlertRow>(OPEN, [accountId, kinds, subjects, waits]);
    const gone = [accountId, kinds, subjects];
    await client.query(`delete from alerts a where ${GONE} and a.opened_at is null`, gone);
    await client.query(`update alerts a set clear_since = now() where ${GONE} and a.clear_since is null`, gone);
    const { rows: closed } = await client.query<AlertRow>(
      `update alerts a set closed_at = now()
       where ${GONE} and a.clear_since <= now() - $4 * interval '1 millisecond' returning a.*`,
      [...gone, clearMs],
    );
    const webhookIds = [
      ...(await told(client, 'alert.opened', opened)),
      ...(await told(client, 'alert.closed', closed)),
    ];
    return { opened, closed, webhookIds: [...new Set(webhookIds)] };
  });
}

async function told(client: PoolClient, event: AlertEvent, alerts: readonly AlertRow[]): Promise<string[]> {
  if (alerts.length === 0) return [];
  const { rows } = await client.query<{ webhook_id: string }>(tell(event), [alerts.map(({ id }) => id)]);
  return rows.map((row) => row.webhook_id);
}

const FORGOTTEN = 1_000;

/** Deletes some of the alerts that closed three months ago. @returns whether there may be more. */
export async function forgetAlerts(pool: Pool): Promise<boolean> {
  const rows = await execute(
    pool,
    'forget-alerts',
    `delete from alerts where id in (
       select id from alerts where closed_at < now() - interval '90 days' order by closed_at limit ${FORGOTTEN}
     ) returning 1`,
    [],
  );
  return rows.length === FORGOTTEN;
}

export interface AlertFilter {
  accountId: string;
  onlyOpen: boolean;
  /** Id of the last alert of the page before. */
  after?: string;
  limit: number;
}

/** Newest first. */
export async function listAlerts(pool: Pool, { accountId, onlyOpen, after, limit }: AlertFilter): Promise<AlertRow[]> {
  return execute<AlertRow & { [column: string]: unknown }>(
    pool,
    onlyOpen ? 'list-open-alerts' : 'list-alerts',
    `select * from alerts where account_id = $1 and opened_at is not null ${onlyOpen ? 'and closed_at is null' : ''}
       and ($2::uuid is null or id < $2::uuid) order by id desc limit $3`,
    [accountId, after ?? null, limit],
  );
}

/** Those that are open, and those that closed within the last minute: for who watches. */
export async function listCurrentAlerts(pool: Pool, accountId: string, limit: number): Promise<AlertRow[]> {
  return execute<AlertRow & { [column: string]: unknown }>(
    pool,
    'list-current-alerts',
    `(select * from alerts where account_id = $1 and closed_at is null and opened_at is not null order by id desc limit $2)
     union all
     (select * from alerts where closed_at > now() - interval '1 minute' and account_id = $1 order by closed_at desc limit $2)`,
    [accountId, limit],
  );
}

/** How many alerts are open, by kind. */
export async function countOpenAlerts(pool: Pool): Promise<{ kind: AlertKind; count: number }[]> {
  return execute<{ kind: AlertKind; count: number }>(
    pool,
    'count-open-alerts',
    'select kind, count(*)::int as count from alerts where closed_at is null and opened_at is not null group by kind',
    [],
  );
}
