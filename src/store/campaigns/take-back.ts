/** Taking back messages that were made of a text which was corrected before any of them left. */
import type { Pool } from 'pg';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { transact } from '../database';
import { openOf } from '../messages/ledger';

/** As many messages as preparation makes in one transaction. */
const SLICES = 4;

const LIST = `
select s.id, s.no from slices s join campaigns c on c.id = s.campaign_id
where s.campaign_id = $1 and s.no < c.first_slice and s.no > $2 and ${openOf('s')} > 0
order by s.no limit ${SLICES} for update of s`;

const DELETE_LINKS = `
delete from links l using messages m
where m.slice_id = any($1::uuid[]) and m.state = any($2::message_state[]) and l.message_id = m.id`;

/** A message that has its outcome (it was cancelled alone, or its person erased) stays, and its slice for it. */
const DELETE_MESSAGES = `
with gone as (
  delete from messages where slice_id = any($1::uuid[]) and state = any($2::message_state[]) returning slice_id
),
counted as (select slice_id, count(*)::int as n from gone group by slice_id),
emptied as (
  delete from slices s using counted c where s.id = c.slice_id and s.total = c.n
)
update slices s set total = s.total - c.n, wake_due = false from counted c where s.id = c.slice_id and s.total > c.n`;

/** Those that stay are among its recipients. */
const COUNT_KEPT = `
update campaigns c
set recipients = (select coalesce(sum(total), 0) from slices s where s.campaign_id = c.id and s.no < c.first_slice)
where c.id = $1 and c.slices = c.first_slice`;

/**
 * Takes back some slices of the text before, in one transaction. Harmless to repeat.
 * @param after the number of the last one that was taken back; -1 = none was.
 * @returns the number of the last one; null = none is left.
 */
export async function takeBackSlices(pool: Pool, campaignId: string, after: number): Promise<number | null> {
  return transact(pool, async (client) => {
    const { rows } = await client.query<{ id: string; no: number }>({
      name: 'list-taken-back',
      text: LIST,
      values: [campaignId, after],
    });
    if (rows.length === 0) {
      await client.query({ name: 'count-kept', text: COUNT_KEPT, values: [campaignId] });
      return null;
    }
    const ofThese = [rows.map(({ id }) => id), CLAIMABLE_STATES];
    await client.query({ name: 'take-back-links', text: DELETE_LINKS, values: ofThese });
    await client.query({ name: 'take-back-messages', text: DELETE_MESSAGES, values: ofThese });
    return rows.at(-1)!.no;
  });
}

/** Numbers to which a campaign has a message that had its outcome before the text was corrected: they get no other one. */
export async function listKeptNumbers(pool: Pool, campaignId: string): Promise<Set<string>> {
  const { rows } = await pool.query<{ msisdn: string }>(
    `select m.msisdn from campaigns c join slices s on s.campaign_id = c.id and s.no < c.first_slice
     join messages m on m.slice_id = s.id where c.id = $1`,
    [campaignId],
  );
  return new Set(rows.map(({ msisdn }) => msisdn));
}
