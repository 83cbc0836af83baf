/** Opt-outs: inbound texts, the numbers they suppress, and keeping those numbers from being sent to. */
import type { Kysely, Selectable } from 'kysely';
import type { Pool } from 'pg';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import type { ReplyMeaning } from '../../core/messages/opt-out';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { execute } from '../database';
import type { Schema, SuppressionsTable } from '../tables';
import { BUNDLED_COLUMNS, bundled } from '../webhooks/waiting';
import { isFree } from './blocks';
import { SETTLEMENT, SETTLEMENT_RESULT, toSettlement, type Settlement, type SettlementRow } from './settlement';

export interface InboundDraft {
  /** SHA-256 over gateway and content. */
  dedupe: Buffer;
  accountId: string;
  gatewayId: string;
  /** E.164 of the phone. */
  msisdn: string;
  /** The number or sender ID it was sent to. */
  toNumber: string | null;
  body: string;
  meaning: ReplyMeaning;
  receivedAt: Date | null;
}

/** CleverTap cuts the text of a reply there (CleverTap docs, generic SMS). */
const MAX_REPORTED_TEXT = 512;

const STORE_INBOUND = `
with incoming as (
  select * from unnest($1::bytea[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[],
                       $8::timestamptz[], $9::text[])
    as i (dedupe, account_id, gateway_id, msisdn, to_number, body, meaning, received_at, pseudonym)
),
matched as (
  select i.*, m.id as message_id, m.webhook_id from incoming i
  left join lateral (
    select id, webhook_id from messages
    where account_id = i.account_id and msisdn = i.msisdn and gateway_id = i.gateway_id
      and accepted_at > now() - interval '72 hours'
    order by id desc limit 1
  ) m on true
),
stored as (
  insert into inbound_texts (dedupe, account_id, gateway_id, msisdn, to_number, body, message_id, received_at)
  select dedupe, account_id, gateway_id, msisdn, to_number, body, message_id, coalesce(received_at, now()) from matched
  on conflict (dedupe) do nothing
  returning dedupe
),
fresh as (select m.* from matched m join stored s on s.dedupe = m.dedupe),
suppressed as (
  insert into suppressions (account_id, msisdn, source, reason)
  select distinct account_id, msisdn, 'opt-out', left(body, 100) from fresh where meaning = 'stop'
  on conflict do nothing
),
released as (
  delete from suppressions s using fresh f
  where f.meaning = 'start' and s.account_id = f.account_id and s.msisdn in (f.msisdn, f.pseudonym) and s.source = 'opt-out'
),
told as (
  select dedupe, webhook_id, 'replied:' || encode(dedupe, 'hex') as slot from fresh where webhook_id is not null
  union all
  select f.dedupe, w.id, 'replied:' || encode(f.dedupe, 'hex') || ':' || w.id from fresh f
  join webhooks w on w.account_id = f.account_id and w.kind = 'standard' and w.state = 'active'
   and (w.events is null or 'replied' = any(w.events)) and w.id is distinct from f.webhook_id
  where f.message_id is not null
),
reported as (
  insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at, detail)
  select f.account_id, t.webhook_id, f.message_id, t.slot, 'replied', coalesce(f.received_at, now()),
         jsonb_build_object('toPhone', f.to_number, 'incomingText', left(f.body, ${MAX_REPORTED_TEXT}))
  from told t join fresh f on f.dedupe = t.dedupe
  returning ${BUNDLED_COLUMNS}
),
${bundled('reported')}
select webhook_id from reported`;

/**
 * Stores inbound texts, suppresses the numbers that said stop (and releases those that said start), and queues a
 * `replied` callback under the newest message to that number over that gateway within 72 h, for the webhook it came
 * with and for every `standard` one that wants replies.
 * @param pseudonyms by which the opt-out of an erased number is known.
 * @returns webhooks with something new in their outbox.
 */
export async function storeInbound(pool: Pool, texts: InboundDraft[], pseudonyms: Pseudonyms): Promise<string[]> {
  const rows = await execute<{ webhook_id: string }>(pool, 'store-inbound', STORE_INBOUND, [
    texts.map((t) => t.dedupe),
    texts.map((t) => t.accountId),
    texts.map((t) => t.gatewayId),
    texts.map((t) => t.msisdn),
    texts.map((t) => t.toNumber),
    texts.map((t) => t.body),
    texts.map((t) => t.meaning),
    texts.map((t) => t.receivedAt),
    texts.map((t) => pseudonyms.number(t.msisdn)),
  ]);
  return [...new Set(rows.map((row) => row.webhook_id))];
}

/** Settles the waiting messages of a slice whose numbers are suppressed: the claim leaves them out. */
export async function settleSuppressed(pool: Pool, sliceId: string): Promise<Settlement> {
  const rows = await execute<SettlementRow>(
    pool,
    'settle-suppressed',
    `with held as (
       select m.id, m.state as was from messages m
       join suppressions s on s.account_id = m.account_id and s.msisdn = m.msisdn
       where m.slice_id = $1 and m.state = any($2::message_state[]) and ${isFree('m', '$1')}
       order by m.id for update of m
     ),
     moved as (
       update messages m set state = 'suppressed', code = '903', reason = 'the number has opted out', settled_at = now()
       from held h where m.id = h.id
       returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     ${SETTLEMENT_RESULT}`,
    [sliceId, CLAIMABLE_STATES],
  );
  return toSettlement(rows);
}

export type Suppression = Selectable<SuppressionsTable>;

export async function insertSuppression(
  db: Kysely<Schema>,
  draft: { accountId: string; msisdn: string; reason: string | null },
): Promise<Suppression> {
  return db
    .insertInto('suppressions')
    .values({ account_id: draft.accountId, msisdn: draft.msisdn, source: 'manual', reason: draft.reason })
    .onConflict((conflict) => conflict.columns(['account_id', 'msisdn']).doUpdateSet({ reason: draft.reason }))
    .returningAll()
    .executeTakeFirstOrThrow();
}

/** By number; one page. @param after the last number of the page before. */
export async function listSuppressions(
  db: Kysely<Schema>,
  page: { accountId: string; after?: string; limit: number },
): Promise<Suppression[]> {
  let query = db.selectFrom('suppressions').selectAll().where('account_id', '=', page.accountId);
  if (page.after !== undefined) query = query.where('msisdn', '>', page.after);
  return query.orderBy('msisdn').limit(page.limit).execute();
}

/** False: the account has no suppression of that number. */
export async function isSuppressed(
  db: Kysely<Schema>,
  pseudonyms: Pseudonyms,
  accountId: string,
  msisdn: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('suppressions')
    .select('msisdn')
    .where('account_id', '=', accountId)
    .where('msisdn', 'in', [msisdn, pseudonyms.number(msisdn)])
    .executeTakeFirst();
  return row !== undefined;
}

/** Also of a number that was erased since: its hash tells. */
export async function deleteSuppression(
  db: Kysely<Schema>,
  pseudonyms: Pseudonyms,
  accountId: string,
  msisdn: string,
): Promise<boolean> {
  const result = await db
    .deleteFrom('suppressions')
    .where('account_id', '=', accountId)
    .where('msisdn', 'in', [msisdn, pseudonyms.number(msisdn)])
    .executeTakeFirst();
  return result.numDeletedRows > 0n;
}
