import { randomBytes } from 'node:crypto';
import { ACCOUNT, messageDraft, recordHash, sliceDraft, startStore, type TestStore } from '../../../test/support/rows';
import { until } from '../../../test/support/until';
import { firstUuidv7At } from '../../core/messages/ids';
import type { Database } from '../database';
import { makePartitions } from '../schema/partitions';
import { acceptMessages, type AcceptResult, type MessageDraft } from './accept';

const SECOND_MS = 1_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Some midnight, and some noon. */
const MIDNIGHT = Date.UTC(2030, 0, 10);
const NOON = MIDNIGHT + DAY_MS / 2;
/** A midnight at which a partition ends. */
const QUARTER = Date.UTC(2031, 3, 1);
/** Far enough apart that no test is in the window of another. */
let apart = 0;
beforeEach(() => {
  apart += 10 * DAY_MS;
});

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
  await makePartitions(store.pool, QUARTER);
});
afterAll(() => store.stop());

interface Offer {
  draft: MessageDraft;
  result: AcceptResult;
}

/** An id that was made at a time. */
const idAt = (ms: number): string => firstUuidv7At(ms + apart).slice(0, -12) + randomBytes(6).toString('hex');

/** The same record for each word: meta, number and text. */
const recordOf = (word: string, meta: string | null = `meta ${word}`) => ({ meta, recordHash: recordHash(word) });

/** Accepts one message in a new slice, as a request of that time. */
async function offer(record: Partial<MessageDraft>, atMs = NOON, database: Database = store): Promise<Offer> {
  const slice = sliceDraft();
  const draft = messageDraft(slice.id, { ...record, id: idAt(atMs) });
  return { draft, result: await acceptMessages(database.pool, [slice], [draft]) };
}

async function stored(offers: readonly Offer[]): Promise<string[]> {
  const { rows } = await store.pool.query<{ id: string }>('select id from messages where id = any($1) order by id', [
    offers.map(({ draft }) => draft.id),
  ]);
  return rows.map(({ id }) => id);
}

const repeats = (again: Offer, first: Offer) =>
  expect(again.result.duplicates).toEqual(new Map([[again.draft.id, first.draft.id]]));
const isNew = ({ result }: Offer) => expect(result.duplicates.size).toBe(0);

const sliceExists = async ({ draft }: Offer) =>
  (await store.pool.query('select 1 from slices where id = $1', [draft.sliceId])).rowCount === 1;

describe.each([
  ['with a meta', undefined],
  ['without, by what stands in for it', null],
])('%s', (_, meta) => {
  it('a record seen within 24 hours is answered with the first, and stored once', async () => {
    const first = await offer(recordOf('seen', meta));
    const again = await offer(recordOf('seen', meta), NOON + SECOND_MS);
    const late = await offer(recordOf('seen', meta), NOON + DAY_MS - SECOND_MS);
    isNew(first);
    repeats(again, first);
    repeats(late, first);
    expect(await stored([first, again, late])).toEqual([first.draft.id]);
    // No slice without messages is left behind.
    expect(await sliceExists(again)).toBe(false);
  });

  it('after 24 hours it is a new record, and from then on the one to repeat', async () => {
    const first = await offer(recordOf('old', meta));
    const second = await offer(recordOf('old', meta), NOON + DAY_MS + SECOND_MS);
    const third = await offer(recordOf('old', meta), NOON + DAY_MS + 2 * SECOND_MS);
    const fourth = await offer(recordOf('old', meta), NOON + 3 * DAY_MS);
    isNew(second);
    repeats(third, second);
    isNew(fourth);
    expect(await stored([first, second, third, fourth])).toEqual([first, second, fourth].map(({ draft }) => draft.id));
  });

  it('of the same record offered by two processes at the same time one is stored, and both name it', async () => {
    const processes = [store.connect(4), store.connect(4)];
    for (let round = 0; round < 10; round++) {
      const offers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => offer(recordOf(`race ${round}`, meta), NOON, processes[i % 2])),
      );
      const [winner, ...others] = await stored(offers);
      expect(others).toEqual([]);
      for (const { draft, result } of offers)
        expect([...result.duplicates]).toEqual(draft.id === winner ? [] : [[draft.id, winner]]);
    }
  });

  it.each([
    ['midnight', () => MIDNIGHT],
    ['a midnight at which a partition ends', () => QUARTER - apart],
  ])('the same on both sides of %s', async (name, border) => {
    const processes = [store.connect(4), store.connect(4)];
    for (let round = 0; round < 10; round++) {
      const offers = await Promise.all(
        Array.from({ length: 8 }, (_, i) =>
          offer(recordOf(`${name} ${round}`, meta), border() + (i % 3 === 0 ? -1 : 1), processes[i % 2]),
        ),
      );
      const [winner, ...others] = await stored(offers);
      expect(others).toEqual([]);
      for (const { draft, result } of offers)
        expect([...result.duplicates]).toEqual(draft.id === winner ? [] : [[draft.id, winner]]);
    }
  });
});

