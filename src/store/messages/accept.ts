/** Acceptance: the messages of many requests, committed in one statement. */
import type { Pool } from 'pg';
import type { ShortLink } from '../../core/messages/links';
import { execute } from '../database';
import type { MessageOptions } from '../tables';

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
  /** A record with the key of an earlier one is a duplicate; null = never. */
  recordKey: Buffer | null;
  /** Short links in `body`; absent = none. */
  links?: readonly ShortLink[];
}

export interface AcceptResult {
  /** Slices that dispatch had sealed before the messages could join; nothing of them was stored. */
  sealed: Set<string>;
  /** Ids of drafts that are duplicates -> the id of the message they repeat. */
  duplicates: Map<string, string>;
}

const WRITE = `
with joinable as (
  select id from slices where id = any($15::uuid[]) and state = 'open' order by id for update
),
slice as (
  select s.* from unnest($15::uuid[], $16::text[], $17::timestamptz[], $18::smallint[], $19::boolean[])
    as s (id, account_id, due_at, priority, is_new)
  left join joinable j on j.id = s.id
  where s.is_new or j.id is not null
),
draft as (
  select d.* from unnest(
    $1::uuid[], $2::uuid[], $3::text[], $4::uuid[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
    $10::jsonb[], $11::text[], $12::text[], $13::smallint[], $14::bytea[]
  ) as d (id, slice_id, account_id, send_id, msisdn, meta, body, sender, service,
          options, webhook_id, encoding, segments, record_key)
  join slice s on s.id = d.slice_id
),
keyed as (
  insert into record_keys as k (key, message_id)
  select record_key, id from draft where record_key is not null order by record_key
  on conflict (key) do update set message_id = excluded.message_id, created_at = now()
    where k.created_at < now() - interval '24 hours'
  returning message_id
),
fresh as (
  select d.* from draft d left join keyed k on k.message_id = d.id
  where d.record_key is null or k.message_id is not null
),
counted as (
  insert into slices (id, account_id, due_at, priority, total)
  select s.id, s.account_id, s.due_at, s.priority, f.total
  from slice s join (select slice_id, count(*)::int as total from fresh group by slice_id) f on f.slice_id = s.id
  order by s.id
  on conflict (id) do update set total = slices.total + excluded.total
),
stored as (
  insert into messages (id, slice_id, account_id, send_id, msisdn, meta, body, sender, service,
                        options, webhook_id, encoding, segments)
  select id, slice_id, account_id, send_id, msisdn, meta, body, sender, service,
         options, webhook_id, encoding, segments
  from fresh
)`;

const ANSWER = `
select 'duplicate' as kind, d.id, k.message_id as other
from draft d left join record_keys k on k.key = d.record_key
where d.record_key is not null and not exists (select 1 from fresh f where f.id = d.id)
union all
select 'sealed', s.id, null::uuid from unnest($15::uuid[]) as s (id)
where not exists (select 1 from slice where slice.id = s.id)`;

const STATEMENT = WRITE + ANSWER;

/** For texts with short links, which most accounts don't have. */
const LINKED_STATEMENT = `${WRITE},
linked as (
  insert into links (code, account_id, message_id, url)
  select l.code, f.account_id, f.id, l.url
  from unnest($20::uuid[], $21::text[], $22::text[]) as l (message_id, code, url) join fresh f on f.id = l.message_id
)${ANSWER}`;

/**
 * Stores drafts and their slices in one statement and transaction. Record keys within one call must differ.
 * Drafts of a sealed slice leave no trace: offer them again under another slice.
 */
export async function acceptMessages(pool: Pool, slices: SliceDraft[], drafts: MessageDraft[]): Promise<AcceptResult> {
  const column = <T>(of: (draft: MessageDraft) => T): T[] => drafts.map(of);
  const links: (ShortLink & { id: string })[] = [];
  for (const { id, links: own } of drafts) {
    if (own !== undefined) for (const link of own) links.push({ id, ...link });
  }
  const rows = await execute<{ kind: 'duplicate' | 'sealed'; id: string; other: string | null }>(
    pool,
    links.length === 0 ? 'accept-messages' : 'accept-linked-messages',
    links.length === 0 ? STATEMENT : LINKED_STATEMENT,
    [
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
      column((d) => d.recordKey),
      slices.map((s) => s.id),
      slices.map((s) => s.accountId),
      slices.map((s) => s.dueAt),
      slices.map((s) => s.priority),
      slices.map((s) => s.isNew),
      ...(links.length === 0 ? [] : [links.map((l) => l.id), links.map((l) => l.code), links.map((l) => l.url)]),
    ],
  );
  const result: AcceptResult = { sealed: new Set(), duplicates: new Map() };
  const unresolved: string[] = [];
  for (const row of rows) {
    if (row.kind === 'sealed') result.sealed.add(row.id);
    else if (row.other !== null) result.duplicates.set(row.id, row.other);
    else unresolved.push(row.id);
  }
  if (unresolved.length > 0) await resolveConcurrent(pool, drafts, unresolved, result);
  return result;
}

/** A key that another transaction committed while ours ran is not in our snapshot; it is in the next one. */
async function resolveConcurrent(
  pool: Pool,
  drafts: MessageDraft[],
  ids: string[],
  result: AcceptResult,
): Promise<void> {
  const wanted = new Set(ids);
  const byKey = new Map(drafts.filter((d) => wanted.has(d.id)).map((d) => [d.recordKey!.toString('hex'), d.id]));
  const rows = await execute<{ key: Buffer; message_id: string }>(
    pool,
    'accept-duplicates',
    'select key, message_id from record_keys where key = any($1::bytea[])',
    [drafts.filter((d) => wanted.has(d.id)).map((d) => d.recordKey)],
  );
  for (const row of rows) result.duplicates.set(byKey.get(row.key.toString('hex'))!, row.message_id);
}

/** Keys that are dropped in one statement: a tenth of a second. */
const FORGOTTEN_AT_ONCE = 10_000;

/**
 * Drops record keys that no longer make a duplicate, so that the table stays as large as a day's traffic: the oldest
 * {@link FORGOTTEN_AT_ONCE}. @returns whether there may be more.
 */
export async function forgetRecordKeys(pool: Pool): Promise<boolean> {
  const rows = await execute(
    pool,
    'forget-record-keys',
    `delete from record_keys where key = any(array(
       select key from record_keys where created_at < now() - interval '25 hours'
       order by created_at limit $1 for update skip locked))
     returning 1`,
    [FORGOTTEN_AT_ONCE],
  );
  return rows.length === FORGOTTEN_AT_ONCE;
}
