/**
 * Statistics. Counting a million messages takes a second and more, so each slice's messages are counted once something
 * about them has changed, into a few rows of `slice_stats`, and a question adds up these.
 */
import type { Pool } from 'pg';
import { execute, transact } from '../database';
import { COUNTED, hasOpen, isCurrent, outcomesOf } from '../messages/ledger';

/** Messages and slices that are counted anew in one go: a tenth of a second, however large the slices are. */
const MESSAGES_PER_REFRESH = 100_000;
const SLICES_PER_REFRESH = 1_000;

/** A change of these is what makes a slice's figures stale; the first of them are the ledger. */
const counters = (slice: string): string =>
  `array[${[...COUNTED, 'submitted'].map((counter) => `${slice}.${counter}`).join(', ')}]`;

/** Held by the one process that counts an account's slices: another one would count the same, and add it up twice. */
const LOCK = `select pg_try_advisory_xact_lock(hashtextextended('stats:' || $1, 0)) as locked`;

/**
 * Counts stale slices from one snapshot and returns the counters that they had in it, and which version of their rows
 * that was. Sent: a provider took it. Errors: what ended otherwise than delivered, unless somebody cancelled it. The
 * sender is the one that the newest attempt went out under.
 */
const COUNT = `
with listed as (
  select id, campaign_id, is_test, counters, version, sum(total) over (order by place) - total as before from (
    select s.id, s.campaign_id, s.is_test, s.total, ${counters('s')} as counters, s.xmin::text as version,
           row_number() over (order by s.stats_at nulls first, s.created_at desc) as place
    from slices s
    where s.account_id = $1 and ${isCurrent('s')} and s.state = 'sealed'
      and coalesce(s.stats_at, s.started_at, s.created_at) <= now() - $2 * interval '1 millisecond'
      and (not ${hasOpen('s')} or s.started_at is not null
           and (s.stats_at is null or s.stats_of is distinct from ${counters('s')}))
    order by s.stats_at nulls first, s.created_at desc limit ${SLICES_PER_REFRESH}
  ) s
),
stale as materialized (select * from listed where before < ${MESSAGES_PER_REFRESH}),
gone as (delete from slice_stats using stale where slice_id = stale.id),
counted as (
  insert into slice_stats (slice_id, account_id, campaign_id, hour, quarter, gateway_id, sender, code, is_test, sent,
                           delivered, clicked, errors)
  select m.slice_id, m.account_id, stale.campaign_id, date_trunc('hour', m.accepted_at),
         floor(extract(minute from m.accepted_at) / 15), m.gateway_id, coalesce(a.sender, m.sender),
         case when m.settled_at is not null then m.code end, stale.is_test,
         count(*) filter (where m.submitted_at is not null),
         count(*) filter (where m.state = 'delivered'),
         count(c.message_id),
         count(*) filter (where m.state in ('failed', 'expired', 'suppressed', 'unknown'))
  from stale join messages m on m.slice_id = stale.id
  left join attempts a on a.message_id = m.id and a.no = m.attempts
  left join clicks c on c.message_id = m.id
  group by 1, 2, 3, 4, 5, 6, 7, 8, 9
)
select id, counters::text, version, (select count(*) from listed)::int as listed from stale`;

interface CountedRow {
  id: string;
  counters: string;
  version: string;
  listed: number;
}

/**
 * Notes on the slices what was counted, and adds it to the account's roll-up, in place of what was counted of them before.
 * A slice whose messages all have an outcome is current no longer, unless its row changed since it was counted. A statement
 * of its own: dispatch and receipts wait for the rows that it locks.
 */
