/** Campaigns: their rows, the moves between their states, and which of them want a workflow. */
import { sql, type Kysely, type Selectable, type Updateable } from 'kysely';
import { campaignStatesBefore, ENDED_STATES, hasEnded, type CampaignState } from '../../core/campaigns/campaign';
import { hasOpen } from '../messages/ledger';
import type { CampaignForecast, CampaignsTable, Schema } from '../tables';

export type CampaignRow = Selectable<CampaignsTable>;

export async function findCampaign(db: Kysely<Schema>, accountId: string, id: string): Promise<CampaignRow | null> {
  const row = await db
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .executeTakeFirst();
  return row ?? null;
}

/** The same, once nobody is changing it: a command that is being carried out is awaited. */
export async function findUnlockedCampaign(
  db: Kysely<Schema>,
  accountId: string,
  id: string,
): Promise<CampaignRow | null> {
  const row = await db
    .selectFrom('campaigns')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .forShare()
    .executeTakeFirst();
  return row ?? null;
}

/** Ids of the campaigns that go again to those of this one that failed, oldest first. */
export async function listAgain(db: Kysely<Schema>, accountId: string, id: string): Promise<string[]> {
  const rows = await db
    .selectFrom('campaigns')
    .select('id')
    .where('again_of', '=', id)
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .limit(100)
    .execute();
  return rows.map((row) => row.id);
}

/** For workflows and activities, which know no account. */
export async function readCampaign(db: Kysely<Schema>, id: string): Promise<CampaignRow | null> {
  return (await db.selectFrom('campaigns').selectAll().where('id', '=', id).executeTakeFirst()) ?? null;
}

/** The same in a transaction, which nobody else changes it beside. */
export async function lockCampaign(tx: Kysely<Schema>, id: string): Promise<CampaignRow | null> {
  const row = await tx.selectFrom('campaigns').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
  return row ?? null;
}

export interface CampaignFilter {
  accountId: string;
  state?: CampaignState;
  seriesId?: string;
  /** Creation time and id of the last campaign of the page before. */
  after?: { createdAt: Date; id: string };
  limit: number;
}

