/** Acceptance: the messages of many requests, committed in one statement. */
import type { Pool } from 'pg';
import type { ShortLink } from '../../core/messages/links';
import { execute, executeLocked, isUniqueViolation } from '../database';
import type { MessageOptions } from '../tables';
import { recordWindow, type RecordWindow } from './records';
import { suppressingService } from './suppressions';

/**
 * Longest that messages join a slice after its id was made. A search by time goes by the ids of slices: what it looks for
 * is in none that is older by more than this.
 */
export const SLICE_SPAN_MS = 3_600_000;

/** A slice that is made by this call, or one that messages join. */
export interface SliceDraft {
  id: string;
  isNew: boolean;
  accountId: string;
  dueAt: Date | null;
  priority: number;
  /** The windows within which its messages leave, as JSON; absent = at any time. */
  windows?: string;
}

export interface MessageDraft {
  id: string;
  sliceId: string;
  accountId: string;
  sendId: string;
  /** E.164 with plus sign. */
  msisdn: string;
  meta: string | null;
  body: string;
  sender: string | null;
  service: string;
  options: MessageOptions | null;
  webhookId: string | null;
  encoding: 'gsm7' | 'ucs2';
  segments: number;
  /** From then on it is too old to leave; null = never. */
  validUntil: Date | null;
  /** A record with the hash of one of the last 24 hours is a duplicate; null = never. {@link RECORD_HASH_BYTES} bytes. */
  recordHash: Buffer | null;
  /** How long its record makes those like it duplicates, 1 to {@link MAX_DUPLICATE_MINUTES}; absent = that long. */
  duplicateWindowMinutes?: number;
  /** The account has erasures: by these hashes it is told what is left of erased persons and records. Absent = it has none. */
  erased?: { number: string; record: Buffer | null };
  /** Short links in `body`; absent = none. */
  links?: readonly ShortLink[];
}

export interface AcceptResult {
  /** Slices that dispatch had sealed before the messages could join; nothing of them was stored. */
  sealed: Set<string>;
  /** Ids of drafts that are duplicates -> the id of the message they repeat. */
  duplicates: Map<string, string>;
}

/** Where the beginnings of keys stand: one for all drafts, or for each its own where accounts have windows of their own. */
interface KeySource {
  columns: string;
  names: string;
  now: string;
  before: string;
  after: string;
  since: string;
}
const DAY_KEYS: KeySource = {
  columns: '',
  names: '',
  now: '$16::bytea',
  before: '$17::bytea',
  after: '$18::bytea',
  since: '$19::uuid',
};
const OWN_KEYS: KeySource = {
  columns: ', $31::bytea[], $32::bytea[], $33::bytea[], $34::uuid[]',
  names: ', key_now, key_before, key_after, key_since',
  now: 'coalesce(d.key_now, $16::bytea)',
  before: 'coalesce(d.key_before, $17::bytea)',
  after: 'case when d.key_now is null then $18::bytea else d.key_after end',
  since: 'coalesce(d.key_since, $19::uuid)',
};

/**
 * The message that a draft repeats. Whatever the statistics say, no index fits but the one whose columns these are: by
 * another it would read all that the account has sent in a day. So the account has the collation of that index, and ids
 * are compared afterwards.
 */
const earlier = ({ now, before, after, since }: KeySource, ofMeta: string, hash = 'd.record_hash'): string => `
  select e.id
  from (
    select m.id from messages m
    where ${ofMeta} and m.record_key = any(array[(${before}) || ${hash}, (${now}) || ${hash}, (${after}) || ${hash}])
    offset 0
  ) e
  where e.id >= ${since}
  limit 1`;

/** Slices that are made here can't be sealed, and nobody else knows them. */
const MADE = {
  slice: `slice as (select * from given)`,
  ofSlices: '',
  added: '',
  answer: '',
};
const JOINED = {
  slice: `joinable as (
  select id from slices where id = any($20::uuid[]) and state = 'open' order by id for update
),
slice as (
  select g.* from given g left join joinable j on j.id = g.id where g.is_new or j.id is not null
)`,
  ofSlices: 'join slice s on s.id = d.slice_id',
  added: 'on conflict (id) do update set total = slices.total + excluded.total',
  answer: `
union all
select 'sealed', g.id, null::uuid from given g where not exists (select 1 from slice where slice.id = g.id)`,
};

