/** How much an account has of what it makes, up to a bound: nothing is counted further than it matters. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Schema } from '../tables';

/** What is counted by rows. */
export const COUNTED = ['gateways', 'webhooks', 'apiKeys', 'groups', 'templates', 'routes', 'uploads'] as const;
export type Counted = (typeof COUNTED)[number];

/** The rows of an account that count: what was deleted or has ended does not. */
const ROWS: Record<Counted, (accountId: string) => RawBuilder<unknown>> = {
  gateways: (id) => sql`select from gateways where account_id = ${id} and deleted_at is null`,
  webhooks: (id) => sql`select from webhooks where account_id = ${id}`,
  apiKeys: (id) =>
    sql`select from api_keys where account_id = ${id} and revoked_at is null and coalesce(expires_at > now(), true)`,
  groups: (id) => sql`select from groups where account_id = ${id}`,
  templates: (id) => sql`select from templates where account_id = ${id}`,
  routes: (id) => sql`select from routes where account_id = ${id} and deleted_at is null`,
  uploads: (id) => sql`select from uploads where account_id = ${id} and state <> 'deleted'`,
};

/**
 * Whether the account has `limit` of them already. Until the transaction ends nobody else is told so for the same account
 * and thing, so that two can't both be the last one.
 */
export async function isQuotaReached(
  tx: Kysely<Schema>,
  accountId: string,
  thing: Counted,
  limit: number,
): Promise<boolean> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`quota ${thing} ${accountId}`}, 0))`.execute(tx);
  const { rows } = await sql<{ n: number }>`
    select count(*)::int as n from (${ROWS[thing](accountId)} limit ${limit}) counted`.execute(tx);
  return rows[0]!.n >= limit;
}

/** Bytes of the files that the account has uploaded and not deleted. */
export async function countUploadBytes(db: Kysely<Schema>, accountId: string): Promise<number> {
  const { rows } = await sql<{ bytes: string }>`
    select coalesce(sum(bytes), 0) as bytes from uploads where account_id = ${accountId} and state <> 'deleted'`.execute(
    db,
  );
  return Number(rows[0]!.bytes);
}
