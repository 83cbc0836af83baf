/**
 * Requests that were refused, in whole or in part, with what was wrong; of each key and contract the latest request. They
 * are written by the batch, some seconds after they were answered: what a crash takes with it is missing here only.
 */
import type { Pool, PoolClient } from 'pg';
import { execute, transact } from '../database';

/** How long a refused request is kept; less where the account's `retention_days` are fewer. */
export const KEPT_DAYS = 7;
/** What an account's refused requests may take in a day. What comes beyond is counted. */
const MAX_BYTES_A_DAY = 16 * 1_048_576;

/** One thing that is wrong: with a record, for one of its numbers; or with the request. */
export interface RequestProblem {
  /** Index of the record, from 0; null = it is about the request. */
  record: number | null;
  /** E.164, or as it was written where it can't be read. */
  msisdn: string | null;
  meta: string | null;
  field: string | null;
  code: string;
  message: string;
}

/** What is kept of a request, and shown. */
interface KeptRequest {
  /** UUIDv7 of the moment it was answered. */
  id: string;
  at: Date;
  shape: string;
  route: string;
  status: number;
  code: string | null;
  message: string | null;
  accepted: number;
  rejected: number;
  body: string | null;
  problems: RequestProblem[];
}

export interface RefusedRequest extends KeptRequest {
  accountId: string;
  keyId: string;
  outcome: 'refused' | 'partly';
}

/** The latest request of a key in one contract. */
export interface LatestRequest {
  accountId: string;
  keyId: string;
  shape: string;
  at: Date;
  status: number;
  outcome: 'taken' | 'partly' | 'refused';
  code: string | null;
  /** The latest of which something was taken; null = none since this process began. */
  taken: { id: string; at: Date; route: string; accepted: number } | null;
}

export interface RequestBatch {
  refused: readonly RefusedRequest[];
  latest: readonly LatestRequest[];
  /** Refused requests that were not kept, by account. */
  dropped: ReadonlyMap<string, number>;
}

const sizeOf = ({ body, message, problems }: RefusedRequest): number =>
  200 + (body?.length ?? 0) + (message?.length ?? 0) +
  problems.reduce((sum, { msisdn, meta, message: said }) => sum + 150 + (msisdn?.length ?? 0) + (meta?.length ?? 0) + said.length, 0); // prettier-ignore

/** Writes what came since the last time, in one transaction. What an account has no room for today is counted as dropped. */
export async function writeRequests(pool: Pool, { refused, latest, dropped }: RequestBatch): Promise<void> {
  await transact(pool, async (client) => {
    const full = await listFull(client, [...new Set(refused.map(({ accountId }) => accountId))]);
    const kept = refused.filter(({ accountId }) => !full.has(accountId));
    const left = new Map(dropped);
    for (const { accountId } of refused) {
      if (full.has(accountId)) left.set(accountId, (left.get(accountId) ?? 0) + 1);
    }
    await insertRequests(client, kept);
    await insertProblems(client, kept);
    await countDay(client, kept, left);
    await writeLatest(client, latest);
  });
}

async function listFull(client: PoolClient, accountIds: readonly string[]): Promise<Set<string>> {
  if (accountIds.length === 0) return new Set();
  const { rows } = await client.query<{ account_id: string }>({
    name: 'list-full-request-days',
    text: `select account_id from request_days
           where account_id = any($1::text[]) and day = current_date and bytes >= ${MAX_BYTES_A_DAY}`,
    values: [accountIds],
  });
  return new Set(rows.map(({ account_id }) => account_id));
}

async function insertRequests(client: PoolClient, rows: readonly RefusedRequest[]): Promise<void> {
  if (rows.length === 0) return;
  const column = <T>(of: (row: RefusedRequest) => T): T[] => rows.map(of);
  await client.query({
    name: 'insert-requests',
    text: `insert into requests (id, account_id, at, shape, route, key_id, outcome, status, code, message, accepted, rejected, body)
           select * from unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[], $6::text[], $7::text[],
                                $8::smallint[], $9::text[], $10::text[], $11::int[], $12::int[], $13::text[])`,
    values: [
      column((r) => r.id),
      column((r) => r.accountId),
      column((r) => r.at),
      column((r) => r.shape),
      column((r) => r.route),
      column((r) => r.keyId),
      column((r) => r.outcome),
      column((r) => r.status),
      column((r) => r.code),
      column((r) => r.message),
      column((r) => r.accepted),
      column((r) => r.rejected),
      column((r) => r.body),
    ],
  });
}

