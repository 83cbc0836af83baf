/** Accounting for a campaign to the last message. */
import type { Pool } from 'pg';
import { NIL_UUID } from '../../core/messages/ids';
import { execute } from '../database';
import type { MessageOptions } from '../tables';

export interface CodeCount {
  state: string;
  code: string | null;
  messages: number;
}

/** Messages with an outcome by state and code. Reads every message of the campaign once. */
export async function countByCode(pool: Pool, campaignId: string): Promise<CodeCount[]> {
  const rows = await execute<{ state: string; code: string | null; messages: string }>(
    pool,
    'count-by-code',
    `select m.state::text as state, m.code, count(*) as messages
     from slices s join messages m on m.slice_id = s.id
     where s.campaign_id = $1 and m.settled_at is not null
     group by m.state, m.code order by count(*) desc, m.state, m.code`,
    [campaignId],
  );
  return rows.map((row) => ({ ...row, messages: Number(row.messages) }));
}

export interface LedgerLine {
  id: string;
  msisdn: string;
  meta: string | null;
  state: string;
  code: string | null;
  reason: string | null;
  sender: string | null;
  gateway_id: string | null;
  attempts: number;
  segments: number;
  provider_id: string | null;
  submitted_at: Date | null;
  settled_at: Date | null;
  body: string;
  options: MessageOptions | null;
}

/** A page of a campaign's messages in the order of the audience. @param after id of the last message of the page before. */
export async function listLedgerLines(
  pool: Pool,
  campaignId: string,
  after: { no: number; id: string } | null,
  limit: number,
): Promise<(LedgerLine & { no: number })[]> {
  return execute<LedgerLine & { no: number }>(
    pool,
    'read-ledger-lines',
    `select m.id, m.msisdn, m.meta, m.state::text as state, m.code, m.reason, coalesce(a.sender, m.sender) as sender,
            m.gateway_id, m.attempts, m.segments, a.provider_id, m.submitted_at, m.settled_at, m.body, m.options, s.no
     from slices s
     join lateral (
       select * from messages m where m.slice_id = s.id and (s.no > $2 or m.id > $3) order by m.id limit $4
     ) m on true
     left join attempts a on a.message_id = m.id and a.no = m.attempts
     where s.campaign_id = $1 and s.no >= $2
     order by s.no, m.id limit $4`,
    [campaignId, after?.no ?? 0, after?.id ?? NIL_UUID, limit],
  );
}
