/**
 * Relays: what a relay's run has on the wire. A claim takes callbacks out of their bundles (`waiting.ts`) and is a row for
 * each slot, committed before the first post leaves; callbacks themselves are written once, with what became of them.
 * One that is in a relay is shown as `sending`.
 */
import type { Pool } from 'pg';
import type { MessageState } from '../../core/messages/status';
import { execute } from '../database';
import type { CallbackDetail } from '../tables';
import { findAlerts, isAlertEvent, type AlertRow } from './alerts';
import { ENDED_TALLIED } from './callback-counts';
import { bundled, TAKEN_OF_WANTED, takenUpTo } from './waiting';

/** A callback that a relay run owns until it writes the answer. */
export interface ClaimedCallback {
  id: string;
  /** What took it; with `messageId` and `slot` it finds the callback. */
  claim: string;
  slot: string;
  event: string;
  messageId: string;
  /** E.164; null when the message is kept no longer. */
  msisdn: string | null;
  meta: string | null;
  /** Of the message, final; null when the message is kept no longer. */
  messageState: MessageState | null;
  code: string | null;
  description: string | null;
  occurredAt: Date;
  /** Of a reply or a click. */
  detail: CallbackDetail | null;
  /** This one included. */
  tries: number;
  /** The last try failed, so far as is known; false for one that was replayed. */
  failedBefore: boolean;
  dueAt: Date;
  /** Due after {@link ClaimRequest.freshAfter}. */
  isFresh: boolean;
  /** Of an alert's: what it tells of, in place of a message; null = it is kept no longer. Absent = it is a message's. */
  alert?: AlertRow | null;
}

/** One whose message is still there. */
export type SendableCallback = ClaimedCallback & { msisdn: string; messageState: MessageState };

export interface ClaimRequest {
  webhookId: string;
  /** The run that claims. */
  run: string;
  /** A new id. */
  claim: string;
  limit: number;
  /** Whether fresh ones are taken, before all others. */
  freshFirst: boolean;
  /** What became due after it is fresh. */
  freshAfter: Date;
  /** What became due before it was looked through already; null = look through all. */
  oldFrom: Date | null;
}

interface ClaimedRow {
  id: string;
  slot: string;
  event: string;
  message_id: string;
  msisdn: string | null;
  meta: string | null;
  message_state: MessageState | null;
  code: string | null;
  description: string | null;
  occurred_at: Date;
  detail: CallbackDetail | null;
  tries: number;
  failed_before: boolean;
  next_try_at: Date;
  created_at: Date;
  is_fresh: boolean;
}

/**
 * Both parts walk the index of what is due upwards, from where the claim before stopped: entries of what was sent since
 * lie there until a vacuum, and each claim would step over all of them anew.
 */
const DUE = {
  fresh: `$5 and webhook_id = $1 and due_at > $6 and due_at <= now()`,
  old: `webhook_id = $1 and due_at <= $6 and due_at >= coalesce($7::timestamptz, '-infinity')`,
};

const CLAIM_CALLBACKS = `
with ${takenUpTo('$4', DUE)},
left_over as (
  insert into due_callbacks (webhook_id, due_at, slot, event, message_ids)
  select $1, due_at, slot, event, message_ids[room + 1 :] from taken where cardinality(message_ids) > room
),
entry as (
  select c.*, t.is_fresh from taken t cross join unnest(t.message_ids[: t.room]) u (id)
  join callbacks c on c.message_id = u.id and c.slot = t.slot and c.state = 'pending'
),
claimed as (
  insert into relays (claim, run, webhook_id, slot, message_ids)
  select $3, $2, $1, slot, array_agg(message_id) from entry group by slot
)
select e.id, e.slot, e.event, e.message_id, m.msisdn, m.meta, m.state as message_state, e.code, e.description,
       e.occurred_at, e.detail, least(e.tries + 1, 32767) as tries, e.last_error is not null as failed_before,
       e.next_try_at, e.created_at, e.is_fresh
from entry e left join messages m on m.id = e.message_id order by e.id`;

/**
 * Takes up to `limit` due callbacks of a webhook, fresh ones first. From here on their event can't change any more: a
 * later `delivered` is late. What a crash leaves in a relay counts as a lost answer: {@link releaseAbandoned}.
 */
