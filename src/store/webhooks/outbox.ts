/** The outbox: outcomes on their way to a webhook, as its relay sees them. As people see them: `callbacks.ts`. */
import type { Pool } from 'pg';
import type { MessageState } from '../../core/messages/status';
import { execute } from '../database';
import type { CallbackDetail } from '../tables';
import { ENDED_TALLIED } from './callback-counts';

/** A callback that a relay run owns until it writes the answer. */
export interface ClaimedCallback {
  id: string;
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
}

/** One whose message is still there. */
export type SendableCallback = ClaimedCallback & { msisdn: string; messageState: MessageState };

export interface ClaimRequest {
  webhookId: string;
  /** The run that claims. */
  claim: string;
  limit: number;
  /** Of these, so many may be fresh at most. */
  freshLimit: number;
  /** What became due after it is fresh, and is taken first. */
  freshAfter: Date;
  /** What became due before it was looked through already; null = look through all. */
  oldFrom: Date | null;
}

interface ClaimedRow {
  id: string;
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
const CLAIM_CALLBACKS = `
with fresh as (
  select id from callbacks
  where webhook_id = $1 and state = 'pending' and next_try_at > $5 and next_try_at <= now()
  order by next_try_at limit $4 for update skip locked
),
old as (
  select id from callbacks
  where webhook_id = $1 and state = 'pending' and next_try_at <= $5 and next_try_at >= coalesce($6::timestamptz, '-infinity')
  order by next_try_at limit $3 - (select count(*) from fresh) for update skip locked
),
claimed as (
  update callbacks c set state = 'sending', tries = least(c.tries + 1, 32767), claimed_at = now(), claim = $2
  from (select id, true as is_fresh from fresh union all select id, false from old) due
  where c.id = due.id
  returning c.*, due.is_fresh
)
select c.id, c.event, c.message_id, m.msisdn, m.meta, m.state as message_state, c.code, c.description, c.occurred_at,
       c.detail, c.tries, c.last_error is not null as failed_before, c.next_try_at, c.created_at, c.is_fresh
from claimed c left join messages m on m.id = c.message_id order by c.id`;

/**
 * Takes up to `limit` due callbacks of a webhook, fresh ones first. From here on their event can't change any more: a
 * later `delivered` is late. A claim that a crash left behind counts as a lost answer: {@link releaseAbandoned}.
 */
export async function claimCallbacks(pool: Pool, request: ClaimRequest): Promise<ClaimedCallback[]> {
  const { webhookId, claim, limit, freshLimit, freshAfter, oldFrom } = request;
  const values = [webhookId, claim, limit, freshLimit, freshAfter, oldFrom];
  const rows = await execute<ClaimedRow>(pool, 'claim-callbacks', CLAIM_CALLBACKS, values);
  return rows.map((row) => ({
    id: row.id,
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
  }));
}

const isDate = (value: unknown): boolean => value instanceof Date && !Number.isNaN(value.getTime());

export interface CallbackResultDraft {
  id: string;
  state: 'delivered' | 'pending' | 'dead' | 'skipped';
  /** Back-off before the next try; for `pending` only. */
  delayMs: number | null;
  status: number | null;
  error: string | null;
}

/**
 * Writes what became of callbacks that the run `claim` has in hand; writing it again changes nothing. That one arrived is
 * believed of a run that has it no longer too, unless somebody else wrote an answer since: else it would be sent again.
 */
export async function writeCallbackResults(pool: Pool, claim: string, results: CallbackResultDraft[]): Promise<void> {
  await execute(
    pool,
    'write-callback-results',
    `with turned as (
       update callbacks c
       set state = r.state, last_status = r.status, last_error = r.error, claim = null,
           next_try_at = case when r.state = 'pending' then now() + r.delay_ms * interval '1 millisecond'
                              else c.next_try_at end
       from unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::text[]) as r (id, state, delay_ms, status, error)
       where c.id = r.id and ((c.state = 'sending' and c.claim = $6)
         or (r.state = 'delivered' and c.state in ('pending', 'sending')))
       returning c.account_id, c.webhook_id, c.event, c.state
     ),
     ${ENDED_TALLIED}
     select`,
    [
      results.map((r) => r.id),
      results.map((r) => r.state),
      results.map((r) => r.delayMs),
      results.map((r) => r.status),
      results.map((r) => r.error),
      claim,
    ],
  );
}

/** Gives back callbacks of which nothing left: they are due as before, and this was no try. */
export async function giveBackCallbacks(pool: Pool, claim: string, ids: readonly string[]): Promise<void> {
  await execute(
    pool,
    'give-back-callbacks',
    `update callbacks set state = 'pending', tries = tries - 1, claim = null
     where id = any($1::bigint[]) and state = 'sending' and claim = $2`,
    [ids, claim],
  );
}

/**
 * Gives back what the run `claim` claimed without learning of it, because the connection went after the commit: all that
 * it has in hand but `known`.
 */
export async function giveBackUnknown(
  pool: Pool,
  webhookId: string,
  claim: string,
  known: readonly string[],
): Promise<void> {
  await execute(
    pool,
    'give-back-unknown',
    `update callbacks set state = 'pending', tries = tries - 1, claim = null
     where webhook_id = $1 and state = 'sending' and claim = $2 and id <> all($3::bigint[])`,
    [webhookId, claim, known],
  );
}

/** Rows that one statement of housekeeping changes. */
const STEP = 1_000;

/**
 * Up to {@link STEP} callbacks that another run of this webhook's relay left behind between request and answer: whether
 * they were taken is not known, so they wait the same pause as any lost answer before they are tried again.
 * @returns whether there may be more.
 */
export async function releaseAbandoned(
  pool: Pool,
  webhookId: string,
  claim: string,
  delayMs: number,
): Promise<boolean> {
  const rows = await execute(
    pool,
    'release-abandoned',
    `update callbacks set state = 'pending', last_error = 'interrupted before the answer came', claim = null,
       next_try_at = now() + $3 * interval '1 millisecond'
     where id in (
       select id from callbacks where webhook_id = $1 and state = 'sending' and claim is distinct from $2
       order by claimed_at limit $4 for update skip locked
     )
     returning id`,
    [webhookId, claim, delayMs, STEP],
  );
  return rows.length === STEP;
}

/** Ends up to {@link STEP} of what waits for a webhook that is gone. @returns whether there may be more. */
export async function skipCallbacks(pool: Pool, webhookId: string, reason: string): Promise<boolean> {
  const rows = await execute(
    pool,
    'skip-callbacks',
    `with turned as (
       update callbacks set state = 'skipped', last_error = $2
       where id in (
         select id from callbacks where webhook_id = $1 and state = 'pending'
         order by next_try_at limit $3 for update skip locked
       )
       returning account_id, webhook_id, event, state
     ),
     ${ENDED_TALLIED}
     select from turned`,
    [webhookId, reason, STEP],
  );
  return rows.length === STEP;
}

/**
 * Gives up to {@link STEP} callbacks up that were due so long ago without having been tried: their endpoint was away, or
 * refused everything, all that time. @returns whether there may be more.
 */
export async function giveUpOverdue(
  pool: Pool,
  webhookId: string,
  overdueMs: number,
  reason: string,
): Promise<boolean> {
  const rows = await execute(
    pool,
    'give-up-overdue',
    `with turned as (
       update callbacks set state = 'dead', last_error = $3
       where id in (
         select id from callbacks
         where webhook_id = $1 and state = 'pending' and next_try_at < now() - $2 * interval '1 millisecond'
         order by next_try_at limit $4 for update skip locked
       )
       returning account_id, webhook_id, event, state
     ),
     ${ENDED_TALLIED}
     select from turned`,
    [webhookId, overdueMs, reason, STEP],
  );
  return rows.length === STEP;
}

/** Milliseconds until this webhook's next callback is due (0 = now); null when its outbox is empty. */
export async function nextCallbackInMs(pool: Pool, webhookId: string): Promise<number | null> {
  const [row] = await execute<{ wait_ms: string | null }>(
    pool,
    'next-callback',
    `select ceil(extract(epoch from min(next_try_at) - now()) * 1000) as wait_ms
     from callbacks where webhook_id = $1 and state = 'pending'`,
    [webhookId],
  );
  return row?.wait_ms == null ? null : Math.max(0, Number(row.wait_ms));
}

/** The webhooks that have callbacks in this state, each found by one step down the state's index, however many it has. */
const webhooksWith = (name: string, state: 'pending' | 'sending'): string => `
${name} (webhook_id) as (
  (select webhook_id from callbacks where state = '${state}' order by webhook_id limit 1)
  union all
  select (
    select c.webhook_id from callbacks c where c.state = '${state}' and c.webhook_id > n.webhook_id
    order by c.webhook_id limit 1
  )
  from ${name} n where n.webhook_id is not null
)`;

/**
 * Webhooks with callbacks that are due but were not taken for `overdueMs`: their relay may have missed its signal. What
 * waits for a disabled one waits on purpose, what waits for a paused one waits for its probe.
 */
const LIST_OVERDUE = `
with recursive ${webhooksWith('waiting', 'pending')}, ${webhooksWith('taken', 'sending')}
select h.webhook_id from (select webhook_id from waiting union select webhook_id from taken) h
left join webhooks w on w.id = h.webhook_id
where h.webhook_id is not null and w.state is distinct from 'disabled'
  and coalesce(w.probe_at < now() - $1 * interval '1 millisecond', true)
  and ((
    select c.next_try_at from callbacks c where c.webhook_id = h.webhook_id and c.state = 'pending'
    order by c.next_try_at limit 1
  ) < now() - $1 * interval '1 millisecond' or (
    select c.claimed_at from callbacks c where c.webhook_id = h.webhook_id and c.state = 'sending'
    order by c.claimed_at limit 1
  ) < now() - $1 * interval '1 millisecond')`;

export async function listOverdueWebhooks(pool: Pool, overdueMs: number): Promise<string[]> {
  const rows = await execute<{ webhook_id: string }>(pool, 'list-overdue-webhooks', LIST_OVERDUE, [overdueMs]);
  return rows.map((row) => row.webhook_id);
}
