/** Questions about an audience before it becomes messages. */
import { sql, type Kysely } from 'kysely';
import type { Audience, Schema } from './schema';

/** The table of an audience's rows, by the id that {@link Audience} names. */
const ROWS = {
  group: sql`select msisdn from group_members where group_id = `,
  upload: sql`select msisdn from upload_rows where upload_id = `,
};

export async function countAudience(db: Kysely<Schema>, audience: Audience): Promise<number> {
  if (audience.kind === 'recipients') return 0;
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from (${ROWS[audience.kind]}${audience.id}) r`.execute(db);
  return Number(rows[0]!.n);
}

/** @param numbers of an audience that came in the request. */
export async function isEveryoneSuppressed(
  db: Kysely<Schema>,
  accountId: string,
  audience: Audience,
  numbers: readonly string[],
): Promise<boolean> {
  const everyone =
    audience.kind === 'recipients'
      ? sql`select msisdn from unnest(${numbers}::text[]) as n (msisdn)`
      : sql`${ROWS[audience.kind]}${audience.id}`;
  // Ends at the first who is not.
  const { rows } = await sql<{ reachable: boolean }>`
    select exists (
      select 1 from (${everyone}) r
      where not exists (select 1 from suppressions s where s.account_id = ${accountId} and s.msisdn = r.msisdn)
    ) as reachable`.execute(db);
  return !rows[0]!.reachable;
}