describe.each([
  ['with a meta', undefined],
  ['without, by what stands in for it', null],
])('a window of its account’s own, %s', (_, meta) => {
  const MINUTE_MS = 60_000;
  let processes: Database[];
  beforeAll(() => {
    processes = [store.connect(4), store.connect(4)];
  });
  const within = (minutes: number, word: string) => ({ ...recordOf(word, meta), duplicateWindowMinutes: minutes });

  it.each([1, 2, 7, 30, 60, 1_439])('of %i minutes: as long, and no longer', async (minutes) => {
    const record = within(minutes, `own ${minutes}`);
    const windowMs = minutes * MINUTE_MS;
    const first = await offer(record, NOON + 7_000);
    const again = await offer(record, NOON + 7_000 + windowMs - SECOND_MS);
    const second = await offer(record, NOON + 7_000 + windowMs + SECOND_MS);
    const third = await offer(record, NOON + 7_000 + windowMs + 2 * SECOND_MS);
    const last = await offer(record, NOON + 7_000 + 3 * windowMs);
    isNew(first);
    repeats(again, first);
    isNew(second);
    repeats(third, second);
    isNew(last);
    expect(await stored([first, again, second, third, last])).toEqual(
      [first, second, last].map(({ draft }) => draft.id),
    );
  });

  it('at any two moments: within the window, however its stretches and days end between them', async () => {
    for (const [minutes, fromMs] of [
      [30, MIDNIGHT - 20 * MINUTE_MS],
      [45, MIDNIGHT - 10 * MINUTE_MS],
      [7, NOON],
    ] as const) {
      for (let step = 0; step < 10; step++) {
        const record = within(minutes, `steps ${minutes} ${step}`);
        const startMs = fromMs + step * 3 * MINUTE_MS;
        const first = await offer(record, startMs);
        repeats(await offer(record, startMs + minutes * MINUTE_MS - 1), first);
        isNew(await offer(record, startMs + minutes * MINUTE_MS + 1));
      }
    }
  });

  it('a shorter one that is set later counts from then on, a longer one finds what came before', async () => {
    const first = await offer(within(30, 'changed'), NOON);
    repeats(await offer(within(45, 'changed'), NOON + 10 * MINUTE_MS), first);
    isNew(await offer(within(5, 'changed'), NOON + 20 * MINUTE_MS));
  });

  it.each([
    ['in the midst of it', () => NOON + 15 * MINUTE_MS],
    ['where it ends', () => NOON],
    ['at midnight', () => MIDNIGHT],
    ['at a midnight at which a partition ends', () => QUARTER - apart],
  ])('of the same record offered by two processes at the same time one is stored, %s', async (name, border) => {
    for (let round = 0; round < 5; round++) {
      const offers = await Promise.all(
        Array.from({ length: 8 }, (_each, i) =>
          offer(within(30, `${name} ${round}`), border() + (i % 3 === 0 ? -1 : 1), processes[i % 2]),
        ),
      );
      const [winner, ...others] = await stored(offers);
      expect(others).toEqual([]);
      for (const { draft, result } of offers)
        expect([...result.duplicates]).toEqual(draft.id === winner ? [] : [[draft.id, winner]]);
    }
  });
});

it('accounts with different windows are accepted in one statement', async () => {
  const batch = async (atMs: number) => {
    const slice = sliceDraft();
    const drafts = [30, undefined, 60].map((minutes, i) =>
      messageDraft(slice.id, {
        ...recordOf(`together ${i}`),
        id: idAt(atMs),
        ...(minutes === undefined ? {} : { duplicateWindowMinutes: minutes }),
      }),
    );
    const { duplicates } = await acceptMessages(store.pool, [slice], drafts);
    return drafts.map(({ id }) => duplicates.has(id));
  };
  expect(await batch(NOON)).toEqual([false, false, false]);
  expect(await batch(NOON + 45 * 60_000)).toEqual([false, true, true]);
  expect(await batch(NOON + 2 * HOUR_MS)).toEqual([false, true, false]);
});

