/** The audience of a campaign before it becomes messages: its recipients page by page, and questions about them. */
import { sql, type Kysely, type RawBuilder } from 'kysely';
import type { Pool } from 'pg';
import type { LoadPseudonyms, Pseudonyms } from '../../core/accounts/pseudonyms';
import type { Recipient } from '../../core/audience/audience';
import type { CampaignState } from '../../core/campaigns/campaign';
import { failedRows, readFailed } from './failed';
import { listOwnRecipients } from './materialise';
import type { CampaignRow } from './campaigns';
import { listGroupRecipients } from '../audience/groups';
import type { Audience, Schema } from '../tables';
import { hasErasures } from '../messages/erased';
import { suppressingIn } from '../messages/suppressions';
import { readUploadRows } from '../audience/uploads';

/** The rows of an audience, in the order of their positions, by the id that {@link Audience} names. */
const ROWS = {
  group: sql`select id as position, msisdn, name, variables from group_members where group_id = `,
  upload: sql`select no as position, msisdn from upload_rows where upload_id = `,
};

const rowsOf = (audience: Exclude<Audience, { kind: 'recipients' }>): RawBuilder<unknown> =>
  audience.kind === 'campaign' ? failedRows(audience) : sql`${ROWS[audience.kind]}${audience.id}`;

/** One page of a campaign's audience after a position; empty = there are no more. */
export function readAudience(
  pool: Pool,
  { id, audience }: Pick<CampaignRow, 'id' | 'audience'>,
  after: number,
  limit: number,
): Promise<Recipient[]> {
  switch (audience.kind) {
    case 'recipients':
      return listOwnRecipients(pool, id, after, limit);
    case 'group':
      return listGroupRecipients(pool, audience.id, after, limit);
    case 'upload':
      return readUploadRows(pool, audience.id, after, limit);
    case 'campaign':
      return readFailed(pool, audience, after, limit);
  }
}

/** The place of a recipient in its audience, as people count it: of a request, from 0. */
export const placeOf = (
  { audience }: Pick<CampaignRow, 'audience'>,
  { position }: Pick<Recipient, 'position'>,
): number => (audience.kind === 'recipients' ? position - 1 : position);

/**
 * Recipients of a campaign that are still to become messages, or to be left out; 0 = it is prepared. Those with a message of
 * a text before, which is taken back, have one.
 */
export async function countUnprepared(
  db: Kysely<Schema>,
  {
    id,
    audience,
    position,
    state,
    unprepared,
    first_slice: firstSlice,
  }: Pick<CampaignRow, 'id' | 'audience' | 'position' | 'state' | 'unprepared' | 'first_slice'>,
): Promise<number> {
  if (state !== 'preparing' && !unprepared) return 0;
  const rows =
    audience.kind === 'recipients'
      ? sql`select position from campaign_recipients where campaign_id = ${id} and code is null`
      : rowsOf(audience);
  const { rows: found } = await sql<{ n: string }>`
    select greatest(0, count(*) - (select coalesce(sum(s.total), 0) from slices s
                                   where s.campaign_id = ${id} and s.no < ${firstSlice})) as n
    from (${rows}) r where r.position > ${position}::bigint`.execute(db);
  return Number(found[0]!.n);
}

export async function countAudience(db: Kysely<Schema>, audience: Audience): Promise<number> {
  if (audience.kind === 'recipients') return 0;
  const { rows } = await sql<{ n: string }>`
    select count(*) as n from (${rowsOf(audience)}) r`.execute(db);
  return Number(rows[0]!.n);
}

/** Whom the account sends what: its opt-outs are held against it. */
interface Sending {
  accountId: string;
  /** Whether the messages are promotional. */
  promotional: boolean;
}

/** True where the number `r.msisdn` is suppressed for the account `own.id`, else null. */
const isOptedOut = ({ promotional }: Sending) => sql.raw(suppressingIn('own.id', 'r.msisdn', promotional));

/** Numbers that are held at once against the opt-outs of erased ones. */
const HELD_AT_ONCE = 5_000;

/** Whether the account has anything to do with erasures: else none of its numbers is asked for by its hash. */
const knowsErased = (accountId: string) =>
  sql<boolean>`(select ${sql.raw(hasErasures('asking.id'))} from accounts asking where asking.id = ${accountId})`;

/**
 * Rows that no suppression names by number, page by page, each with how many of them one names by the hash of an erased number.
 * @param everyone rows with `position` and `msisdn`. @param which a condition on a row `r`.
 */
async function* holdAgainstErased(
  db: Kysely<Schema>,
  pseudonyms: Pseudonyms,
  sending: Sending,
  everyone: RawBuilder<unknown>,
  which: RawBuilder<unknown> = sql`true`,
) {
  for (let after = '0', more = true; more;) {
    const { rows } = await sql<{ position: string; msisdn: string }>`
      select r.position::text, r.msisdn from accounts own, (${everyone}) r
      where own.id = ${sending.accountId} and r.position > ${after}::bigint and ${which} and ${isOptedOut(sending)} is null
      order by r.position limit ${HELD_AT_ONCE}`.execute(db);
    const hashes = rows.map(({ msisdn }) => pseudonyms.number(msisdn));
    const { rows: found } = await sql<{ erased: number }>`
      select count(*)::int as erased from accounts own, unnest(${hashes}::text[]) as r (msisdn)
      where own.id = ${sending.accountId} and ${isOptedOut(sending)} is not null`.execute(db);
    yield { rows: rows.length, erased: found[0]!.erased };
    more = rows.length === HELD_AT_ONCE;
    after = rows.at(-1)?.position ?? after;
  }
}

