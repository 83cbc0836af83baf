/** Gateways that a request names: each must be one of the account's own. */
import type { Database } from '../../store/database';
import { listGateways } from '../../store/gateways/gateways';

/** The ids of these that are no gateway of the account. */
export async function foreignGateways(
  { db }: Database,
  accountId: string,
  ids: readonly string[],
): Promise<ReadonlySet<string>> {
  if (ids.length === 0) return new Set();
  const known = new Set((await listGateways(db, accountId)).map(({ id }) => id));
  return new Set(ids.filter((id) => !known.has(id)));
}
