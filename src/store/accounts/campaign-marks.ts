/** Campaigns that run and don't move: how many of their messages have left is marked, and since when that has not changed. */
import type { Pool } from 'pg';
import type { SendWindow } from '../../core/time/window';
import { execute } from '../database';
import { openOf } from '../messages/ledger';
import { CAMPAIGN_LATE } from './alerts';

/** A running campaign of which nothing has left for a while, although no reason is noted. */
export interface StillCampaign {
  campaignId: string;
  accountId: string;
  /** Nothing has left since then, at the least. */
  since: Date;
  /** By the clock of Postgres. */
  now: Date;
  /** The different windows under which it has something to send; null = at any time. */
  windows: (SendWindow[] | null)[];
}

/** Messages of a slice `s` that have not left, or are on the wire. */
export const WAITING = `${openOf('s')} - s.submitted`;
/** Those that have. A mark keeps their sum. */
export const MOVED = `s.total - (${WAITING})`;
/** The different windows of slices of a campaign that have something to send. @param campaign its id, in SQL. */
export const waitingWindows = (campaign: string): string => `
  (select jsonb_agg(distinct coalesce(s.windows, 'null')) from slices s where s.campaign_id = ${campaign} and ${WAITING} > 0)`;
const MAX_STILL = 10_000;

/**
 * Marks how far all running campaigns are. Reads the slices of these, and no message. A campaign that is paused, or has
 * nothing to send, loses its mark: its clock begins anew.
 * @returns those that are where they were `stillMs` ago.
 */
export async function markCampaigns(pool: Pool, stillMs: number): Promise<StillCampaign[]> {
  const rows = await execute<{ id: string; account_id: string; marked_at: Date; at: Date; windows: StillCampaign['windows'] }>(
    pool,
    'mark-campaigns',
    `with running as (
       select c.id, c.account_id, c.reason, coalesce(c.look_at < now() - ${CAMPAIGN_LATE}, false) as late, l.moved
       from campaigns c
       cross join lateral (
         select sum(${MOVED}) as moved, sum(${WAITING}) as waiting from slices s where s.campaign_id = c.id
       ) l
       where c.state = 'running' and c.recurrence is null and l.waiting > 0
     ),
     gone as (
       delete from campaign_marks m where not exists (select from running r where r.id = m.campaign_id)
     ),
     marked as (
       insert into campaign_marks as m (campaign_id, moved) select id, moved from running
       on conflict (campaign_id) do update set moved = excluded.moved, marked_at = now() where m.moved <> excluded.moved
     )
     select r.id, r.account_id, m.marked_at, now() as at,
            ${waitingWindows('r.id')} as windows
     from running r join campaign_marks m on m.campaign_id = r.id and m.moved = r.moved
     where r.reason is null and not r.late and m.marked_at < now() - $1 * interval '1 millisecond'
     limit ${MAX_STILL}`,
    [stillMs],
  ); // prettier-ignore
  return rows.map((row) => ({
    campaignId: row.id,
    accountId: row.account_id,
    since: row.marked_at,
    now: row.at,
    windows: row.windows,
  }));
}
