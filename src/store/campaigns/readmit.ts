/** Recipients whom another text leaves out no more. */
import { sql, type Kysely } from 'kysely';
import type { CampaignProblem, Schema } from '../tables';
import type { CampaignRow } from './campaigns';
import { MAX_PROBLEMS } from './rejected';

/** Why somebody was left out whatever the text says. */
const NOT_THE_TEXT = ['invalid-number', 'invalid-type', 'invalid-row'];

/**
 * Has those come in again whom the text before left out: preparation judges them by the one that there is now. Of the
 * recipients of a request, who has the number of another one counts as a duplicate then.
 * @returns the campaign with what it says of those who are still left out.
 */
export async function readmit(tx: Kysely<Schema>, campaign: CampaignRow): Promise<CampaignRow> {
  const { id, audience } = campaign;
  const left = audience.kind === 'recipients' ? await readmitOwn(tx, campaign) : await dropLeftOut(tx, campaign);
  return tx
    .updateTable('campaigns')
    .set({
      refused: left.refused,
      rejected: left.refused,
      duplicates: left.duplicates,
      problems: JSON.stringify(left.problems),
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow();
}

type LeftOut = Pick<CampaignRow, 'refused' | 'duplicates'> & { problems: CampaignProblem[] };

/** Of other audiences the list itself is read again, so the notes on who was left out go. */
async function dropLeftOut(tx: Kysely<Schema>, { id, refused, duplicates, problems }: CampaignRow): Promise<LeftOut> {
  await sql`delete from campaign_recipients where campaign_id = ${id} and code <> all(${NOT_THE_TEXT}::text[])`.execute(
    tx,
  );
  return { refused, duplicates, problems: problems.slice(0, refused) };
}

async function readmitOwn(tx: Kysely<Schema>, { id, rejected, duplicates }: CampaignRow): Promise<LeftOut> {
  const { rows } = await sql<{ noted: number; twice: number; still: CampaignProblem[]; stay: number }>`
    with noted as (select position, msisdn, code, message from campaign_recipients where campaign_id = ${id} and code is not null),
    returning_ as (
      select n.position, k.msisdn is not null or row_number() over (partition by n.msisdn order by n.position) > 1 as is_twice
      from noted n
      left join (select distinct msisdn from campaign_recipients where campaign_id = ${id} and code is null) k
        on k.msisdn = n.msisdn
      where n.code <> all(${NOT_THE_TEXT}::text[])
    ),
    gone as (
      delete from campaign_recipients r using returning_ t
      where r.campaign_id = ${id} and r.position = t.position and t.is_twice
    ),
    back as (
      update campaign_recipients r set code = null, message = null, account_id = null from returning_ t
      where r.campaign_id = ${id} and r.position = t.position and not t.is_twice
    )
    select (select count(*) from noted)::int as noted, (select count(*) from returning_ where is_twice)::int as twice,
           (select count(*) from noted where code = any(${NOT_THE_TEXT}::text[]))::int as stay,
           (select coalesce(jsonb_agg(jsonb_build_object('position', position - 1, 'code', code, 'message', message) order by position), '[]')
            from (select * from noted where code = any(${NOT_THE_TEXT}::text[]) order by position limit ${MAX_PROBLEMS}) p) as still`.execute(
    tx,
  );
  const { noted, twice, stay, still } = rows[0]!;
  // Who was erased since is counted, and noted no longer.
  return { refused: stay + Math.max(0, rejected - noted), duplicates: duplicates + twice, problems: still };
}
