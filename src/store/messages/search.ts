/** Reading messages: search, and one message with everything that happened to it. */
import type { Kysely, Selectable } from 'kysely';
import type { MessageState } from '../../core/messages/status';
import type { AttemptsTable, CallbacksTable, MessagesTable, ReceiptsTable, Schema } from '../tables';

export type MessageRow = Selectable<MessagesTable> & { due_at: Date | null; campaign_id: string | null };

export interface MessageFilter {
  accountId: string;
  /** E.164. */
  msisdn?: string;
  meta?: string;
  state?: MessageState;
  campaignId?: string;
  /** Accepted from (inclusive) and until (exclusive). */
  from?: Date;
  until?: Date;
  /** Id of the last message of the page before. */
  after?: string;
  limit: number;
}

const columns = (db: Kysely<Schema>) =>
  db
    .selectFrom('messages')
    .innerJoin('slices', 'slices.id', 'messages.slice_id')
    .selectAll('messages')
    .select(['slices.due_at', 'slices.campaign_id']);

/** Newest first; one more than `limit` is never returned. */
export async function searchMessages(db: Kysely<Schema>, filter: MessageFilter): Promise<MessageRow[]> {
  let query = columns(db).where('messages.account_id', '=', filter.accountId);
  if (filter.msisdn !== undefined) query = query.where('messages.msisdn', '=', filter.msisdn);
  if (filter.meta !== undefined) query = query.where('messages.meta', '=', filter.meta);
  if (filter.state !== undefined) query = query.where('messages.state', '=', filter.state);
  if (filter.campaignId !== undefined) query = query.where('slices.campaign_id', '=', filter.campaignId);
  if (filter.from !== undefined) query = query.where('messages.accepted_at', '>=', filter.from);
  if (filter.until !== undefined) query = query.where('messages.accepted_at', '<', filter.until);
  if (filter.after !== undefined) query = query.where('messages.id', '<', filter.after);
  return query.orderBy('messages.id', 'desc').limit(filter.limit).execute();
}

export interface MessageTrace {
  message: MessageRow;
  attempts: Selectable<AttemptsTable>[];
  receipts: Selectable<ReceiptsTable>[];
  callbacks: Selectable<CallbacksTable>[];
}

/** One message of the account with its attempts, receipts and callbacks, each in time order; null when it has none such. */
export async function traceMessage(db: Kysely<Schema>, accountId: string, id: string): Promise<MessageTrace | null> {
  // One snapshot: a message that moves on while it is read must not be shown beside a later state of its attempts.
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute((tx) => readTrace(tx, accountId, id));
}

async function readTrace(db: Kysely<Schema>, accountId: string, id: string): Promise<MessageTrace | null> {
  const message = await columns(db)
    .where('messages.account_id', '=', accountId)
    .where('messages.id', '=', id)
    .executeTakeFirst();
  if (message === undefined) return null;
  const attempts = await db.selectFrom('attempts').selectAll().where('message_id', '=', id).orderBy('no').execute();
  const receipts = await db
    .selectFrom('receipts')
    .selectAll()
    .where('message_id', '=', id)
    .orderBy('received_at')
    .execute();
  const callbacks = await db.selectFrom('callbacks').selectAll().where('message_id', '=', id).orderBy('id').execute();
  return { message, attempts, receipts, callbacks };
}