async function insertProblems(client: PoolClient, requests: readonly RefusedRequest[]): Promise<void> {
  const rows = requests.flatMap(({ id, accountId, problems }) =>
    problems.map((problem, place) => ({ id, accountId, place, ...problem })),
  );
  if (rows.length === 0) return;
  const column = <T>(of: (row: (typeof rows)[number]) => T): T[] => rows.map(of);
  await client.query({
    name: 'insert-request-records',
    text: `insert into request_records (request_id, place, account_id, record, msisdn, meta, field, code, message)
           select * from unnest($1::uuid[], $2::int[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[])`,
    values: [
      column((r) => r.id),
      column((r) => r.place),
      column((r) => r.accountId),
      column((r) => r.record),
      column((r) => r.msisdn),
      column((r) => r.meta),
      column((r) => r.field),
      column((r) => r.code),
      column((r) => r.message),
    ],
  });
}

async function countDay(
  client: PoolClient,
  kept: readonly RefusedRequest[],
  dropped: ReadonlyMap<string, number>,
): Promise<void> {
  const days = new Map<string, { kept: number; bytes: number }>();
  for (const accountId of dropped.keys()) days.set(accountId, { kept: 0, bytes: 0 });
  for (const row of kept) {
    const day = days.get(row.accountId) ?? { kept: 0, bytes: 0 };
    days.set(row.accountId, { kept: day.kept + 1, bytes: day.bytes + sizeOf(row) });
  }
  if (days.size === 0) return;
  // In one order, so that two processes don't wait for each other.
  const rows = [...days].sort(([one], [other]) => (one < other ? -1 : 1));
  await client.query({
    name: 'count-request-days',
    text: `insert into request_days as d (account_id, day, kept, bytes, dropped)
           select account_id, current_date, kept, bytes, dropped
           from unnest($1::text[], $2::int[], $3::bigint[], $4::int[]) as n (account_id, kept, bytes, dropped)
           on conflict (account_id, day) do update
             set kept = d.kept + excluded.kept, bytes = d.bytes + excluded.bytes, dropped = d.dropped + excluded.dropped`,
    values: [
      rows.map(([accountId]) => accountId),
      rows.map(([, day]) => day.kept),
      rows.map(([, day]) => day.bytes),
      rows.map(([accountId]) => dropped.get(accountId) ?? 0),
    ],
  });
}

/** Of two processes the one that was asked last says it. */
const newest = (column: string): string =>
  `${column} = case when excluded.at >= l.at then excluded.${column} else l.${column} end`;

