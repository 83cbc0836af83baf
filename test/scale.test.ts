/**
 * No statement reads more for what is over and done: each, as the product asks it, in a database with a history and in
 * one with ten times that. By Postgres' own count, so it is the same on every machine. At full size: `npm run scale`.
 */
import type { Pool } from 'pg';
import { uuidv7 } from '../src/core/messages/ids';
import { makeScaleBed, type ScaleBed } from '../src/main/scale/bed';
import { SCALE_ACCOUNT } from '../src/main/scale/history';
import { measure, type Cost } from '../src/main/scale/measure';
import { SCALE_STATEMENTS, type ScaleStatement } from '../src/main/scale/statements';
import { acceptMessages } from '../src/store/messages/accept';
import { RECORD_HASH_BYTES } from '../src/store/messages/records';
import { SEARCH_BOUNDS, searchMessages } from '../src/store/messages/search';
import { messageDraft, recordHash, sliceDraft, startStore } from './support/rows';
import { until } from './support/until';

const DAY_MS = 86_400_000;
const MESSAGES = 20_000;
const FEW_MESSAGES = MESSAGES / 10;
/** Of so many runs the one that read least counts. */
const RUNS = 4;
/** So many that what is linear in slices shows as what is linear in messages does. */
const LONE_SHARE = 0.5;
/** So few that the smallest history has a campaign as long as the others. */
const SLICE_SIZE = 100;
/** What one that doesn't grow may read more, because an index has become a level deeper or its pages lie apart. */
const MORE = 30;
/** Pages that one search may read, of an index whose pages are half empty: a core looks through them in a tenth of a second. */
const PAGES_OF_A_SEARCH = 12_000;

/** Vacuums the messages. False: somebody's older look, such as that of an autovacuum, kept some from being seen by all. */
async function vacuumed(pool: Pool): Promise<boolean> {
  await pool.query('vacuum messages');
  const { rows } = await pool.query<{ done: boolean }>(
    `select bool_and(relallvisible >= relpages) as done from pg_class
     where oid in (select relid from pg_partition_tree('messages') where isleaf)`,
  );
  return rows[0]!.done;
}

/** Looks through all numbers there are, up to the bound. */
const searchNobody = ({ database: { db } }: ScaleBed): Promise<unknown> =>
  searchMessages(db, { accountId: SCALE_ACCOUNT, msisdnPart: '777777777', limit: 10 });

const PART_OF_NO_NUMBER: ScaleStatement = {
  name: 'part of no number',
  async prepare(bed) {
    // As an hour later: of what was written just now only the table tells that it is there.
    await until('all see all messages', () => vacuumed(bed.database.pool));
    // What a session has to learn anew of each index, once anybody has changed the catalogue, grows with no messages.
    await searchNobody(bed);
  },
  run: searchNobody,
};

async function costsWith(messages: number): Promise<Map<string, Cost>> {
  const store = await startStore(1);
  try {
    const bed = await makeScaleBed(store, { messages, loneShare: LONE_SHARE, sliceSize: SLICE_SIZE }, () => undefined);
    const costs = new Map<string, Cost>();
    for (const statement of [PART_OF_NO_NUMBER, ...SCALE_STATEMENTS])
      costs.set(statement.name, await measure(bed, statement, RUNS));
    return costs;
  } finally {
    await store.stop();
  }
}

let small: Map<string, Cost>;
let large: Map<string, Cost>;
beforeAll(async () => {
  small = await costsWith(FEW_MESSAGES);
  large = await costsWith(MESSAGES);
});

it.each(SCALE_STATEMENTS.map(({ name }) => name))('%s', (name) => {
  const [before, after] = [small.get(name)!, large.get(name)!];
  expect(after.rows).toBeLessThanOrEqual(2 * before.rows + MORE);
  expect(after.buffers).toBeLessThanOrEqual(2 * before.buffers + MORE);
});

it('a part of a number is looked for in an index, and of that no more is read than a person waits for', () => {
  const [before, after] = [small, large].map((costs) => costs.get(PART_OF_NO_NUMBER.name)!.buffers) as [number, number];
  const perMessage = (after - before) / (MESSAGES - FEW_MESSAGES);
  expect(perMessage * SEARCH_BOUNDS.numbers).toBeLessThanOrEqual(PAGES_OF_A_SEARCH);
});

it('accepting reads no more where the account sends one meta to one number all day', async () => {
  const store = await startStore(1);
  try {
    const bed = await makeScaleBed(store, { messages: 100, loneShare: 0, sliceSize: SLICE_SIZE }, () => undefined);
    // Statements are planned now, as in a new database: what is to come, no statistics know.
    await store.pool.query('truncate messages');
    await store.pool.query('vacuum analyze messages');
    const [before, after] = [await costBeside(bed, 0), await costBeside(bed, MESSAGES)];
    expect(after.rows).toBeLessThanOrEqual(before.rows + MORE);
    expect(after.buffers).toBeLessThanOrEqual(2 * before.buffers + MORE);
  } finally {
    await store.stop();
  }
});

/** What it costs to accept ten new records, once so many others with their meta and number have come since yesterday. */
async function costBeside(bed: ScaleBed, others: number): Promise<Cost> {
  const tester = { meta: 'test', msisdn: '+919800000099' };
  await bed.database.pool.query(
    `insert into messages (id, slice_id, account_id, send_id, msisdn, meta, body, service, encoding, segments, record_key)
     select overlay(gen_random_uuid()::text placing $1 from 1 for 13)::uuid, gen_random_uuid(), $2, gen_random_uuid(), $3,
            $4, 'Hello', 'T', 'gsm7', 1, int2send(($5::int - n % 2)::smallint) || substr(sha256(n::text::bytea), 1, $6)
     from generate_series(1, $7::int) n`,
    [
      ...[uuidv7().slice(0, 13), SCALE_ACCOUNT, tester.msisdn, tester.meta],
      ...[Math.floor(Date.now() / DAY_MS), RECORD_HASH_BYTES, others],
    ],
  );
  const run = async () => {
    const slice = sliceDraft({ accountId: SCALE_ACCOUNT });
    const drafts = Array.from({ length: 10 }, () =>
      messageDraft(slice.id, { ...tester, recordHash: recordHash(uuidv7()) }),
    );
    const { duplicates } = await acceptMessages(bed.database.pool, [slice], drafts);
    expect(duplicates.size).toBe(0);
  };
  return measure(bed, { name: 'accept', run }, RUNS);
}
