/**
 * A history of settled messages, made by SQL as fast as Postgres writes: what months of traffic leave behind, in the
 * tables that grow with it. It is the same however often it is made.
 */
import type { Pool } from 'pg';
import { COUNTED, outcomesOf } from '../../store/messages/ledger';
import { RECORD_HASH_BYTES } from '../../store/messages/records';

/** The account that everything belongs to. */
export const SCALE_ACCOUNT = 'default';

export interface History {
  messages: number;
  /** Which part of the messages has a slice of its own, as single requests have. From 0 to 1. */
  loneShare: number;
  /** Messages of each other slice. */
  sliceSize: number;
  gatewayId: string;
  webhookId: string;
}

const DAY_MS = 86_400_000;
/** It is spread evenly over so many days, and ended so long ago. */
export const HISTORY_DAYS = 90;
const ENDED_AGO_MS = 2 * DAY_MS;
const SLICES_PER_CAMPAIGN = 10;
/** Keys are of the last day, and there are half as many as messages. */
const KEYS_SHARE = 1 / 2;
/** One in 500 is from before it. */
const KEPT_SINCE = `now() - case when n % 500 = 0 then interval '26 hours' else n % 86400 * interval '1 second' end`;

/** When the history begins, epoch milliseconds. */
export const historyBegin = (nowMs: number): number => nowMs - ENDED_AGO_MS - HISTORY_DAYS * DAY_MS;

export const historyCampaign = (number: number): string => `cmp_history_${number}`;

/** A UUIDv7 in SQL: of a millisecond, by order within it, distinct by `n`. */
const uuid = (ms: string, order: string, n: string): string =>
  `(lpad(to_hex(${ms}), 12, '0') || '7' || lpad(to_hex((${order}) & 4095), 3, '0') || '8' || lpad(to_hex(${n}), 15, '0'))::uuid`;

/**
 * Every message: `n` of `numbered`, in a slice of `size` until those are all (`$2` of them), then in slices of one. Times
 * are spread between `$3` and `$4`, epoch milliseconds. Of a thousand 960 are delivered, 25 failed, 10 expired, 5
 * unknown; the oldest three of slices of one were cancelled, and none suppressed.
 */
const numbered = (size: number): string => `
numbered as (
  select n, slice, is_lone, k, ms, to_timestamp(ms / 1000.0) as at,
         case when is_lone and n - $2 * ${size} < 3 then 'cancelled' when k < 960 then 'delivered' when k < 985 then 'failed'
              when k < 995 then 'expired' else 'unknown' end as state
  from (
    select n, n >= $2 * ${size} as is_lone, n % 1000 as k,
           case when n < $2 * ${size} then n / ${size} else n - $2 * ${size} + $2 end as slice,
           case when n < $2 * ${size} then $3 + (n / ${size}) * (($4 - $3) / greatest($2, 1))
                else $3 + (n - $2 * ${size}) * (($4 - $3) / greatest($1 - $2 * ${size}, 1)) end as ms
    from generate_series(0::bigint, $1 - 1) n
  ) each_message
)`;
const SLICE_ID = uuid('ms', '0', 'slice');
const MESSAGE_ID = uuid('ms', 'k', 'n');
const CODE = `case state when 'failed' then '910' when 'expired' then '916' when 'unknown' then '900' when 'cancelled' then '917' end`;

interface Fill {
  table: string;
  statement: string;
  /** Parameters beyond the four that say which messages there are. */
  values?: (history: History) => unknown[];
}

const counts = COUNTED.map((counter) =>
  counter === 'total' ? 'count(*)::int as total' : `count(*) filter (where state = '${counter}')::int as ${counter}`,
).join(', ');

