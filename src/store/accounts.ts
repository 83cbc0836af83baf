/** Accounts and API keys. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Scope } from '../core/api-key';
import { createApiKey } from '../core/api-key';
import { prefixedId } from '../core/ids';
import type { SenderClass } from '../core/sender';
import type { AccountsTable, ApiKeysTable, Schema } from './schema';

export type Account = Selectable<AccountsTable>;

export interface StoredKey {
  id: string;
  accountId: string;
  secretHash: Buffer;
  scopes: Scope[];
  expiresAt: Date | null;
  revokedAt: Date | null;
  /** Requests per second; null = unlimited. */
  ratePerSecond: number | null;
  lastUsedAt: Date | null;
}

export async function findKey(db: Kysely<Schema>, id: string): Promise<StoredKey | null> {
  const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toStoredKey(row);
}

function toStoredKey(row: Selectable<ApiKeysTable>): StoredKey {
  return {
    id: row.id,
    accountId: row.account_id,
    secretHash: row.secret_hash,
    scopes: row.scopes as Scope[],
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
    ratePerSecond: row.rate_per_second,
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
  return db.transaction().execute(async (transaction) => {
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

/** Everything that ingress asks of an account, in one read. */
export interface AccountContext {
  account: Account;
  /** Gateways that are not deleted, active or not. */
  gateways: number;
  defaultWebhookId: string | null;
  /** The gateways that a message without a route of its own may take: of the default route, else all. */
  carriers: GatewayFacts[];
  /** Approved sender IDs, where only those may send; else empty, as nobody asks. */
  approvedSenders: ApprovedSender[];
}

export interface GatewayFacts {
  name: string;
  provider: string;
  active: boolean;
  demo: boolean;
}

export interface ApprovedSender {
  sender: string;
  class: SenderClass;
  isDefault: boolean;
}

const CARRIERS = sql<GatewayFacts[]>`(
  select coalesce(json_agg(json_build_object(
    'name', g.name, 'provider', g.provider, 'active', g.status = 'active', 'demo', g.demo
  ) order by g.priority, g.name), '[]'::json)
  from gateways g
  where g.account_id = accounts.id and g.deleted_at is null and not exists (
    select 1 from routes r where r.account_id = accounts.id and r.is_default
      and not r.legs @> jsonb_build_array(jsonb_build_object('gatewayId', g.id))
  )
)`;

const APPROVED_SENDERS = sql<ApprovedSender[]>`(
  select coalesce(json_agg(json_build_object('sender', s.sender, 'class', s.class, 'isDefault', s.is_default)), '[]'::json)
  from senders s
  where s.account_id = accounts.id and s.status = 'approved' and accounts.require_approved_senders
)`;

export async function findAccountContext(db: Kysely<Schema>, accountId: string): Promise<AccountContext | null> {
  const row = await db
    .selectFrom('accounts')
    .selectAll('accounts')
    .select((eb) => [
      eb
        .selectFrom('gateways')
        .select((g) => g.fn.countAll<string>().as('n'))
        .whereRef('gateways.account_id', '=', 'accounts.id')
        .where('deleted_at', 'is', null)
        .as('gateways'),
      eb
        .selectFrom('webhooks')
        .select('webhooks.id')
        .whereRef('webhooks.account_id', '=', 'accounts.id')
        .where('is_default', '=', true)
        .where('webhooks.state', '=', 'active')
        .as('default_webhook_id'),
      CARRIERS.as('carriers'),
      APPROVED_SENDERS.as('approved_senders'),
    ])
    .where('accounts.id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { gateways, default_webhook_id, carriers, approved_senders, ...account } = row;
  return {
    account,
    gateways: Number(gateways),
    defaultWebhookId: default_webhook_id,
    carriers,
    approvedSenders: approved_senders,
  };
}

export async function listAccounts(db: Kysely<Schema>): Promise<Account[]> {
  return db.selectFrom('accounts').selectAll().orderBy('created_at').execute();
}

export interface AccountDraft {
  name: string;
  /** IANA zone. */
  timezone: string;
  /** ISO 3166 alpha-2. */
  defaultCountry: string;
  defaultService: string;
  callbackHosts: string[];
}

export async function insertAccount(db: Kysely<Schema>, draft: AccountDraft): Promise<Account> {
  return db
    .insertInto('accounts')
    .values({
      id: prefixedId('acc'),
      name: draft.name,
      timezone: draft.timezone,
      default_country: draft.defaultCountry,
      default_service: draft.defaultService,
      callback_hosts: draft.callbackHosts,
    })
    .returningAll()
    .executeTakeFirstOrThrow();
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
