import type { Pool, QueryConfig } from 'pg';
import { ACCOUNT, hashNumber, startStore, type TestStore } from '../../../test/support/rows';
import { csvOf, storeUpload } from '../../../test/support/uploads';
import {
  deleteUpload,
  findUpload,
  listNobodysRows,
  listUploadErrors,
  readUploadRows,
} from '../../store/audience/uploads';
import { importUpload } from './upload';

let store: TestStore;
beforeAll(async () => {
  store = await startStore(6);
});
afterAll(() => store.stop());

const NEVER = new AbortController().signal;
const run = (id: string, stopping = NEVER) => importUpload(store.pool, id, stopping, hashNumber);
const upload = async (id: string) => (await findUpload(store.db, ACCOUNT, id))!;
const errors = (id: string) => listUploadErrors(store.pool, id, 0, 100);

async function count(table: 'upload_rows' | 'upload_chunks' | 'upload_errors', id: string): Promise<number> {
  const { rows } = await store.pool.query<{ n: number }>(
    `select count(*)::int as n from ${table} where upload_id = $1`,
    [id],
  );
  return rows[0]!.n;
}

test('good rows are kept in order, bad ones are reported, blank ones are passed over', async () => {
  const id = await storeUpload(
    store,
    '\ufeffname,phone,custom\r\nAsha,98000 00001,m1\r\n\r\n"Rao, A",+15550100001,\r\nBad,12,m3\r\nTwice,9800000001,m4\r\n',
  );
  await run(id);
  expect(await upload(id)).toMatchObject({
    state: 'ready',
    rows: 4,
    valid: 2,
    invalid: 1,
    duplicates: 1,
    reason: null,
  });
  expect(await readUploadRows(store.pool, id, 0, 10)).toEqual([
    { position: 2, msisdn: '+919800000001', meta: 'm1', variables: { name: 'Asha' } },
    { position: 4, msisdn: '+15550100001', meta: null, variables: { name: 'Rao, A' } },
  ]);
  expect(await errors(id)).toEqual([
    { no: 5, column_name: 'phone', value: '12', message: 'the number has an impossible length or country code' },
    {
      no: 6,
      column_name: 'phone',
      value: '+919800000001',
      message: 'the number is in an earlier row, which is the one that counts',
    },
  ]);
  // Over all lists of the account, too.
  for (const sought of [{ meta: 'm3' }, { msisdns: ['12'] }]) {
    expect(await listNobodysRows(store.pool, ACCOUNT, sought, 10)).toMatchObject([{ upload_id: id, no: 5 }]);
  }
  expect(await count('upload_chunks', id)).toBe(0);
});

test('rows are read by pages', async () => {
  const id = await storeUpload(store, csvOf(5));
  await run(id);
  const first = await readUploadRows(store.pool, id, 0, 3);
  const second = await readUploadRows(store.pool, id, first.at(-1)!.position, 3);
  expect([first.length, ...second.map(({ position }) => position)]).toEqual([3, 5, 6]);
});

test('numbers are read in the account’s country', async () => {
  await store.db.insertInto('accounts').values({ id: 'acc_us', name: 'US', default_country: 'US' }).execute();
  const id = await storeUpload(store, 'to\n(555) 010-0001\n2025550101\n', { accountId: 'acc_us' });
  await run(id);
  const rows = await readUploadRows(store.pool, id, 0, 10);
  expect(rows.map(({ msisdn }) => msisdn)).toContain('+12025550101');
});

/** The store, in which something else happens each time when a block of an import has been written. */
function afterEachBlock(happens: () => unknown): Pool {
  const query = async (config: QueryConfig) => {
    const result = await store.pool.query(config);
    if (config.name === 'write-import-block') await happens();
    return result;
  };
  return new Proxy(store.pool, {
    get: (pool, name) => (name === 'query' ? query : (Reflect.get(pool, name) as unknown)),
  });
}

