/** The slices of a campaign: which of them are due, and what is open in them, by their own counters, flags and times. */
import { CompiledQuery, type Kysely } from 'kysely';
import type { Pool } from 'pg';
import type { SendWindow } from '../../core/time/window';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { execute, transact } from '../database';
import { isFree } from '../messages/blocks';
import { openOf, settledOf } from '../messages/ledger';
import {
  SETTLEMENT,
  SETTLEMENT_RESULT,
  toSettlement,
  type Settlement,
  type SettlementRow,
} from '../messages/settlement';
import { bodyOnceEnded } from '../messages/texts';
import type { Schema } from '../tables';

const OPEN = openOf('s');
/** Open messages that are not awaiting their receipt. */
const WAITING = `${OPEN} - s.submitted`;

/** The different windows under which slices of a campaign still have something to send. */
export async function listOpenWindows(pool: Pool, campaignId: string): Promise<SendWindow[][]> {
  const rows = await execute<{ windows: SendWindow[] }>(
    pool,
    'list-open-windows',
    `select distinct s.windows from slices s where s.campaign_id = $1 and s.windows is not null and ${WAITING} > 0`,
    [campaignId],
  );
  return rows.map((row) => row.windows);
}

export interface CampaignOutlook {
  /** Messages without an outcome. */
  open: number;
  /** Of them, those that wait to be sent, or whose submission is not settled. */
  waiting: number;
  /** Of these, those whose windows are open. */
  waitingNow: number;
  openSlices: number;
  /** Messages with an outcome, and those of them that failed or expired. */
  settled: number;
  failed: number;
  /** Numbers of slices that want to be advanced now, in order. */
  due: number[];
  /** When the next slice is due: epoch milliseconds; null when none will be. */
  nextAtMs: number | null;
}

/**
 * What is left of a campaign, over all of its slices.
 * @param ended nothing may leave any more: slices are due that still have what never left, to be dropped.
 * @param closed windows that are closed now: slices under them are due only for what else they wait for.
 * @param busy slices that are being advanced.
 */
export async function readCampaignOutlook(
  pool: Pool,
  campaignId: string,
  {
    ended,
    closed,
    busy,
    limit,
  }: { ended: boolean; closed: readonly SendWindow[][]; busy: readonly number[]; limit: number },
): Promise<CampaignOutlook> {
  const [row] = await execute<{
    open: string;
    waiting: string;
    waiting_now: string;
    open_slices: string;
    settled: string;
    failed: string;
    due: number[] | null;
    next_at: Date | null;
  }>(
    pool,
    'read-campaign-outlook',
    `with listed as (
       select s.no, ${OPEN} as open, ${WAITING} as waiting, s.look_at, ${settledOf('s')} as settled,
              s.failed + s.expired as failed,
              (s.look_at is null or s.look_at <= now() or s.wake_due or ($5 and ${WAITING} > 0 and exists (
                 select from messages m where m.slice_id = s.id and m.state = any($6::message_state[])
               ))) as is_due,
              coalesce(s.windows = any($2::jsonb[]), false) and ${WAITING} > 0 as is_closed,
              s.no = any($3::int[]) as is_busy
       from slices s where s.campaign_id = $1
     ),
     quiet as (
       update slices s set wake_due = false where s.campaign_id = $1 and s.wake_due and ${OPEN} = 0
     )
     select coalesce(sum(open), 0) as open, coalesce(sum(waiting), 0) as waiting,
            coalesce(sum(waiting) filter (where not is_closed), 0) as waiting_now,
            count(*) filter (where open > 0) as open_slices,
            coalesce(sum(settled), 0) as settled, coalesce(sum(failed), 0) as failed,
            (select array_agg(no order by no) from (
               select no from listed where open > 0 and is_due and not is_closed and not is_busy order by no limit $4
             ) d) as due,
            min(look_at) filter (where open > 0 and look_at > now() and not is_closed and not is_busy) as next_at
     from listed`,
    [campaignId, closed.map((windows) => JSON.stringify(windows)), busy, limit, ended, CLAIMABLE_STATES],
  );
  return {
    open: Number(row!.open),
    waiting: Number(row!.waiting),
    waitingNow: Number(row!.waiting_now),
    openSlices: Number(row!.open_slices),
    settled: Number(row!.settled),
    failed: Number(row!.failed),
    due: row!.due ?? [],
    nextAtMs: row!.next_at?.getTime() ?? null,
  };
}

/**
 * Notes when a slice of a campaign wants to be looked at again. That of a send has a workflow of its own, which knows.
 * @param atMs epoch milliseconds; null = as soon as may be.
 */
export async function writeLookAt(pool: Pool, sliceId: string, atMs: number | null): Promise<void> {
  await execute(pool, 'write-look-at', 'update slices set look_at = $2 where id = $1 and campaign_id is not null', [
    sliceId,
    atMs === null ? null : new Date(atMs),
  ]);
}

/**
 * The same after a run, unless the campaign was given a command since the run began: what the run found out (a claim was
 * refused, the rate has no place for a minute) holds no longer then, and the slice is looked at as soon as may be.
 * @param commands of the campaign, as the run knew it.
 */
