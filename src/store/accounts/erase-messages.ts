/**
 * The messages of an erasure. What has not left is cancelled; what has, and is told, is blanked. `$1` is the erasure, `$2`
 * its account, `$3` the number or meta in all statements here.
 */
import type { Pool, PoolClient } from 'pg';
import { ERASED_NUMBER } from '../../core/messages/spellings';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import { CLAIMABLE_STATES, FINAL_STATES } from '../../core/messages/status';
import { execute, transact } from '../database';
import { blanked } from '../messages/blank';
import { isFree } from '../messages/blocks';
import { RECORD_HASH_BYTES } from '../messages/records';
import { suppressingService } from '../messages/suppressions';
import { NOTHING_SETTLED, type Settlement } from '../messages/settlement';
import { endWaiting } from '../messages/take-over';
import { ENDED_TALLIED } from '../webhooks/callback-counts';
import { bundled, TAKEN_OF_WANTED } from '../webhooks/waiting';
import { ERASURE_REST_MS, type Counts, type ErasureSubject } from './erasures';

/** Messages of one statement. */
const PAGE = 500;
/** What waits is counted up to this. */
const MOST_COUNTED = 10_000;
/** Why a message ends without having been sent: CleverTap's code for what was dropped, as for campaigns. */
const CANCELLED = { code: '917', reason: 'cancelled: an erasure was asked for' };
const UNTOLD = 'not told: the webhook is disabled, and an erasure was asked for';

const list = (states: readonly string[]): string => states.map((state) => `'${state}'`).join(', ');

/** An erasure as its steps need it. */
export interface ErasureScope {
  id: string;
  accountId: string;
  subject: ErasureSubject;
}

/** The messages by the index that has them; the account is compared in the collation of that index. */
const OF_SUBJECT = {
  number: `m.account_id = $2 and m.msisdn = $3`,
  meta: `m.account_id collate "C" = $2 and m.meta = $3`,
};

/**
 * What was accepted before the erasure was asked for; of a campaign that was launched before, what it made of its audience
 * after, too.
 */
const IS_MEANT = `(
  m.accepted_at <= (select created_at from erasures where id = $1)
  or exists (select from slices s join campaigns c on c.id = s.campaign_id
             where s.id = m.slice_id and c.launched_at <= (select created_at from erasures where id = $1)))`;

const meant = (kind: ErasureSubject['kind']): string => `${OF_SUBJECT[kind]} and ${IS_MEANT}`;

const values = ({ id, accountId, subject }: ErasureScope): string[] => [id, accountId, subject.value];

type ErasureStatement = (kind: ErasureSubject['kind']) => string;

const LIST_WAITING: ErasureStatement = (kind) => `
select m.id, m.slice_id from messages m
where ${meant(kind)} and m.state in (${list(CLAIMABLE_STATES)}) and ${isFree('m', 'm.slice_id')} limit ${PAGE}`;

/** Cancels what has not left, up to a page of it. */
export async function cancelMeant(pool: Pool, scope: ErasureScope): Promise<Settlement> {
  const { kind } = scope.subject;
  const waiting = await execute<{ id: string; slice_id: string }>(
    pool,
    `list-waiting-of-${kind}`,
    LIST_WAITING(kind),
    values(scope),
  );
  if (waiting.length === 0) return NOTHING_SETTLED;
  return transact(pool, (client) => endWaiting(client, waiting, { state: 'cancelled', ...CANCELLED }));
}

/**
 * Open messages that an opt-out of the number stops, whenever they came, in all accounts for which it counts: those that wait
 * end now, as they would when it is their turn.
 */
export async function settleOpenOfNumber(
  pool: Pool,
  { accountId, subject }: ErasureScope,
): Promise<{ settlement: Settlement; open: number }> {
  const open = await execute<{ id: string; slice_id: string; is_free: boolean }>(
    pool,
    'list-open-of-number',
    `select m.id, m.slice_id, m.state in (${list(CLAIMABLE_STATES)}) and ${isFree('m', 'm.slice_id')} as is_free
     from messages m
     where m.msisdn = $2 and m.state not in (${list(FINAL_STATES)}) and m.account_id = any(array(
         select $1::text union
         select other.id from accounts own, accounts other
         where own.id = $1 and own.opt_out_scope = 'deployment' and other.opt_out_scope = 'deployment'))
       and ${suppressingService('m.account_id', 'm.msisdn', 'm.service')} limit ${PAGE}`,
    [accountId, subject.value],
  );
  const waiting = open.filter((row) => row.is_free);
  if (waiting.length === 0) return { settlement: NOTHING_SETTLED, open: open.length };
  const ending = { state: 'suppressed', code: '903', reason: 'the number has opted out' } as const;
  return { settlement: await transact(pool, (client) => endWaiting(client, waiting, ending)), open: open.length };
}

/** From then on reports on these attempts leave nothing of the person. */
const MARK: ErasureStatement = (kind) => `
update attempts a set blanked_at = now()
where a.blanked_at is null and a.message_id = any(array(
  select m.id from messages m where ${meant(kind)}
    and exists (select from attempts o where o.message_id = m.id and o.blanked_at is null) limit ${PAGE}))`;

