/** Slices: what dispatch runs over, and the ledger by their counters. */
import type { Pool } from 'pg';
import type { Leg } from '../../core/gateways/route';
import type { SendWindow } from '../../core/time/window';
import { NIL_UUID } from '../../core/messages/ids';
import { FINAL_STATES } from '../../core/messages/status';
import { execute } from '../database';
import { COUNTED, hasOpen, isCurrent, openOf } from './ledger';

export interface SealedSlice {
  id: string;
  accountId: string;
  priority: number;
  /** Null the first time; then the legs that were written by {@link writeLegs}. */
  legs: Leg[] | null;
  /** The route that was asked for; null = the account's default. */
  routeId: string | null;
  campaignId: string | null;
  createdAt: Date;
  dueAt: Date | null;
  /** Of a send: the windows within which its messages leave, and the moment at which it was sealed. Null = at any time. */
  windows: { list: SendWindow[]; nowMs: number } | null;
}

/**
 * Seals a slice: closes it to new messages and returns it; null when there is no such slice. Harmless to repeat. Whoever
 * seals a slice of a campaign looks at it, so its flags are cleared.
 * @param owner the run that seals it: only the one that did so last may claim of it.
 */
export async function sealSlice(pool: Pool, id: string, owner: string): Promise<SealedSlice | null> {
  const [row] = await execute<{
    account_id: string;
    priority: number;
    legs: Leg[] | null;
    route_id: string | null;
    campaign_id: string | null;
    created_at: Date;
    due_at: Date | null;
    windows: SendWindow[] | null;
    now: Date | null;
  }>(
    pool,
    'seal-slice',
    `update slices set state = 'sealed', owner = $2, started_at = coalesce(started_at, now()),
       look_at = case when campaign_id is null then coalesce(look_at, now()) end,
       wake_due = wake_due and campaign_id is null
     where id = $1
     returning account_id, priority, legs, route_id, campaign_id, created_at, due_at,
       case when campaign_id is null then windows end as windows,
       case when campaign_id is null and windows is not null then clock_timestamp() end as now`,
    [id, owner],
  );
  if (row === undefined) return null;
  return {
    id,
    accountId: row.account_id,
    priority: row.priority,
    legs: row.legs,
    routeId: row.route_id,
    campaignId: row.campaign_id,
    createdAt: row.created_at,
    dueAt: row.due_at,
    windows: row.windows === null ? null : { list: row.windows, nowMs: row.now!.getTime() },
  };
}

/** Keeps the legs of a slice, so that a later change of gateways doesn't renumber them under its messages. */
export async function writeLegs(pool: Pool, id: string, legs: readonly Leg[]): Promise<void> {
  await execute(pool, 'write-legs', 'update slices set legs = $2 where id = $1', [id, JSON.stringify(legs)]);
}

/** Marks slices whose workflow is known to run; it looks at them when they are due. */
export async function markStarted(pool: Pool, ids: string[]): Promise<void> {
  await execute(
    pool,
    'mark-started',
    `update slices s set started_at = now(), look_at = greatest(now(), due_at)
     from (
       select id from slices where id = any($1::uuid[]) and started_at is null order by id for update
     ) held
     where s.id = held.id and s.started_at is null`,
    [ids],
  );
}

export interface StartableSlice {
  id: string;
  accountId: string;
  priority: number;
  dueAt: Date | null;
  /** The group whose workflow looks after it; null = it has one of its own. */
  groupId: string | null;
}

interface StartableRow {
  id: string;
  account_id: string;
  group_id: string | null;
  priority: number;
  due_at: Date | null;
}

const toStartable = ({ id, account_id, group_id, priority, due_at }: StartableRow): StartableSlice => ({
  id,
  accountId: account_id,
  groupId: group_id,
  priority,
  dueAt: due_at,
});

/** A slice needs its workflow this long before its time, in milliseconds: maintenance comes by several times in it. */
export const START_AHEAD_MS = 60_000;

/** A place in the order in which slices are due. */
export interface DuePlace {
  /** As Postgres writes it, to the microsecond. */
  at: string;
  id: string;
}

