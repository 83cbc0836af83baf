/** Short links and who followed them. */
import type { Pool } from 'pg';
import { execute } from '../database';
import { BUNDLED_COLUMNS, bundled } from '../webhooks/waiting';

/** The result of a visit to a short link. */
export interface Visit {
  /** Where the visitor is sent. */
  url: string;
  /** Webhooks with something new in their outbox. */
  webhookIds: string[];
}

/**
 * A visit. The first one counts for the message: it marks the statistics of its slice as outdated, and where the account
 * reports clicks it queues callbacks, one for each webhook, in slots that begin with `clicked`.
 */
const VISIT = `
with link as (select * from links where code = $1),
tally as (update links l set clicks = l.clicks + 1, last_clicked_at = now() from link where l.code = link.code),
first as (
  insert into clicks (message_id, account_id, code) select message_id, account_id, code from link
  on conflict (message_id) do nothing
  returning message_id
),
clicked as (select m.id, m.slice_id, m.account_id, m.webhook_id from first f join messages m on m.id = f.message_id),
outdated as (
  update slices s set outcomes = null, stats_at = null from clicked c where s.id = c.slice_id
),
told as (
  select c.id, c.account_id, c.webhook_id, 'clicked' as slot from clicked c where c.webhook_id is not null
  union all
  select c.id, c.account_id, w.id, 'clicked:' || w.id from clicked c
  join webhooks w on w.account_id = c.account_id and w.kind = 'standard' and w.state = 'active'
   and (w.events is null or 'clicked' = any(w.events)) and w.id is distinct from c.webhook_id
),
reported as (
  insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at, detail)
  select t.account_id, t.webhook_id, t.id, t.slot, 'clicked', now(),
         jsonb_build_object('url', link.url, 'shortUrl', $2::text)
  from told t cross join link join accounts a on a.id = t.account_id and a.click_tracking = 'report'
  on conflict (message_id, slot) do nothing
  returning ${BUNDLED_COLUMNS}
),
${bundled('reported')}
select link.url, array(select distinct webhook_id from reported) as webhook_ids from link`;

/** Counts a visit. Null: there is no such link. @param shortUrl what the visitor followed, for the callbacks. */
export async function visitLink(pool: Pool, code: string, shortUrl: string): Promise<Visit | null> {
  const [row] = await execute<{ url: string; webhook_ids: string[] }>(pool, 'visit-link', VISIT, [code, shortUrl]);
  return row === undefined ? null : { url: row.url, webhookIds: row.webhook_ids };
}

/** Where a short link leads, uncounted. */
export async function findLink(pool: Pool, code: string): Promise<string | null> {
  const [row] = await execute<{ url: string }>(pool, 'find-link', 'select url from links where code = $1', [code]);
  return row?.url ?? null;
}