/**
 * Members of a group that a text with variables can be sent to: none of `required` is without a value, and the number is
 * not suppressed.
 * @param shared values for all; a member's own win.
 * @param loadPseudonyms by which erased numbers that have opted out are known.
 * @returns `lacking`: members without a value of some variable.
 */
export async function countReachable(
  db: Kysely<Schema>,
  loadPseudonyms: LoadPseudonyms,
  group: Sending & { id: string },
  required: readonly string[],
  shared: Record<string, string>,
): Promise<{ reachable: number; lacking: number }> {
  const members = sql`${ROWS.group}${group.id}`;
  const lacks = sql`exists (select 1 from unnest(${required}::text[]) as n (name)
                     where coalesce(r.variables->>n.name, case when n.name = 'name' then r.name end,
                                    ${JSON.stringify(shared)}::jsonb->>n.name, '') = '')`;
  const { rows } = await sql<{ reachable: string; lacking: string; knows_erased: boolean }>`
    select count(*) filter (where not lacks and not suppressed) as reachable, count(*) filter (where lacks) as lacking,
           ${knowsErased(group.accountId)} as knows_erased
    from (
      select ${isOptedOut(group)} is not null as suppressed, ${lacks} as lacks
      from accounts own, (${members}) r where own.id = ${group.accountId}
    ) members`.execute(db);
  const { reachable, lacking, knows_erased: mayBe } = rows[0]!;
  const counts = { reachable: Number(reachable), lacking: Number(lacking) };
  if (!mayBe || counts.reachable === 0) return counts;
  const pages = holdAgainstErased(db, await loadPseudonyms(), group, members, sql`not ${lacks}`);
  for await (const { erased } of pages) counts.reachable -= erased;
  return counts;
}

/**
 * Whether every recipient of an audience has opted out of such messages.
 * @param msisdns the recipients of an audience that came in the request.
 * @param loadPseudonyms by which erased numbers that have opted out are known.
 */
export async function isEveryoneSuppressed(
  db: Kysely<Schema>,
  loadPseudonyms: LoadPseudonyms,
  sending: Sending,
  audience: Audience,
  msisdns: readonly string[],
): Promise<boolean> {
  const everyone =
    audience.kind === 'recipients'
      ? sql`select position, msisdn from unnest(${msisdns}::text[]) with ordinality as n (msisdn, position)`
      : rowsOf(audience);
  // Postgres stops at the first recipient who is not suppressed.
  const { rows } = await sql<{ reachable: boolean; knows_erased: boolean }>`
    select exists (
      select 1 from accounts own, (${everyone}) r
      where own.id = ${sending.accountId} and ${isOptedOut(sending)} is null
    ) as reachable, ${knowsErased(sending.accountId)} as knows_erased`.execute(db);
  const { reachable, knows_erased: mayBe } = rows[0]!;
  if (!reachable || !mayBe) return !reachable;
  for await (const page of holdAgainstErased(db, await loadPseudonyms(), sending, everyone)) {
    if (page.erased < page.rows) return false;
  }
  return true;
}

/**
 * Holds a group or upload against deletion until the transaction ends.
 * @returns false when it is gone, or was never ready.
 */
export async function lockAudience(tx: Kysely<Schema>, audience: Audience): Promise<boolean> {
  if (audience.kind === 'recipients' || audience.kind === 'campaign') return true;
  const { rows } =
    audience.kind === 'group'
      ? await sql`select 1 from groups where id = ${audience.id} for key share`.execute(tx)
      : await sql`select 1 from uploads where id = ${audience.id}::uuid and state = 'ready' for share`.execute(tx);
  return rows.length > 0;
}

/** States in which a campaign still has to read its audience, or may be asked what it will be. */
const READING_STATES = ['draft', 'preparing', 'scheduled'] as const satisfies readonly CampaignState[];

/**
 * Names of campaigns that still need a group or an upload, some ten of them.
 * @param tx a transaction that has the row of that group or upload locked: then no campaign can come to use it.
 */
export async function listCampaignsReading(
  tx: Kysely<Schema>,
  accountId: string,
  audience: { kind: 'group' | 'upload'; id: string },
): Promise<string[]> {
  const rows = await tx
    .selectFrom('campaigns')
    .select('name')
    .where('account_id', '=', accountId)
    .where((where) =>
      where.or([
        where('state', 'in', [...READING_STATES]),
        where('unprepared', '=', true),
        // A series is never prepared itself: resumed, it makes campaigns that read what it names.
        where.and([where('state', '=', 'paused'), where('recurrence', 'is not', null)]),
      ]),
    )
    .where(sql<boolean>`audience @> ${JSON.stringify(audience)}::jsonb`)
    .orderBy('id')
    .limit(10)
    .execute();
  return rows.map((row) => row.name);
}
