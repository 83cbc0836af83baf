/** Callbacks as people look at them: searching the outbox, and queuing one of its callbacks again. */
import { sql, type Kysely, type RawBuilder, type Selectable } from 'kysely';
import type { CallbacksTable, MessageOptions, Schema } from '../tables';
import { LEFT_TALLIED } from './callback-counts';
import { bundled } from './waiting';

export type CallbackState = Selectable<CallbacksTable>['state'] | 'sending';
/** A callback as it is shown: one that is on the wire is `sending`, and that is one of its tries. */
export type ShownCallback = Omit<Selectable<CallbacksTable>, 'state'> & { state: CallbackState };
/** `body` and `options` are its message's. */
export type CallbackRow = ShownCallback & { meta: string | null; body: string | null; options: MessageOptions | null };

export interface CallbackFilter {
  accountId: string;
  state?: CallbackState;
  webhookId?: string;
  messageId?: string;
  event?: string;
  /** Queued from (inclusive) and until (exclusive). */
  from?: Date;
  until?: Date;
  /** Id of the last callback of the page before. */
  after?: string;
  limit: number;
}

/** Whether a callback of an account is on the wire. */
const isSending = (callback: string, accountId: string): RawBuilder<boolean> => {
  const [state, messageId, slot] = ['state', 'message_id', 'slot'].map((column) => sql.ref(`${callback}.${column}`));
  return sql<boolean>`(${state} = 'pending' and (${messageId}, ${slot}) in (
    select unnest(r.message_ids), r.slot from relays r where r.webhook_id in (
      select id from webhooks where account_id = ${accountId}
      union
      select webhook_id from callback_counts where account_id = ${accountId}
    )
  ))`;
};

/** A row as it is read. */
type FoundRow<Row> = Row & { is_sending: boolean };

function asShown<Row extends Selectable<CallbacksTable>>({ is_sending: sending, ...row }: FoundRow<Row>) {
  return sending ? { ...row, state: 'sending' as const, tries: row.tries + 1 } : row;
}

const columns = (db: Kysely<Schema>, accountId: string) =>
  db
    .selectFrom('callbacks')
    .leftJoin('messages', 'messages.id', 'callbacks.message_id')
    .where('callbacks.account_id', '=', accountId)
    .selectAll('callbacks')
    .select(['messages.meta', 'messages.body', 'messages.options', isSending('callbacks', accountId).as('is_sending')]);

/** What was queued for a message of an account, oldest first. */
export async function listCallbacksOf(
  db: Kysely<Schema>,
  accountId: string,
  messageId: string,
): Promise<ShownCallback[]> {
  const rows = await columns(db, accountId)
    .where('callbacks.message_id', '=', messageId)
    .orderBy('callbacks.id')
    .execute();
  return rows.map(asShown);
}

export interface CallbackPage {
  rows: CallbackRow[];
  /** Id after which the next page begins; null = this is the last one. */
  next: string | null;
}

/** Callbacks that are looked through for one page, whatever is looked for: a page may be short and not the last. */
const LOOKED_THROUGH = 10_000;

/** Newest first. */
export async function listCallbacks(db: Kysely<Schema>, filter: CallbackFilter): Promise<CallbackPage> {
  const { accountId, state, messageId, webhookId, event, from, until, after, limit } = filter;
  const [first, end] = await Promise.all([idAround(db, accountId, from, -1), idAround(db, accountId, until, 1)]);
  let looked = db.selectFrom('callbacks').selectAll().where('account_id', '=', accountId);
  if (first !== null) looked = looked.where('id', '>=', first);
  if (end !== null) looked = looked.where('id', '<', end);
  if (after !== undefined) looked = looked.where('id', '<', after);
  if (messageId !== undefined) looked = looked.where('message_id', '=', messageId);
  if (state === 'dead') looked = looked.where(sql<boolean>`is_dead`);
  looked = looked.orderBy('id', 'desc').limit(LOOKED_THROUGH);

  let query = db
    .selectFrom(looked.as('c'))
    .leftJoin('messages', 'messages.id', 'c.message_id')
    .selectAll('c')
    .select(['messages.meta', 'messages.body', 'messages.options', isSending('c', accountId).as('is_sending')]);
  if (state !== undefined) query = query.where('c.state', '=', state === 'sending' ? 'pending' : state);
  if (state === 'sending') query = query.where(isSending('c', accountId));
  if (state === 'pending') query = query.where(sql<boolean>`not ${isSending('c', accountId)}`);
  if (webhookId !== undefined) query = query.where('c.webhook_id', '=', webhookId);
  if (event !== undefined) query = query.where('c.event', '=', event);
  if (from !== undefined) query = query.where('c.created_at', '>=', from);
  if (until !== undefined) query = query.where('c.created_at', '<', until);
  const rows = (await query.orderBy('c.id', 'desc').limit(limit).execute()).map(asShown);
  if (rows.length === limit) return { rows, next: rows.at(-1)!.id };
  const { last, count } = await db
    .selectFrom(looked.clearSelect().select('id').as('c'))
    .select(({ fn }) => [fn.min<string | null>('c.id').as('last'), fn.countAll<string>().as('count')])
    .executeTakeFirstOrThrow();
  return { rows, next: Number(count) === LOOKED_THROUGH ? last : null };
}

/** Longer than any statement that queues callbacks: their ids come in the order of their times but for that. */
const DISORDER_MS = 600_000;

/**
 * The id of an account's first callback that was queued at about this time, `DISORDER_MS` before it or after: found by halving
 * the ids, since no index has the time. Null without a time, and when there is none of so late a time.
 * @param side -1 = safely before, 1 = safely after.
 */
