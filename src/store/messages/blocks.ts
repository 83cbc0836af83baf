/**
 * Blocks: what a claim took, as one row. It is committed before the first request leaves, so that nothing that may have
 * been sent is unknown to Postgres; messages and attempts are written once, with what became of them. What needs rows
 * sooner (a receipt that overtakes the answer, a run that died) opens the attempts of a block, or of some of its messages.
 *
 * Locks are taken in this order: blocks, messages, slices. A claim locks its slice alone.
 */
import type { Pool } from 'pg';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { execute } from '../database';

/** The messages of a slice that are in blocks, as a subquery. */
export const inBlocksOf = (slice: string): string => `(select unnest(b.ids) from blocks b where b.slice_id = ${slice})`;

const CLAIMABLE = `(${CLAIMABLE_STATES.map((state) => `'${state}'`).join(', ')})`;

/**
 * Whether a message is on its way, whatever its row says: that is written with what becomes of it. One that a report on an
 * earlier attempt has ended meanwhile is what it came to.
 */
export const isUnderWay = (message: string): string =>
  `(${message}.state = 'submitting' or ${message}.state in ${CLAIMABLE} and not ${isFree(message, `${message}.slice_id`)})`;

/**
 * Whether a message of a slice is in no block: the condition of whoever decides over messages that wait. Runs decide only
 * while nothing of theirs is on its way, but one that was taken for dead may do so beside its successor.
 */
export const isFree = (message: string, slice: string): string => `${message}.id not in ${inBlocksOf(slice)}`;

/** An attempt's sender ID: that of its leg where it imposes one, else the message's own before the leg's. */
export const attemptSender = (imposed: string, sender: string, own: string): string =>
  `case when ${imposed} then ${sender} else coalesce(${own}, ${sender}) end`;

/**
 * The number of a try that was given back is used again, and its row with it; but for one that a report has ended, just
 * before its message was claimed again.
 */
export const REOPEN = `
on conflict (message_id, no) do update
set gateway_id = excluded.gateway_id, leg = excluded.leg, sender = excluded.sender, claim = excluded.claim,
    state = excluded.state, provider_id = excluded.provider_id, class = null, code = null, reason = null,
    created_at = excluded.created_at, answered_at = excluded.answered_at
where attempts.settled_at is null`;

/**
 * Takes messages out of their blocks, and blocks that are empty then away.
 * @param of which blocks. @param which which of their messages.
 */
const takeOut = (of: string, which: string): string => `
held as (
  select * from blocks b where ${of} order by b.claim for update
),
entry as (
  select claim, account_id, gateway_id, leg, sender, imposed, created_at, u.id
  from held cross join unnest(held.ids) as u (id) where ${which}
),
rest as (
  select held.claim, array(select u.id from unnest(held.ids) as u (id) where not (${which})) as ids from held
),
emptied as (
  delete from blocks b using rest where b.claim = rest.claim and cardinality(rest.ids) = 0
),
kept as (
  update blocks b set ids = rest.ids from rest where b.claim = rest.claim and cardinality(rest.ids) > 0
)`;

const COLUMNS = 'message_id, no, account_id, gateway_id, leg, sender, claim, created_at';

/** An attempt of a message that was settled meanwhile, by a report on an earlier one, was made all the same. */
const openAttempts = (of: string, which: string): string => `
with ${takeOut(of, which)},
moved as (
  update messages m set state = 'submitting', attempts = m.attempts + 1, gateway_id = e.gateway_id, not_before = null
  from entry e where m.id = e.id and m.state in ${CLAIMABLE}
  returning m.id, m.attempts, e.account_id, e.gateway_id, e.leg,
            ${attemptSender('e.imposed', 'e.sender', 'm.sender')} as sender, e.claim, e.created_at
)
insert into attempts (${COLUMNS})
select * from moved
union all
select m.id, m.attempts + 1, e.account_id, e.gateway_id, e.leg,
       ${attemptSender('e.imposed', 'e.sender', 'm.sender')}, e.claim, e.created_at
from entry e join messages m on m.id = e.id where e.id not in (select id from moved)
${REOPEN}`;

const OPEN_SLICE = openAttempts('b.slice_id = $1', 'true');
const OF_CLAIM = 'u.id in (select unnest($2::uuid[]))';
const OPEN_OF_CLAIM = openAttempts('b.claim = $1', OF_CLAIM);
const OPEN_MESSAGES = openAttempts(
  'b.slice_id in (select slice_id from messages where id = any($1::uuid[]))',
  'u.id in (select unnest($1::uuid[]))',
);