async function writeLatest(client: PoolClient, latest: readonly LatestRequest[]): Promise<void> {
  if (latest.length === 0) return;
  const keyOf = ({ accountId, keyId, shape }: LatestRequest): string => `${accountId} ${keyId} ${shape}`;
  const rows = [...latest].sort((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
  const column = <T>(of: (row: LatestRequest) => T): T[] => rows.map(of);
  await client.query({
    name: 'write-latest-requests',
    text: `insert into latest_requests as l (account_id, key_id, shape, at, status, outcome, code, taken_id, taken_at, taken_route, taken_accepted)
           select * from unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::smallint[], $6::text[], $7::text[],
                                $8::uuid[], $9::timestamptz[], $10::text[], $11::int[])
           on conflict (account_id, key_id, shape) do update set
             at = greatest(l.at, excluded.at), ${['status', 'outcome', 'code'].map(newest).join(', ')},
             taken_id = coalesce(excluded.taken_id, l.taken_id), taken_at = coalesce(excluded.taken_at, l.taken_at),
             taken_route = coalesce(excluded.taken_route, l.taken_route),
             taken_accepted = coalesce(excluded.taken_accepted, l.taken_accepted)`,
    values: [
      column((r) => r.accountId),
      column((r) => r.keyId),
      column((r) => r.shape),
      column((r) => r.at),
      column((r) => r.status),
      column((r) => r.outcome),
      column((r) => r.code),
      column((r) => r.taken?.id ?? null),
      column((r) => r.taken?.at ?? null),
      column((r) => r.taken?.route ?? null),
      column((r) => r.taken?.accepted ?? null),
    ],
  });
}

/** A request as it is shown. */
export interface ShownRequest extends KeptRequest {
  key_id: string;
  /** Null: it is the environment's admin key. */
  key_name: string | null;
  outcome: 'refused' | 'partly' | 'taken';
}

export interface RequestFilter {
  accountId: string;
  outcome?: ShownRequest['outcome'];
  /** Any of these spellings. */
  msisdns?: readonly string[];
  meta?: string;
  /** Answered from (inclusive) and until (exclusive). */
  from?: Date;
  until?: Date;
  /** Id of the last one of the page before. */
  after?: string;
  limit: number;
}

/** So many problems are shown of each request of a list; a single one is shown with all that are kept. */
const SHOWN_PROBLEMS = 20;

/** @param which conditions on a problem `p`, in SQL. */
const problemsOf = (which: string, limit: string): string => `
  (select coalesce(jsonb_agg(jsonb_build_object('record', p.record, 'msisdn', p.msisdn, 'meta', p.meta, 'field', p.field,
                                                'code', p.code, 'message', p.message) order by p.place), '[]')
   from (select * from request_records p where p.request_id = r.id and ${which} order by p.place ${limit}) p)`;

const COLUMNS = `r.id, r.at, r.shape, r.route, r.key_id, k.name as key_name, r.outcome, r.status, r.code, r.message,
  r.accepted, r.rejected, r.body`;
const OF_KEY = `left join api_keys k on k.id = r.key_id and k.account_id = r.account_id`;

const SOUGHT = `($2::text[] is null or p.msisdn = any($2)) and ($3::text is null or p.meta = $3)`;
/** By the index of numbers, or that of metas. */
const FOUND = {
  number: `and r.id = any(array(select distinct request_id from request_records p where p.account_id = $1 and ${SOUGHT}
             and p.msisdn = any($2) and ($8::uuid is null or request_id < $8) order by request_id desc limit $9))`,
  meta: `and r.id = any(array(select distinct request_id from request_records p where p.account_id = $1 and ${SOUGHT}
             and p.meta = $3 and ($8::uuid is null or request_id < $8) order by request_id desc limit $9))`,
  all: '',
};

const LIST = (by: keyof typeof FOUND): string => `
select ${COLUMNS}, ${problemsOf(SOUGHT, `limit ${SHOWN_PROBLEMS}`)} as problems
from requests r ${OF_KEY}
where r.account_id = $1 ${FOUND[by]}
  and ($4::text is null or r.outcome = $4) and ($5::timestamptz is null or r.at >= $5)
  and ($6::timestamptz is null or r.at < $6) and r.at > now() - make_interval(days => $7)
  and ($8::uuid is null or r.id < $8)
order by r.id desc limit $9`;

/** Refused requests, newest first; with a number or a meta, those that were refused for such a record. */
export async function listRefused(pool: Pool, filter: RequestFilter): Promise<ShownRequest[]> {
  const { accountId, msisdns, meta, outcome, from, until, after, limit } = filter;
  const by = msisdns !== undefined ? 'number' : meta !== undefined ? 'meta' : 'all';
  return execute<ShownRequest & Record<string, unknown>>(pool, `list-requests-by-${by}`, LIST(by), [
    accountId, msisdns ?? null, meta ?? null, outcome ?? null, from ?? null, until ?? null, KEPT_DAYS, after ?? null, limit,
  ]); // prettier-ignore
}

/** One refused request of the account with all that is kept of it; null when it has none such. */
export async function findRefused(pool: Pool, accountId: string, id: string): Promise<ShownRequest | null> {
  const [row] = await execute<ShownRequest & Record<string, unknown>>(
    pool,
    'find-request',
    `select ${COLUMNS}, ${problemsOf('true', '')} as problems from requests r ${OF_KEY}
     where r.id = $2 and r.account_id = $1`,
    [accountId, id],
  );
  return row ?? null;
}

export interface ShownLatest {
  key_id: string;
  key_name: string | null;
  shape: string;
  at: Date;
  status: number;
  outcome: ShownRequest['outcome'];
  code: string | null;
  taken_id: string | null;
  taken_at: Date | null;
  taken_route: string | null;
  taken_accepted: number | null;
}

/** The latest request of each key and contract, the newest first; so many keys an account has seldom. */
export async function listLatest(pool: Pool, accountId: string): Promise<ShownLatest[]> {
  return execute<ShownLatest & Record<string, unknown>>(
    pool,
    'list-latest-requests',
    `select r.key_id, k.name as key_name, r.shape, r.at, r.status, r.outcome, r.code, r.taken_id, r.taken_at, r.taken_route,
            r.taken_accepted
     from latest_requests r ${OF_KEY} where r.account_id = $1 order by r.at desc limit 500`,
    [accountId],
  );
}

/** Refused requests of the days that are kept, that were not. */
export async function countDropped(pool: Pool, accountId: string): Promise<number> {
  const [row] = await execute<{ dropped: number }>(
    pool,
    'count-dropped-requests',
    `select coalesce(sum(dropped), 0)::int as dropped from request_days
     where account_id = $1 and day >= current_date - ${KEPT_DAYS}`,
    [accountId],
  );
  return row!.dropped;
}

const FORGET = `
delete from requests where id = any(array(
  select o.id from accounts a
  cross join lateral (
    select id from requests
    where account_id = a.id and at < now() - make_interval(days => least(${KEPT_DAYS}, coalesce(a.retention_days, ${KEPT_DAYS})))
    order by at limit $1
  ) o
  limit $1))`;

/** Deletes what is kept no longer. */
export async function forgetRequests(pool: Pool, limit: number): Promise<void> {
  await execute(pool, 'forget-requests', FORGET, [limit]);
  await execute(
    pool,
    'forget-request-days',
    `delete from request_days where (account_id, day) in (
       select account_id, day from request_days where day < current_date - ${KEPT_DAYS} limit $1)`,
    [limit],
  );
}
