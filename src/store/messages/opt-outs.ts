/** Opt-outs: inbound texts, the numbers they suppress, and keeping those numbers from being sent to. */
import type { Pool } from 'pg';
import type { Pseudonyms } from '../../core/accounts/pseudonyms';
import type { CallbackProof } from '../../core/gateways/callback-proof';
import type { ReplyMeaning } from '../../core/messages/opt-out';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { execute } from '../database';
import type { ConsentEvidence } from '../tables';
import { BUNDLED_COLUMNS, bundled } from '../webhooks/waiting';
import { isFree } from './blocks';
import { suppressingMessage, type OptOutRules } from './suppressions';
import { SETTLEMENT, SETTLEMENT_RESULT, toSettlement, type Settlement, type SettlementRow } from './settlement';
import { bodyOnceEnded } from './texts';

export interface InboundDraft {
  /** SHA-256 over gateway and content. */
  dedupe: Buffer;
  /** The provider gave it an id or a time, so that equal ones are the same; else what the number said last decides. */
  toldApart: boolean;
  accountId: string;
  gatewayId: string;
  /** E.164 of the phone. */
  msisdn: string;
  /** Keyed, of the number. */
  numberHash: Buffer;
  /** The number or sender ID it was sent to. */
  toNumber: string | null;
  body: string;
  meaning: ReplyMeaning;
  /** How the callback that brought it proved itself; null = it did not: then it may stop, and start nothing again. */
  proof: CallbackProof | null;
  receivedAt: Date | null;
  /** What stands behind a stop or start: gateway, word, language. */
  evidence: ConsentEvidence;
}

/** CleverTap cuts the text of a reply there (CleverTap docs, generic SMS). */
const MAX_REPORTED_TEXT = 512;

/**
 * A text that has neither an id nor a time is the one before it again while that is what the number said last, for a
 * day. Its key is chained to what came before, so that STOP, START, STOP are three texts.
 */
const INCOMING = `
incoming as (
  select i.*, own.opt_out_scope = 'deployment' as shared, own.opt_out_classes as classes
  from unnest($1::bytea[], $2::boolean[], $3::text[], $4::text[], $5::text[], $6::bytea[], $7::text[], $8::text[],
              $9::text[], $10::timestamptz[], $11::text[], $12::jsonb[], $13::text[])
    as i (dedupe, told_apart, account_id, gateway_id, msisdn, number_hash, to_number, body, meaning, received_at,
          proven_by, evidence, pseudonym)
  join accounts own on own.id = i.account_id
),
keyed as (
  select i.*, coalesce(l.same, false) as repeated,
         case when i.told_apart then i.dedupe when l.same then l.dedupe
              else sha256(i.dedupe || coalesce(l.dedupe, '')) end as key
  from incoming i
  left join lateral (
    select t.dedupe, t.gateway_id = i.gateway_id and t.to_number is not distinct from i.to_number
                     and t.body = i.body and t.stored_at > now() - interval '1 day' as same
    from inbound_texts t where t.account_id = i.account_id and t.msisdn = i.msisdn
    order by t.stored_at desc limit 1
  ) l on not i.told_apart
),
matched as (
  select i.*, m.id as message_id, m.webhook_id from keyed i
  left join lateral (
    select id, webhook_id from messages
    where account_id = i.account_id and msisdn = i.msisdn and gateway_id = i.gateway_id
      and accepted_at > now() - interval '72 hours'
    order by id desc limit 1
  ) m on true
),
stored as (
  insert into inbound_texts (dedupe, account_id, gateway_id, msisdn, to_number, body, message_id, received_at, proof)
  select key, account_id, gateway_id, msisdn, to_number, body, message_id, coalesce(received_at, now()), proven_by
  from matched
  on conflict (dedupe) do nothing
  returning dedupe
),
fresh as (
  select m.*, coalesce(m.received_at, now()) as at,
         m.evidence || jsonb_strip_nulls(jsonb_build_object('messageId', m.message_id, 'receivedAt', m.received_at)) as proof
  from matched m join stored s on s.dedupe = m.key
)`;