const REMEMBER = `
with counted as (
  select s.id, s.account_id, r.counters, s.stats_of as before, s.xmin::text = r.version as is_unchanged
  from (select id, counters::integer[] as counters, version from unnest($1::uuid[], $2::text[], $3::text[])
          as r (id, counters, version)) r
  join slices s on s.id = r.id
  order by s.id for update of s
),
rolled as (
  insert into ledger_rollups as l (account_id, ${COUNTED.join(', ')})
  select account_id, ${COUNTED.map((_, i) => `sum(counters[${i + 1}] - coalesce(before[${i + 1}], 0))`).join(', ')}
  from counted group by account_id
  on conflict (account_id) do update
    set ${COUNTED.map((counter) => `${counter} = l.${counter} + excluded.${counter}`).join(', ')}
)
update slices s
set stats_of = c.counters, stats_at = now(),
    outcomes = case when c.is_unchanged and not ${hasOpen('s')} then ${outcomesOf('s')} end
from counted c
where s.id = c.id`;

/**
 * Counts the account's slices whose messages have changed since they were last counted, those that wait longest first.
 * @param olderThanMs slices that began, or were counted, more recently are left for later.
 * @returns false while there may be more.
 */
export async function refreshStats(pool: Pool, accountId: string, olderThanMs = 0): Promise<boolean> {
  return transact(pool, async (client) => {
    const { rows: lock } = await client.query<{ locked: boolean }>(LOCK, [accountId]);
    if (!lock[0]!.locked) return true;
    const { rows } = await client.query<CountedRow>({
      name: 'count-slices',
      text: COUNT,
      values: [accountId, olderThanMs],
    });
    if (rows.length === 0) return true;
    await client.query(REMEMBER, [
      rows.map(({ id }) => id),
      rows.map((row) => row.counters),
      rows.map(({ version }) => version),
    ]);
    return rows.length === rows[0]!.listed && rows.length < SLICES_PER_REFRESH;
  });
}

/** Accounts with slices that may have to be counted. */
export async function listCountedAccounts(pool: Pool): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    pool,
    'list-counted-accounts',
    `select id from accounts a where exists (select 1 from slices s where s.account_id = a.id and ${isCurrent('s')})`,
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
  day: `to_char((hour + quarter * interval '15 minutes') at time zone $4, 'YYYY-MM-DD')`,
  hour: `to_char(hour at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')`,
  code: 'code',
  campaign: 'campaign_id',
  test: `case when is_test then 'test' end`,
} as const;
export type StatsGroup = keyof typeof GROUPS;
export const STATS_GROUPS = Object.keys(GROUPS) as StatsGroup[];

export interface StatsQuestion {
  accountId: string;
  from: Date;
  until: Date;
  /** Null = one group with the key null. */
  by: StatsGroup | null;
  /** In which days begin and end. */
  timezone: string;
}

/** What is asked for, in the hours and quarters of hours that figures are kept by. */
const WITHIN = `account_id = $1 and hour >= date_trunc('hour', $2::timestamptz) and hour < $3`;
/** Days begin where the zone has them begin, which may be in the middle of an hour. */
const WITHIN_DAYS = `${WITHIN} and hour + quarter * interval '15 minutes' >= $2`;

/**
 * An account's figures by the time of acceptance: whole hours, and of days whole quarters of hours.
 * @returns groups by key; null where a message has none, such as a delivered one has no code.
 */
export async function listStats(
  pool: Pool,
  { accountId, from, until, by, timezone }: StatsQuestion,
): Promise<(Figures & { key: string | null })[]> {
  const isByDay = by === 'day';
  const rows = await execute<Record<keyof Figures, string> & { key: string | null }>(
    pool,
    `read-stats-${by ?? 'all'}`,
    `select ${by === null ? 'null::text' : GROUPS[by]} as key, sum(sent) as sent, sum(delivered) as delivered,
            sum(clicked) as clicked, sum(errors) as errors
     from slice_stats where ${isByDay ? WITHIN_DAYS : WITHIN}
     group by 1 order by 1`,
    [accountId, from, until, ...(isByDay ? [timezone] : [])],
  );
  return rows.map(({ key, sent, delivered, clicked, errors }) => ({
    key,
    sent: Number(sent),
    delivered: Number(delivered),
    clicked: Number(clicked),
    errors: Number(errors),
  }));
}
