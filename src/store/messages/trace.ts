/** One message with everything that happened to it. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { AttemptsTable, ReceiptsTable, Schema } from '../tables';
import { listCallbacksOf, type ShownCallback } from '../webhooks/callbacks';
import { listAnswersOf, type ShownAnswer } from './provider-answers';
import { SHOWN_COLUMNS, SHOWN_JOINS, toShown, type FoundRow, type MessageRow } from './shown';

/** An attempt, and the provider of its gateway. */
export type TracedAttempt = Selectable<AttemptsTable> & { provider: string | null };

export interface MessageTrace {
  message: MessageRow;
  attempts: TracedAttempt[];
  answers: ShownAnswer[];
  receipts: Selectable<ReceiptsTable>[];
  callbacks: ShownCallback[];
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

/** One message of the account as lists show it; null when it has none such. */
export async function findMessage(db: Kysely<Schema>, accountId: string, id: string): Promise<MessageRow | null> {
  const found = await findRow(db, accountId, id);
  return found === null ? null : toShown(found);
}

async function findRow(db: Kysely<Schema>, accountId: string, id: string): Promise<FoundRow | null> {
  const { rows } = await sql<FoundRow>`
    select ${SHOWN_COLUMNS} from messages m join slices s on s.id = m.slice_id ${SHOWN_JOINS}
    where m.id = ${id} and m.account_id = ${accountId}`.execute(db);
  return rows[0] ?? null;
}

async function readTrace(db: Kysely<Schema>, accountId: string, id: string): Promise<MessageTrace | null> {
  const found = await findRow(db, accountId, id);
  if (found === null) return null;
  const message = toShown(found);
  const attempts: TracedAttempt[] = await db
    .selectFrom('attempts')
    .leftJoin('gateways', 'gateways.id', 'attempts.gateway_id')
    .selectAll('attempts')
    .select('gateways.provider')
    .where('message_id', '=', id)
    .orderBy('no')
    .execute();
  if (found.sent_over !== null) attempts.push(await readSending(db, found));
  const receipts = await db
    .selectFrom('receipts')
    .selectAll()
    .where('message_id', '=', id)
    .orderBy('received_at')
    .execute();
  const callbacks = await listCallbacksOf(db, accountId, id);
  const answers = await listAnswersOf(db, accountId, id);
  return { message, attempts, answers, receipts, callbacks };
}

/** The attempt that a block stands for. */
async function readSending(db: Kysely<Schema>, message: FoundRow): Promise<TracedAttempt> {
  const { gateway_id, leg, sender, imposed, claim, created_at } = await db
    .selectFrom('blocks')
    .selectAll()
    .where('slice_id', '=', message.slice_id)
    .where(sql<boolean>`${message.id} = any(ids)`)
    .executeTakeFirstOrThrow();
  return {
    message_id: message.id, no: message.attempts + 1, account_id: message.account_id, gateway_id, leg, claim, created_at,
    sender: imposed ? sender : (message.sender ?? sender), state: 'submitting', provider: null,
    provider_id: null, class: null, code: null, reason: null, answered_at: null, settled_at: null, lookups: 0, overdue_at: null,
    blanked_at: null,
  }; // prettier-ignore
}