/** For texts with short links, which most accounts don't have. */
const LINKED = `,
linked as (
  insert into links (code, account_id, message_id, url)
  select l.code, d.account_id, d.id, l.url
  from unnest($26::uuid[], $27::text[], $28::text[]) as l (message_id, code, url) join draft d on d.id = l.message_id
  where d.repeats is null
)`;

const STAND_IN = 'm.meta is null and m.record_key is not null';
const OF_META = 'm.account_id collate "C" = d.account_id and m.meta = d.meta';

/** What a draft is compared with beyond that, and the number that it is kept with. */
const PLAIN = { columns: '', names: '', repeats: (_: KeySource) => 'null::uuid', msisdn: 'd.msisdn' };
/** Of an erased record a hash tells, without a meta; of an erased opt-out, a hash in place of the number. */
const ERASED = {
  columns: ', $29::text[], $30::bytea[]',
  names: ', erased_number, erased_hash',
  repeats: (keys: KeySource) => `(${earlier(keys, STAND_IN, 'd.erased_hash')})`,
  msisdn: `case when ${suppressingService('d.account_id', 'd.erased_number', 'd.service')} then d.erased_number else d.msisdn end`,
};

const statement = (
  { slice, ofSlices, added, answer }: typeof MADE,
  linked: string,
  erased: typeof PLAIN,
  keys = DAY_KEYS,
): string => `
with given as (
  select * from unnest($20::uuid[], $21::text[], $22::timestamptz[], $23::smallint[], $24::boolean[], $25::jsonb[])
    as s (id, account_id, due_at, priority, is_new, windows)
),
${slice},
draft as (
  select d.*, ${erased.msisdn} as kept_msisdn, case
    when d.record_hash is null then null
    when d.meta is null then coalesce((${earlier(keys, STAND_IN)}), ${erased.repeats(keys)})
    else coalesce((${earlier(keys, OF_META)}), ${erased.repeats(keys)}) end as repeats
  from unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::jsonb[], $11::text[], $12::text[], $13::smallint[], $14::bytea[], $15::timestamptz[]${erased.columns}${keys.columns}
  ) as d (id, slice_id, account_id, send_id, msisdn, meta, body, sender, service,
          options, webhook_id, encoding, segments, record_hash, valid_until${erased.names}${keys.names})
  ${ofSlices}
),
counted as (
  insert into slices (id, account_id, due_at, priority, windows, total)
  select s.id, s.account_id, s.due_at, s.priority, s.windows, f.total
  from slice s
  join (select slice_id, count(*)::int as total from draft where repeats is null group by slice_id) f on f.slice_id = s.id
  order by s.id
  ${added}
),
stored as (
  insert into messages (id, slice_id, account_id, send_id, msisdn, meta, body, sender, service,
                        options, webhook_id, encoding, segments, record_key, valid_until)
  select id, slice_id, account_id, send_id, kept_msisdn, meta, body, sender, service,
         options, webhook_id, encoding, segments, (${keys.now}) || record_hash, valid_until
  from draft d where repeats is null
)${linked}
select 'duplicate' as kind, id, repeats as other from draft where repeats is not null${answer}`;

const STATEMENTS = {
  'accept-made': statement(MADE, '', PLAIN),
  'accept-made-linked': statement(MADE, LINKED, PLAIN),
  'accept-made-erased': statement(MADE, LINKED, ERASED),
  'accept-joining': statement(JOINED, '', PLAIN),
  'accept-joining-linked': statement(JOINED, LINKED, PLAIN),
  'accept-joining-erased': statement(JOINED, LINKED, ERASED),
  'accept-made-windowed': statement(MADE, LINKED, ERASED, OWN_KEYS),
  'accept-joining-windowed': statement(JOINED, LINKED, ERASED, OWN_KEYS),
};