const FILLS: readonly Fill[] = [
  {
    table: 'campaigns',
    statement: `insert into campaigns (id, account_id, name, state, body, service, audience, timezone, send_id, launched_at,
                                       workflow_at, started_at, finished_at, created_at)
      select 'cmp_history_' || c, '${SCALE_ACCOUNT}', 'Sale ' || c, 'finished', 'The sale is on.', 'T', '{"kind": "recipients"}',
             'UTC', gen_random_uuid(), at, at, at, at, at
      from (select slice / ${SLICES_PER_CAMPAIGN} as c, min(at) as at from numbered where not is_lone group by 1) campaigns`,
  },
  {
    table: 'slices',
    statement: `insert into slices (id, account_id, priority, state, ${COUNTED.join(', ')}, created_at, started_at,
                                    campaign_id, no, stats_of, stats_at, outcomes)
      select ${SLICE_ID}, '${SCALE_ACCOUNT}', 5, 'sealed', ${COUNTED.join(', ')}, at, at,
             case when not is_lone then 'cmp_history_' || slice / ${SLICES_PER_CAMPAIGN} end,
             case when not is_lone then slice % ${SLICES_PER_CAMPAIGN} end,
             array[${COUNTED.join(', ')}, 0], at, ${outcomesOf('s')}
      from (select slice, is_lone, ms, at, ${counts} from numbered group by 1, 2, 3, 4) s order by ms`,
  },
  {
    table: 'messages',
    statement: `insert into messages (id, slice_id, account_id, send_id, msisdn, meta, body, service, webhook_id, encoding,
                                      segments, state, attempts, gateway_id, code, accepted_at, submitted_at, settled_at,
                                      record_key)
      select ${MESSAGE_ID}, ${SLICE_ID}, '${SCALE_ACCOUNT}', ${SLICE_ID}, '+9198' || lpad((n % 100000000)::text, 8, '0'),
             'meta-' || n, 'The sale is on until Sunday, in all of our shops.', 'T', $6, 'gsm7', 1, state::message_state, 1,
             $5, ${CODE}, at, at, at + interval '1 minute',
             int2send((ms / ${DAY_MS})::smallint) || substr(sha256(n::text::bytea), 1, ${RECORD_HASH_BYTES})
      from numbered order by ms`,
    values: ({ gatewayId, webhookId }) => [gatewayId, webhookId],
  },
  {
    table: 'attempts',
    statement: `insert into attempts (message_id, no, account_id, gateway_id, leg, sender, state, claim, provider_id, created_at,
                                      answered_at, settled_at)
      select ${MESSAGE_ID}, 1, '${SCALE_ACCOUNT}', $5, 0, 'BRANDA',
             case state when 'cancelled' then 'unknown' else state end::attempt_state, ${SLICE_ID}, 'history-' || n, at, at, at
      from numbered order by ms`,
    values: ({ gatewayId }) => [gatewayId],
  },
  {
    table: 'receipts',
    statement: `insert into receipts (message_id, dedupe, attempt_no, status, disposition, raw, received_at)
      select ${MESSAGE_ID}, md5(n::text)::uuid, 1, state, 'applied', '{"messageId": "' || n || '"}', at
      from numbered where state in ('delivered', 'failed') order by ms`,
  },
  {
    table: 'callbacks',
    statement: `insert into callbacks (account_id, webhook_id, message_id, event, code, occurred_at, state, tries,
                                       next_try_at, created_at)
      select '${SCALE_ACCOUNT}', $5, ${MESSAGE_ID}, case state when 'delivered' then state else 'failed' end, ${CODE}, at,
             case when k = 500 then 'dead' else 'delivered' end, 1, at, at
      from numbered order by ms`,
    values: ({ webhookId }) => [webhookId],
  },
  {
    table: 'slice_stats',
    statement: `insert into slice_stats (slice_id, account_id, campaign_id, hour, gateway_id, sender, code, sent, delivered,
                                         clicked, errors)
      select ${SLICE_ID}, '${SCALE_ACCOUNT}', case when not is_lone then 'cmp_history_' || slice / ${SLICES_PER_CAMPAIGN} end,
             date_trunc('hour', at), $5, 'BRANDA', ${CODE}, count(*), count(*) filter (where state = 'delivered'), 0,
             count(*) filter (where state in ('failed', 'expired', 'unknown'))
      from numbered group by ms, at, slice, is_lone, state order by ms`,
    values: ({ gatewayId }) => [gatewayId],
  },
  {
    // In no order of time: room that the keys of days before left is used again.
    table: 'idempotency_keys',
    statement: `insert into idempotency_keys (account_id, key, request_hash, status, answer, created_at)
      select '${SCALE_ACCOUNT}', 'key-' || n, sha256(n::text::bytea), 200, 'sealed', ${KEPT_SINCE}
      from numbered where n < $1 * ${KEYS_SHARE}`,
  },
];

/** What maintenance and relays have done since: old keys are gone, and it is added up. */
const MAINTAINED = [
  `delete from idempotency_keys where created_at < now() - interval '25 hours'`,
  `insert into ledger_rollups (account_id, ${COUNTED.join(', ')})
   select account_id, ${COUNTED.map((_, i) => `sum(stats_of[${i + 1}])`).join(', ')}
   from slices where outcomes is not null group by account_id`,
  `insert into callback_counts (account_id, webhook_id, event, state, count)
   select account_id, webhook_id, event, state, count(*) from callbacks where state in ('delivered', 'dead', 'skipped')
   group by 1, 2, 3, 4`,
];

/**
 * Fills a database that has nothing but the gateway and the webhook.
 * @param say told of each table.
 */
export async function storeHistory(pool: Pool, history: History, say: (line: string) => void): Promise<void> {
  const { messages, loneShare, sliceSize } = history;
  const slices = Math.floor((messages * (1 - loneShare)) / sliceSize);
  const begin = historyBegin(Date.now());
  const which = [messages, slices, begin, begin + HISTORY_DAYS * DAY_MS];
  for (const { table, statement, values } of FILLS) {
    const startedAt = performance.now();
    const build = await withoutIndexes(pool, table);
    await pool.query(`with ${numbered(sliceSize)} ${statement}`.replaceAll(/\$(\d)\b/g, asBigint), [
      ...which,
      ...(values?.(history) ?? []),
    ]);
    await build();
    say(`${table}: ${Math.round((performance.now() - startedAt) / 1_000)} s`);
  }
  for (const statement of MAINTAINED) await pool.query(statement);
  // As autovacuum leaves it: it looks at partitions, and never at their table as a whole.
  for (const name of await listTables(pool)) await pool.query(`vacuum analyze ${name}`);
}

/** Tables that have rows themselves: of partitioned ones, their partitions. */
export async function listTables(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>(
    `select oid::regclass::text as name from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace`,
  );
  return rows.map(({ name }) => name);
}

/** The numbers among the parameters, of which Postgres can't tell what they are. */
const asBigint = (parameter: string, no: string): string => (Number(no) <= 4 ? `${parameter}::bigint` : parameter);

/** Drops the indexes of a table that keep no constraint: making them anew is faster than filling them row by row. */
async function withoutIndexes(pool: Pool, table: string): Promise<() => Promise<void>> {
  const { rows } = await pool.query<{ name: string; definition: string }>(
    `select i.indexrelid::regclass::text as name, pg_get_indexdef(i.indexrelid) as definition from pg_index i
     where i.indrelid = $1::regclass and not exists (select 1 from pg_constraint c where c.conindid = i.indexrelid)`,
    [table],
  );
  for (const { name } of rows) await pool.query(`drop index ${name}`);
  return async () => {
    // Of a partitioned table: on each of its partitions too.
    for (const { definition } of rows) await pool.query(definition.replace(' ON ONLY ', ' ON '));
  };
}