export async function writeLookAtAfter(
  pool: Pool,
  campaignId: string,
  commands: number,
  slice: { id: string; lookAtMs: number },
): Promise<void> {
  await execute(
    pool,
    'write-look-at-after',
    // The campaign's row is locked before the slice's, as a command does: one of the two sees what the other wrote.
    `with unchanged as (select from campaigns where id = $3 and commands = $4 for share)
     update slices set look_at = case when (select count(*) from unchanged) > 0 then $2::timestamptz end
     where id = $1 and campaign_id = $3`,
    [slice.id, new Date(slice.lookAtMs), campaignId, commands],
  );
}

/** Has slices of these campaigns that have something to send looked at as soon as may be, whatever a run found out about them. */
const CLEAR_LOOK_AT = `
  update slices s set look_at = null where s.campaign_id = any($1::text[]) and s.look_at is not null and ${WAITING} > 0`;

/** @param tx in which the campaign's `commands` went up, so that no run that is under way writes it back. */
export async function clearLookAt(tx: Kysely<Schema>, campaignId: string): Promise<void> {
  await tx.executeQuery(CompiledQuery.raw(CLEAR_LOOK_AT, [[campaignId]]));
}

/** The same after something else than a command has changed what they may do, such as a gateway that takes messages again. */
export async function lookAtOnce(pool: Pool, campaignIds: readonly string[]): Promise<void> {
  if (campaignIds.length === 0) return;
  await transact(pool, async (client) => {
    await client.query('update campaigns set commands = commands + 1 where id = any($1::text[])', [campaignIds]);
    await client.query(CLEAR_LOOK_AT, [campaignIds]);
  });
}

/** Messages of a campaign that have an outcome, and those of them that failed or expired. */
export interface OutcomeCounts {
  settled: number;
  failed: number;
}

/** What is known of the outcomes of a campaign's first slices, so that they need not be counted again. */
export interface CountedSlices extends OutcomeCounts {
  /** Slices below this number have nothing open. */
  no: number;
}

/** Counts outcomes from a slice on. @returns those of the whole campaign, and what to begin with next time. */
export async function countOutcomes(
  pool: Pool,
  campaignId: string,
  before: CountedSlices,
): Promise<OutcomeCounts & { counted: CountedSlices }> {
  const [row] = await execute<
    Record<'settled' | 'failed' | 'over_settled' | 'over_failed', string> & { no: number | null }
  >(
    pool,
    'count-outcomes',
    `with listed as (
       select s.no, ${OPEN} as open, ${settledOf('s')} as settled, s.failed + s.expired as failed
       from slices s where s.campaign_id = $1 and s.no >= $2
     ),
     first as (select coalesce(min(no) filter (where open > 0), max(no) + 1) as no from listed)
     select coalesce(sum(l.settled), 0) as settled, coalesce(sum(l.failed), 0) as failed, max(f.no) as no,
            coalesce(sum(l.settled) filter (where l.no < f.no), 0) as over_settled,
            coalesce(sum(l.failed) filter (where l.no < f.no), 0) as over_failed
     from first f left join listed l on true`,
    [campaignId, before.no],
  );
  return {
    settled: before.settled + Number(row!.settled),
    failed: before.failed + Number(row!.failed),
    counted: {
      no: row!.no ?? before.no,
      settled: before.settled + Number(row!.over_settled),
      failed: before.failed + Number(row!.over_failed),
    },
  };
}

/** The slices of a campaign that have these numbers, in their order; a number that no slice has is left out. */
export async function findSliceIds(pool: Pool, campaignId: string, nos: readonly number[]): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    pool,
    'find-slice-ids',
    `select s.id from unnest($2::int[]) with ordinality as n (no, place)
     join slices s on s.campaign_id = $1 and s.no = n.no order by n.place`,
    [campaignId, nos],
  );
  return rows.map((row) => row.id);
}

/** CleverTap's "force expired", which is also for messages that the client asked to drop. */
const DROPPED = '917';

/** Settles the messages of a slice that have not left. What is on the wire, or was taken, is awaited. */
export async function cancelWaiting(pool: Pool, sliceId: string, reason: string): Promise<Settlement> {
  const rows = await execute<SettlementRow>(
    pool,
    'cancel-waiting',
    `with held as (
       select m.id, m.state as was from messages m
       where m.slice_id = $1 and m.state = any($2::message_state[]) and ${isFree('m', '$1')}
       order by m.id for update
     ),
     moved as (
       update messages m set state = 'cancelled', code = '${DROPPED}', reason = $3, settled_at = now(),
         ${bodyOnceEnded()}
       from held h where m.id = h.id
       returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     ${SETTLEMENT_RESULT}`,
    [sliceId, CLAIMABLE_STATES, reason],
  );
  return toSettlement(rows);
}

/** Gives all slices of a campaign that has not begun another time. */
export async function rescheduleSlices(tx: Kysely<Schema>, campaignId: string, dueAt: Date): Promise<void> {
  await tx.updateTable('slices').set({ due_at: dueAt }).where('campaign_id', '=', campaignId).execute();
}
