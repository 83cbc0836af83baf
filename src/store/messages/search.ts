/** Reading messages: search, and one message with everything that happened to it. */
import { sql, type Kysely, type RawBuilder, type Selectable, type SqlBool } from 'kysely';
import { firstUuidv7At } from '../../core/messages/ids';
import type { SendWindow } from '../../core/time/window';
import { CLAIMABLE_STATES, isFinal, type MessageState } from '../../core/messages/status';
import type { AttemptsTable, MessagesTable, ReceiptsTable, Schema } from '../tables';
import { listCallbacksOf, type ShownCallback } from '../webhooks/callbacks';
import { SLICE_SPAN_MS } from './accept';
import { isFree, isUnderWay } from './blocks';
import { hasOutcome, isCurrent, openOf } from './ledger';

export type MessageRow = Selectable<MessagesTable> & {
  due_at: Date | null;
  campaign_id: string | null;
  group_id: string | null;
  /** Within which it leaves; null = at any time. */
  windows: SendWindow[] | null;
  /** It tries a gateway. */
  is_test: boolean;
};

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

/** A row as it is read: with the gateway over which a claim that has it sends it. */
type FoundRow = MessageRow & { sent_over: string | null };

const SENT_OVER = sql<string | null>`(
  select b.gateway_id from blocks b
  where ${sql.raw(isUnderWay('messages'))} and b.slice_id = messages.slice_id and messages.id = any(b.ids))`;

function asSent({ sent_over: gatewayId, ...row }: FoundRow): MessageRow {
  return gatewayId === null ? row : { ...row, state: 'submitting', gateway_id: gatewayId };
}

/** The messages of a state, in SQL. */
function hasState(state: MessageState): RawBuilder<SqlBool> {
  if (state === 'submitting') return sql`${sql.raw(isUnderWay('messages'))}`;
  const hasRow = sql<SqlBool>`messages.state = ${state}`;
  if (!(CLAIMABLE_STATES as readonly MessageState[]).includes(state)) return hasRow;
  return sql`(${hasRow} and ${sql.raw(isFree('messages', 'messages.slice_id'))})`;
}

const columns = (db: Kysely<Schema>) =>
  db
    .selectFrom('messages')
    .innerJoin('slices', 'slices.id', 'messages.slice_id')
    .selectAll('messages')
    .select([
      'slices.due_at',
      'slices.campaign_id',
      'slices.group_id',
      'slices.windows',
      'slices.is_test',
      SENT_OVER.as('sent_over'),
    ]);

/**
 * How far the time in the id of a message or slice may be from the time of its commit: a request waits for Postgres, and
 * clocks differ.
 */
const DISORDER_MS = 300_000;

/**
 * A page of messages, newest first, however few of the account's messages are looked for: with a state or a campaign by
 * slice, the newest first, since slices know what their messages came to; else by message.
 */
export async function searchMessages(db: Kysely<Schema>, filter: MessageFilter): Promise<MessageRow[]> {
  const { accountId, msisdn, meta, state, campaignId, after } = filter;
  if (msisdn === undefined && meta === undefined && (state !== undefined || campaignId !== undefined)) {
    return searchBySlice(db, filter);
  }
  let query = columns(db).where('messages.account_id', '=', accountId).where(isAcceptedWithin(filter));
  if (msisdn !== undefined) query = query.where('messages.msisdn', '=', msisdn);
  // The index of metas begins with the account in that collation.
  if (meta !== undefined) {
    query = query.where(sql<SqlBool>`messages.account_id collate "C" = ${accountId} and messages.meta = ${meta}`);
  }
  if (state !== undefined) query = query.where(hasState(state));
  if (campaignId !== undefined) query = query.where('slices.campaign_id', '=', campaignId);
  if (after !== undefined) query = query.where('messages.id', '<', after);
  return (await query.orderBy('messages.id', 'desc').limit(limitOf(filter)).execute()).map(asSent);
}

/** In the SQL itself: as a parameter it could be any number, and Postgres would sort everything to be ready for it. */
const limitOf = ({ limit }: MessageFilter): RawBuilder<number> => sql.lit(limit);

const idAround = (at: Date, byMs: number): string => firstUuidv7At(at.getTime() + byMs);

/** The ids as well as the times themselves, since an index has the ids. */
function isAcceptedWithin({ from, until }: MessageFilter): RawBuilder<SqlBool> {
  const conditions = [sql<SqlBool>`true`];
  if (from !== undefined) {
    conditions.push(sql`messages.id >= ${idAround(from, -DISORDER_MS)} and messages.accepted_at >= ${from}`);
  }
  if (until !== undefined) {
    conditions.push(sql`messages.id < ${idAround(until, DISORDER_MS)} and messages.accepted_at < ${until}`);
  }
  return sql`${sql.join(conditions, sql` and `)}`;
}

