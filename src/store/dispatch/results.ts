/** The results of a block of attempts, as dispatch writes them. */
import type { Pool } from 'pg';
import type { FailureClass } from '../../core/messages/outcome';
import { execute } from '../database';
import { openAttemptsOfClaim, releaseUnsent, writeTaken } from '../messages/blocks';
import { bodyOnceEnded } from '../messages/texts';
import {
  NOTHING_SETTLED,
  SETTLEMENT_RESULT,
  settlementWaking,
  toSettlement,
  type Settlement,
  type SettlementRow,
} from '../messages/settlement';

/** What the provider's answer means for one attempt and its message. */
export interface AttemptResult {
  messageId: string;
  no: number;
  attempt: 'submitting' | 'submitted' | 'refused' | 'unknown';
  message: 'submitting' | 'submitted' | 'queued' | 'failed';
  /** False: nothing left, or the provider wants it later. The attempt is none, and its number is used again. */
  counts: boolean;
  /** The leg that the message is on from now. */
  leg: number;
  /** Back-off before the message may be claimed (or its attempt resent) again. */
  delayMs: number | null;
  transients: number;
  providerId: string | null;
  class: FailureClass | null;
  /** The vendor's code. */
  code: string | null;
  clevertap: string | null;
  reason: string | null;
  /** The provider's answer says that the person has opted out, see `provider-opt-outs.ts` of the messages. */
  optOut?: true;
}

/*
 * Both statements lock the messages before anything else, in the order of their ids, and each step hands on all that the
 * next one needs: a join of two lists that Postgres knows nothing about would compare every pair of them. An early
 * receipt may have moved a message already: then its state stands and only the attempt is completed.
 *
 * An answer may also be late: another run, or the deadline, called its attempt unknown meanwhile. It counts all the same.
 * That a provider has an attempt is so whoever asked; that it has not counts from the claim that made the only request,
 * which a run that makes another one under the same id takes for itself.
 */
const HELD = `
held as (
  select m.id from messages m where m.id = any($1::uuid[]) order by m.id for update
)`;
const OPEN_ATTEMPT = `
  (select count(*) from held) > 0 and a.message_id = r.id and a.no = r.no and a.state in ('submitting', 'unknown')`;

/** Submitted, with nothing to note, of attempts that were opened before. No outcome can follow from these, whoever asked. */
const SUBMITTED = `
with result as (
  select * from unnest($1::uuid[], $2::smallint[], $3::text[]) as r (id, no, provider_id)
),
${HELD},
answered as (
  update attempts a
  set state = 'submitted', provider_id = r.provider_id, class = null, code = null, reason = null, lookups = 0,
      answered_at = now()
  from result r where ${OPEN_ATTEMPT}
  returning r.id, r.no
),
moved as (
  update messages m
  set state = 'submitted', transients = 0, code = null, reason = null, not_before = null, submitted_at = now()
  from answered r where m.id = r.id and m.state = 'submitting' and m.attempts = r.no
  returning m.slice_id
)
update slices s set submitted = s.submitted + c.submitted
from (select slice_id, count(*)::int as submitted from moved group by slice_id order by slice_id) c where s.id = c.slice_id`;

