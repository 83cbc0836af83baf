/**
 * What an erasure left of a person, as a new record meets it: the hash in place of a number that has opted out, and the
 * hash in place of what told a record. Only accounts that have erasures are asked about either.
 */
import type { Pool } from 'pg';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import { suppressingService } from './suppressions';

/**
 * Whether an account has erasures that a new record may have to do with: one that is under way, or was done within the
 * day in which a record makes others duplicates, or one that left an opt-out, its own or that of an account which shares
 * opt-outs with it.
 */
export const hasErasures = (account: string): string => `(
  exists (select from erasures e where e.account_id = ${account} and e.state <> 'done')
  or exists (select from erasures e where e.account_id = ${account} and e.keeps_opt_out)
  or exists (select from erasures e where e.account_id = ${account} and e.finished_at > now() - interval '25 hours')
  or exists (select from accounts own where own.id = ${account} and own.opt_out_scope = 'deployment') and exists (
    select from erasures e join accounts sharing on sharing.id = e.account_id
    where e.keeps_opt_out and sharing.opt_out_scope = 'deployment'))`;

/**
 * Which of these numbers are suppressed and were erased, with the hash that is kept of each.
 * @param message whose, and what it is for.
 */
export async function findErasedOptOuts(
  client: Pick<Pool, 'query'>,
  pseudonyms: Pseudonyms,
  message: { accountId: string; service: string },
  msisdns: readonly string[],
): Promise<Map<string, string>> {
  const numberOf = new Map(msisdns.map((msisdn) => [pseudonyms.number(msisdn), msisdn]));
  const { rows } = await client.query<{ msisdn: string }>({
    name: 'find-erased-opt-outs',
    text: `select r.msisdn from unnest($3::text[]) as r (msisdn) where ${suppressingService('$1::text', 'r.msisdn', '$2::text')}`,
    values: [message.accountId, message.service, [...numberOf.keys()]],
  });
  return new Map(rows.map(({ msisdn: hash }) => [numberOf.get(hash)!, hash]));
}
