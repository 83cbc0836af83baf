/** The search for messages: a page at a time, newest first, however many the account has. */
import { sql, type Kysely, type RawBuilder, type SqlBool } from 'kysely';
import { firstUuidv7At } from '../../core/messages/ids';
import { isFinal, type MessageState } from '../../core/messages/status';
import type { Schema } from '../tables';
import { SLICE_SPAN_MS } from './accept';
import { hasOutcome, isCurrent, openOf } from './ledger';
import {
  hasCode,
  hasState,
  isOverGateway,
  isUnderSender,
  SHOWN_COLUMNS,
  SHOWN_JOINS,
  toShown,
  type FoundRow,
  type MessageRow,
} from './shown';

export interface MessageFilter {
  accountId: string;
  /** E.164. */
  msisdn?: string;
  /** Digits that stand in the number, one after the other. */
  msisdnPart?: string;
  meta?: string;
  /** What a vendor calls it: as `normaliseProviderId` spells it, and the message if it is an id that we gave an attempt. */
  provider?: { id: string; messageId: string | null };
  state?: MessageState;
  campaignId?: string;
  /** Of the attempt that counts. */
  gatewayId?: string;
  sender?: string;
  /** CleverTap's, or the vendor's. */
  code?: string;
  /** Accepted from (inclusive) and until (exclusive). */
  from?: Date;
  until?: Date;
  /** Where the page before ended. */
  after?: string;
  limit: number;
}

export interface MessagePage {
  rows: MessageRow[];
  /** Id of the message after which the next page begins; null = there is nothing more. */
  next: string | null;
  /** The page ends because so many messages were looked through, and not because it is full. */
  isCutOff: boolean;
}

/**
 * How far the time in the id of a message or slice may be from the time of its commit: a request waits for Postgres, and
 * clocks differ.
 */
const DISORDER_MS = 300_000;
/** How many are looked through for a page, at the most. */
export interface SearchBounds {
  /** Numbers of which a part is known, by an index alone. */
  numbers: number;
  /** Messages of which something is asked that no index tells. */
  messages: number;
}

/** A number costs a fifth of a microsecond, twice where there is a next page: less than a tenth of a second for all. */
export const SEARCH_BOUNDS: SearchBounds = { numbers: 400_000, messages: 20_000 };
/** Attempts that have one id of a vendor's. */
const ATTEMPTS_OF_ONE_ID = 20_000;

type Condition = RawBuilder<SqlBool>;
const AND = sql` and `;
const all = (conditions: readonly Condition[]): Condition =>
  conditions.length === 0 ? sql`true` : sql`${sql.join(conditions, AND)}`;

/** In the SQL itself: as a parameter it could be any number, and Postgres would sort everything to be ready for it. */
const rowsOf = (count: number): RawBuilder<number> => sql.lit(count);

/** Messages that may fit, newest first: found by an index, as far as there is one. */
interface Candidates {
  /** Rows of (id, place). @param skip so many of them first. */
  list(count: number, skip?: number): RawBuilder<unknown>;
  /** What else has to be asked of each of them, as `m`. */
  others: Condition[];
  /** So many are looked through for a page. */
  most: number;
  /** They are ordered by place before they are by id. */
  byPlace: boolean;
}

/**
 * A page of messages, newest first. With a number, a meta or a vendor's id by that; else with a state or a campaign by
 * slice, the newest first, since slices know what their messages came to; else by message. What no index tells is asked of
 * a bounded number of those: the page may then have fewer rows than there are, and `next` leads on.
 */
export async function searchMessages(
  db: Kysely<Schema>,
  filter: MessageFilter,
  bounds = SEARCH_BOUNDS,
): Promise<MessagePage> {
  const { limit } = filter;
  const candidates = candidatesOf(filter, bounds);
  const { list, others, most, byPlace } = candidates;
  const order = byPlace ? sql`c.place desc, c.id desc` : sql`c.id desc`;
  const bounded = others.length > 0;
  const found = bounded
    ? sql`select c.* from (${list(most)}) c
          cross join lateral (select * from messages where id = c.id offset 0) m
          where ${all(others)} order by ${order} limit ${rowsOf(limit)}`
    : list(limit);
  const { rows } = await sql<FoundRow>`
    select ${SHOWN_COLUMNS}
    from (${found}) c
    join messages m on m.id = c.id
    join slices s on s.id = m.slice_id
    ${SHOWN_JOINS}
    order by ${order}`.execute(db);
  const shown = rows.map(toShown);
  if (rows.length === limit) return { rows: shown, next: rows.at(-1)!.id, isCutOff: false };
  const last = bounded ? await sql<{ id: string }>`${list(1, most - 1)}`.execute(db) : { rows: [] };
  const next = last.rows[0]?.id ?? null;
  return { rows: shown, next, isCutOff: next !== null };
}