/** Gives every message of a slice that is in a block its attempt: the runs that claimed them are gone. */
export async function openAttemptsOfSlice(pool: Pool, sliceId: string): Promise<void> {
  await execute(pool, 'open-attempts-of-slice', OPEN_SLICE, [sliceId]);
}

/** Gives these messages of a claim their attempts, as far as they are in its block. */
export async function openAttemptsOfClaim(pool: Pool, claim: string, messageIds: readonly string[]): Promise<void> {
  await execute(pool, 'open-attempts-of-claim', OPEN_OF_CLAIM, [claim, messageIds]);
}

/** Gives these messages their attempts, as far as they are in blocks, of whatever slices. */
export async function openAttemptsOfMessages(pool: Pool, messageIds: readonly string[]): Promise<void> {
  await execute(pool, 'open-attempts-of-messages', OPEN_MESSAGES, [messageIds]);
}

/**
 * Gives back messages of a claim that have not left: they are as they were before it.
 * @returns those that are not in its block.
 */
export async function releaseUnsent(pool: Pool, claim: string, messageIds: readonly string[]): Promise<string[]> {
  const rows = await execute<{ id: string }>(
    pool,
    'release-unsent',
    `with ${takeOut('b.claim = $1', OF_CLAIM)}
     select r.id from unnest($2::uuid[]) as r (id) where r.id not in (select id from entry)`,
    [claim, messageIds],
  );
  return rows.map(({ id }) => id);
}

/** Gives back all that is in the block of a claim, should there be one: nothing of it has left. */
export async function releaseBlock(pool: Pool, claim: string): Promise<void> {
  await execute(pool, 'release-block', 'delete from blocks where claim = $1', [claim]);
}

/** A message that its provider took, with nothing to note. */
export interface TakenResult {
  messageId: string;
  no: number;
  providerId: string | null;
}

const WRITE_TAKEN = `
with result as (
  select * from unnest($2::uuid[], $3::smallint[], $4::text[]) as r (id, no, provider_id)
),
${takeOut('b.claim = $1', 'u.id in (select id from result)')},
moved as (
  update messages m
  set state = 'submitted', attempts = r.no, gateway_id = h.gateway_id, transients = 0, code = null, reason = null,
      not_before = null, submitted_at = now()
  from result r, held h
  where m.id = r.id and r.id in (select id from entry) and m.state in ${CLAIMABLE} and m.attempts = r.no - 1
  returning m.id, r.no, h.account_id, h.gateway_id, h.leg,
            ${attemptSender('h.imposed', 'h.sender', 'm.sender')} as sender, h.claim, h.created_at, r.provider_id,
            m.slice_id
),
attempted as (
  insert into attempts (${COLUMNS}, provider_id, state, answered_at)
  select id, no, account_id, gateway_id, leg, sender, claim, created_at, provider_id, 'submitted'::attempt_state, now() from moved
  union all
  select m.id, r.no, h.account_id, h.gateway_id, h.leg, ${attemptSender('h.imposed', 'h.sender', 'm.sender')}, h.claim,
         h.created_at, r.provider_id, 'submitted'::attempt_state, now()
  from result r join messages m on m.id = r.id cross join held h
  where r.id in (select id from entry) and r.id not in (select id from moved)
  ${REOPEN}
),
counted as (
  update slices s set submitted = s.submitted + c.submitted
  from (select slice_id, count(*)::int as submitted from moved group by slice_id) c where s.id = c.slice_id
)
select r.id from result r where r.id not in (select id from entry)`;

/**
 * Writes what a provider took of a claim, and takes it out of its block.
 * @returns those that are not in the block: their attempts were opened before.
 */
export async function writeTaken<T extends TakenResult>(
  pool: Pool,
  claim: string,
  results: readonly T[],
): Promise<readonly T[]> {
  const rows = await execute<{ id: string }>(pool, 'write-taken', WRITE_TAKEN, [
    claim,
    results.map((r) => r.messageId),
    results.map((r) => r.no),
    results.map((r) => r.providerId),
  ]);
  if (rows.length === 0) return [];
  const left = new Set(rows.map(({ id }) => id));
  return results.filter(({ messageId }) => left.has(messageId));
}
