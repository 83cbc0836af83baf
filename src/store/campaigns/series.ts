/** Series: campaigns that start others like themselves, at the times of a cron expression. */
import { sql, type Kysely } from 'kysely';
import { prefixedId, uuidv7 } from '../../core/messages/ids';
import type { SeriesSchedule } from '../../core/campaigns/campaign';
import { canonicalZone } from '../../core/time/zones';
import { readCampaign, startedAtLast, type CampaignRow } from './campaigns';
import { inTransaction } from '../database';
import type { Schema } from '../tables';

export interface OccurrenceDraft {
  seriesId: string;
  /** Id of the workflow run that makes it: another try of the same run finds what the first one made. */
  occurrence: string;
  /** The time of the schedule at which it is due. */
  dueAt: Date;
  /** Put behind the name of the series, this is the name of the campaign. */
  label: string;
}

/**
 * Makes a campaign like the series, with the recipients that came with it, ready to be prepared.
 * @returns null when the series is not active (any more), and made none before.
 */
export async function insertOccurrence(db: Kysely<Schema>, draft: OccurrenceDraft): Promise<CampaignRow | null> {
  const { seriesId, occurrence, dueAt, label } = draft;
  return inTransaction(db, async (tx) => {
    const id = prefixedId('cmp');
    await sql`
      with made as (
        insert into campaigns (id, account_id, name, state, body, template_id, dlt_text, variables, sender, route_id,
                               gateway_id, priority, service, options, webhook_id, audience, due_at, timezone,
                               send_window, lateness, max_age_seconds, rate_per_second, finish_within_seconds,
                               duplicates, refused, rejected, problems, send_id, series_id, occurrence,
                               launched_at)
        select ${id}, account_id, name || ${label}, 'preparing', body, template_id, dlt_text, variables, sender, route_id,
               gateway_id, priority, service, options, webhook_id, audience, ${dueAt}, timezone,
               send_window, lateness, max_age_seconds, rate_per_second, finish_within_seconds,
               duplicates, refused, refused, problems, ${uuidv7()}, id, ${occurrence}, now()
        from (select * from campaigns where id = ${seriesId} and state = 'scheduled' for share) series
        on conflict (series_id, occurrence) where series_id is not null do nothing
        returning id
      )
      insert into campaign_recipients (campaign_id, position, msisdn, meta, variables, code, message, account_id)
      select made.id, position, msisdn, meta, variables, code, message, r.account_id from campaign_recipients r, made
      where r.campaign_id = ${seriesId}`.execute(tx);
    const row = await tx
      .selectFrom('campaigns')
      .selectAll()
      .where('series_id', '=', seriesId)
      .where('occurrence', '=', occurrence)
      .executeTakeFirst();
    return row ?? null;
  });
}

const MAX_FOLLOWS = 5;

/**
 * Has the schedule of a series stand as its row does, and notes it. Two that do it at once leave it as the row is:
 * whoever finds that the row has moved on does it again.
 * @throws what `follow` throws, when Temporal is away: it is left to maintenance.
 */
export async function followSeries(
  db: Kysely<Schema>,
  id: string,
  follow: (series: SeriesSchedule) => Promise<void>,
): Promise<void> {
  for (let tried = 0; tried < MAX_FOLLOWS; tried++) {
    const series = toSchedule(await readCampaign(db, id));
    if (series === null) return;
    await follow(series);
    const noted = await db
      .updateTable('campaigns')
      .set({ workflow_at: sql<Date>`now()`, ...startedAtLast() })
      .where('id', '=', id)
      .where('state', '=', series.state)
      .executeTakeFirst();
    if (noted.numUpdatedRows > 0n) return;
  }
}

/** Null: it is no series, or has no schedule yet. */
function toSchedule(row: CampaignRow | null): SeriesSchedule | null {
  if (row === null || row.recurrence === null) return null;
  const { id, account_id: accountId, recurrence, timezone, state } = row;
  if (state !== 'scheduled' && state !== 'paused' && state !== 'cancelled') return null;
  // Zones were once stored as they were spelled, and Temporal knows them by one name only.
  return { campaignId: id, accountId, ...recurrence, timezone: canonicalZone(timezone) ?? timezone, state };
}
