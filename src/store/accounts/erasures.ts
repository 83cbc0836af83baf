/** Erasures as rows: asked for, carried out step by step (`erase.ts`), and looked at. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Pool, PoolClient } from 'pg';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import { uuidv7 } from '../../core/messages/ids';
import { execute } from '../database';
import { SEALED, type Sealer } from '../seal';
import type { ErasuresTable, Schema } from '../tables';

export type ErasureRow = Selectable<ErasuresTable>;

/** Whom or what to forget: a number in E.164, or the meta of a record. */
export interface ErasureSubject {
  kind: 'number' | 'meta';
  value: string;
}

/**
 * No step is taken before this, in milliseconds: a request that an api took without knowing of the erasure has been
 * answered by then, and what it accepted is seen.
 */
export const ERASURE_REST_MS = 15_000;

export interface ErasureKeys {
  sealer: Sealer;
  pseudonyms: Pseudonyms;
}

const subjectContext = SEALED.erasureSubject.context;

/** The hash that stays of a subject. */
export const hashOfSubject = ({ pseudonyms }: ErasureKeys, { kind, value }: ErasureSubject): string =>
  pseudonyms[kind](value);

/** @throws SealError when it was sealed with another master key. */
export function openSubject({ sealer }: ErasureKeys, { id, kind, subject }: ErasureRow): ErasureSubject {
  return { kind, value: sealer.open(subject!, subjectContext(id)) };
}

/**
 * Asks for an erasure; maintenance carries it out. What came before this moment is meant, and what comes later is not. One
 * that is pending for the same subject is the same, from this moment.
 * @param accountIds the accounts in which: the answer is about the first of them and has the others below it.
 * @param tx a transaction.
 */
export async function requestErasure(
  tx: Kysely<Schema>,
  keys: ErasureKeys,
  subject: ErasureSubject,
  [first, ...others]: readonly [string, ...string[]],
): Promise<{ row: ErasureRow; isNew: boolean }> {
  const asked = await insertErasure(tx, keys, subject, first, null);
  for (const accountId of others) await insertErasure(tx, keys, subject, accountId, asked.row.id);
  return asked;
}

async function insertErasure(
  tx: Kysely<Schema>,
  keys: ErasureKeys,
  subject: ErasureSubject,
  accountId: string,
  parentId: string | null,
): Promise<{ row: ErasureRow; isNew: boolean }> {
  const id = uuidv7();
  const lookAt = sql<Date>`now() + ${ERASURE_REST_MS} * interval '1 millisecond'`;
  const row = await tx
    .insertInto('erasures')
    .values({
      id,
      account_id: accountId,
      parent_id: parentId,
      kind: subject.kind,
      subject: keys.sealer.seal(subject.value, subjectContext(id)),
      subject_hash: hashOfSubject(keys, subject),
      look_at: lookAt,
    })
    .onConflict((conflict) =>
      conflict
        .columns(['account_id', 'subject_hash'])
        .where(sql<boolean>`erasures.state = 'pending'`)
        .doUpdateSet((eb) => ({
          created_at: sql<Date>`now()`,
          look_at: lookAt,
          parent_id: eb.fn.coalesce('erasures.parent_id', 'excluded.parent_id'),
        })),
    )
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row, isNew: row.id === id };
}

/** An erasure with those below it, as it is shown. */
export type ShownErasure = Pick<
  ErasureRow,
  'id' | 'kind' | 'subject_hash' | 'state' | 'counts' | 'waiting' | 'created_at' | 'started_at' | 'finished_at'
> & { accounts: number };

