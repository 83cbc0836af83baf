/** The claim: dispatch takes messages, and has committed that before a request leaves. */
import type { Pool, QueryResultRow } from 'pg';
import { DISPATCHING_STATES } from '../../core/campaigns/campaign';
import { NIL_UUID } from '../../core/messages/ids';
import { CLAIMABLE_STATES } from '../../core/messages/status';
import { capParameters, recentOf, type Caps } from '../messages/caps';
import { execute, executeLocked } from '../database';
import { CAMPAIGN_UNTIL, VALID_UNTIL } from '../messages/age';
import { attemptSender, inBlocksOf, REOPEN } from '../messages/blocks';
import { suppressingMessage, type OptOutRules } from '../messages/suppressions';
import type { MessageOptions } from '../tables';

/** A message that this dispatch run owns. */
export interface ClaimedMessage {
  id: string;
  /** Number of the attempt that was opened for it. */
  no: number;
  msisdn: string;
  body: string;
  /** The attempt's sender ID. */
  sender: string | null;
  /** The sender ID that the message asked for. */
  own: string | null;
  service: string;
  segments: number;
  options: MessageOptions | null;
  encoding: 'gsm7' | 'ucs2';
  transients: number;
}

interface ClaimRow {
  id: string;
  attempts: number;
  msisdn: string;
  body: string;
  attempt_sender: string | null;
  sender: string | null;
  service: string;
  segments: number;
  options: MessageOptions | null;
  encoding: 'gsm7' | 'ucs2';
  transients: number;
}

const toClaimed = (row: ClaimRow): ClaimedMessage => ({
  id: row.id,
  no: row.attempts,
  msisdn: row.msisdn,
  body: row.body,
  sender: row.attempt_sender,
  own: row.sender,
  service: row.service,
  segments: row.segments,
  options: row.options,
  encoding: row.encoding,
  transients: row.transients,
});

/**
 * What may be claimed, in SQL. The slice is locked first, and claimed of by its owner only: once another run has it, and
 * may have read what is free, this one takes nothing more.
 */
const DUE = `
  where exists (select from owned) and m.slice_id = $1 and m.id > $9 and m.state = any($2::message_state[])
    and m.leg = $3 and (m.not_before is null or m.not_before <= now())
    and (m.valid_until is null or m.valid_until > now())
    and m.id not in ${inBlocksOf('$1')}
    and ${suppressingMessage('$12', '$13')} is null
    and exists (select 1 from gateways
                where id = $5 and status = 'active' and paused_reason is null and deleted_at is null)
    and not exists (select 1 from slices s join campaigns c on c.id = s.campaign_id
                    where s.id = $1 and (not c.state = any($10::text[]) or coalesce(${CAMPAIGN_UNTIL} <= now(), false)))`;
const OWNED = `
with owned as (
  select account_id from slices where id = $1 and owner = $11 for update
)`;
const COLUMNS = 'id, attempts, msisdn, body, attempt_sender, sender, service, segments, options, encoding, transients';

const CLAIM = `${OWNED},
due as (
  select m.id, (m.attempts + 1)::smallint as attempts, m.msisdn, m.body, m.sender, m.service, m.segments, m.options,
         m.encoding, m.transients, ${attemptSender('$6', '$7', 'm.sender')} as attempt_sender
  from messages m ${DUE}
  order by m.id limit $4
),
opened as (
  insert into blocks (claim, slice_id, account_id, gateway_id, leg, sender, imposed, ids)
  select $8, $1, (select account_id from owned), $5, $3, $7, $6, array_agg(id order by id) from due having count(*) > 0
)
select ${COLUMNS} from due order by id`;

/** With caps, messages are marked one by one, since what is on its way to a number counts. */
const CLAIM_CAPPED = `${OWNED},
due as (
  select m.id from messages m ${DUE}
    and not exists (select 1 from (${recentOf('$2', '$14', '$15')}) c where c.repeated or c.recent >= $16::int)
  order by m.id limit $4 for update
),
claimed as (
  update messages m set state = 'submitting', attempts = m.attempts + 1, gateway_id = $5, not_before = null
  from due where m.id = due.id
  returning m.id, m.attempts, m.account_id, m.msisdn, m.body, m.sender, m.service, m.segments, m.options, m.encoding,
            m.transients,
            ${attemptSender('$6', '$7', 'm.sender')} as attempt_sender
),
opened as (
  insert into attempts (message_id, no, account_id, gateway_id, leg, sender, claim)
  select id, attempts, account_id, $5, $3, attempt_sender, $8 from claimed
  ${REOPEN}
)
select ${COLUMNS} from claimed order by id`;

export interface ClaimRequest {
  sliceId: string;
  /** The run that sealed the slice last, see `sealSlice`: no other one claims of it. */
  owner: string;
  leg: number;
  limit: number;
  gatewayId: string;
  /** True on a leg that imposes its sender ID: `sender` replaces the message's own. Else `sender` is the default for those without. */
  overrideSender: boolean;
  sender: string | null;
  /** Names this claim: by it what was taken is found again, should its answer be lost. */
  claim: string;
  /** Id after which to look: a pass never looks twice at what it claimed. Null = from the start. */
  after: string | null;
  optOuts: OptOutRules;
  /** The account's caps; none = it has none. */
  capped?: { accountId: string; caps: Caps } | null;
}

/**
 * Claims up to `limit` messages of one leg in one statement, as a block, or with an attempt for each where the account has
 * caps. Claims nothing once the gateway is inactive or paused, or the campaign is, or the slice has another owner; no
 * message that is too old, or whose number is suppressed; and none that a cap holds back: the claims of an account with caps wait for each
 * other, so that two slices don't send what only one of them may. One owner makes one claim at a time.
 */
