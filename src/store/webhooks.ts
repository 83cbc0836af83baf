/** Where outcomes go. URLs are sealed: the account id in CleverTap's callback URL is its only secret. */
import { createHash } from 'node:crypto';
import { sql, type Kysely, type Selectable } from 'kysely';
import { prefixedId } from '../core/ids';
import { inTransaction } from './database';
import type { Sealer } from './seal';
import type { Schema, WebhooksTable } from './schema';

export interface Webhook {
  id: string;
  accountId: string;
  kind: 'clevertap' | 'standard';
  url: string;
  isDefault: boolean;
  state: 'active' | 'disabled';
  createdAt: Date;
}

const urlContext = (id: string): string => `webhook:${id}:url`;
const hashUrl = (url: string): Buffer => createHash('sha256').update(url).digest();

function toWebhook(row: Selectable<WebhooksTable>, sealer: Sealer): Webhook {
  return {
    id: row.id,
    accountId: row.account_id,
    kind: row.kind,
    url: sealer.open(row.url, urlContext(row.id)),
    isDefault: row.is_default,
    state: row.state,
    createdAt: row.created_at,
  };
}

/** Finds the account's webhook of that kind and URL, or makes it. */
export async function ensureWebhook(
  db: Kysely<Schema>,
  sealer: Sealer,
  draft: { accountId: string; kind: 'clevertap' | 'standard'; url: string; isDefault: boolean },
): Promise<Webhook> {
  const id = prefixedId('wh');
  const row = await inTransaction(db, async (tx) => {
    if (draft.isDefault) {
      await tx
        .updateTable('webhooks')
        .set({ is_default: false })
        .where('account_id', '=', draft.accountId)
        .where('is_default', '=', true)
        .execute();
    }
    return tx
      .insertInto('webhooks')
      .values({
        id,
        account_id: draft.accountId,
        kind: draft.kind,
        url: sealer.seal(draft.url, urlContext(id)),
        url_hash: hashUrl(draft.url),
        is_default: draft.isDefault,
      })
      .onConflict((conflict) =>
        conflict
          .columns(['account_id', 'kind', 'url_hash'])
          .doUpdateSet({ is_default: sql<boolean>`webhooks.is_default or excluded.is_default` }),
      )
      .returningAll()
      .executeTakeFirstOrThrow();
  });
  return toWebhook(row, sealer);
}

export async function findWebhook(db: Kysely<Schema>, sealer: Sealer, id: string): Promise<Webhook | null> {
  const row = await db.selectFrom('webhooks').selectAll().where('id', '=', id).executeTakeFirst();
  return row === undefined ? null : toWebhook(row, sealer);
}

export async function listWebhooks(db: Kysely<Schema>, sealer: Sealer, accountId: string): Promise<Webhook[]> {
  const rows = await db
    .selectFrom('webhooks')
    .selectAll()
    .where('account_id', '=', accountId)
    .orderBy('created_at')
    .execute();
  return rows.map((row) => toWebhook(row, sealer));
}