/** Sources of suppressions that the phone itself lifts by START: what it said, and what its provider said of it. */
const LIFTED_BY_START = `('inbound', 'provider', 'opt-out')`;

/**
 * STOP counts again when the same text repeats it: somebody may have lifted the suppression in between. START lifts
 * only what was said before it, where both times are the same vendor's.
 */
const OBEYED = `
suppressed as (
  insert into suppressions as s (account_id, msisdn, source, reason, classes, at, evidence)
  select account_id, msisdn, 'inbound', left(body, 100), classes, at, proof from fresh where meaning = 'stop'
  union all
  select account_id, msisdn, 'inbound', left(body, 100), classes, now(), evidence from keyed
  where meaning = 'stop' and repeated
  on conflict (msisdn, account_id) do update set classes = 'all'
    where s.classes = 'promotional' and excluded.classes = 'all'
),
released as (
  delete from suppressions s using fresh f
  -- Anybody who has the URL of a gateway that asks for no proof could say START for any number.
  where f.meaning = 'start' and f.proven_by is not null and s.msisdn in (f.msisdn, f.pseudonym) and s.source in ${LIFTED_BY_START}
    and (s.account_id = f.account_id or (f.shared and exists (
      select from accounts a where a.id = s.account_id and a.opt_out_scope = 'deployment')))
    and not coalesce(s.evidence->>'gatewayId' = f.gateway_id
                     and (s.evidence->>'receivedAt')::timestamptz > f.received_at, false)
  returning s.account_id, f.msisdn
),
recorded as (
  insert into consents (account_id, number_hash, kind, source, classes, counted, at, evidence)
  select account_id, number_hash, case meaning when 'stop' then 'opt-out' else 'opt-in' end, 'inbound',
         case meaning when 'stop' then classes end, meaning = 'stop' or proven_by is not null, at, proof
  from fresh where meaning <> 'reply'
  union all
  select r.account_id, f.number_hash, 'opt-in', 'inbound', null, true, f.at,
         jsonb_build_object('scope', 'deployment', 'word', f.evidence->'word', 'language', f.evidence->'language')
  from (select distinct account_id, msisdn from released) r join fresh f on f.msisdn = r.msisdn and f.account_id <> r.account_id
)`;

const STORE_INBOUND = `
with ${INCOMING},
${OBEYED},
told as (
  select key, webhook_id, 'replied:' || encode(key, 'hex') as slot from fresh where webhook_id is not null
  union all
  select f.key, w.id, 'replied:' || encode(f.key, 'hex') || ':' || w.id from fresh f
  join webhooks w on w.account_id = f.account_id and w.kind = 'standard' and w.state = 'active'
   and (w.events is null or 'replied' = any(w.events)) and w.id is distinct from f.webhook_id
  where f.message_id is not null
),
reported as (
  insert into callbacks (account_id, webhook_id, message_id, slot, event, occurred_at, detail)
  select f.account_id, t.webhook_id, f.message_id, t.slot, 'replied', f.at,
         jsonb_build_object('toPhone', f.to_number, 'incomingText', left(f.body, ${MAX_REPORTED_TEXT}))
  from told t join fresh f on f.key = t.key
  returning ${BUNDLED_COLUMNS}
),
${bundled('reported')}
select webhook_id from reported`;

/**
 * Stores inbound texts, suppresses the numbers that said stop (and releases those that said start with a proof), keeps a record of
 * either, and queues a `replied` callback under the newest message to that number over that gateway within 72 h, for the
 * webhook it came with and for every `standard` one that wants replies.
 * @param texts in the order in which they were said.
 * @param pseudonyms by which the opt-out of an erased number is known.
 * @returns webhooks with something new in their outbox.
 */