function candidatesOf(filter: MessageFilter, { numbers, messages }: SearchBounds): Candidates {
  const { msisdn, msisdnPart, meta, provider, state, campaignId } = filter;
  if (msisdn !== undefined || meta !== undefined || provider !== undefined) return byKey(filter, messages);
  if (campaignId !== undefined || (state !== undefined && !asksMore(filter))) return bySlice(filter, messages);
  return msisdnPart === undefined ? byAge(filter, messages) : byPart(filter, msisdnPart, numbers);
}

/** Whether it asks what no index tells. */
const asksMore = ({ msisdnPart, gatewayId, sender, code }: MessageFilter): boolean =>
  [msisdnPart, gatewayId, sender, code].some((value) => value !== undefined);

/** Conditions that no index tells, on a message `m`. */
function othersOf({ gatewayId, sender, code }: MessageFilter): Condition[] {
  const conditions: Condition[] = [];
  if (gatewayId !== undefined) conditions.push(isOverGateway(gatewayId));
  if (code !== undefined) conditions.push(hasCode(code));
  if (sender !== undefined) conditions.push(isUnderSender(sender));
  return conditions;
}

const hasPart = (msisdn: string, part: string): Condition => sql`${sql.ref(msisdn)} like ${`%${part}%`}`;
const isOfCampaign = (campaignId: string): Condition =>
  sql`exists (select from slices where slices.id = m.slice_id and slices.campaign_id = ${campaignId})`;

/** By number, meta or a vendor's id. */
function byKey(filter: MessageFilter, most: number): Candidates {
  const { accountId, msisdn, msisdnPart, meta, provider, state, campaignId } = filter;
  const keys = [sql<SqlBool>`m.account_id = ${accountId}`, isAcceptedWithin(filter), isAfter(filter)];
  if (msisdn !== undefined) keys.push(sql`m.msisdn = ${msisdn}`);
  // The index of metas begins with the account in that collation.
  if (meta !== undefined) keys.push(sql`m.account_id collate "C" = ${accountId} and m.meta = ${meta}`);
  if (provider !== undefined) keys.push(isCalled(accountId, provider));
  const others = othersOf(filter);
  if (state !== undefined) others.push(hasState(state));
  if (campaignId !== undefined) others.push(isOfCampaign(campaignId));
  if (msisdnPart !== undefined) others.push(hasPart('m.msisdn', msisdnPart));
  return {
    list: (count, skip = 0) =>
      sql`select m.id from messages m where ${all(keys)} order by m.id desc limit ${rowsOf(count)} offset ${rowsOf(skip)}`,
    others,
    most,
    byPlace: false,
  };
}

/** Ids of vendors are in the index of each gateway, also of those that are deleted. */
const isCalled = (accountId: string, { id, messageId }: NonNullable<MessageFilter['provider']>): Condition =>
  sql`m.id = any(array(
    select a.message_id from attempts a
    where a.gateway_id = any(array(select id from gateways where account_id = ${accountId})) and a.provider_id = ${id}
    limit ${rowsOf(ATTEMPTS_OF_ONE_ID)}) || ${messageId}::uuid)`;

const idAround = (at: Date, byMs: number): string => firstUuidv7At(at.getTime() + byMs);
const isAfter = ({ after }: MessageFilter): Condition => (after === undefined ? sql`true` : sql`m.id < ${after}`);

/** Of the ids of messages `m`, which an index has. */
function isMadeAround({ from, until }: MessageFilter): Condition {
  const conditions: Condition[] = [];
  if (from !== undefined) conditions.push(sql`m.id >= ${idAround(from, -DISORDER_MS)}`);
  if (until !== undefined) conditions.push(sql`m.id < ${idAround(until, DISORDER_MS)}`);
  return all(conditions);
}

function isAcceptedWithin(filter: MessageFilter): Condition {
  const { from, until } = filter;
  const conditions = [isMadeAround(filter)];
  if (from !== undefined) conditions.push(sql`m.accepted_at >= ${from}`);
  if (until !== undefined) conditions.push(sql`m.accepted_at < ${until}`);
  return all(conditions);
}

