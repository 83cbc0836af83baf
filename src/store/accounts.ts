/** Accounts and API keys. */
import type { Kysely, Selectable } from 'kysely';
import type { Scope } from '../core/api-key';
import { createApiKey } from '../core/api-key';
import type { AccountsTable, Schema } from './schema';

export type Account = Selectable<AccountsTable>;

export interface StoredKey {
  id: string;
  accountId: string;
  secretHash: Buffer;
  scopes: Scope[];
  expiresAt: Date | null;
  revokedAt: Date | null;
}

export async function findKey(db: Kysely<Schema>, id: string): Promise<StoredKey | null> {
  const row = await db.selectFrom('api_keys').selectAll().where('id', '=', id).executeTakeFirst();
  if (row === undefined) return null;
  return {
    id: row.id,
    accountId: row.account_id,
    secretHash: row.secret_hash,
    scopes: row.scopes as Scope[],
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at,
  };
}

/** Makes a key; the returned `key` can't be had again. */
export async function insertKey(
  db: Kysely<Schema>,
  draft: { accountId: string; name: string; scopes: Scope[]; expiresAt: Date | null },
): Promise<{ id: string; key: string }> {
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
    })
    .execute();
  return { id, key };
}

/** Everything that ingress asks of an account, in one read. */
export interface AccountContext {
  account: Account;
  /** Gateways that are not deleted, active or not. */
  gateways: number;
  defaultWebhookId: string | null;
}

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
    ])
    .where('accounts.id', '=', accountId)
    .executeTakeFirst();
  if (row === undefined) return null;
  const { gateways, default_webhook_id, ...account } = row;
  return { account, gateways: Number(gateways), defaultWebhookId: default_webhook_id };
}
