/** Retention: what an account's `retention_days` say is blanked, in bounded steps. Counts, states and times stay. */
import type { Pool } from 'pg';
import { execute } from '../database';
import { blanked } from '../messages/blank';

export interface Blanked {
  slices: number;
  messages: number;
}

/** Masks a number in E.164 as `maskMsisdn` does. A masked number stays as it is. */
const MASKED = `case when length(m.msisdn) < 8 then '+' || repeat('*', length(m.msisdn) - 1)
    else left(m.msisdn, 1 + least(4, length(m.msisdn) - 7))
      || repeat('*', length(m.msisdn) - 3 - least(4, length(m.msisdn) - 7)) || right(m.msisdn, 2) end`;

/** Slices are blanked as a whole: once all messages have been settled for that long, and none has a callback on its way. */
const LIST_RIPE = `
  select s.id from accounts a
  cross join lateral (
    select s.id from slices s
    where s.account_id = a.id and s.blanked_at is null and s.id <> all($2::uuid[])
      and s.created_at < now() - make_interval(days => a.retention_days)
      and coalesce(s.due_at, s.created_at) < now() - make_interval(days => a.retention_days)
      and s.total = s.delivered + s.failed + s.expired + s.suppressed + s.cancelled + s.unknown
      and not exists (
        select from messages m where m.slice_id = s.id and m.settled_at >= now() - make_interval(days => a.retention_days)
      )
      and not exists (
        select from messages m join callbacks c on c.message_id = m.id
        where m.slice_id = s.id and c.state = 'pending'
      )
    order by s.created_at limit $1
  ) s
  where a.retention_days is not null
  limit $1`;

const BLANK_SLICES = `
with ripe as (
  select id from slices where id = any($1::uuid[]) and blanked_at is null order by id for update
),
held as (
  select m.id from messages m where m.slice_id = any(array(select id from ripe)) order by m.id for update
),
${blanked(MASKED, 'null')},
slices_blanked as (
  update slices set blanked_at = now() where id = any(array(select id from ripe)) returning id
)
select (select count(*) from slices_blanked)::int as slices, (select count(*) from messages_blanked)::int as messages`;

/**
 * Up to `limit` slices that their accounts keep no longer, oldest first within each account.
 * @param except slices that are left out.
 */
export async function listRipeSlices(pool: Pool, limit: number, except: readonly string[] = []): Promise<string[]> {
  const rows = await execute<{ id: string }>(pool, 'list-ripe-slices', LIST_RIPE, [limit, except]);
  return rows.map(({ id }) => id);
}

/** Blanks these slices, in one transaction. */
export async function blankSlices(pool: Pool, ids: readonly string[]): Promise<Blanked> {
  const [row] = await execute<{ slices: number; messages: number }>(pool, 'blank-slices', BLANK_SLICES, [ids]);
  return row!;
}

/** Deletes inbound texts that are as old. */
export async function forgetInboundTexts(pool: Pool, limit: number): Promise<void> {
  await execute(
    pool,
    'forget-inbound-texts',
    `delete from inbound_texts where dedupe = any(array(
       select i.dedupe from accounts a
       cross join lateral (
         select dedupe from inbound_texts
         where account_id = a.id and received_at < now() - make_interval(days => a.retention_days) limit $1
       ) i
       where a.retention_days is not null limit $1))`,
    [limit],
  );
}

/** Blanks receipts that are as old and never found their message. */
export async function blankParkedReceipts(pool: Pool, limit: number): Promise<void> {
  await execute(
    pool,
    'blank-parked-receipts',
    `update parked_receipts set raw = null where dedupe = any(array(
       select r.dedupe from accounts a
       join gateways g on g.account_id = a.id
       cross join lateral (
         select dedupe from parked_receipts
         where gateway_id = g.id and disposition = 'parked' and raw is not null
           and received_at < now() - make_interval(days => a.retention_days) limit $1
       ) r
       where a.retention_days is not null limit $1))`,
    [limit],
  );
}