/** Slices in which messages of a state may be: each condition by itself finds them by an index, none finds one twice. */
function slicesWith({ state, campaignId }: MessageFilter): string[] {
  if (state === undefined) return ['true'];
  if (!isFinal(state)) {
    const waits = state === 'submitted' ? 's.submitted > 0' : `${openOf('s')} > s.submitted`;
    return [`${isCurrent('s')} and ${waits}`];
  }
  const isCounted = `s.${state} > 0`;
  return campaignId === undefined ? [`${isCurrent('s')} and ${isCounted}`, hasOutcome('s', state)] : [isCounted];
}

/** The newest slices first, and of each its newest messages. */
async function searchBySlice(db: Kysely<Schema>, filter: MessageFilter): Promise<MessageRow[]> {
  const { accountId, state, campaignId, from, until, after } = filter;
  const limit = limitOf(filter);
  // Those of a campaign are found by their numbers.
  const place = sql.ref(campaignId === undefined ? 's.id' : 's.no');
  const ofSlices = [sql`s.account_id = ${accountId}`];
  if (campaignId !== undefined) ofSlices.push(sql`s.campaign_id = ${campaignId}`);
  if (from !== undefined) ofSlices.push(sql`s.id >= ${idAround(from, -DISORDER_MS - SLICE_SPAN_MS)}`);
  if (until !== undefined) ofSlices.push(sql`s.id < ${idAround(until, DISORDER_MS)}`);
  const ofMessages = [sql`messages.slice_id = s.id`, isAcceptedWithin(filter)];
  if (state !== undefined) ofMessages.push(hasState(state));
  if (after !== undefined) {
    const last = sql`(select slice_id from messages where id = ${after})`;
    ofSlices.push(sql`${place} <= (select ${place} from slices s where s.id = ${last})`);
    ofMessages.push(sql`(s.id <> ${last} or messages.id < ${after})`);
  }
  const both = sql` and `;
  const pages = slicesWith(filter).map(
    (condition) => sql`
      (select found.id from slices s
       cross join lateral (
         select messages.id from messages where ${sql.join(ofMessages, both)} order by messages.id desc limit ${limit}
       ) found
       where ${sql.join(ofSlices, both)} and ${sql.raw(condition)}
       order by ${place} desc, found.id desc limit ${limit})`,
  );
  const { rows } = await sql<FoundRow>`
    select messages.*, s.due_at, s.campaign_id, s.group_id, s.windows, s.is_test, ${SENT_OVER} as sent_over
    from (${sql.join(pages, sql` union all `)}) found
    join messages on messages.id = found.id
    join slices s on s.id = messages.slice_id
    order by ${place} desc, messages.id desc limit ${limit}`.execute(db);
  return rows.map(asSent);
}

export interface MessageTrace {
  message: MessageRow;
  attempts: Selectable<AttemptsTable>[];
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

async function readTrace(db: Kysely<Schema>, accountId: string, id: string): Promise<MessageTrace | null> {
  const found = await columns(db)
    .where('messages.account_id', '=', accountId)
    .where('messages.id', '=', id)
    .executeTakeFirst();
  if (found === undefined) return null;
  const message = asSent(found);
  const attempts = await db.selectFrom('attempts').selectAll().where('message_id', '=', id).orderBy('no').execute();
  if (found.sent_over !== null) attempts.push(await readSending(db, found));
  const receipts = await db
    .selectFrom('receipts')
    .selectAll()
    .where('message_id', '=', id)
    .orderBy('received_at')
    .execute();
  const callbacks = await listCallbacksOf(db, accountId, id);
  return { message, attempts, receipts, callbacks };
}

/** The attempt that a block stands for. */
async function readSending(db: Kysely<Schema>, message: FoundRow): Promise<Selectable<AttemptsTable>> {
  const { gateway_id, leg, sender, imposed, claim, created_at } = await db
    .selectFrom('blocks')
    .selectAll()
    .where('slice_id', '=', message.slice_id)
    .where(sql<SqlBool>`${message.id} = any(ids)`)
    .executeTakeFirstOrThrow();
  return {
    message_id: message.id, no: message.attempts + 1, account_id: message.account_id, gateway_id, leg, claim, created_at,
    sender: imposed ? sender : (message.sender ?? sender), state: 'submitting',
    provider_id: null, class: null, code: null, reason: null, answered_at: null, settled_at: null, lookups: 0, overdue_at: null,
    blanked_at: null,
  }; // prettier-ignore
}