async function idAround(
  db: Kysely<Schema>,
  accountId: string,
  at: Date | undefined,
  side: -1 | 1,
): Promise<string | null> {
  if (at === undefined) return null;
  const border = new Date(at.getTime() + side * DISORDER_MS);
  const { rows } = await sql<{ id: string }>`
    with recursive search (first, past) as (
      select min(id), max(id) + 1 from callbacks where account_id = ${accountId}
      union all
      select case when p.created_at < ${border} then p.id + 1 else first end,
             case when p.created_at < ${border} then past else (first + past) / 2 end
      from search
      left join lateral (
        select id, created_at from callbacks where account_id = ${accountId} and id >= (first + past) / 2 order by id limit 1
      ) p on true
      where first < past
    )
    select first as id from search where first >= past`.execute(db);
  return rows[0]?.id ?? null;
}

export async function findCallback(db: Kysely<Schema>, accountId: string, id: string): Promise<CallbackRow | null> {
  const row = await columns(db, accountId).where('callbacks.id', '=', id).executeTakeFirst();
  return row === undefined ? null : asShown(row);
}

/**
 * Queues a callback again, due now. Its tries begin anew behind the first one: that it was tried must stay on the row,
 * or a later `delivered` could turn a failure that somebody has heard of.
 * @param from states that may be left; in any other one nothing is done. False: it is in none of them (any more).
 */
export async function replayCallback(
  tx: Kysely<Schema>,
  { message_id: messageId, slot }: Pick<CallbackRow, 'message_id' | 'slot'>,
  from: readonly CallbackState[],
): Promise<boolean> {
  const { rows } = await sql`
    with turned as (
      select account_id, webhook_id, message_id, slot, event, state from callbacks
      where message_id = ${messageId} and slot = ${slot} and state = any(${from}) for update
    ),
    replayed as (
      update callbacks c set state = 'pending', tries = 1, next_try_at = now(), last_error = null
      from turned t where c.message_id = t.message_id and c.slot = t.slot
      returning c.webhook_id, c.next_try_at as due_at, c.slot, c.event, c.message_id
    ),
    ${sql.raw(bundled('replayed'))},
    ${sql.raw(LEFT_TALLIED)}
    select from turned`.execute(tx);
  return rows.length > 0;
}

export interface ReplayFilter {
  accountId: string;
  state: 'dead' | 'skipped' | 'delivered';
  webhookId?: string;
  campaignId?: string;
  /** Queued from (inclusive) and until (exclusive). */
  from?: Date;
  until?: Date;
  /** Id of the last callback that was looked at before. */
  after: string | null;
}

export interface ReplayStep {
  replayed: number;
  /** Webhooks that have something to send now. */
  webhookIds: string[];
  /** Id after which the next step begins; null = this was the last one. */
  next: string | null;
}

/** Callbacks that one step looks at. */
const REPLAY_STEP = 2_000;

/**
 * Queues up to {@link REPLAY_STEP} callbacks again that fit, oldest first, as {@link replayCallback} does one. What was
 * delivered goes to `standard` webhooks only, and what was for a deleted webhook to none.
 */
export async function replayCallbacks(tx: Kysely<Schema>, filter: ReplayFilter): Promise<ReplayStep> {
  const { accountId, state, webhookId, campaignId, from, until, after } = filter;
  const [first, end] = await Promise.all([idAround(tx, accountId, from, -1), idAround(tx, accountId, until, 1)]);
  const { rows } = await sql<{ looked: number; last: string | null; replayed: number; webhook_ids: string[] }>`
    with looked as (
      select id, webhook_id, message_id, slot, state, created_at from callbacks
      where account_id = ${accountId} and id > ${after ?? '0'} and id >= ${first ?? '0'}
        and id < coalesce(${end}::bigint, 9223372036854775807)
        ${state === 'dead' ? sql`and is_dead` : sql``}
      order by id limit ${REPLAY_STEP}
    ),
    fitting as (
      select l.message_id, l.slot from looked l join webhooks w on w.id = l.webhook_id
      where l.state = ${state} and (${state} <> 'delivered' or w.kind = 'standard')
        and l.webhook_id = coalesce(${webhookId ?? null}, l.webhook_id)
        and l.created_at >= coalesce(${from ?? null}::timestamptz, '-infinity')
        and l.created_at < coalesce(${until ?? null}::timestamptz, 'infinity')
        and (${campaignId ?? null}::text is null or exists (
          select from messages m join slices s on s.id = m.slice_id
          where m.id = l.message_id and s.campaign_id = ${campaignId ?? null}
        ))
    ),
    turned as (
      select c.account_id, c.webhook_id, c.message_id, c.slot, c.event, c.state
      from fitting f join callbacks c on c.message_id = f.message_id and c.slot = f.slot
      where c.state = ${state} order by c.message_id, c.slot for update of c
    ),
    replayed as (
      update callbacks c set state = 'pending', tries = 1, next_try_at = now(), last_error = null
      from turned t where c.message_id = t.message_id and c.slot = t.slot
      returning c.webhook_id, c.next_try_at as due_at, c.slot, c.event, c.message_id
    ),
    ${sql.raw(bundled('replayed'))},
    ${sql.raw(LEFT_TALLIED)}
    select (select count(*) from looked)::int as looked, (select max(id) from looked) as last,
           (select count(*) from replayed)::int as replayed,
           array(select distinct webhook_id from replayed) as webhook_ids`.execute(tx);
  const { looked, last, replayed, webhook_ids: webhookIds } = rows[0]!;
  return { replayed, webhookIds, next: looked === REPLAY_STEP ? last : null };
}
