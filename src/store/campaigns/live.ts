/** Live campaigns: what dispatch reads of them and notes on them, and the counts that people see meanwhile. */
import { sql, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import { ENDED_STATES } from '../../core/campaigns/campaign';
import { FINAL_STATES } from '../../core/messages/status';
import type { CampaignRow } from './campaigns';
import { execute } from '../database';
import { isUnderWay } from '../messages/blocks';
import { openOf } from '../messages/ledger';
import type { Schema } from '../tables';
import type { Ledger } from '../messages/slices';

/**
 * Whether a row of campaigns is launched and has not ended: the condition of an index by account and id, and so in the SQL
 * itself.
 */
export const isLive = (campaign: string): string =>
  `${campaign}.state not in (${['draft', ...ENDED_STATES].map((state) => `'${state}'`).join(', ')})`;

/** What dispatch has to know of a campaign while it runs. */
export interface LiveCampaign extends Pick<
  CampaignRow,
  'account_id' | 'state' | 'rate_per_second' | 'finish_within_seconds' | 'recipients' | 'commands'
> {
  /** It pauses itself when more than this share of its outcomes are failures; null = it does not. */
  failure_limit: number | null;
}

export async function readLiveCampaigns(pool: Pool, ids: readonly string[]): Promise<Map<string, LiveCampaign>> {
  const rows = await execute<LiveCampaign & { id: string }>(
    pool,
    'read-live-campaigns',
    `select c.id, c.account_id, c.state, c.rate_per_second, c.finish_within_seconds, c.recipients, c.commands,
            case when c.self_pausing then (a.safety->>'autoPauseFailureShare')::float8 end as failure_limit
     from campaigns c join accounts a on a.id = c.account_id where c.id = any($1::text[])`,
    [ids],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Launched campaigns that have not ended, or did less than a minute ago; those that began last first. */
export async function listLiveCampaigns(
  db: Kysely<Schema>,
  accountId: string,
  limit: number,
): Promise<Pick<CampaignRow, 'id' | 'name' | 'state' | 'reason'>[]> {
  return db
    .selectFrom('campaigns')
    .select(['id', 'name', 'state', 'reason'])
    .where('account_id', '=', accountId)
    .where((where) =>
      where.or([
        sql<boolean>`${sql.raw(isLive('campaigns'))}`,
        where('finished_at', '>', sql<Date>`now() - interval '1 minute'`),
      ]),
    )
    .orderBy('started_at', (order) => order.desc().nullsLast())
    .orderBy('id')
    .limit(limit)
    .execute();
}

/** The ledger of a campaign with what its open messages are doing: `open` = queued + submitting + submitted. */
export interface CampaignCounts extends Ledger {
  queued: number;
  submitting: number;
  submitted: number;
}

/** Sums the slices of campaigns; one snapshot, so the equation of the ledger holds at any moment. */
export async function countCampaigns(pool: Pool, ids: readonly string[]): Promise<Map<string, CampaignCounts>> {
  const rows = await execute<Record<Exclude<keyof CampaignCounts, 'queued'>, string> & { campaign_id: string }>(
    pool,
    'count-campaigns',
    // Only messages of slices that dispatch has begun, and that wait for more than receipts, are read.
    `select campaign_id, sum(total) as accepted, ${FINAL_STATES.map((state) => `sum(${state}) as ${state}`).join(', ')},
            sum(${openOf('s')}) as open, sum(s.submitted) as submitted,
            sum(case when s.started_at is not null and ${openOf('s')} > s.submitted then (
              select count(*) from messages m
              where m.slice_id = s.id and ${isUnderWay('m')}
            ) else 0 end) as submitting
     from slices s where campaign_id = any($1::text[]) group by campaign_id`,
    [ids],
  );
  return new Map(
    rows.map(({ campaign_id, ...sums }) => {
      const counts = Object.fromEntries(Object.entries(sums).map(([name, n]) => [name, Number(n)])) as Omit<
        CampaignCounts,
        'queued'
      >;
      return [campaign_id, { ...counts, queued: counts.open - counts.submitted - counts.submitting }];
    }),
  );
}

export const NO_COUNTS: CampaignCounts = {
  accepted: 0, queued: 0, submitting: 0, submitted: 0,
  delivered: 0, failed: 0, expired: 0, suppressed: 0, cancelled: 0, unknown: 0, open: 0,
}; // prettier-ignore
