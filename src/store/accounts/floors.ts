/** Floors under the settings of accounts: an operator's minimums, of one account or of all. */
import { sql, type Kysely } from 'kysely';
import { floorProblems, narrowed, type ComplianceSettings, type Floors } from '../../core/accounts/floors';
import type { Schema } from '../tables';
import { complianceOf, type Account } from './accounts';

export async function readDeploymentFloors(db: Kysely<Schema>): Promise<Floors> {
  return (await db.selectFrom('deployment_floors').select('floors').executeTakeFirstOrThrow()).floors;
}

/**
 * {@link readDeploymentFloors} for a transaction that changes an account: they stay until it ends. Before the account is
 * locked, or it and the operator's change would wait for each other.
 */
export async function holdDeploymentFloors(tx: Kysely<Schema>): Promise<Floors> {
  return (await tx.selectFrom('deployment_floors').select('floors').forShare().executeTakeFirstOrThrow()).floors;
}

/** What keeps an account from a setting: the first of the settings that were asked for and lie below a floor. */
export interface BelowFloor {
  field: keyof ComplianceSettings;
  message: string;
}

export type FloorResult = { ok: true; row: Account; fields: string[] } | ({ ok: false } & BelowFloor);

/**
 * Holds an account's settings against its floors and those of the deployment, in the transaction that changed them. What
 * was asked for must not lie below; the rest is narrowed.
 * @param asked the settings that were asked for.
 * @param deployment see {@link holdDeploymentFloors}.
 */
export async function keepFloors(
  tx: Kysely<Schema>,
  row: Account,
  asked: ReadonlySet<string>,
  deployment: Floors,
): Promise<FloorResult> {
  const all = [row.floors, deployment];
  const settings = complianceOf(row);
  const refused = all.flatMap((floors) => floorProblems(settings, floors)).find(({ field }) => asked.has(field));
  if (refused !== undefined) return { ok: false, ...refused };
  return { ok: true, ...(await narrow(tx, row, all)) };
}

/** An account that new floors have narrowed. */
export interface NarrowedAccount {
  id: string;
  fields: string[];
}

/** Sets the floors of all accounts, and narrows those that lie below them. */
export async function setDeploymentFloors(tx: Kysely<Schema>, floors: Floors): Promise<NarrowedAccount[]> {
  await tx
    .updateTable('deployment_floors')
    .set({ floors: JSON.stringify(floors), updated_at: sql<Date>`now()` })
    .execute();
  const changed: NarrowedAccount[] = [];
  // In the order of their ids, as every transaction that locks several of them.
  const rows = await tx.selectFrom('accounts').selectAll().orderBy('id').forNoKeyUpdate().execute();
  for (const row of rows) {
    const { fields } = await narrow(tx, row, [floors]);
    if (fields.length > 0) changed.push({ id: row.id, fields });
  }
  return changed;
}

/** Writes what floors make of an account's settings; `fields` are those that changed. */
async function narrow(
  tx: Kysely<Schema>,
  row: Account,
  floors: readonly Floors[],
): Promise<{ row: Account; fields: string[] }> {
  const before = complianceOf(row);
  const after = floors.reduce(narrowed, before);
  const fields = Object.keys(after).filter((field) => !isSame(before, after, field as keyof ComplianceSettings));
  if (fields.length === 0) return { row, fields };
  const written = await tx
    .updateTable('accounts')
    .set({
      windows: JSON.stringify(after.windows),
      india_strict: after.indiaStrict,
      require_approved_senders: after.requireApprovedSenders,
      ...(fields.includes('promotionalOutsideWindow')
        ? { promotional_outside_window: after.promotionalOutsideWindow }
        : {}),
    })
    .where('id', '=', row.id)
    .returningAll()
    .executeTakeFirstOrThrow();
  return { row: written, fields };
}

const isSame = (a: ComplianceSettings, b: ComplianceSettings, field: keyof ComplianceSettings): boolean =>
  JSON.stringify(a[field]) === JSON.stringify(b[field]);