export async function claimCallbacks(pool: Pool, request: ClaimRequest): Promise<ClaimedCallback[]> {
  const { webhookId, run, claim, limit, freshFirst, freshAfter, oldFrom } = request;
  const values = [webhookId, run, claim, limit, freshFirst, freshAfter, oldFrom];
  const rows = await execute<ClaimedRow>(pool, 'claim-callbacks', CLAIM_CALLBACKS, values);
  const ofAlerts = rows.filter(({ event }) => isAlertEvent(event)).map((row) => row.message_id);
  const alerts = ofAlerts.length === 0 ? null : await findAlerts(pool, ofAlerts);
  return rows.map((row) => ({
    id: row.id,
    claim,
    slot: row.slot,
    event: row.event,
    messageId: row.message_id,
    msisdn: row.msisdn,
    meta: row.meta,
    messageState: row.message_state,
    code: row.code,
    description: row.description,
    // An instant that JavaScript has no date for must not keep its companions from being sent.
    occurredAt: isDate(row.occurred_at) ? row.occurred_at : row.created_at,
    detail: row.detail,
    tries: row.tries,
    failedBefore: row.failed_before,
    dueAt: row.next_try_at,
    isFresh: row.is_fresh,
    ...(isAlertEvent(row.event) ? { alert: alerts?.get(row.message_id) ?? null } : {}),
  }));
}

const isDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());

/** Which callback of which claim. */
export type CallbackKey = Pick<ClaimedCallback, 'claim' | 'messageId' | 'slot'>;

export interface CallbackResultDraft {
  callback: CallbackKey;
  state: 'delivered' | 'pending' | 'dead' | 'skipped';
  /** Back-off before the next try; for `pending` only. */
  delayMs: number | null;
  status: number | null;
  error: string | null;
}

/**
 * CTEs that take callbacks out of their relays: `entry`, the rows of `result (claim, slot, message_id, …)` that were in
 * one. With `is true` both lists are hashed; a join would compare every entry with every result. Relays are found by key
 * again, since parts of one are answered at the same time: where a row lies is over once somebody else has written it.
 */
const TAKEN_OUT = `
held as (
  select * from relays where claim = any($1::uuid[]) order by claim, slot for update
),
entry as (
  select r.* from result r
  where (r.claim, r.slot, r.message_id) in (
    select h.claim, h.slot, u.id from held h cross join unnest(h.message_ids) u (id)
  ) is true
  order by r.message_id, r.slot
),
rest as (
  select h.claim, h.slot, cardinality(h.message_ids) as size, array(
    select u.id from unnest(h.message_ids) u (id)
    where (h.claim, h.slot, u.id) not in (select claim, slot, message_id from result)
  ) as ids
  from held h
),
emptied as (
  delete from relays r using rest
  where r.claim = rest.claim and r.slot = rest.slot and cardinality(rest.ids) = 0
),
kept as (
  update relays r set message_ids = rest.ids from rest
  where r.claim = rest.claim and r.slot = rest.slot and cardinality(rest.ids) between 1 and rest.size - 1
)`;

const WRITE_RESULTS = `
with result as (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::bigint[], $6::int[], $7::text[])
    as r (claim, message_id, slot, state, delay_ms, status, error)
),
${TAKEN_OUT},
turned as (
  update callbacks c
  set state = r.state, tries = least(c.tries + 1, 32767), last_status = r.status, last_error = r.error,
      next_try_at = case r.state when 'pending' then now() + r.delay_ms * interval '1 millisecond'
                                 when 'delivered' then now() else c.next_try_at end
  from entry r
  where c.message_id = r.message_id and c.slot = r.slot and c.state = 'pending'
  returning c.account_id, c.state, c.webhook_id, c.next_try_at as due_at, c.slot, c.event, c.message_id
),
${bundled(`turned where state = 'pending'`)},
${ENDED_TALLIED}
select r.message_id, r.slot from result r
where r.state = 'delivered' and (r.claim, r.slot, r.message_id) not in (select claim, slot, message_id from entry)`;

/**
 * Writes what became of callbacks that a run has in its relays; writing it again changes nothing. That one arrived is
 * believed of a run that has it no longer too, unless somebody else wrote an answer since: else it would be sent again.
 */
export async function writeCallbackResults(pool: Pool, results: readonly CallbackResultDraft[]): Promise<void> {
  const late = await execute<{ message_id: string; slot: string }>(pool, 'write-callback-results', WRITE_RESULTS, [
    ...keysOf(results.map(({ callback }) => callback)),
    results.map((r) => r.state),
    results.map((r) => r.delayMs),
    results.map((r) => r.status),
    results.map((r) => r.error),
  ]);
  if (late.length === 0) return;
  const isLate = new Set(late.map((row) => `${row.message_id} ${row.slot}`));
  const arrived = results.filter(
    ({ callback, state }) => state === 'delivered' && isLate.has(`${callback.messageId} ${callback.slot}`),
  );
  await execute(pool, 'write-late-arrivals', WRITE_LATE, [
    arrived.map(({ callback }) => callback.messageId),
    arrived.map(({ callback }) => callback.slot),
    arrived.map(({ status }) => status),
  ]);
}

