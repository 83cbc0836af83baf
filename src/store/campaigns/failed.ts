/** Those of a campaign whose messages failed, as the audience of another one: read where they are, page by page, never copied. */
import { sql, type RawBuilder } from 'kysely';
import type { Pool } from 'pg';
import type { Recipient } from '../../core/audience/audience';
import { execute } from '../database';
import type { FailedAudience } from '../tables';

/** Slices of one statement; those in which nothing failed are passed over. */
const SLICES = 8;
/** Messages of a slice at most: the place of a recipient is its slice's number and its place therein. */
const PLACES = 1_000;
const NONE: Record<string, string> = {};

/**
 * A condition on a message `m`. What was suppressed or cancelled did not fail; what ended unknown may have arrived. One
 * whose person was erased, or that is kept no longer, has no number.
 */
const failed = (classes: string, codes: string): string => `
m.state in ('failed', 'expired') and strpos(m.msisdn, '*') = 0
and (${codes}::text[] is null or m.code = any(${codes}::text[]))
and (${classes}::text[] is null or exists (
  select from attempts a where a.message_id = m.id and a.no = m.attempts and a.class = any(${classes}::text[])))`;

const PAGE = `
with near as materialized (
  select id, no from slices where campaign_id = $1 and no >= $2 / ${PLACES} and failed + expired > 0
  order by no limit ${SLICES}
),
placed as (
  select n.no * ${PLACES} + m.place as position, m.msisdn, m.meta, case when $4 then m.body end as body
  from near n cross join lateral (
    select *, (row_number() over (order by id))::int as place from messages where slice_id = n.id
  ) m
  where ${failed('$5', '$6')}
)
(select position, msisdn, meta, body from placed where position > $2 order by position limit $3)
union all
(select no * ${PLACES} + ${PLACES}, null, null, null from near order by no desc limit 1)`;

interface PlacedRow {
  position: number;
  msisdn: string | null;
  meta: string | null;
  body: string | null;
}

/** One page after a position; empty = there are no more. */
export async function readFailed(
  pool: Pool,
  { id, classes, codes, asSent }: FailedAudience,
  after: number,
  limit: number,
): Promise<Recipient[]> {
  for (let from = after; ;) {
    const values = [id, from, limit, asSent, classes ?? null, codes ?? null];
    const rows = await execute<PlacedRow & { [column: string]: unknown }>(pool, 'read-failed', PAGE, values);
    const found = rows.filter((row) => row.msisdn !== null);
    const end = rows.find((row) => row.msisdn === null);
    if (found.length > 0 || end === undefined) {
      return found.map(({ position, msisdn, meta, body }) => ({
        position,
        msisdn: msisdn!,
        meta,
        variables: asSent ? { [SENT_TEXT]: body ?? '' } : NONE,
      }));
    }
    from = end.position;
  }
}

/** The variable that has the text of a message as it was sent before. */
export const SENT_TEXT = 'text';

/** All of them as rows with `position` and `msisdn`: read whole, where they have to be counted one by one. */
export const failedRows = ({ id, classes, codes }: FailedAudience): RawBuilder<unknown> => {
  const condition = failed('f.classes', 'f.codes');
  return sql`
    select s.no::bigint * ${sql.lit(PLACES)} + m.place as position, m.msisdn
    from (select ${classes ?? null}::text[] as classes, ${codes ?? null}::text[] as codes) f
    cross join slices s cross join lateral (
      select *, row_number() over (order by id) as place from messages where slice_id = s.id
    ) m
    where s.campaign_id = ${id} and s.failed + s.expired > 0 and ${sql.raw(condition)}`;
};
