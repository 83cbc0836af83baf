/** Callbacks as people look at them: searching the outbox, and queuing one of its callbacks again. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { CallbacksTable, Schema } from '../tables';

export type CallbackRow = Selectable<CallbacksTable> & { meta: string | null };
export type CallbackState = CallbackRow['state'];

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

const columns = (db: Kysely<Schema>) =>
  db
    .selectFrom('callbacks')
    .leftJoin('messages', 'messages.id', 'callbacks.message_id')
    .selectAll('callbacks')
    .select('messages.meta');

/** Newest first. */
export async function listCallbacks(db: Kysely<Schema>, filter: CallbackFilter): Promise<CallbackRow[]> {
  let query = columns(db).where('callbacks.account_id', '=', filter.accountId);
  // The state stands in the SQL itself: as a parameter it would keep Postgres from the index of dead callbacks.
  if (filter.state !== undefined) query = query.where('callbacks.state', '=', sql.lit(filter.state));
  if (filter.webhookId !== undefined) query = query.where('callbacks.webhook_id', '=', filter.webhookId);
  if (filter.messageId !== undefined) query = query.where('callbacks.message_id', '=', filter.messageId);
  if (filter.event !== undefined) query = query.where('callbacks.event', '=', filter.event);
  if (filter.from !== undefined) query = query.where('callbacks.created_at', '>=', filter.from);
  if (filter.until !== undefined) query = query.where('callbacks.created_at', '<', filter.until);
  if (filter.after !== undefined) query = query.where('callbacks.id', '<', filter.after);
  return query.orderBy('callbacks.id', 'desc').limit(filter.limit).execute();
}

export async function findCallback(db: Kysely<Schema>, accountId: string, id: string): Promise<CallbackRow | null> {
  const row = await columns(db)
    .where('callbacks.account_id', '=', accountId)
    .where('callbacks.id', '=', id)
    .executeTakeFirst();
  return row ?? null;
}

/**
 * Queues a callback again, due now. Its tries begin anew behind the first one: that it was tried must stay on the row,
 * or a later `delivered` could turn a failure that somebody has heard of.
 * @param from states that may be left; in any other one nothing is done. False: it is in none of them (any more).
 */
export async function replayCallback(tx: Kysely<Schema>, id: string, from: readonly CallbackState[]): Promise<boolean> {
  const result = await tx
    .updateTable('callbacks')
    .set({ state: 'pending', tries: 1, next_try_at: sql<Date>`now()`, last_error: null })
    .where('id', '=', id)
    .where('state', 'in', from)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