/** How many transactions with the same records may be committed, one after the other, while this one tries. */
const MAX_RACES = 10;
const RECORD_INDEXES = /^messages_\w+_(meta|stand_in)$/;

/**
 * Stores drafts and their slices in one statement and transaction. Record hashes within one call must differ.
 * Drafts of a sealed slice leave no trace: offer them again under another slice.
 */
export async function acceptMessages(pool: Pool, slices: SliceDraft[], drafts: MessageDraft[]): Promise<AcceptResult> {
  const window = recordWindow(drafts);
  const { inTurn } = window;
  const links = drafts.flatMap(({ id, links: own = [] }) => own.map((link) => ({ id, ...link })));
  const isJoining = slices.some(({ isNew }) => !isNew);
  const isWindowed = window.own !== null;
  const isErased = isWindowed || drafts.some(({ erased }) => erased !== undefined);
  const isLinked = isErased || links.length > 0;
  const extent = isWindowed ? '-windowed' : isErased ? '-erased' : isLinked ? '-linked' : '';
  const name = `accept-${isJoining ? 'joining' : 'made'}${extent}` as const;
  const values = [
    ...columnsOf(drafts),
    ...[window.now, window.before, window.after, window.since],
    slices.map((s) => s.id),
    slices.map((s) => s.accountId),
    slices.map((s) => s.dueAt),
    slices.map((s) => s.priority),
    slices.map((s) => s.isNew),
    slices.map((s) => s.windows ?? null),
    ...(isLinked ? [links.map((l) => l.id), links.map((l) => l.code), links.map((l) => l.url)] : []),
    ...(isErased ? [drafts.map((d) => d.erased?.number ?? null), drafts.map((d) => d.erased?.record ?? null)] : []),
    ...ownKeysOf(window),
  ];
  const rows = await afterRaces(() =>
    inTurn.length === 0
      ? execute<AcceptRow>(pool, name, STATEMENTS[name], values)
      : executeLocked<AcceptRow>(pool, inTurn.map(recordsOf), name, STATEMENTS[name], values),
  );
  const result: AcceptResult = { sealed: new Set(), duplicates: new Map() };
  for (const { kind, id, other } of rows) {
    if (kind === 'sealed') result.sealed.add(id);
    else result.duplicates.set(id, other!);
  }
  return result;
}

/** The keys of drafts in windows of their own, as parameters 31 to 34; none, when no draft has one. */
function ownKeysOf({ own }: RecordWindow): unknown[] {
  if (own === null) return [];
  return [
    own.map((keys) => keys?.now ?? null),
    own.map((keys) => keys?.before ?? null),
    own.map((keys) => keys?.after ?? null),
    own.map((keys) => keys?.since ?? null),
  ];
}

interface AcceptRow {
  kind: 'duplicate' | 'sealed';
  id: string;
  /** Of a duplicate, what it repeats. */
  other: string | null;
}

const recordsOf = (accountId: string): string => `records ${accountId}`;

/** Again when a record came at the same moment in another transaction: that is committed by then, and found. */
async function afterRaces<T>(work: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await work();
    } catch (error) {
      if (!isUniqueViolation(error, RECORD_INDEXES) || tried === MAX_RACES) throw error;
    }
  }
}

/** The values of drafts, as parameters 1 to 15. */
function columnsOf(drafts: readonly MessageDraft[]): unknown[] {
  const column = <T>(of: (draft: MessageDraft) => T): T[] => drafts.map(of);
  return [
    column((d) => d.id),
    column((d) => d.sliceId),
    column((d) => d.accountId),
    column((d) => d.sendId),
    column((d) => d.msisdn),
    column((d) => d.meta),
    column((d) => d.body),
    column((d) => d.sender),
    column((d) => d.service),
    column((d) => (d.options === null ? null : JSON.stringify(d.options))),
    column((d) => d.webhookId),
    column((d) => d.encoding),
    column((d) => d.segments),
    column((d) => d.recordHash),
    column((d) => d.validUntil),
  ];
}
