/**
 * Receipts about single parts of a long text: the message is delivered when all its parts are, and failed when one is.
 */
import type { Pool, PoolClient } from 'pg';
import { transact } from '../database';
import type { ReceiptDraft } from './receipts';

interface Matched {
  index: number;
  message_id: string;
  no: number;
  segments: number;
}

/**
 * Keeps what these reports say of parts, and gives each the status of its whole message: `delivered` with the last part
 * that was missing, `failed` with any that failed, else `pending`. Reports of attempts that are not known (yet) stay as
 * they are, to be parked. In a transaction of its own, before the reports are applied: it locks their messages, so that
 * of two parts that come side by side the later one sees the earlier; and it may be repeated.
 */
export async function mergeParts(pool: Pool, receipts: readonly ReceiptDraft[]): Promise<readonly ReceiptDraft[]> {
  if (receipts.every(({ part }) => part === null)) return receipts;
  const parts = receipts.flatMap((receipt) => (receipt.part === null ? [] : [{ receipt, part: receipt.part }]));
  return transact(pool, async (client) => {
    const matched = await match(
      client,
      parts.map(({ receipt }) => receipt),
    );
    const whole = new Map<ReceiptDraft, ReceiptDraft['status']>();
    if (matched.length > 0) {
      const final = matched.filter(({ index }) => parts[index]!.receipt.status !== 'pending');
      await keep(
        client,
        final.map(({ index, message_id: id, no }) => {
          const { receipt, part } = parts[index]!;
          return { id, no, part: part.no, status: receipt.status === 'delivered' ? 'delivered' : 'failed' };
        }),
      );
      const states = await readParts(client, final);
      for (const { index, message_id: id, no, segments } of final) {
        const { receipt, part } = parts[index]!;
        const { delivered, failed } = states.get(`${id}/${no}`)!;
        whole.set(receipt, failed > 0 ? 'failed' : delivered >= (part.of ?? segments) ? 'delivered' : 'pending');
      }
    }
    return receipts.map((receipt) => {
      const status = whole.get(receipt);
      return status === undefined ? receipt : { ...receipt, effect: status };
    });
  });
}

/** The attempts that the reports are about, with their messages locked in id order. */
async function match(client: PoolClient, receipts: readonly ReceiptDraft[]): Promise<Matched[]> {
  const { rows } = await client.query<Matched>({
    name: 'match-parts',
    text: `
      with incoming as (
        select * from unnest($1::text[], $2::uuid[], $3::smallint[], $4::text[])
          with ordinality as r (gateway_id, message_id, no, provider_id, place)
      ),
      matched as (
        select i.place, a.message_id, a.no from incoming i
        join attempts a on a.message_id = i.message_id and a.no = i.no and a.gateway_id = i.gateway_id
        where i.message_id is not null
        union all
        select i.place, a.message_id, a.no from incoming i
        join attempts a on a.gateway_id = i.gateway_id and a.provider_id = i.provider_id
        where i.message_id is null
      )
      select (k.place - 1)::int as index, k.message_id, k.no, m.segments
      from matched k join messages m on m.id = k.message_id order by m.id for update of m`,
    values: [
      receipts.map((r) => r.gatewayId),
      receipts.map((r) => r.attempt?.messageId ?? null),
      receipts.map((r) => r.attempt?.no ?? null),
      receipts.map((r) => r.providerId),
    ],
  });
  return rows;
}

interface PartState {
  id: string;
  no: number;
  part: number;
  status: string;
}

/** As for messages, delivered wins over everything. */
async function keep(client: PoolClient, states: readonly PartState[]): Promise<void> {
  await client.query({
    name: 'keep-parts',
    text: `
      insert into receipt_parts as p (message_id, attempt_no, part, status)
      select distinct on (id, no, part) id, no, part, status
      from unnest($1::uuid[], $2::smallint[], $3::smallint[], $4::text[]) as s (id, no, part, status)
      order by id, no, part, status = 'delivered' desc
      on conflict (message_id, attempt_no, part) do update set status = excluded.status
        where excluded.status = 'delivered'`,
    values: [states.map((s) => s.id), states.map((s) => s.no), states.map((s) => s.part), states.map((s) => s.status)],
  });
}

async function readParts(
  client: PoolClient,
  attempts: readonly Matched[],
): Promise<Map<string, { delivered: number; failed: number }>> {
  const { rows } = await client.query<{ message_id: string; attempt_no: number; delivered: number; failed: number }>({
    name: 'read-parts',
    text: `
      select p.message_id, p.attempt_no, count(*) filter (where p.status = 'delivered')::int as delivered,
             count(*) filter (where p.status = 'failed')::int as failed
      from (select distinct * from unnest($1::uuid[], $2::smallint[]) as a (id, no)) as a
      join receipt_parts p on p.message_id = a.id and p.attempt_no = a.no
      group by 1, 2`,
    values: [attempts.map((a) => a.message_id), attempts.map((a) => a.no)],
  });
  return new Map(rows.map(({ message_id: id, attempt_no: no, ...counts }) => [`${id}/${no}`, counts]));
}