/**
 * Takes slices that need a workflow and have none: their time is near ({@link START_AHEAD_MS}) or has come, and they were
 * committed at least `olderThanMs` ago. Those that are due first come first. One that is in no group becomes a group by
 * itself, so that whoever else is about to start it leads no others after it. Those that somebody else holds are passed by.
 * @param after the last slice of the page before; null for the first page.
 */
export async function takeUnstarted(
  pool: Pool,
  olderThanMs: number,
  after: DuePlace | null,
  limit: number,
): Promise<(StartableSlice & { place: DuePlace })[]> {
  const rows = await execute<StartableRow & { at: string }>(
    pool,
    'take-unstarted',
    `with page as materialized (
       select id, account_id, group_id, priority, due_at, coalesce(due_at, created_at) as at from slices
       where started_at is null and campaign_id is null and created_at < now() - $1 * interval '1 millisecond'
         and coalesce(due_at, created_at) < now() + ${START_AHEAD_MS} * interval '1 millisecond'
         and (coalesce(due_at, created_at), id) > ($2::timestamptz, $3::uuid)
       order by coalesce(due_at, created_at), id limit $4 for update skip locked
     ), alone as (
       update slices s set group_id = s.id from page where s.id = page.id and page.group_id is null
     )
     select id, account_id, coalesce(group_id, id) as group_id, priority, due_at, at::text from page order by page.at, id`,
    [olderThanMs, after?.at ?? '-infinity', after?.id ?? NIL_UUID, limit],
  );
  return rows.map((row) => ({ ...toStartable(row), place: { at: row.at, id: row.id } }));
}

/** A slice of a send that has open messages; null = it has none, or is of a campaign. */
export async function findOpenSlice(pool: Pool, id: string): Promise<StartableSlice | null> {
  const [row] = await execute<StartableRow>(
    pool,
    'find-open-slice',
    `select id, account_id, group_id, priority, due_at from slices where id = $1 and campaign_id is null and ${hasOpen('slices')}`,
    [id],
  );
  return row === undefined ? null : toStartable(row);
}

/**
 * Takes slices of sends that are open and whose workflow should have looked at them at least `lateMs` ago: it is gone, or
 * late. They are given as much time again before they are taken once more.
 */
export async function takeStrandedSlices(pool: Pool, lateMs: number, limit: number): Promise<StartableSlice[]> {
  const rows = await execute<StartableRow & { is_open: boolean }>(
    pool,
    'take-stranded-slices',
    `with stranded as (
       select id from slices where campaign_id is null and look_at < now() - $1 * interval '1 millisecond'
       order by look_at limit $2 for update skip locked
     )
     update slices s set look_at = case when ${hasOpen('s')} then now() end
     from stranded d where s.id = d.id
     returning s.id, s.account_id, s.group_id, s.priority, s.due_at, s.look_at is not null as is_open`,
    [lateMs, limit],
  );
  return rows.filter((row) => row.is_open).map(toStartable);
}

/** A slice, and the campaign whose workflow looks after it; null = it has a workflow of its own. */
export interface SliceOwner {
  sliceId: string;
  campaignId: string | null;
  /** The group whose workflow looks after it; null = it has one of its own, or a campaign's. */
  groupId: string | null;
}

/** News of a slice: which of its news they are. */
export interface Wake {
  sliceId: string;
  wakeSeq: number;
}

/**
 * Slices that have news which their workflow may not have heard: those of sends by id, and one for each campaign that
 * is not paused, which looks at all its slices when it is told of one.
 * @param after the last slice of the page before; campaigns come with every page.
 */
export async function listWakeDue(pool: Pool, after: string, limit: number): Promise<(SliceOwner & Wake)[]> {
  const rows = await execute<{ id: string; campaign_id: string | null; group_id: string | null; wake_seq: number }>(
    pool,
    'list-wake-due',
    `with recursive flagged (campaign_id) as (
       (select campaign_id from slices where wake_due and campaign_id is not null order by campaign_id limit 1)
       union all
       select (select s.campaign_id from slices s
               where s.wake_due and s.campaign_id is not null and s.campaign_id > f.campaign_id
               order by s.campaign_id limit 1)
       from flagged f where f.campaign_id is not null
     )
     (select id, null as campaign_id, group_id, wake_seq from slices
      where wake_due and campaign_id is null and id > $1::uuid order by id limit $2)
     union all
     select s.id, c.id, null::uuid, s.wake_seq from flagged f join campaigns c on c.id = f.campaign_id and c.state <> 'paused'
     cross join lateral (
       select id, wake_seq from slices where campaign_id = c.id and wake_due order by id limit 1
     ) s`,
    [after, limit],
  );
  return rows.map((row) => ({
    sliceId: row.id,
    campaignId: row.campaign_id,
    groupId: row.group_id,
    wakeSeq: row.wake_seq,
  }));
}