/** All of the account's. */
function byAge(filter: MessageFilter, most: number): Candidates {
  const { accountId, state } = filter;
  const keys = [sql<SqlBool>`m.account_id = ${accountId}`, isAcceptedWithin(filter), isAfter(filter)];
  const others = othersOf(filter);
  if (state !== undefined) others.push(hasState(state));
  return {
    list: (count, skip = 0) =>
      sql`select m.id from messages m where ${all(keys)} order by m.id desc limit ${rowsOf(count)} offset ${rowsOf(skip)}`,
    others,
    most,
    byPlace: false,
  };
}

/** All whose number has these digits: the index that has the messages by age has their numbers too, so no message is read. */
function byPart(filter: MessageFilter, part: string, most: number): Candidates {
  const { accountId, state, from, until } = filter;
  const keys = [sql<SqlBool>`m.account_id = ${accountId}`, isMadeAround(filter), isAfter(filter)];
  const others = othersOf(filter);
  if (state !== undefined) others.push(hasState(state));
  if (from !== undefined || until !== undefined) others.push(isAcceptedWithin(filter));
  const numbers = (count: number, skip: number): RawBuilder<unknown> =>
    sql`select m.id, m.msisdn from messages m where ${all(keys)} order by m.id desc limit ${rowsOf(count)} offset ${rowsOf(skip)}`;
  return {
    // One that stands for all that were looked through has any number.
    list: (count, skip = 0) =>
      skip > 0
        ? numbers(count, skip)
        : sql`select n.id from (${numbers(most, 0)}) n where ${hasPart('n.msisdn', part)} order by n.id desc`,
    others: others.length > 0 ? others : [sql`true`],
    most,
    byPlace: false,
  };
}

/** Slices in which messages of a state may be: each condition by itself finds them by an index, none finds one twice. */
function slicesWith({ state, campaignId }: MessageFilter): string[] {
  if (state === undefined) return ['true'];
  if (!isFinal(state)) {
    const waits = state === 'submitted' ? 's.submitted > 0' : `${openOf('s')} > s.submitted`;
    return [`${isCurrent('s')} and ${waits}`];
  }
  const isCounted = `s.${state} > 0`;
  return campaignId === undefined ? [`${isCurrent('s')} and ${isCounted}`, hasOutcome('s', state)] : [isCounted];
}

/** The newest slices first, and of each its newest messages. */
function bySlice(filter: MessageFilter, most: number): Candidates {
  const { accountId, state, campaignId, msisdnPart, from, until, after } = filter;
  // Those of a campaign are found by their numbers.
  const place = sql.ref(campaignId === undefined ? 's.id' : 's.no');
  const ofSlices: Condition[] = [sql`s.account_id = ${accountId}`];
  if (campaignId !== undefined) ofSlices.push(sql`s.campaign_id = ${campaignId}`);
  if (from !== undefined) ofSlices.push(sql`s.id >= ${idAround(from, -DISORDER_MS - SLICE_SPAN_MS)}`);
  if (until !== undefined) ofSlices.push(sql`s.id < ${idAround(until, DISORDER_MS)}`);
  const ofMessages: Condition[] = [sql`m.slice_id = s.id`, isAcceptedWithin(filter)];
  if (state !== undefined) ofMessages.push(hasState(state));
  if (after !== undefined) {
    const last = sql`(select slice_id from messages where id = ${after})`;
    ofSlices.push(sql`${place} <= (select ${place} from slices s where s.id = ${last})`);
    ofMessages.push(sql`(s.id <> ${last} or m.id < ${after})`);
  }
  const page = (condition: string, count: number): RawBuilder<unknown> => sql`
    (select found.id, ${place} as place from slices s
     cross join lateral (
       select m.id from messages m where ${all(ofMessages)} order by m.id desc limit ${rowsOf(count)}
     ) found
     where ${all(ofSlices)} and ${sql.raw(condition)}
     order by ${place} desc, found.id desc limit ${rowsOf(count)})`;
  const others = othersOf(filter);
  if (msisdnPart !== undefined) others.push(hasPart('m.msisdn', msisdnPart));
  return {
    list: (count, skip = 0) => sql`
      select f.* from (${sql.join(
        slicesWith(filter).map((condition) => page(condition, count + skip)),
        sql` union all `,
      )}) f order by f.place desc, f.id desc limit ${rowsOf(count)} offset ${rowsOf(skip)}`,
    others,
    most,
    byPlace: true,
  };
}