it('meta, number and text together make a record: any other is a new one', async () => {
  const first = await offer(recordOf('one', 'test'));
  isNew(await offer(recordOf('another', 'test')));
  isNew(await offer({ meta: 'test', recordHash: null }));
  isNew(await offer({ meta: 'test', recordHash: null }));
  repeats(await offer(recordOf('one', 'test')), first);
});

it('another account’s is a new one, close to midnight too', async () => {
  await store.pool.query(`insert into accounts (id, name) values ('acc_other', 'Other')`);
  for (const atMs of [NOON, MIDNIGHT]) {
    const first = await offer(recordOf('shared'), atMs);
    const slice = sliceDraft({ accountId: 'acc_other' });
    const draft = messageDraft(slice.id, { ...recordOf('shared'), id: idAt(atMs), accountId: 'acc_other' });
    isNew({ draft, result: await acceptMessages(store.pool, [slice], [draft]) });
    repeats(await offer(recordOf('shared'), atMs), first);
    apart += 10 * DAY_MS;
  }
});

it('a process whose clock is behind finds what came a day ahead of its own', async () => {
  const first = await offer(recordOf('ahead'), MIDNIGHT + 20 * SECOND_MS);
  repeats(await offer(recordOf('ahead'), MIDNIGHT - 20 * SECOND_MS), first);
});

it('a batch keeps what is new beside what is not', async () => {
  const first = await offer(recordOf('mixed'));
  const slice = sliceDraft();
  const draft = (over: Partial<MessageDraft>) => messageDraft(slice.id, { ...over, id: idAt(NOON) });
  const repeated = draft(recordOf('mixed'));
  const fresh = [draft(recordOf('fresh')), draft({ recordHash: null })];
  const { duplicates } = await acceptMessages(store.pool, [slice], [repeated, ...fresh]);
  expect(duplicates).toEqual(new Map([[repeated.id, first.draft.id]]));
  const { rows } = await store.pool.query('select m.id, s.total from messages m join slices s on s.id = slice_id where slice_id = $1', [slice.id]); // prettier-ignore
  expect(new Set(rows)).toEqual(new Set(fresh.map(({ id }) => ({ id, total: 2 }))));
});

it('batches that meet with the same records, in whatever order, store each once', async () => {
  for (let round = 0; round < 5; round++) {
    const words = Array.from({ length: 50 }, (_, i) => `met ${round} ${i}`);
    const batch = async (own: string, order: string[]): Promise<Offer[]> => {
      const slice = sliceDraft();
      const drafts = [...order, own].map((word) => messageDraft(slice.id, { ...recordOf(word), id: idAt(NOON) }));
      const result = await acceptMessages(store.pool, [slice], drafts);
      return drafts.map((draft) => ({ draft, result }));
    };
    const offers = await Promise.all([
      batch(`first of ${round}`, words),
      batch(`second of ${round}`, words),
      batch(`third of ${round}`, words.toReversed()),
      batch(`fourth of ${round}`, words.slice(20)),
    ]);
    const kept = await stored(offers.flat());
    expect(kept).toHaveLength(words.length + offers.length);
    for (const { draft, result } of offers.flat()) expect(kept).toContain(result.duplicates.get(draft.id) ?? draft.id);
    const told = offers
      .flat()
      .map(({ draft, result }) => `${draft.meta} ${result.duplicates.get(draft.id) ?? draft.id}`);
    expect(new Set(told).size).toBe(kept.length);
  }
});

it('while one that has the same record is held up, others of the account are accepted', async () => {
  const client = await store.connect(1).pool.connect();
  await client.query('begin');
  const slice = sliceDraft();
  const draft = messageDraft(slice.id, { ...recordOf('held'), id: idAt(NOON) });
  await client.query(
    `insert into messages (id, slice_id, account_id, send_id, msisdn, meta, body, service, encoding, segments, record_key)
     values ($1, $2, $3, $2, $4, $5, 'Hello', 'T', 'gsm7', 1, int2send(($6::bigint / 86400000)::smallint) || $7::bytea)`,
    [draft.id, slice.id, ACCOUNT, draft.msisdn, draft.meta, NOON + apart, draft.recordHash],
  );
  let answered = false;
  const held = offer(recordOf('held')).finally(() => (answered = true));
  await until('it waits for the other', async () => {
    const { rows } = await store.pool.query<{ n: number }>(
      `select count(*)::int as n from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`,
    );
    return rows[0]!.n === 1;
  });
  isNew(await offer(recordOf('beside')));
  expect(answered).toBe(false);
  await client.query('commit');
  client.release();
  expect((await held).result.duplicates).toEqual(new Map([[(await held).draft.id, draft.id]]));
});
