/** When the workflows of campaigns look at their rows: by it those are found that were ended from outside. */
import type { Pool, QueryResultRow } from 'pg';
import { ENDED_STATES } from '../../core/campaigns/campaign';
import { execute } from '../database';
import { hasOpen } from '../messages/ledger';

/** A campaign as its workflow is started. */
export interface StartableCampaign {
  campaignId: string;
  accountId: string;
  priority: number;
}

const STARTABLE = 'c.id as "campaignId", c.account_id as "accountId", c.priority';
/** There is something to do for the workflow: the campaign has not ended, is not prepared to its end, or what has left is awaited. */
const IS_OPEN = `(not c.state = any($2::text[]) or c.unprepared
  or exists (select 1 from slices s where s.campaign_id = c.id and ${hasOpen('s')}))`;

/** Notes when a campaign's workflow looks again, at the latest. @param at null = nothing is left to look at. */
export async function noteNextLook(pool: Pool, id: string, at: Date | null): Promise<void> {
  await execute(
    pool,
    'note-next-look',
    `update campaigns set look_at = case when $2::timestamptz is not null then greatest(now(), $2) end
     where id = $1 and (look_at is not null or $2::timestamptz is not null)`,
    [id, at],
  );
}

/** A launched campaign whose workflow has something to do; null = it has nothing, or is a series, which has none. */
export async function findOpenCampaign(pool: Pool, id: string): Promise<StartableCampaign | null> {
  const [row] = await execute<StartableCampaign & QueryResultRow>(
    pool,
    'find-open-campaign',
    `select ${STARTABLE} from campaigns c
     where c.id = $1 and c.launched_at is not null and c.recurrence is null and ${IS_OPEN}`,
    [id, ENDED_STATES],
  );
  return row ?? null;
}

/**
 * Takes campaigns whose workflow should have looked at them at least `lateMs` ago: it is gone, or late. They are given as
 * much time again before they are taken once more.
 */
export async function takeStrandedCampaigns(pool: Pool, lateMs: number, limit: number): Promise<StartableCampaign[]> {
  return execute<StartableCampaign & QueryResultRow>(
    pool,
    'take-stranded-campaigns',
    `with stranded as (
       select id from campaigns where look_at < now() - $1 * interval '1 millisecond'
       order by look_at limit $2 for update skip locked
     )
     update campaigns c set look_at = now() from stranded d where c.id = d.id returning ${STARTABLE}`,
    [lateMs, limit],
  );
}
