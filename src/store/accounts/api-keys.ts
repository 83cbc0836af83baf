/** API keys. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Scope } from '../../core/accounts/api-key';
import { createApiKey } from '../../core/accounts/api-key';
import { inTransaction } from '../database';
import type { ApiKeysTable, Schema } from '../tables';

export interface StoredKey {
  id: string;
  accountId: string;
  secretHash: Buffer;
  scopes: Scope[];
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Requests per second; null = unlimited. */
  ratePerSecond: number | null;
  /** The highest rate among the valid keys of its account, which all of them share; null = all are unlimited. */
  accountRatePerSecond: number | null;
  lastUsedAt: Date | null;
}

export async function findKey(db: Kysely<Schema>, id: string): Promise<StoredKey | null> {
  const [key = null] = await findKeys(db, [id]);
  return key;
}

/** What a key is called; null = there is no key of this id. */
export async function findKeyName(db: Kysely<Schema>, id: string): Promise<string | null> {
  const row = await db.selectFrom('api_keys').select('name').where('id', '=', id).executeTakeFirst();
  return row?.name ?? null;
}

export interface KeyName {
  id: string;
  name: string;
}

/** So many keys of an account are told by their names: an account has few, and ends one when it makes another. */
const MAX_NAMES = 1_000;

/** What the keys of an account are called, the newest first, those that have ended too. */
export async function listKeyNames(db: Kysely<Schema>, accountId: string): Promise<KeyName[]> {
  return db
    .selectFrom('api_keys')
    .select(['id', 'name'])
    .where('account_id', '=', accountId)
    .orderBy('created_at', 'desc')
    .limit(MAX_NAMES)
    .execute();
}

/** The keys of these ids, as far as there are any, in no order. */
export async function findKeys(db: Kysely<Schema>, ids: readonly string[]): Promise<StoredKey[]> {
  const rows = await db
    .selectFrom('api_keys as k')
    .selectAll('k')
    .select((query) =>
      query
        .selectFrom('api_keys as o')
        .select((of) => of.fn.max('o.rate_per_second').as('rate'))
        .whereRef('o.account_id', '=', 'k.account_id')
        .where('o.revoked_at', 'is', null)
        .where((of) => of.or([of('o.expires_at', 'is', null), of('o.expires_at', '>', sql<Date>`now()`)]))
        .as('account_rate'),
    )
    .where(sql<boolean>`k.id = any(${ids})`)
    .execute();
  return rows.map(toStoredKey);
}

function toStoredKey(row: Selectable<ApiKeysTable> & { account_rate: number | null }): StoredKey {
  return {
    id: row.id,
    accountId: row.account_id,
    secretHash: row.secret_hash,
    scopes: row.scopes as Scope[],
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    ratePerSecond: row.rate_per_second,
    accountRatePerSecond: row.account_rate,
    lastUsedAt: row.last_used_at,
  };
}

export interface KeyDraft {
  accountId: string;
  name: string;
  scopes: Scope[];
  expiresAt: Date | null;
  /** Requests per second; null = unlimited. */
  ratePerSecond: number | null;
}

/** Makes a key. */
export async function insertKey(db: Kysely<Schema>, draft: KeyDraft): Promise<NewKey> {
  const { id, key, hash, last4 } = createApiKey();
  await db
    .insertInto('api_keys')
    .values({
      id,
      account_id: draft.accountId,
      name: draft.name,
      secret_hash: hash,
      last4,
      scopes: draft.scopes,
      expires_at: draft.expiresAt,
      rate_per_second: draft.ratePerSecond,
    })
    .execute();
  return { id, key };
}

/** A key that was just made; `key` can't be had again. */
export interface NewKey {
  id: string;
  key: string;
}

export interface Rotation {
  made: KeyDraft & NewKey;
  /** When the old key ends. */
  oldExpiresAt: Date;
}

/**
 * Makes a key that is like another one, which then ends after `graceSeconds`, or earlier if it would have anyway.
 * @param expiresAt when the new key ends; absent = when the old one would have.
 * @returns null when the account has no valid key of that id.
 */
export async function rotateKey(
  db: Kysely<Schema>,
  accountId: string,
  id: string,
  { graceSeconds, expiresAt }: { graceSeconds: number; expiresAt?: Date },
): Promise<Rotation | null> {
  return inTransaction(db, async (transaction) => {
    const old = await transaction
      .selectFrom('api_keys')
      .selectAll()
      .where('id', '=', id)
      .where('account_id', '=', accountId)
      .where('revoked_at', 'is', null)
      .where((where) => where.or([where('expires_at', 'is', null), where('expires_at', '>', sql<Date>`now()`)]))
      .forUpdate()
      .executeTakeFirst();
    if (old === undefined) return null;
    const ended = await transaction
      .updateTable('api_keys')
      .set({ expires_at: sql<Date>`least(expires_at, now() + make_interval(secs => ${graceSeconds}))` })
      .where('id', '=', id)
      .returning('expires_at')
      .executeTakeFirstOrThrow();
    const draft: KeyDraft = {
      accountId,
      name: old.name,
      scopes: old.scopes as Scope[],
      expiresAt: expiresAt ?? old.expires_at,
      ratePerSecond: old.rate_per_second,
    };
    const made = { ...draft, ...(await insertKey(transaction, draft)) };
    return { made, oldExpiresAt: ended.expires_at! };
  });
}

/** Notes that a key was used; at most once a minute, however many processes say so. */
export async function touchKey(db: Kysely<Schema>, id: string): Promise<void> {
  await db
    .updateTable('api_keys')
    .set({ last_used_at: sql<Date>`now()` })
    .where('id', '=', id)
    .where((where) =>
      where.or([where('last_used_at', 'is', null), where('last_used_at', '<', sql<Date>`now() - interval '1 minute'`)]),
    )
    .execute();
}

/** A key as it may be shown: enough to recognise it, nothing to use it with. */
export interface KeySummary {
  id: string;
  name: string;
  last4: string;
  scopes: string[];
  expiresAt: Date | null;
  revokedAt: Date | null;
  ratePerSecond: number | null;
  /** To the minute. */
  lastUsedAt: Date | null;
  createdAt: Date;
}

export async function listKeys(db: Kysely<Schema>, accountId: string): Promise<KeySummary[]> {
  const rows = await db
    .selectFrom('api_keys')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => ({
    id: row.id,
    name: row.name,
    last4: row.last4,
    scopes: row.scopes,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    ratePerSecond: row.rate_per_second,
    lastUsedAt: row.last_used_at,
    createdAt: row.created_at,
  }));
}

/** Ends a key at once. False: the account has no valid key of that id. */
export async function revokeKey(db: Kysely<Schema>, accountId: string, id: string): Promise<boolean> {
  const result = await db
    .updateTable('api_keys')
    .set({ revoked_at: new Date() })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('revoked_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}
