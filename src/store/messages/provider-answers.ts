/**
 * What providers answered to requests that they did not plainly take. A message that was taken at once has no row here, so
 * that it costs nothing; one that was refused has one, which it may share with others of its request.
 */
import type { Pool } from 'pg';
import { sql, type Kysely } from 'kysely';
import { execute } from '../database';
import type { Schema } from '../tables';

/** How long an answer is kept; less where the account's `retention_days` are fewer. */
export const ANSWERS_KEPT_DAYS = 7;

/** An answer as it is kept. */
export interface ProviderAnswer {
  /** HTTP; null = there was no complete answer. */
  status: number | null;
  /** Why there was none: the code of the connection's failure. */
  failure: string | null;
  contentType: string | null;
  /** Without secrets, numbers and texts; null = there was none, or it is not kept. */
  body: string | null;
  /** Characters of the whole body, where `body` is the beginning of it. */
  cutFrom: number | null;
  tookMs: number;
  /** Messages of the wire request. */
  size: number;
}

export interface AnswerDraft extends ProviderAnswer {
  /** UUIDv7. */
  id: string;
  accountId: string;
  /** The messages that it is about, with the number of the attempt of each. */
  of: readonly { messageId: string; no: number }[];
}

/** Nothing is kept of a message that was blanked or is being erased: what was on the wire then comes too late. */
const KEEP = `
insert into provider_answers
  (id, account_id, message_ids, attempt_nos, size, status, failure, content_type, body, cut_from, took_ms)
select r.* from jsonb_to_recordset($1::jsonb) as r (
  id uuid, account_id text, message_ids uuid[], attempt_nos smallint[], size int, status smallint, failure text,
  content_type text, body text, cut_from int, took_ms int
)
where not exists (
  select from attempts a where a.message_id = any(r.message_ids) and a.blanked_at is not null
)`;

/** Keeps answers, in one statement. */
export async function keepAnswers(pool: Pool, drafts: readonly AnswerDraft[]): Promise<void> {
  const rows = drafts.map((draft) => ({
    id: draft.id,
    account_id: draft.accountId,
    message_ids: draft.of.map(({ messageId }) => messageId),
    attempt_nos: draft.of.map(({ no }) => no),
    size: draft.size,
    status: draft.status,
    failure: draft.failure,
    content_type: draft.contentType,
    body: draft.body,
    cut_from: draft.cutFrom,
    took_ms: draft.tookMs,
  }));
  await execute(pool, 'keep-provider-answers', KEEP, [JSON.stringify(rows)]);
}

/** An answer as it is shown with its attempt. */
export interface ShownAnswer extends ProviderAnswer {
  at: Date;
  /** The attempt that it is about. */
  no: number;
}

/** Most answers of one message that are shown, the newest: a provider may have put it off for a day. */
const SHOWN_ANSWERS = 50;

/** What is kept for a message of an account, oldest first. */
export async function listAnswersOf(db: Kysely<Schema>, accountId: string, messageId: string): Promise<ShownAnswer[]> {
  const { rows } = await sql<ShownAnswer>`
    select at, attempt_nos[array_position(message_ids, ${messageId}::uuid)] as no, size, status, failure,
           content_type as "contentType", body, cut_from as "cutFrom", took_ms as "tookMs"
    from provider_answers
    where message_ids @> array[${messageId}::uuid] and account_id = ${accountId}
      and at > now() - make_interval(days => ${ANSWERS_KEPT_DAYS})
    order by at desc, id desc limit ${SHOWN_ANSWERS}`.execute(db);
  return rows.reverse();
}

const FORGET = `
delete from provider_answers where id = any(array(
  select o.id from accounts a
  cross join lateral (
    select id from provider_answers
    where account_id = a.id
      and at < now() - make_interval(days => least(${ANSWERS_KEPT_DAYS}, coalesce(a.retention_days, ${ANSWERS_KEPT_DAYS})))
    order by at limit $1
  ) o
  limit $1))`;

/** Deletes what is kept no longer. */
export async function forgetAnswers(pool: Pool, limit: number): Promise<void> {
  await execute(pool, 'forget-provider-answers', FORGET, [limit]);
}
