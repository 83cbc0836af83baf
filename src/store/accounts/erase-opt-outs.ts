/**
 * The opt-out of a person who is erased: it goes on to be obeyed, by a keyed hash in place of the number. A record that
 * comes later to that number is stored with the hash in place of the number, too (`messages/erased.ts`), so that what asks
 * whether a message is suppressed finds it as it finds any other.
 */
import type { Pool } from 'pg';
import { execute, transact } from '../database';
import type { Counts } from './erasures';
import { noteErased } from './erasures';
import type { StepContext } from './erase-step';

/** Longer than any statement that accepts messages and did not see the hash: the number stays beside it that long. */
export const BOTH_MS = 60_000;

const HASH_BESIDE = `
with own as (
  select s.* from suppressions s
  where s.account_id = $2 and s.msisdn = $3 and s.created_at <= (select created_at from erasures where id = $1)
),
beside as (
  insert into suppressions as s (account_id, msisdn, source, classes, at, evidence, created_at)
  select account_id, $4, source, classes, at, evidence, created_at from own
  on conflict (msisdn, account_id) do update set classes = 'all'
    where s.classes = 'promotional' and excluded.classes = 'all'
)
update erasures set keeps_opt_out = true, opt_out_at = coalesce(opt_out_at, now())
where id = $1 and exists (select from own)
returning 1`;

/** Puts the hash beside the number. @returns whether the number was suppressed. */
export async function keepOptOut(pool: Pool, { id, accountId, subject, keys }: StepContext): Promise<boolean> {
  const rows = await execute(pool, 'erase-hash-beside', HASH_BESIDE, [
    id,
    accountId,
    subject.value,
    keys.pseudonyms.number(subject.value),
  ]);
  return rows.length > 0;
}

const REMOVE_NUMBER = `
delete from suppressions s using erasures e
where e.id = $1 and s.account_id = $2 and s.msisdn = $3 and s.created_at <= e.created_at
  and e.opt_out_at < now() - $4 * interval '1 millisecond'
returning s.id`;

/** Addresses name the suppression by its id. */
const KEEP_ID = `update suppressions set id = $3 where account_id = $1 and msisdn = $2`;

/** Takes the number away once the hash has stood beside it for long. @returns false while it has not. */
export async function removeOptOutNumber(
  pool: Pool,
  { id, accountId, subject, keys }: StepContext,
  position: { step: number; place: string | null },
): Promise<boolean> {
  return transact(pool, async (client) => {
    const { rows } = await client.query<{ id: string }>({
      name: 'erase-suppression',
      text: REMOVE_NUMBER,
      values: [id, accountId, subject.value, BOTH_MS],
    });
    const [removed] = rows;
    if (removed !== undefined) {
      const values = [accountId, keys.pseudonyms.number(subject.value), removed.id];
      await client.query({ name: 'erase-keep-suppression-id', text: KEEP_ID, values });
    }
    const counts: Counts = { suppressions: rows.length };
    await noteErased(client, id, counts, position);
    return removed !== undefined;
  });
}
