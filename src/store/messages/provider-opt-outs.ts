/**
 * Opt-outs that providers tell: a refusal or a report whose code says that the person wants no more. They are written
 * before what told them is, each by itself and as often as one likes: so no outcome stands whose opt-out is lost, and a
 * repetition changes nothing.
 */
import type { Pool } from 'pg';
import { hashOfPseudonym, isPseudonym, type NumberHash } from '../../core/accounts/pseudonyms';
import { execute } from '../database';

/** The answer of a provider for one message, as `dispatch/results.ts` has it. */
interface ToldByAnswer {
  messageId: string;
  code: string | null;
  optOut?: true;
}

/** A report that says so, as `receipts/receipts.ts` has it. */
interface ToldByReport {
  dedupe: string;
  gatewayId: string;
  attempt: { messageId: string; no: number } | null;
  providerId: string | null;
  code: string | null;
  occurredAt: Date | null;
}

/** Whose number it is, and who said so when. */
interface Told {
  account_id: string;
  msisdn: string;
  message_id: string;
  gateway_id: string;
  code: string | null;
  /** By the provider's clock. */
  at: Date | null;
}

/** Retention masks numbers of messages that are over for long: those name nobody any more. */
const IS_WHOLE = `position('*' in m.msisdn) = 0`;

/** Suppresses the numbers of those answers that tell an opt-out. */
export async function suppressRefused(
  pool: Pool,
  gatewayId: string,
  answers: readonly ToldByAnswer[],
  numberHash: NumberHash,
): Promise<void> {
  const told = answers.filter(({ optOut }) => optOut);
  if (told.length === 0) return;
  const rows = await execute<Told>(
    pool,
    'find-refused-opt-outs',
    `select m.account_id, m.msisdn, m.id as message_id, $3::text as gateway_id, t.code, null::timestamptz as at
     from unnest($1::uuid[], $2::text[]) as t (message_id, code) join messages m on m.id = t.message_id
     where ${IS_WHOLE}`,
    [told.map((t) => t.messageId), told.map((t) => t.code), gatewayId],
  );
  await suppress(pool, rows, numberHash);
}

/**
 * One that came before says nothing new: a START may have lifted it since. Nor does one by an id of the provider's that
 * stands for several numbers: nobody knows whose it is.
 */
const FIND_REPORTED = `
with told as (
  select * from unnest($1::uuid[], $2::text[], $3::uuid[], $4::smallint[], $5::text[], $6::text[], $7::timestamptz[])
    as t (dedupe, gateway_id, message_id, attempt_no, provider_id, code, at)
),
found as (
  select t.dedupe, t.gateway_id, t.code, t.at, a.message_id from told t
  join attempts a on a.message_id = t.message_id and a.no = t.attempt_no and a.gateway_id = t.gateway_id
  where t.message_id is not null
  union
  select t.dedupe, t.gateway_id, t.code, t.at, a.message_id from told t
  join attempts a on a.gateway_id = t.gateway_id and a.provider_id = t.provider_id
  where t.message_id is null
),
whose as (
  select f.*, m.account_id, m.msisdn, min(m.msisdn) over by_report <> max(m.msisdn) over by_report as is_unclear
  from found f join messages m on m.id = f.message_id
  where ${IS_WHOLE} window by_report as (partition by f.dedupe)
)
select account_id, msisdn, message_id, gateway_id, code, at from whose w
where not is_unclear
  and not exists (select from receipts r where r.message_id = w.message_id and r.dedupe = w.dedupe)`;

/** Suppresses the numbers of reports, each of which tells an opt-out. Attempts that are still in a block are not found. */
export async function suppressReported(
  pool: Pool,
  reports: readonly ToldByReport[],
  numberHash: NumberHash,
): Promise<void> {
  const rows = await execute<Told>(pool, 'find-reported-opt-outs', FIND_REPORTED, [
    reports.map((r) => r.dedupe),
    reports.map((r) => r.gatewayId),
    reports.map((r) => r.attempt?.messageId ?? null),
    reports.map((r) => r.attempt?.no ?? null),
    reports.map((r) => r.providerId),
    reports.map((r) => r.code),
    reports.map((r) => r.occurredAt),
  ]);
  await suppress(pool, rows, numberHash);
}

/** A number that is suppressed already is so as it was, but that one for all widens it; then nothing is recorded anew. */
const SUPPRESS = `
with told as (
  select distinct on (t.msisdn, t.account_id) t.*, own.opt_out_classes as classes, coalesce(t.said_at, now()) as at,
         jsonb_strip_nulls(jsonb_build_object('gatewayId', t.gateway_id, 'code', t.code, 'messageId', t.message_id,
                                              'receivedAt', t.said_at)) as evidence
  from unnest($1::text[], $2::text[], $3::bytea[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])
    as t (account_id, msisdn, number_hash, message_id, gateway_id, code, said_at)
  join accounts own on own.id = t.account_id
  order by t.msisdn, t.account_id, t.said_at
),
suppressed as (
  insert into suppressions as s (account_id, msisdn, source, reason, classes, at, evidence)
  select account_id, msisdn, 'provider', concat('the provider says so: code ', code), classes, at, evidence from told
  order by msisdn, account_id
  on conflict (msisdn, account_id) do update set classes = 'all'
    where s.classes = 'promotional' and excluded.classes = 'all'
  returning s.account_id, s.msisdn
)
insert into consents (account_id, number_hash, kind, source, classes, at, evidence)
select t.account_id, t.number_hash, 'opt-out', 'provider', t.classes, t.at, t.evidence
from told t join suppressed s on s.account_id = t.account_id and s.msisdn = t.msisdn`;

async function suppress(pool: Pool, told: readonly Told[], numberHash: NumberHash): Promise<void> {
  if (told.length === 0) return;
  const hashes = await Promise.all(
    told.map(async ({ msisdn }) => (isPseudonym(msisdn) ? hashOfPseudonym(msisdn) : numberHash(msisdn))),
  );
  await execute(pool, 'suppress-told', SUPPRESS, [
    told.map((t) => t.account_id),
    told.map((t) => t.msisdn),
    hashes,
    told.map((t) => t.message_id),
    told.map((t) => t.gateway_id),
    told.map((t) => t.code),
    told.map((t) => t.at),
  ]);
}
