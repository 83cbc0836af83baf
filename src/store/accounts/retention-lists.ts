/** Retention of what an account keeps beside its messages: campaigns, uploads, reasons of opt-outs, phones to try on. */
import type { Pool } from 'pg';
import { ENDED_STATES } from '../../core/campaigns/campaign';
import { execute } from '../database';
import { hasOpen } from '../messages/ledger';

/** When what an account `a` keeps no longer was made, at the latest. */
const OLD = `now() - make_interval(days => a.retention_days)`;

/**
 * Rows of every account, the oldest first, found by an index that begins with the account and the time.
 * @param which a query by `a.id` and {@link OLD}, with `limit $1`.
 */
const ofAccounts = (key: string, which: string): string => `
select o.${key} from accounts a cross join lateral (${which}) o where a.retention_days is not null limit $1`;

const ENDED = ENDED_STATES.map((state) => `'${state}'`).join(', ');

const BLANK_CAMPAIGNS = `
with old as (
  ${ofAccounts(
    'id',
    `select id from campaigns c
     where c.account_id = a.id and c.finished_at < ${OLD} and c.blanked_at is null and c.state in (${ENDED})
       and not c.unprepared
       and not exists (select from slices s where s.campaign_id = c.id and ${hasOpen('s')})
     order by c.finished_at limit $1`,
  )}
),
recipients_gone as (delete from campaign_recipients where campaign_id in (select id from old))
update campaigns c
set body = '', dlt_text = null, variables = '{}', options = c.options - 'extra', problems = '[]', forecast = null,
    reason = null, blanked_at = now()
from old where c.id = old.id returning c.id`;

/** Blanks the texts of campaigns that ended so long ago, and forgets their recipients. @returns whether there may be more. */
export const blankCampaigns = (pool: Pool, limit: number): Promise<boolean> =>
  some(pool, 'blank-campaigns', BLANK_CAMPAIGNS, limit);

const FORGET_DRAFTS = `
delete from campaigns where state = 'draft' and id in (${ofAccounts(
  'id',
  `select id from campaigns c
   where c.account_id = a.id and c.state = 'draft' and c.created_at < ${OLD} and c.recurrence is null
     and c.audience->>'kind' = 'recipients'
   order by c.created_at limit $1`,
)}) returning id`;

/** Deletes drafts with recipients of their own that nobody has launched in that time. */
export const forgetDrafts = (pool: Pool, limit: number): Promise<boolean> =>
  some(pool, 'forget-drafts', FORGET_DRAFTS, limit);

/** Campaigns that have yet to read an upload: those of a series, too. */
const READS = `
  c.state in ('draft', 'preparing', 'scheduled') or c.state = 'paused' and c.recurrence is not null or c.unprepared`;

const FORGET_UPLOADS = `
update uploads set state = 'deleted' where state in ('ready', 'failed') and id in (${ofAccounts(
  'id',
  `select id from uploads u
   where u.account_id = a.id and u.state in ('ready', 'failed') and u.created_at < ${OLD}
     and not exists (select from campaigns c where c.account_id = a.id and (${READS})
                       and c.audience = jsonb_build_object('kind', 'upload', 'id', u.id))
   order by u.created_at limit $1`,
)}) returning id`;

/** Takes uploads out of sight that came so long ago; the duty `uploads` removes their rows. */
export const forgetUploads = (pool: Pool, limit: number): Promise<boolean> =>
  some(pool, 'forget-uploads', FORGET_UPLOADS, limit);

const BLANK_REASONS = `
update suppressions s set reason = null
from (
  select o.account_id, o.msisdn from accounts a
  cross join lateral (
    select account_id, msisdn from suppressions
    where account_id = a.id and reason is not null and created_at < ${OLD} order by created_at limit $1
  ) o
  where a.retention_days is not null limit $1
) old
where s.account_id = old.account_id and s.msisdn = old.msisdn returning 1`;

/** Blanks why numbers are suppressed; that they are stays. */
export const blankSuppressionReasons = (pool: Pool, limit: number): Promise<boolean> =>
  some(pool, 'blank-suppression-reasons', BLANK_REASONS, limit);

const FORGET_PHONES = `
delete from test_phones where verified_at is null and id in (${ofAccounts(
  'id',
  `select id from test_phones
   where account_id = a.id and verified_at is null and created_at < ${OLD} order by created_at limit $1`,
)}) returning id`;

/** Deletes test phones whose owner never showed to have them. */
export const forgetTestPhones = (pool: Pool, limit: number): Promise<boolean> =>
  some(pool, 'forget-test-phones', FORGET_PHONES, limit);

async function some(pool: Pool, name: string, text: string, limit: number): Promise<boolean> {
  return (await execute(pool, name, text, [limit])).length === limit;
}