/** For all others: those with something to note, and those that end a message or send it on to another leg. */
const OTHERS = `
with result as (
  select * from unnest(
    $1::uuid[], $2::smallint[], $3::attempt_state[], $4::message_state[], $5::smallint[], $6::int[], $7::smallint[],
    $8::text[], $9::text[], $10::text[], $11::text[], $12::text[], $14::boolean[]
  ) as r (id, no, attempt_state, message_state, leg, delay_ms, transients,
          provider_id, class, code, clevertap, reason, counts)
),
${HELD},
known as (
  select r.*, a.state = 'unknown' as is_late from result r join attempts a on ${OPEN_ATTEMPT}
  where r.attempt_state = 'submitted'
     or a.claim = $13 and (a.state = 'submitting' or r.attempt_state = 'refused')
  order by r.id for update of a
),
answered as (
  update attempts a
  set state = r.attempt_state, provider_id = r.provider_id, class = r.class, code = r.code,
      reason = case when a.blanked_at is null then r.reason end,
      lookups = case r.attempt_state when 'submitted' then 0 else a.lookups end, answered_at = now()
  from known r where a.message_id = r.id and a.no = r.no
  returning r.id, r.no, r.message_state, r.leg, r.delay_ms, r.transients, r.clevertap, r.reason, r.counts, r.is_late
),
moved as (
  update messages m
  set state = r.message_state, leg = r.leg, transients = r.transients, code = r.clevertap, reason = r.reason,
      attempts = case when r.counts then r.no else r.no - 1 end,
      not_before = now() + r.delay_ms * interval '1 millisecond',
      submitted_at = case when r.message_state = 'submitted' then now() else m.submitted_at end,
      settled_at = case when r.message_state = 'failed' then now() end,
      ${bodyOnceEnded(`r.message_state = 'failed'`)}
  from answered r
  where m.id = r.id and m.state = 'submitting' and m.attempts = r.no
  returning m.id, m.slice_id, m.account_id, m.webhook_id, 'submitting'::message_state as was, m.state, m.code,
            m.reason, m.settled_at as at, r.is_late
),
${settlementWaking(`exists (
    select 1 from moved m where m.slice_id = c.slice_id and m.is_late and m.state = 'queued')`)}
${SETTLEMENT_RESULT}`;

/** The reason of what was given back before its request was made. */
export const NOT_SENT = 'not sent: its turn did not come, so it waits';

/**
 * Writes results of a claim: what was taken in one statement, what has not left in another, and of all else, for which
 * attempts are opened, in two more.
 */
export async function writeResults(pool: Pool, claim: string, results: readonly AttemptResult[]): Promise<Settlement> {
  const taken: AttemptResult[] = [];
  const unsent: AttemptResult[] = [];
  const others: AttemptResult[] = [];
  for (const result of results) {
    if (result.reason === NOT_SENT) unsent.push(result);
    else (isPlain(result) ? taken : others).push(result);
  }
  if (taken.length > 0) await writeSubmitted(pool, await writeTaken(pool, claim, taken));
  if (others.length > 0) await openAttemptsOfClaim(pool, claim, idsOf(others));
  if (unsent.length > 0) {
    const opened = new Set(await releaseUnsent(pool, claim, idsOf(unsent)));
    others.push(...unsent.filter(({ messageId }) => opened.has(messageId)));
  }
  return others.length === 0 ? NOTHING_SETTLED : writeOthers(pool, claim, others);
}

const isPlain = (result: AttemptResult): boolean => result.attempt === 'submitted' && result.reason === null;
const idsOf = (results: readonly AttemptResult[]): string[] => results.map(({ messageId }) => messageId);

async function writeSubmitted(pool: Pool, results: readonly AttemptResult[]): Promise<void> {
  if (results.length === 0) return;
  await execute(pool, 'write-submitted', SUBMITTED, [
    idsOf(results),
    results.map((r) => r.no),
    results.map((r) => r.providerId),
  ]);
}

async function writeOthers(pool: Pool, claim: string, results: readonly AttemptResult[]): Promise<Settlement> {
  const column = <T>(of: (result: AttemptResult) => T): T[] => results.map(of);
  const rows = await execute<SettlementRow>(pool, 'write-results', OTHERS, [
    column((r) => r.messageId),
    column((r) => r.no),
    column((r) => r.attempt),
    column((r) => r.message),
    column((r) => r.leg),
    column((r) => r.delayMs),
    column((r) => r.transients),
    column((r) => r.providerId),
    column((r) => r.class),
    column((r) => r.code),
    column((r) => r.clevertap),
    column((r) => r.reason),
    claim,
    column((r) => r.counts),
  ]);
  return toSettlement(rows);
}
