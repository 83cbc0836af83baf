/** The outbox: callbacks on their way to a webhook, as its relay drains it. Reading and replaying by hand: `callbacks.ts`. */
import type { Pool } from 'pg';
import type { MessageState } from '../../core/messages/status';
import { execute } from '../database';
import type { CallbackDetail } from '../tables';

/** A callback that this relay run owns until it writes the answer. */
export interface ClaimedCallback {
  id: string;
  event: string;
  messageId: string;
  /** E.164. */
  msisdn: string;
  meta: string | null;
  /** State of the message, final. */
  messageState: MessageState;
  code: string | null;
  description: string | null;
  occurredAt: Date;
  /** Detail of a reply or a click. */
  detail: CallbackDetail | null;
  tries: number;
}

/**
 * Takes up to `limit` due callbacks of a webhook. From here on their event can't change any more: a later `delivered`
 * is late. A claim that a crash left behind counts as a lost answer: {@link releaseAbandoned}.
 */
export async function claimCallbacks(pool: Pool, webhookId: string, limit: number): Promise<ClaimedCallback[]> {
  const rows = await execute<{
    id: string;
    event: string;
    message_id: string;
    msisdn: string;
    meta: string | null;
    message_state: MessageState;
    code: string | null;
    description: string | null;
    occurred_at: Date;
    detail: CallbackDetail | null;
    tries: number;
  }>(
    pool,
    'claim-callbacks',
    `with due as (
       select id from callbacks where webhook_id = $1 and state = 'pending' and next_try_at <= now()
       order by next_try_at, id limit $2 for update skip locked
     ),
     claimed as (
       update callbacks c set state = 'sending', tries = c.tries + 1, claimed_at = now() from due where c.id = due.id
       returning c.*
     )
     select c.id, c.event, c.message_id, m.msisdn, m.meta, m.state as message_state, c.code, c.description,
            c.occurred_at, c.detail, c.tries
     from claimed c join messages m on m.id = c.message_id order by c.id`,
    [webhookId, limit],
  );
  return rows.map(({ occurred_at, message_id, message_state, ...row }) => ({
    ...row,
    messageId: message_id,
    messageState: message_state,
    occurredAt: occurred_at,
  }));
}

export interface CallbackResultDraft {
  id: string;
  state: 'delivered' | 'pending' | 'dead' | 'skipped';
  /** Back-off before the next try; for `pending` only. */
  delayMs: number | null;
  status: number | null;
  error: string | null;
}

export async function writeCallbackResults(pool: Pool, results: CallbackResultDraft[]): Promise<void> {
  await execute(
    pool,
    'write-callback-results',
    `update callbacks c
     set state = r.state, last_status = r.status, last_error = r.error,
         next_try_at = case when r.state = 'pending' then now() + r.delay_ms * interval '1 millisecond'
                            else c.next_try_at end
     from unnest($1::bigint[], $2::text[], $3::bigint[], $4::int[], $5::text[]) as r (id, state, delay_ms, status, error)
     where c.id = r.id and c.state = 'sending'`,
    [
      results.map((r) => r.id),
      results.map((r) => r.state),
      results.map((r) => r.delayMs),
      results.map((r) => r.status),
      results.map((r) => r.error),
    ],
  );
}

/**
 * Callbacks whose relay run died between request and answer: whether CleverTap has them is not known, so they wait the
 * same pause as any lost answer before they are tried again.
 */
export async function releaseAbandoned(
  pool: Pool,
  webhookId: string,
  abandonedAfterMs: number,
  delayMs: number,
): Promise<void> {
  await execute(
    pool,
    'release-abandoned',
    `update callbacks set state = 'pending', last_error = 'interrupted before the answer came',
       next_try_at = now() + $3 * interval '1 millisecond'
     where webhook_id = $1 and state = 'sending' and claimed_at < now() - $2 * interval '1 millisecond'`,
    [webhookId, abandonedAfterMs, delayMs],
  );
}

/** Ends what waits for a webhook that is gone. */
export async function skipCallbacks(pool: Pool, webhookId: string, reason: string): Promise<void> {
  await execute(
    pool,
    'skip-callbacks',
    `update callbacks set state = 'skipped', last_error = $2 where webhook_id = $1 and state = 'pending'`,
    [webhookId, reason],
  );
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

/**
 * Webhooks with callbacks that are due but were not taken for `overdueMs`: their relay may have missed its signal. What
 * waits for a disabled one waits on purpose.
 */
export async function listOverdueWebhooks(pool: Pool, overdueMs: number): Promise<string[]> {
  const rows = await execute<{ webhook_id: string }>(
    pool,
    'list-overdue-webhooks',
    `select distinct webhook_id from callbacks c
     where ((state = 'pending' and next_try_at < now() - $1 * interval '1 millisecond')
        or (state = 'sending' and claimed_at < now() - $1 * interval '1 millisecond'))
       and not exists (select 1 from webhooks w where w.id = c.webhook_id and w.state = 'disabled')`,
    [overdueMs],
  );
  return rows.map((row) => row.webhook_id);
}

export interface CallbackCount {
  event: string;
  state: string;
  count: number;
}

/** An account's callbacks by event and state. */
export async function readCallbackCounts(pool: Pool, accountId: string): Promise<CallbackCount[]> {
  return execute<CallbackCount>(
    pool,
    'read-callback-counts',
    `select event, state, count(*)::int as count from callbacks where account_id = $1
     group by event, state order by event, state`,
    [accountId],
  );
}