/** Newest first. */
export async function listCampaigns(db: Kysely<Schema>, filter: CampaignFilter): Promise<CampaignRow[]> {
  let query = db.selectFrom('campaigns').selectAll().where('account_id', '=', filter.accountId);
  if (filter.state !== undefined) query = query.where('state', '=', filter.state);
  if (filter.seriesId !== undefined) query = query.where('series_id', '=', filter.seriesId);
  if (filter.after !== undefined) {
    const { createdAt, id } = filter.after;
    query = query.where(sql<boolean>`(created_at, id) < (${createdAt}, ${id})`);
  }
  return query.orderBy('created_at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute();
}

/**
 * Deletes the recipients that came with the request of a campaign: its messages have them by now. Those left out stay,
 * without their values: its text changes no more.
 */
export async function forgetRecipients(db: Kysely<Schema>, id: string): Promise<void> {
  await db.deleteFrom('campaign_recipients').where('campaign_id', '=', id).where('code', 'is', null).execute();
  await db
    .updateTable('campaign_recipients')
    .set({ variables: '{}' })
    .where('campaign_id', '=', id)
    .where(sql<boolean>`variables <> '{}'`)
    .execute();
}

export type CampaignChange = Updateable<
  Pick<
    CampaignsTable,
    'reason' | 'due_at' | 'timezone' | 'rate_per_second' | 'self_pausing' | 'forecast' | 'workflow_at' | 'resumed'
  >
>;

/**
 * Moves a campaign to a state, from any that leads there. Null: it is in none of those (any more). One that is paused or
 * cancelled while it is prepared stays unprepared: see `finishPreparation`.
 * @param from narrows the states it may come from.
 */
export async function moveCampaign(
  db: Kysely<Schema>,
  id: string,
  next: CampaignState,
  change: CampaignChange = {},
  from: readonly CampaignState[] = campaignStatesBefore(next),
): Promise<CampaignRow | null> {
  const now = sql<Date>`now()`;
  const ended = hasEnded(next);
  const goesOn = next === 'paused' || next === 'cancelled';
  const row = await db
    .updateTable('campaigns')
    .set({
      reason: null,
      // Whoever moves it wants it tried at once.
      start_failures: 0,
      start_after: null,
      commands: sql<number>`commands + 1`,
      unprepared: goesOn ? sql<boolean>`${STILL_PREPARED}` : false,
      ...(next === 'paused' ? { resumed: false } : {}),
      ...change,
      state: next,
      ...(next === 'running' ? { started_at: sql<Date>`coalesce(started_at, now())` } : {}),
      ...(next === 'preparing' || next === 'scheduled' ? { launched_at: sql<Date>`coalesce(launched_at, now())` } : {}),
      ...(ended ? { finished_at: now, ...textOnceEnded(goesOn) } : {}),
    })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .returningAll()
    .executeTakeFirst();
  if (ended && row?.options?.sensitive === true && !row.unprepared) await forgetRecipients(db, id);
  return row ?? null;
}

/** Whether it still pauses itself because of failures: nobody has resumed it. Its row is locked. */
export async function mayPauseItself(tx: Kysely<Schema>, id: string): Promise<boolean> {
  const row = await tx
    .selectFrom('campaigns')
    .select('self_pausing')
    .where('id', '=', id)
    .forUpdate()
    .executeTakeFirst();
  return row?.self_pausing === true;
}

/** Its audience is being prepared, in SQL: also of one that was paused or cancelled meanwhile. */
export const STILL_PREPARED = sql.raw<boolean>(`(state = 'preparing' or unprepared)`);

/**
 * Of one that is sensitive no text is left. Its messages have their own, until their own end.
 * @param goesOn while it is prepared the text is still needed.
 */
const textOnceEnded = (goesOn: boolean) => {
  const isOver = goesOn ? sql`options ? 'sensitive' and not ${STILL_PREPARED}` : sql`options ? 'sensitive'`;
  return {
    body: sql<string>`case when ${isOver} then '' else body end`,
    variables: sql<string>`case when ${isOver} then '{}' else variables end`,
  };
};

/** Changes a campaign that stays in its state. Null: it is in none of these states (any more). */
export async function changeCampaign(
  db: Kysely<Schema>,
  id: string,
  change: CampaignChange,
  from: readonly CampaignState[],
): Promise<CampaignRow | null> {
  const row = await db
    .updateTable('campaigns')
    .set({ ...change, commands: sql<number>`commands + 1` })
    .where('id', '=', id)
    .where('state', 'in', [...from])
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Keeps a forecast with its campaign, in place of the one before; not when the campaign was changed while it was made.
 * @param campaign as it was when the forecast was begun.
 */
export async function storeForecast(
  db: Kysely<Schema>,
  { id, commands, rejected }: Pick<CampaignRow, 'id' | 'commands' | 'rejected'>,
  forecast: CampaignForecast,
): Promise<void> {
  await db
    .updateTable('campaigns')
    .set({ forecast: JSON.stringify(forecast) })
    .where('id', '=', id)
    .where('commands', '=', commands)
    // Who was left out while it was made is in neither count.
    .where('rejected', '=', rejected)
    .execute();
}

/**
 * Campaigns that were launched at least `olderThanMs` ago and have no workflow: a crash or an absent Temporal came
 * between. Those that could not be started are left out until it is their time again.
 */
export async function listUnstartedCampaigns(
  db: Kysely<Schema>,
  olderThanMs: number,
  limit: number,
): Promise<CampaignRow[]> {
  return db
    .selectFrom('campaigns')
    .selectAll()
    .where('workflow_at', 'is', null)
    .where('launched_at', '<', sql<Date>`now() - ${olderThanMs} * interval '1 millisecond'`)
    .where((where) => where.or([where('start_after', 'is', null), where('start_after', '<=', sql<Date>`now()`)]))
    .orderBy('launched_at')
    .limit(limit)
    .execute();
}

/**
 * Campaigns that have a workflow and are not done: after Temporal lost its data these workflows are gone. By id.
 * @param after the last campaign of the page before; null for the first page.
 */
export async function listUnfinishedCampaigns(
  db: Kysely<Schema>,
  after: string | null,
  limit: number,
): Promise<CampaignRow[]> {
  return db
    .selectFrom('campaigns')
    .selectAll()
    .where('workflow_at', 'is not', null)
    .where('id', '>', after ?? '')
    .where((where) =>
      where.or([
        where('state', 'not in', ['draft', ...ENDED_STATES]),
        where('unprepared', '=', true),
        // One that was cancelled, or failed, still awaits the receipts of what has left; a finished one awaits nothing.
        where.and([
          where('state', 'in', ['cancelled', 'failed']),
          sql<boolean>`coalesce(finished_at, now()) > now() - ${RECEIPTS_AWAITED}::interval`,
          where.exists(
            where
              .selectFrom('slices')
              .select('slices.id')
              .whereRef('slices.campaign_id', '=', 'campaigns.id')
              .where(sql.raw<boolean>(hasOpen('slices'))),
          ),
        ]),
      ]),
    )
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** Longer than any receipt is awaited. */
const RECEIPTS_AWAITED = '30 days';

/** Notes that a campaign's workflow runs. */
export async function markCampaignStarted(db: Kysely<Schema>, id: string): Promise<void> {
  await db
    .updateTable('campaigns')
    .set({ workflow_at: sql<Date>`now()`, look_at: sql<Date>`coalesce(look_at, now())`, ...startedAtLast() })
    .where('id', '=', id)
    .where('workflow_at', 'is', null)
    .execute();
}

/** Failed starts after which a campaign says why it does not begin. */
const START_FAILURES_TOLD = 5;
const START_FAILED = 'it could not be started';
const FIRST_START_AGAIN_SECONDS = 15;
const LAST_START_AGAIN_SECONDS = 3_600;

/**
 * Notes that Temporal refused to start a campaign, or to make the schedule of a series: it is tried again, after twice
 * the time with each failure, up to an hour. From the fifth on its reason says so.
 * @param status how it was refused; null = it is not known.
 */
export async function noteStartFailure(db: Kysely<Schema>, id: string, status: string | null): Promise<void> {
  const reason = `${START_FAILED}: ${status === null ? 'see the log' : `Temporal answers ${status}`}`;
  await sql`
    update campaigns
    set start_failures = least(start_failures + 1, 1000),
        start_after = now() + least(${LAST_START_AGAIN_SECONDS},
                                    ${FIRST_START_AGAIN_SECONDS} * 2 ^ least(start_failures, 20)) * interval '1 second',
        reason = case when start_failures + 1 >= ${START_FAILURES_TOLD} then ${reason} else reason end
    where id = ${id}`.execute(db);
}

/** What a start that went well takes back. */
export const startedAtLast = () => ({
  start_failures: 0,
  start_after: null,
  reason: sql<string | null>`case when reason like ${`${START_FAILED}%`} then null else reason end`,
});