/** Outcomes that wait for a webhook which is disabled are told to nobody. */
const END_UNTOLD: ErasureStatement = (kind) => `
with wanted as (
  select c.webhook_id, c.next_try_at as due_at, c.slot, c.message_id
  from (select m.id from messages m where ${meant(kind)} limit ${MOST_COUNTED}) m
  join callbacks c on c.message_id = m.id and c.state = 'pending'
  join webhooks w on w.id = c.webhook_id and w.state = 'disabled'
  limit ${PAGE}
),
${TAKEN_OF_WANTED},
member as (
  select b.webhook_id, b.due_at, b.slot, b.event, u.id as message_id from bundle b cross join unnest(b.message_ids) u (id)
),
turned as (
  update callbacks c set state = 'dead', last_error = $4
  from wanted w join member b on b.webhook_id = w.webhook_id and b.slot = w.slot and b.message_id = w.message_id
  where c.message_id = w.message_id and c.slot = w.slot and c.state = 'pending'
  returning c.account_id, c.webhook_id, c.event, c.state
),
${bundled('member where (slot, message_id) not in (select slot, message_id from wanted)')},
${ENDED_TALLIED}
select from turned`;

/** What has its outcome, is told, and of which no report is on its way that knows nothing of the erasure. */
const LIST_READY: ErasureStatement = (kind) => `
select m.id from messages m
where ${meant(kind)} and m.state in (${list(FINAL_STATES)}) and ${isFree('m', 'm.slice_id')}
  and not exists (select from callbacks c where c.message_id = m.id and c.state = 'pending')
  and not exists (select from attempts a where a.message_id = m.id
                    and coalesce(a.blanked_at > now() - $4 * interval '1 millisecond', true))
limit ${PAGE}`;

const LOCK_READY = `
select m.id, m.record_key from messages m
where m.id = any($1::uuid[]) and m.state in (${list(FINAL_STATES)}) order by m.id for update`;

/** `$1` messages, `$2` what tells their records now. */
const BLANK = `
with held as (
  select m.id, m.account_id, m.msisdn, m.slice_id, k.record_key
  from unnest($1::uuid[], $2::bytea[]) as k (id, record_key) join messages m on m.id = k.id
),
texts_gone as (
  delete from inbound_texts i using held h
  where i.account_id = h.account_id and i.msisdn = h.msisdn and i.message_id = h.id returning 1
),
campaigns_blanked as (
  -- Of a campaign to one person the text is the person's too.
  update campaigns c
  set body = '', variables = '{}', problems = '[]', forecast = null, reason = null, options = c.options - 'extra'
  where c.id = any(array(select s.campaign_id from slices s where s.id = any(array(select slice_id from held))))
    and c.recipients <= 1 and c.state in ('finished', 'cancelled', 'failed', 'settling', 'running')
  returning 1
),
${blanked(`'${ERASED_NUMBER}'`, `(select h.record_key from held h where h.id = m.id)`)}
select (select count(*) from messages_blanked)::int as messages, (select count(*) from attempts_blanked)::int as attempts,
       (select count(*) from receipts_blanked)::int as receipts, (select count(*) from callbacks_blanked)::int as callbacks,
       (select count(*) from links_gone)::int as links,
       (select count(*) from answers_gone)::int as provider_answers, (select count(*) from texts_gone)::int as inbound_texts,
       (select count(*) from campaigns_blanked)::int as campaigns`;

/**
 * The keyed hash of what told a record: a repeat of it is still a duplicate. Null stays null.
 * @param recordKey the day, or what else tells the time, and the hash, as a message has it.
 */
export function erasedRecordKey(pseudonyms: Pseudonyms, recordKey: Buffer | null): Buffer | null {
  if (recordKey === null) return null;
  const hashFrom = recordKey.length - RECORD_HASH_BYTES;
  return Buffer.concat([recordKey.subarray(0, hashFrom), pseudonyms.record(recordKey.subarray(hashFrom))]);
}

/**
 * Blanks what is ready, up to a page, in a transaction of its own.
 * @param note is called in that transaction with what was blanked.
 * @returns whether there may be more.
 */
export async function blankMeant(
  pool: Pool,
  scope: ErasureScope,
  pseudonyms: Pseudonyms,
  note: (client: PoolClient, counts: Counts) => Promise<void>,
): Promise<boolean> {
  const { kind } = scope.subject;
  await execute(pool, `mark-attempts-of-${kind}`, MARK(kind), values(scope));
  await execute(pool, `end-untold-of-${kind}`, END_UNTOLD(kind), [...values(scope), UNTOLD]);
  const ready = await execute<{ id: string }>(pool, `list-ready-of-${kind}`, LIST_READY(kind), [
    ...values(scope),
    ERASURE_REST_MS,
  ]);
  if (ready.length === 0) return false;
  await transact(pool, async (client) => {
    const { rows: held } = await client.query<{ id: string; record_key: Buffer | null }>({
      name: 'lock-erased',
      text: LOCK_READY,
      values: [ready.map(({ id }) => id)],
    });
    const { rows } = await client.query<Record<string, number>>({
      name: 'blank-erased',
      text: BLANK,
      values: [held.map(({ id }) => id), held.map((row) => erasedRecordKey(pseudonyms, row.record_key))],
    });
    await note(client, rows[0]!);
  });
  return ready.length === PAGE;
}

/** Messages that are still to be blanked, up to {@link MOST_COUNTED}. */
export async function countMeant(pool: Pool, scope: ErasureScope): Promise<number> {
  const { kind } = scope.subject;
  const [row] = await execute<{ count: number }>(
    pool,
    `count-meant-of-${kind}`,
    `select count(*)::int as count from (select from messages m where ${meant(kind)} limit ${MOST_COUNTED}) found`,
    values(scope),
  );
  return row!.count;
}
