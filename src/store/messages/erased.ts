/**
 * What an erasure left of a person, as a new record meets it: the hash in place of a number that has opted out, and the
 * hash in place of what told a record. Only accounts that have erasures are asked about either.
 */
import type { PoolClient } from 'pg';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';

/**
 * Whether an account has erasures that a new record may have to do with: one that is under way, or was done within the
 * day in which a record makes others duplicates, or one that left an opt-out.
 */
export const hasErasures = (account: string): string => `(
  exists (select from erasures e where e.account_id = ${account} and e.state <> 'done')
  or exists (select from erasures e where e.account_id = ${account} and e.keeps_opt_out)
  or exists (select from erasures e where e.account_id = ${account} and e.finished_at > now() - interval '25 hours'))`;

/** Which of these numbers of an account have opted out and were erased, with the hash that is kept of each. */
export async function findErasedOptOuts(
  client: PoolClient,
  pseudonyms: Pseudonyms,
  accountId: string,
  msisdns: readonly string[],
): Promise<Map<string, string>> {
  const numberOf = new Map(msisdns.map((msisdn) => [pseudonyms.number(msisdn), msisdn]));
  const { rows } = await client.query<{ msisdn: string }>({
    name: 'find-erased-opt-outs',
    text: 'select msisdn from suppressions where account_id = $1 and msisdn = any($2::text[])',
    values: [accountId, [...numberOf.keys()]],
  });
  return new Map(rows.map(({ msisdn: hash }) => [numberOf.get(hash)!, hash]));
}
