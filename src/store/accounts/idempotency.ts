/** Idempotency keys: which request came first under a key, and what it was answered. */
import type { Pool } from 'pg';
import { execute } from '../database';
import { SEALED, type SealContext } from '../seal';

export interface IdempotencyKey {
  accountId: string;
  key: string;
}

/** Names the row of an answer for its seal. */
export const idempotencyContext = ({ accountId, key }: IdempotencyKey): SealContext =>
  SEALED.idempotencyAnswer.context(accountId, key);

export type Claim =
  /** The request is the first one under its key. */
  | { state: 'claimed' }
  /** The first request is under way. */
  | { state: 'in-progress' }
  /** The key came with another request. */
  | { state: 'mismatch' }
  /** `answer` is sealed. */
  | { state: 'answered'; status: number; answer: string };

/** Longer than any request takes: a claim that is older and has no answer was left by a process that died. */
const CLAIM = '60 seconds';
const KEPT = '24 hours';

const CLAIM_STATEMENT = `
insert into idempotency_keys as k (account_id, key, request_hash) values ($1, $2, $3)
on conflict (account_id, key) do update
  set request_hash = excluded.request_hash, status = null, answer = null, created_at = now()
  where k.created_at < now() - interval '${KEPT}'
     or (k.status is null and k.request_hash = excluded.request_hash and k.created_at < now() - interval '${CLAIM}')
returning key`;

/**
 * Claims a key for a request. A key is free when it is new, older than 24 hours, or was claimed by the same request in a
 * process that died before it answered.
 * @param requestHash the same for the same request.
 */
export async function claimIdempotencyKey(
  pool: Pool,
  { accountId, key }: IdempotencyKey,
  requestHash: Buffer,
): Promise<Claim> {
  const claimed = await execute(pool, 'claim-idempotency-key', CLAIM_STATEMENT, [accountId, key, requestHash]);
  if (claimed.length > 0) return { state: 'claimed' };
  const [row] = await execute<{ request_hash: Buffer; status: number | null; answer: string }>(
    pool,
    'find-idempotency-key',
    'select request_hash, status, answer from idempotency_keys where account_id = $1 and key = $2',
    [accountId, key],
  );
  // The first request failed and gave the key back between the two statements: whoever comes next gets it.
  if (row === undefined) return { state: 'in-progress' };
  if (!row.request_hash.equals(requestHash)) return { state: 'mismatch' };
  return row.status === null ? { state: 'in-progress' } : { state: 'answered', status: row.status, answer: row.answer };
}

/** Keeps the answer of the first request under a key. @param answer sealed. */
export async function keepAnswer(
  pool: Pool,
  { accountId, key }: IdempotencyKey,
  status: number,
  answer: string,
): Promise<void> {
  await execute(
    pool,
    'keep-idempotent-answer',
    'update idempotency_keys set status = $3, answer = $4 where account_id = $1 and key = $2 and status is null',
    [accountId, key, status, answer],
  );
}

/** Gives a key back whose request failed, so that the next one is a first one. */
export async function releaseIdempotencyKey(pool: Pool, { accountId, key }: IdempotencyKey): Promise<void> {
  await execute(
    pool,
    'release-idempotency-key',
    'delete from idempotency_keys where account_id = $1 and key = $2 and status is null',
    [accountId, key],
  );
}

/** Answers that are dropped in one statement: a tenth of a second. */
const FORGOTTEN_AT_ONCE = 10_000;

/** Drops answers older than 24 hours, the oldest {@link FORGOTTEN_AT_ONCE}. @returns whether there may be more. */
export async function forgetIdempotencyKeys(pool: Pool): Promise<boolean> {
  const rows = await execute(
    pool,
    'forget-idempotency-keys',
    `delete from idempotency_keys where (account_id, key) in (
       select account_id, key from idempotency_keys where created_at < now() - interval '${KEPT}'
       order by created_at limit $1 for update skip locked)
     returning 1`,
    [FORGOTTEN_AT_ONCE],
  );
  return rows.length === FORGOTTEN_AT_ONCE;
}
