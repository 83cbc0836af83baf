/** Campaigns by a part of their name. */
import { sql, type Kysely, type Selectable } from 'kysely';
import type { CampaignsTable, Schema } from '../tables';

export type NamedCampaign = Pick<
  Selectable<CampaignsTable>,
  'id' | 'name' | 'state' | 'reason' | 'recipients' | 'created_at'
>;

/** So many of an account's campaigns are looked through, the newest. */
const LOOKED_THROUGH = 10_000;

/** Newest first; in any case. @param sought part of the name, or the whole id. */
export async function findCampaignsNamed(
  db: Kysely<Schema>,
  accountId: string,
  sought: string,
  limit: number,
): Promise<NamedCampaign[]> {
  const { rows } = await sql<NamedCampaign>`
    select * from (
      select id, name, state, reason, recipients, created_at from campaigns
      where account_id = ${accountId} order by created_at desc, id desc limit ${sql.lit(LOOKED_THROUGH)}
    ) c
    where strpos(lower(c.name), lower(${sought})) > 0 or c.id = ${sought} limit ${limit}`.execute(db);
  return rows;
}
