/** How many recipients campaigns have that have made no messages yet. */
import type { Pool } from 'pg';
import { execute } from '../database';
import type { CampaignRow } from './campaigns';

/** Whether nothing of it has become messages: a draft, and a series, which makes campaigns and never messages. */
const makesNone = ({ state, recurrence }: CampaignRow): boolean => state === 'draft' || recurrence !== null;

/**
 * Recipients of the drafts and series among these campaigns, by id: of a request and of an upload those that are sent to, of
 * a group its members now, of another campaign those that failed, whatever their class and code. Read from counters, but
 * for recipients of requests, of which there are ten thousand at most.
 */
export async function countAudiences(pool: Pool, campaigns: readonly CampaignRow[]): Promise<Map<string, number>> {
  const ids = campaigns.filter(makesNone).map(({ id }) => id);
  if (ids.length === 0) return new Map();
  const rows = await execute<{ id: string; size: string | null }>(
    pool,
    'count-audiences',
    `select c.id, case c.audience->>'kind'
       when 'group' then (select members from groups where id = c.audience->>'id')
       when 'upload' then (select valid from uploads where id = (c.audience->>'id')::uuid)
       when 'campaign' then (select sum(failed + expired) from slices where campaign_id = c.audience->>'id')
       else (select count(*) from campaign_recipients r where r.campaign_id = c.id and r.code is null) end as size
     from campaigns c where c.id = any($1::text[])`,
    [ids],
  );
  return new Map(rows.map(({ id, size }) => [id, Number(size ?? 0)]));
}
