/**
 * Statistics. Counting a million messages takes a second and more, so each slice's messages are counted once something
 * about them has changed, into a few rows of `slice_stats`, and a question adds up these.
 */
import type { Pool } from 'pg';
import { execute, transact } from '../database';
import { hasOpen } from '../messages/ledger';

/** Slices that are counted anew in one go: some 100,000 messages, a tenth of a second. */
const SLICES_PER_REFRESH = 100;
/** A slice with open messages is counted again after this: its counters do not show that messages were submitted. */
const OPEN_AGAIN = `interval '10 seconds'`;
/** So long after a slice was settled no late receipt is expected any more. */
const DONE_AFTER = `interval '3 days'`;

const COUNTERS = `array[total, delivered, failed, expired, suppressed, cancelled, unknown]`;

/** Held by the one process that counts an account's slices: another one would count the same. */
const LOCK = `select pg_try_advisory_xact_lock(hashtextextended('stats:' || $1, 0)) as locked`;

/**
 * Counts stale slices from one snapshot and returns the counters that they had in it. Sent: a provider took it. Errors:
 * what ended otherwise than delivered, unless somebody cancelled it. The sender is the one that the newest attempt went
 * out under.
 */
const COUNT = `
with stale as materialized (
  select id, campaign_id, ${COUNTERS} as counters from slices
  where account_id = $1 and not stats_done and state = 'sealed'
    and coalesce(stats_at, started_at) <= now() - $2 * interval '1 millisecond'
    and (stats_of is null or stats_of <> ${COUNTERS} or (${hasOpen('slices')} and stats_at < now() - ${OPEN_AGAIN})
         or (not ${hasOpen('slices')} and stats_at < now() - ${DONE_AFTER}))
  order by stats_at nulls first, created_at desc limit ${SLICES_PER_REFRESH}
),
gone as (delete from slice_stats using stale where slice_id = stale.id),
counted as (
  insert into slice_stats (slice_id, account_id, campaign_id, hour, gateway_id, sender, code, sent, delivered, clicked,
                           errors)
  select m.slice_id, m.account_id, stale.campaign_id, date_trunc('hour', m.accepted_at), m.gateway_id, coalesce(a.sender, m.sender),
         case when m.settled_at is not null then m.code end,
         count(*) filter (where m.submitted_at is not null),
         count(*) filter (where m.state = 'delivered'),
         count(c.message_id),
         count(*) filter (where m.state in ('failed', 'expired', 'suppressed', 'unknown'))
  from stale join messages m on m.slice_id = stale.id
  left join attempts a on a.message_id = m.id and a.no = m.attempts
  left join clicks c on c.message_id = m.id
  group by 1, 2, 3, 4, 5, 6, 7
)
select id, counters::text from stale`;

/** Notes on the slices what was counted. A statement of its own: dispatch and receipts wait for the rows that it locks. */
const REMEMBER = `
update slices s
set stats_of = held.counters, stats_at = now(),
    stats_done = coalesce(not ${hasOpen('s')} and stats_of = held.counters and stats_at < now() - ${DONE_AFTER}, false)
from (
  select s.id, r.counters::integer[] from unnest($1::uuid[], $2::text[]) as r (id, counters) join slices s on s.id = r.id
  order by s.id for update of s
) held
where s.id = held.id`;

/**
 * Counts the account's slices whose messages have changed since they were last counted, those that wait longest first.
 * @param olderThanMs slices that began, or were counted, more recently are left for later.
 * @returns false while there may be more.
 */
export async function refreshStats(pool: Pool, accountId: string, olderThanMs = 0): Promise<boolean> {
  return transact(pool, async (client) => {
    const { rows: lock } = await client.query<{ locked: boolean }>(LOCK, [accountId]);
    if (!lock[0]!.locked) return true;
    const { rows } = await client.query<{ id: string; counters: string }>({
      name: 'count-slices',
      text: COUNT,
      values: [accountId, olderThanMs],
    });
    if (rows.length > 0) {
      await client.query(REMEMBER, [rows.map(({ id }) => id), rows.map(({ counters }) => counters)]);
    }
    return rows.length < SLICES_PER_REFRESH;
  });
}

/** Accounts with slices that were not counted to the end. */
export async function listCountedAccounts(pool: Pool): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    pool,
    'list-counted-accounts',
    'select id from accounts a where exists (select 1 from slices s where s.account_id = a.id and not s.stats_done)',
    [],
  );
  return rows.map((row) => row.id);
}

export interface Figures {
  sent: number;
  delivered: number;
  clicked: number;
  errors: number;
}

/** Groupings of figures, each with the expression that makes its groups. */
const GROUPS = {
  gateway: 'gateway_id',
  sender: 'sender',
  hour: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
  code: 'code',
  campaign: 'campaign_id',
} as const;
export type StatsGroup = keyof typeof GROUPS;
export const STATS_GROUPS = Object.keys(GROUPS) as StatsGroup[];

/**
 * An account's figures by acceptance hour, whole hours only.
 * @param by null = one group with the key null.
 * @returns groups by key; null where a message has none, such as a delivered one has no code.
 */
export async function listStats(
  pool: Pool,
  { accountId, from, until, by }: { accountId: string; from: Date; until: Date; by: StatsGroup | null },
): Promise<(Figures & { key: string | null })[]> {
  const rows = await execute<Record<keyof Figures, string> & { key: string | null }>(
    pool,
    `read-stats-${by ?? 'all'}`,
    `select ${by === null ? 'null::text' : GROUPS[by]} as key, sum(sent) as sent, sum(delivered) as delivered,
            sum(clicked) as clicked, sum(errors) as errors
     from slice_stats where account_id = $1 and hour >= date_trunc('hour', $2::timestamptz) and hour < $3
     group by 1 order by 1`,
    [accountId, from, until],
  );
  return rows.map(({ key, sent, delivered, clicked, errors }) => ({
    key,
    sent: Number(sent),
    delivered: Number(delivered),
    clicked: Number(clicked),
    errors: Number(errors),
  }));
}