test('an import that stops after any block goes on from there: no row is lost or doubled', async () => {
  const rows = 40_000;
  // Chunks that end anywhere in a row.
  const id = await storeUpload(store, csvOf(rows), { chunkBytes: 70_001 });
  let runs = 0;
  for (let before = -1; (await upload(id)).state === 'processing'; runs++) {
    const stopping = new AbortController();
    let blocks = 0;
    const pool = afterEachBlock(() => ++blocks === 4 && stopping.abort());
    await importUpload(pool, id, stopping.signal, hashNumber);
    const { rows: now, state } = await upload(id);
    if (state === 'processing') expect(now).toBeGreaterThan(before);
    before = now;
  }
  expect(runs).toBeGreaterThan(1);
  expect(await upload(id)).toMatchObject({ state: 'ready', rows, valid: rows, invalid: 0, duplicates: 0 });
  const all = await readUploadRows(store.pool, id, 0, 2 * rows);
  expect(all.map(({ position }) => position)).toEqual(Array.from({ length: rows }, (_, i) => i + 2));
  expect(all.at(-1)).toMatchObject({ msisdn: `+91${9_000_000_000 + rows - 1}`, meta: `meta-${rows - 1}` });
});

test('of two imports of one upload each row is stored by one', async () => {
  const rows = 9_000;
  const id = await storeUpload(store, csvOf(rows) + '12,bad,x\n' + '+919000000000,Again,x\n');
  await Promise.all([run(id), run(id), run(id)]);
  // Whoever lost a block has stopped; the winner of the last one has finished, or the next try does.
  await run(id);
  expect(await upload(id)).toMatchObject({ state: 'ready', rows: rows + 2, valid: rows, invalid: 1, duplicates: 1 });
  expect([await count('upload_rows', id), await count('upload_errors', id)]).toEqual([rows, 2]);
});

test('a number that comes again in a later block is a duplicate too', async () => {
  const id = await storeUpload(store, csvOf(4_500) + csvOf(4_500).slice('to,name,custom\n'.length));
  await run(id);
  expect(await upload(id)).toMatchObject({ rows: 9_000, valid: 4_500, duplicates: 4_500 });
  expect((await readUploadRows(store.pool, id, 0, 10_000)).at(-1)!.position).toBe(4_501);
});

test('10 % bad rows: ready', async () => {
  const lines = Array.from({ length: 1_000 }, (_, i) => (i % 10 === 0 ? `bad${i}` : `+91${9_000_000_000 + i}`));
  const id = await storeUpload(store, `to\n${lines.join('\n')}`);
  await run(id);
  expect(await upload(id)).toMatchObject({ state: 'ready', rows: 1_000, valid: 900, invalid: 100 });
  expect((await errors(id)).map(({ no }) => no).slice(0, 3)).toEqual([2, 12, 22]);
});

describe('failed, with the reason', () => {
  const failing = async (file: string): Promise<string> => {
    const id = await storeUpload(store, file);
    await run(id);
    const row = await upload(id);
    expect([row.state, row.finished_at]).toEqual(['failed', expect.any(Date)]);
    expect([await count('upload_rows', id), await count('upload_chunks', id)]).toEqual([0, 0]);
    return row.reason!;
  };

  test('no row is valid', async () => {
    expect(await failing('to\nbad\n12\n')).toBe('none of the 2 rows is valid; errors.csv says why');
  });

  test('a line of 5 MB behind 10,000 good rows', async () => {
    const reason = await failing(`${csvOf(10_000)}+919800000001,${'x'.repeat(5_000_000)}\n`);
    expect(reason).toBe('line 10002 is longer than 64 KB, or a quote opens in it and is never closed');
  });

  test('nothing but blank lines behind the header', async () => {
    expect(await failing(`to\n${'\n'.repeat(200_000)}`)).toBe('the file has only a header row');
  });
});

test('an upload that is deleted while it is imported gets no more rows', async () => {
  const id = await storeUpload(store, csvOf(30_000));
  const pool = afterEachBlock(() => deleteUpload(store.db, ACCOUNT, id));
  await importUpload(pool, id, NEVER, hashNumber);
  const stored = await count('upload_rows', id);
  expect(stored).toBeLessThan(30_000);
  await run(id);
  expect(await count('upload_rows', id)).toBe(stored);
});