const shown = (which: ReturnType<typeof sql>) => sql<ShownErasure>`
  select e.id, e.kind, e.subject_hash, e.created_at, e.started_at, whole.state, whole.waiting, whole.accounts,
         case whole.state when 'done' then whole.finished_at end as finished_at,
         (select coalesce(jsonb_object_agg(name, count), '{}')
          from (select c.key as name, sum(c.value::bigint) as count
                from erasures o cross join jsonb_each_text(o.counts) c
                where o.id = e.id or o.parent_id = e.id group by c.key) counted) as counts
  from (${which}) e
  cross join lateral (
    select count(*)::int as accounts, sum(o.waiting)::int as waiting, max(o.finished_at) as finished_at,
           case when bool_and(o.state = 'done') then 'done' when bool_and(o.state = 'pending') then 'pending'
                else 'running' end as state
    from erasures o where o.id = e.id or o.parent_id = e.id
  ) whole
  order by e.id desc`;

/** Null: the account has no such erasure. */
export async function findErasure(db: Kysely<Schema>, accountId: string, id: string): Promise<ShownErasure | null> {
  const { rows } = await shown(sql`select * from erasures where id = ${id} and account_id = ${accountId}`).execute(db);
  return rows[0] ?? null;
}

/** Newest first. @param page `after`: the last id of the page before. */
export async function listErasures(
  db: Kysely<Schema>,
  { accountId, after, limit }: { accountId: string; after?: string; limit: number },
): Promise<ShownErasure[]> {
  const before = after === undefined ? sql`` : sql`and id < ${after}`;
  const page = sql`select * from erasures where account_id = ${accountId} ${before} order by id desc limit ${limit}`;
  return (await shown(page).execute(db)).rows;
}

/** What waits is looked at again after this, and the seldomer the longer it has waited: up to every ten minutes. */
const AGAIN = (erasure: string): string =>
  `least(interval '10 minutes', greatest(interval '15 seconds', (now() - ${erasure}.created_at) / 10))`;

/**
 * Takes erasures whose turn it is, those that wait longest first. Whoever dies with one, or fails at it, leaves it to a
 * later turn, and keeps none of the others waiting.
 */
export async function takeDueErasures(pool: Pool, limit: number): Promise<ErasureRow[]> {
  return execute<ErasureRow>(
    pool,
    'take-due-erasures',
    `update erasures e set look_at = now() + ${AGAIN('e')}, state = 'running', started_at = coalesce(e.started_at, now())
     from (
       select id from erasures where state <> 'done' and look_at <= now() order by look_at limit $1 for update skip locked
     ) due
     where e.id = due.id returning e.*`,
    [limit],
  );
}

export async function hasDueErasures(pool: Pool): Promise<boolean> {
  const rows = await execute(
    pool,
    'has-due-erasures',
    `select from erasures where state <> 'done' and look_at <= now() limit 1`,
    [],
  );
  return rows.length > 0;
}

/** Rows that a step erased, by table. */
export type Counts = Readonly<Record<string, number>>;

/** Notes what was done, in the transaction in which it was. @param step where the walk stands now. */
export async function noteErased(
  client: PoolClient,
  id: string,
  counts: Counts,
  { step, place }: { step: number; place: string | null },
): Promise<void> {
  await client.query({
    name: 'note-erased',
    text: `update erasures set step = $2, place = $3, counts = (
             select coalesce(jsonb_object_agg(name, count), '{}') from (
               select c.key as name, sum(c.value::bigint) as count
               from (select * from jsonb_each_text(counts) union all select * from jsonb_each_text($4::jsonb)) c
               group by c.key having sum(c.value::bigint) > 0
             ) counted)
           where id = $1`,
    values: [id, step, place, JSON.stringify(counts)],
  });
}

/** Notes that it was looked at. @param more there is something to do at once. */
export async function noteLooked(pool: Pool, id: string, waiting: number, more: boolean): Promise<void> {
  await execute(
    pool,
    'note-erasure-looked',
    `update erasures set waiting = $2,
       look_at = now() + case when $3 then interval '0' else ${AGAIN('erasures')} end
     where id = $1 and state <> 'done'`,
    [id, waiting, more],
  );
}

/** It is done: what was meant is forgotten here too. */
export async function finishErasure(pool: Pool, id: string): Promise<void> {
  await execute(
    pool,
    'finish-erasure',
    `update erasures set state = 'done', finished_at = now(), waiting = 0, subject = null, place = null where id = $1`,
    [id],
  );
}
