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
  /** The number of the attempt that counts, and the provider of its gateway; null = there is none yet. */
  attempt_no: number | null;
  provider: string | null;
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
            case when a.state = 'delivered' then a.gateway_id else m.gateway_id end as gateway_id, m.attempts, m.segments,
            a.provider_id, a.no as attempt_no, g.provider, m.submitted_at, m.settled_at, m.body, m.options, s.no
     from slices s
     join lateral (
       select * from messages m where m.slice_id = s.id and (s.no > $2 or m.id > $3) order by m.id limit $4
     ) m on true
     left join lateral (
       select * from attempts a where a.message_id = m.id order by a.state = 'delivered' desc, a.no desc limit 1
     ) a on true
     left join gateways g on g.id = a.gateway_id
     where s.campaign_id = $1 and s.no >= $2
     order by s.no, m.id limit $4`,
    [campaignId, after?.no ?? 0, after?.id ?? NIL_UUID, limit],
  );
}