/** The signals for these news were delivered (or the workflows are over). Slices that have newer ones stay flagged. */
export async function clearWakeDue(pool: Pool, heard: readonly Wake[]): Promise<void> {
  await execute(
    pool,
    'clear-wake-due',
    `update slices s set wake_due = false
     from (
       select s.id from slices s join unnest($1::uuid[], $2::integer[]) as h (id, wake_seq) on s.id = h.id
       where s.wake_due and s.wake_seq <= h.wake_seq order by s.id for update of s
     ) held
     where s.id = held.id and s.wake_due`,
    [heard.map(({ sliceId }) => sliceId), heard.map(({ wakeSeq }) => wakeSeq)],
  );
}

/** All that there is to hear of a slice was heard: nothing of it is open. */
export async function clearWakes(pool: Pool, sliceId: string): Promise<void> {
  await execute(pool, 'clear-wakes', 'update slices set wake_due = false where id = $1 and wake_due', [sliceId]);
}

/** Between account and slice in a place in the order of current slices: all open ones are among them. */
const SEPARATOR = '|';

/**
 * Slices of sends that have a workflow and open messages: after Temporal lost its data these workflows are gone.
 * @param after where the page before ended; null for the first page.
 * @param limit slices that the page looks at, open or not.
 * @returns `last`: where this page ended; null = there are no more.
 */
export async function listUnsettled(
  pool: Pool,
  after: string | null,
  limit: number,
): Promise<{ slices: StartableSlice[]; last: string | null }> {
  const [account = '', id = NIL_UUID] = after?.split(SEPARATOR) ?? [];
  const rows = await execute<StartableRow & { is_open: boolean; place: string }>(
    pool,
    'list-unsettled',
    `select id, account_id, group_id, priority, due_at, started_at is not null and campaign_id is null and ${hasOpen('slices')} as is_open,
            concat_ws('${SEPARATOR}', account_id, id) as place
     from slices
     where ${isCurrent('slices')} and (account_id, id) > ($1, $2::uuid)
     order by account_id, id limit $3`,
    [account, id, limit],
  );
  return {
    slices: rows.filter((row) => row.is_open).map(toStartable),
    last: rows.length < limit ? null : rows.at(-1)!.place,
  };
}

/** The ledger of an account: `accepted` is the sum of all the others. */
export interface Ledger {
  accepted: number;
  delivered: number;
  failed: number;
  expired: number;
  suppressed: number;
  cancelled: number;
  unknown: number;
  open: number;
}

/**
 * What was counted of an account's slices, and by how much the current ones differ from that; one snapshot, so the
 * equation of the ledger holds at any moment.
 */
export async function readLedger(pool: Pool, accountId: string): Promise<Ledger> {
  const [row] = await execute<Record<keyof Ledger, string>>(
    pool,
    'read-ledger',
    `select coalesce(sum(total), 0) as accepted,
            ${FINAL_STATES.map((state) => `coalesce(sum(${state}), 0) as ${state}`).join(', ')},
            coalesce(sum(${openOf('l')}), 0) as open
     from (
       select ${COUNTED.join(', ')} from ledger_rollups where account_id = $1
       union all
       select ${COUNTED.map((counter, i) => `s.${counter} - coalesce(s.stats_of[${i + 1}], 0)`).join(', ')}
       from slices s where s.account_id = $1 and ${isCurrent('s')}
     ) l`,
    [accountId],
  );
  return Object.fromEntries(Object.entries(row!).map(([name, value]) => [name, Number(value)])) as unknown as Ledger;
}
