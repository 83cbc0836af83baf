/** Routes: legs in an order that a person has set, in place of the gateways' priorities. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { Pool } from 'pg';
import { prefixedId } from '../../core/messages/ids';
import type { Leg } from '../../core/gateways/route';
import { execute } from '../database';
import type { RouteLeg, RoutesTable, Schema } from '../tables';

export type RouteRow = Selectable<RoutesTable>;

export interface RouteDraft {
  name: string;
  /** In the order in which they are tried. */
  legs: RouteLeg[];
  /** For every message that names no route; takes the place of the one before. */
  isDefault: boolean;
  /** Whether a receipt that does not come in time leads to the next leg. */
  failoverOnNoReceipt: boolean;
}

function columns(draft: Partial<RouteDraft>) {
  return {
    name: draft.name,
    legs: draft.legs && JSON.stringify(draft.legs),
    is_default: draft.isDefault,
    failover_on_no_receipt: draft.failoverOnNoReceipt,
  };
}

async function clearDefault(tx: Kysely<Schema>, accountId: string): Promise<void> {
  await tx
    .updateTable('routes')
    .set({ is_default: false })
    .where('account_id', '=', accountId)
    .where('is_default', '=', true)
    .execute();
}

/** @throws a unique violation on `routes_account_id_name_key` when the account has one of that name. */
export async function insertRoute(tx: Kysely<Schema>, accountId: string, draft: RouteDraft): Promise<RouteRow> {
  if (draft.isDefault) await clearDefault(tx, accountId);
  return tx
    .insertInto('routes')
    .values({
      ...columns(draft),
      id: prefixedId('rt'),
      account_id: accountId,
      name: draft.name,
      legs: JSON.stringify(draft.legs),
    })
    .returningAll()
    .executeTakeFirstOrThrow();
}

/**
 * Changes what the draft names. Messages that have their legs already keep them. Null: the account has none such.
 * @throws a unique violation as {@link insertRoute}
 */
export async function updateRoute(
  tx: Kysely<Schema>,
  accountId: string,
  id: string,
  draft: Partial<RouteDraft>,
): Promise<RouteRow | null> {
  if (draft.isDefault) await clearDefault(tx, accountId);
  const row = await tx
    .updateTable('routes')
    .set({ ...columns(draft), updated_at: new Date() })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .returningAll()
    .executeTakeFirst();
  return row ?? null;
}

/** Its row stays for the slices that were given it, its name is free again. False: the account has none such. */
export async function deleteRoute(tx: Kysely<Schema>, accountId: string, id: string): Promise<boolean> {
  const result = await tx
    .updateTable('routes')
    .set({ deleted_at: new Date(), is_default: false, name: sql<string>`name || ' (' || id || ')'` })
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return result.numUpdatedRows > 0n;
}

export async function findRoute(db: Kysely<Schema>, accountId: string, id: string): Promise<RouteRow | null> {
  const row = await db
    .selectFrom('routes')
    .selectAll()
    .where('id', '=', id)
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row ?? null;
}

/** By id. @param page `after`: id of the last one of the page before. */
export async function listRoutes(
  db: Kysely<Schema>,
  accountId: string,
  page: { after?: string; limit: number },
): Promise<RouteRow[]> {
  let query = db.selectFrom('routes').selectAll().where('account_id', '=', accountId).where('deleted_at', 'is', null);
  if (page.after !== undefined) query = query.where('id', '>', page.after);
  return query.orderBy('id').limit(page.limit).execute();
}

/** Names of the routes that have a leg over this gateway. */
export async function routesOverGateway(db: Kysely<Schema>, accountId: string, gatewayId: string): Promise<string[]> {
  const rows = await db
    .selectFrom('routes')
    .select('name')
    .where('account_id', '=', accountId)
    .where('deleted_at', 'is', null)
    .where(sql<boolean>`legs @> ${JSON.stringify([{ gatewayId }])}::jsonb`)
    .orderBy('name')
    .execute();
  return rows.map(({ name }) => name);
}

/**
 * The legs of a slice's route: the one it was given, even if that was deleted since, else the account's default. Null
 * when there is neither.
 */
export async function findRouteLegs(pool: Pool, accountId: string, routeId: string | null): Promise<Leg[] | null> {
  const [row] = await execute<{ legs: RouteLeg[]; failover_on_no_receipt: boolean }>(
    pool,
    'route-legs',
    `select legs, failover_on_no_receipt from routes
     where account_id = $1 and (id = $2 or ($2 is null and is_default))`,
    [accountId, routeId],
  );
  if (row === undefined) return null;
  return row.legs.map(({ gatewayId, sender }) => ({
    gatewayId,
    sender: sender === null ? 'requested' : { name: sender },
    failoverOnNoReceipt: row.failover_on_no_receipt,
  }));
}