export async function storeInbound(
  pool: Pool,
  texts: readonly InboundDraft[],
  pseudonyms: Pseudonyms,
): Promise<string[]> {
  const woken = new Set<string>();
  for (const round of oneEach(texts)) for (const id of await storeRound(pool, round, pseudonyms)) woken.add(id);
  return [...woken];
}

/** Parts texts so that none of a part has a number twice: a statement does not see what it does itself. */
function oneEach(texts: readonly InboundDraft[]): InboundDraft[][] {
  const rounds: InboundDraft[][] = [];
  const said = new Map<string, number>();
  for (const text of texts) {
    const round = said.get(text.msisdn) ?? 0;
    said.set(text.msisdn, round + 1);
    (rounds[round] ??= []).push(text);
  }
  return rounds;
}

async function storeRound(pool: Pool, texts: readonly InboundDraft[], pseudonyms: Pseudonyms): Promise<string[]> {
  const rows = await execute<{ webhook_id: string }>(pool, 'store-inbound', STORE_INBOUND, [
    texts.map((t) => t.dedupe),
    texts.map((t) => t.toldApart),
    texts.map((t) => t.accountId),
    texts.map((t) => t.gatewayId),
    texts.map((t) => t.msisdn),
    texts.map((t) => t.numberHash),
    texts.map((t) => t.toNumber),
    texts.map((t) => t.body),
    texts.map((t) => t.meaning),
    texts.map((t) => t.receivedAt),
    texts.map((t) => t.proof),
    texts.map((t) => JSON.stringify(t.evidence)),
    texts.map((t) => pseudonyms.number(t.msisdn)),
  ]);
  return rows.map((row) => row.webhook_id);
}

/** Of a gateway: texts that answer nothing of ours. */
export const MAX_UNASKED = 100_000;

/**
 * Deletes up to `limit` texts that answer nothing of ours: those that came a week ago, and the oldest of gateways that have
 * more than `most` of them. What they suppressed stays so.
 * @returns how many.
 */
export async function forgetUnasked(pool: Pool, limit: number, most = MAX_UNASKED): Promise<number> {
  const [row] = await execute<{ gone: number }>(
    pool,
    'forget-unasked',
    `with excess as (
       select g.id, (
         select received_at from inbound_texts i where i.gateway_id = g.id and i.message_id is null
         order by received_at desc offset $2 limit 1
       ) as until
       from gateways g
     ),
     gone as (
       delete from inbound_texts where dedupe = any(array(
         (select i.dedupe from excess e cross join lateral (
            select dedupe from inbound_texts where gateway_id = e.id and message_id is null and received_at <= e.until
            order by received_at limit $1
          ) i
          where e.until is not null limit $1)
         union
         (select dedupe from inbound_texts where message_id is null and received_at < now() - interval '7 days'
          order by received_at limit $1)))
       returning 1
     )
     select count(*)::int as gone from gone`,
    [limit, most],
  );
  return row!.gone;
}

/** Settles the waiting messages of a slice whose numbers are suppressed: the claim leaves them out. */
export async function settleSuppressed(pool: Pool, sliceId: string, rules: OptOutRules): Promise<Settlement> {
  const rows = await execute<SettlementRow>(
    pool,
    'settle-suppressed',
    `with held as (
       select m.id, m.state as was from messages m
       where m.slice_id = $1 and m.state = any($2::message_state[]) and ${isFree('m', '$1')}
         and ${suppressingMessage('$3', '$4')} is not null
       order by m.id for update of m
     ),
     moved as (
       update messages m set state = 'suppressed', code = '903', reason = 'the number has opted out', settled_at = now(),
         ${bodyOnceEnded()}
       from held h where m.id = h.id
       returning m.id, m.slice_id, m.account_id, m.webhook_id, h.was, m.state, m.code, m.reason, m.settled_at as at
     ),
     ${SETTLEMENT}
     ${SETTLEMENT_RESULT}`,
    [sliceId, CLAIMABLE_STATES, rules.shared, rules.promotional],
  );
  return toSettlement(rows);
}