const keysOf = (callbacks: readonly CallbackKey[]): string[][] => [
  callbacks.map(({ claim }) => claim),
  callbacks.map(({ messageId }) => messageId),
  callbacks.map(({ slot }) => slot),
];

/** Of what waits again the try was counted when it was released; what another run has in hand is tried once more. */
const WRITE_LATE = `
with result as (
  select * from unnest($1::uuid[], $2::text[], $3::int[]) as r (message_id, slot, status)
),
wanted as (
  select c.webhook_id, c.next_try_at as due_at, c.slot, c.message_id, r.status
  from result r join callbacks c on c.message_id = r.message_id and c.slot = r.slot
  where c.state = 'pending' order by c.message_id, c.slot
),
${TAKEN_OF_WANTED},
member as (
  select b.webhook_id, b.due_at, b.slot, b.event, u.id as message_id from bundle b cross join unnest(b.message_ids) u (id)
),
turned as (
  update callbacks c
  set state = 'delivered', last_status = w.status, last_error = null, next_try_at = now(),
      tries = c.tries + ((w.slot, w.message_id) not in (select slot, message_id from member))::int
  from wanted w where c.message_id = w.message_id and c.slot = w.slot and c.state = 'pending'
  returning c.account_id, c.webhook_id, c.event, c.state
),
${bundled('member where (slot, message_id) not in (select slot, message_id from wanted)')},
${ENDED_TALLIED}
select from turned`;

/** Queues an `entry (message_id, slot)` as it was before it was claimed. */
const RETURNED = `
returned as (
  select c.webhook_id, c.next_try_at as due_at, c.slot, c.event, c.message_id
  from entry e join callbacks c on c.message_id = e.message_id and c.slot = e.slot
  where c.state = 'pending'
),
${bundled('returned')}
select from returned`;

const GIVE_BACK = `
with result as (
  select * from unnest($1::uuid[], $2::uuid[], $3::text[]) as r (claim, message_id, slot)
),
${TAKEN_OUT},
${RETURNED}`;

/** Gives back callbacks of which nothing left: they are due as before, and this was no try. */
export async function giveBackCallbacks(pool: Pool, callbacks: readonly CallbackKey[]): Promise<void> {
  await execute(pool, 'give-back-callbacks', GIVE_BACK, keysOf(callbacks));
}

/** CTEs of `entry (message_id, slot)`: what is in relays that are taken away, in a fixed order. */
const releasing = (which: string): string => `
held as (
  ${which} for update skip locked
),
gone as (
  delete from relays r using held h where r.claim = h.claim and r.slot = h.slot
),
entry as (
  select u.id as message_id, h.slot from held h cross join unnest(h.message_ids) u (id) order by u.id, h.slot
)`;

/** Gives back all that a claim took, should it have been committed: its answer was lost, so nothing of it has left. */
export async function releaseClaim(pool: Pool, claim: string): Promise<void> {
  await execute(
    pool,
    'release-claim',
    `with ${releasing('select * from relays where claim = $1')},
     ${RETURNED}`,
    [claim],
  );
}

/** Relays that one statement releases. */
const STEP = 10;

/**
 * Up to {@link STEP} relays that another run of this webhook's relay left behind between request and answer: whether
 * their callbacks were taken is not known, so they wait the same pause as any lost answer before they are tried again.
 * @returns whether there may be more.
 */
export async function releaseAbandoned(pool: Pool, webhookId: string, run: string, delayMs: number): Promise<boolean> {
  const rows = await execute(
    pool,
    'release-abandoned',
    `with ${releasing('select * from relays where webhook_id = $1 and run <> $2 order by created_at limit $4')},
     released as (
       update callbacks c
       set tries = least(c.tries + 1, 32767), last_error = 'interrupted before the answer came',
           next_try_at = now() + $3 * interval '1 millisecond'
       from entry e where c.message_id = e.message_id and c.slot = e.slot and c.state = 'pending'
       returning c.webhook_id, c.next_try_at as due_at, c.slot, c.event, c.message_id
     ),
     ${bundled('released')}
     select from held`,
    [webhookId, run, delayMs, STEP],
  );
  return rows.length === STEP;
}