export async function claimMessages(pool: Pool, request: ClaimRequest): Promise<ClaimedMessage[]> {
  const values = [
    request.sliceId,
    CLAIMABLE_STATES,
    request.leg,
    request.limit,
    request.gatewayId,
    request.overrideSender,
    request.sender,
    request.claim,
    request.after ?? NIL_UUID,
    DISPATCHING_STATES,
    request.owner,
    request.optOuts.shared,
    request.optOuts.promotional,
  ];
  const { capped } = request;
  if (capped == null) return (await execute<ClaimRow>(pool, 'claim-messages', CLAIM, values)).map(toClaimed);
  const { accountId, caps } = capped;
  values.push(...capParameters(caps), caps.frequency?.count ?? null);
  const rows = await executeLocked<ClaimRow>(pool, [`caps ${accountId}`], 'claim-capped', CLAIM_CAPPED, values);
  return rows.map(toClaimed);
}

/** A message that a claim has taken. */
export type TakenMessage = Pick<ClaimedMessage, 'id' | 'no' | 'transients'>;

/** The attempts that a claim opened and nothing has become of yet: for a claim that may have been committed, or not. */
export async function listClaimed(pool: Pool, sliceId: string, claim: string): Promise<TakenMessage[]> {
  return execute<TakenMessage & QueryResultRow>(
    pool,
    'list-claimed',
    `select m.id, m.attempts as no, m.transients
     from messages m join attempts a on a.message_id = m.id and a.no = m.attempts
     where m.slice_id = $1 and m.state = 'submitting' and a.claim = $2 and a.state = 'submitting' order by m.id`,
    [sliceId, claim],
  );
}

/** An attempt whose request may or may not have been taken. */
export interface OrphanedAttempt extends ClaimedMessage {
  gatewayId: string;
  leg: number;
}

/** @param shared, promotional of {@link OptOutRules}, in SQL. */
const orphan = (shared: string, promotional: string): string => `
orphan as (
  select m.id, m.attempts, m.not_before,
         coalesce(${VALID_UNTIL} > now(), true) and ${suppressingMessage(shared, promotional)} is null as is_good
  from messages m join slices s on s.id = m.slice_id left join campaigns c on c.id = s.campaign_id
  where m.slice_id = $1 and m.state = 'submitting' and (m.not_before is null or m.not_before <= now())
  order by m.id for update of m
)`;
/** The attempt can be sent again under its own id: it is not too old for that, and its number has not opted out since. @param providers that recognise our ids. */
const mayResend = (providers: string): string =>
  `o.is_good and exists (select 1 from gateways g where g.id = a.gateway_id and g.deleted_at is null and g.provider = any(${providers}))`;

/**
 * Calls the attempts of a slice unknown that another run left behind as `submitting`: they wait for a look-up, their receipt
 * or their deadline. They stay with their claim, whose answer may come yet.
 * @param resending providers that are asked again under the same id, see {@link takeOverOrphans}.
 * @returns how many there were.
 */
export async function callOrphansUnknown(
  pool: Pool,
  sliceId: string,
  resending: readonly string[],
  optOuts: OptOutRules,
): Promise<number> {
  const rows = await execute(
    pool,
    'call-orphans-unknown',
    `with ${orphan('$4', '$5')},
     called as (
       update attempts a set state = 'unknown', class = 'unknown', reason = $3, answered_at = now() from orphan o
       where a.message_id = o.id and a.no = o.attempts and a.state = 'submitting'
         and not (${mayResend('$2::text[]')})
       returning a.message_id
     )
     update messages m set code = '900', reason = $3, not_before = null from called c where m.id = c.message_id returning 1`,
    [sliceId, resending, 'interrupted before the provider answered', optOuts.shared, optOuts.promotional],
  );
  return rows.length;
}

/**
 * Takes over the attempts of a slice that another run left behind as `submitting`, and those whose answer was lost and
 * whose next resend is due. They are never claimed anew: the caller asks again for each under its own id.
 * @param resending providers that recognise our ids.
 */
export async function takeOverOrphans(
  pool: Pool,
  sliceId: string,
  claim: string,
  resending: readonly string[],
  optOuts: OptOutRules,
): Promise<OrphanedAttempt[]> {
  const rows = await execute<ClaimRow & { gateway_id: string; leg: number }>(
    pool,
    'take-over-orphans',
    `with ${orphan('$4', '$5')},
     taken as (
       update attempts a set claim = $2 from orphan o
       where a.message_id = o.id and a.no = o.attempts and a.state = 'submitting'
         and (a.claim <> $2 or o.not_before is not null)
         and ${mayResend('$3::text[]')}
       returning a.message_id, a.gateway_id, a.leg, a.sender
     )
     select m.id, m.attempts, m.msisdn, m.body, t.sender as attempt_sender, m.sender, m.service, m.segments,
            m.options, m.encoding, m.transients, t.gateway_id, t.leg
     from taken t join messages m on m.id = t.message_id order by m.id`,
    [sliceId, claim, resending, optOuts.shared, optOuts.promotional],
  );
  return rows.map((row) => ({ ...toClaimed(row), gatewayId: row.gateway_id, leg: row.leg }));
}

/** Their gateway takes nothing now: these attempts of unknown outcome are resent after so long at the earliest. */
export async function postponeOrphans(pool: Pool, messageIds: readonly string[], waitMs: number): Promise<void> {
  await execute(
    pool,
    'postpone-orphans',
    `with held as (
       select m.id from messages m where m.id = any($1::uuid[]) and m.state = 'submitting' order by m.id for update
     )
     update messages m set not_before = now() + $2 * interval '1 millisecond' from held h where m.id = h.id`,
    [messageIds, waitMs],
  );
}
