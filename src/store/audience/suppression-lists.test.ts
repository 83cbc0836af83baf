import { ACCOUNT, hashNumber, numberHash, PSEUDONYMS, startStore, type TestStore } from '../../../test/support/rows';
import { storeUpload } from '../../../test/support/uploads';
import { until } from '../../../test/support/until';
import { importUpload } from '../../activities/audience/upload';
import { isSuppressed, listConsents, listSuppressions } from '../messages/suppressions';
import { insertSuppressionList } from './suppression-lists';
import { deleteUpload, findUpload, listUploadErrors, listUploads } from './uploads';

let store: TestStore;
beforeAll(async () => {
  store = await startStore(6);
});
afterAll(() => store.stop());
beforeEach(() => store.pool.query('delete from suppressions; delete from consents'));

const NEVER = new AbortController().signal;
const bring = (file: string, classes: 'all' | 'promotional' = 'all', chunkBytes?: number) =>
  storeUpload(store, file, { suppressions: { classes, keyId: 'k1' }, ...(chunkBytes && { chunkBytes }) });
const run = (id: string, stopping = NEVER) => importUpload(store.pool, id, stopping, hashNumber);
const upload = async (id: string) => (await findUpload(store.db, ACCOUNT, id, 'suppressions'))!;
const listed = async () => (await listSuppressions(store.db, { accountId: ACCOUNT, limit: 1_000 })).reverse();
const count = async (table: 'suppressions' | 'consents'): Promise<number> => {
  const { rows } = await store.pool.query<{ n: number }>(`select count(*)::int as n from ${table}`);
  return rows[0]!.n;
};

test('each row with a number is suppressed as it says; the others are reported', async () => {
  const id = await bring(
    'phone,reason,classes,at\n98000 00001,by mail,,2026-11-21\n12,,,\n+15550100001,,promotional,\n9800000001,again,,\n9800000002,,never,\n',
  );
  await run(id);
  expect(await upload(id)).toMatchObject({ state: 'ready', rows: 5, valid: 3, invalid: 2, duplicates: 1 });
  const rows = await listed();
  expect(rows).toHaveLength(2);
  expect(rows.find(({ msisdn }) => msisdn === '+919800000001')).toMatchObject({
    source: 'import', classes: 'all', reason: 'by mail', at: new Date('2026-11-21T00:00:00Z'), evidence: { importId: id, row: 2 },
  }); // prettier-ignore
  expect(rows.find(({ msisdn }) => msisdn === '+15550100001')).toMatchObject({ classes: 'promotional', reason: null });
  expect((await listUploadErrors(store.pool, id, 0, 10)).map(({ no, column_name }) => [no, column_name])).toEqual([
    [3, 'phone'],
    [6, 'classes'],
  ]);
  const numberHashOf = numberHash('+919800000001');
  expect(await listConsents(store.db, { accountId: ACCOUNT, numberHash: numberHashOf, limit: 9 })).toMatchObject([
    { kind: 'opt-out', source: 'import', key_id: 'k1', evidence: { importId: id, row: 2 } },
  ]);
});

test('a list that is brought again changes nothing; one for all stops more', async () => {
  const file = 'to\n9800000001\n9800000002\n';
  await run(await bring(file, 'promotional'));
  const before = await listed();
  const again = await bring(file, 'promotional');
  await run(again);
  expect(await upload(again)).toMatchObject({ state: 'ready', valid: 2, duplicates: 2 });
  expect([await listed(), await count('consents')]).toEqual([before, 2]);
  expect(await isSuppressed(store.db, PSEUDONYMS, ACCOUNT, '+919800000001', false)).toBe(false);

  await run(await bring('to,classes\n9800000001,all\n9800000001,promotional\n'));
  expect(await isSuppressed(store.db, PSEUDONYMS, ACCOUNT, '+919800000001', false)).toBe(true);
  await run(await bring(file, 'promotional'));
  expect(await isSuppressed(store.db, PSEUDONYMS, ACCOUNT, '+919800000001', false)).toBe(true);
});

test('an import that stops after any block goes on from there; two of one upload store each row once', async () => {
  const rows = 9_000;
  const lines = Array.from({ length: rows }, (_, i) => `+91${9_000_000_000 + i}`);
  const id = await bring(`to\n${lines.join('\n')}\nbad\n`, 'all', 7_001);
  const stopping = new AbortController();
  const running = run(id, stopping.signal);
  await until('a block is stored', async () => (await upload(id)).rows > 0);
  stopping.abort();
  await running;
  await Promise.all([run(id), run(id), run(id)]);
  await run(id);
  expect(await upload(id)).toMatchObject({ state: 'ready', rows: rows + 1, valid: rows, invalid: 1, duplicates: 0 });
  expect([await count('suppressions'), await count('consents')]).toEqual([rows, rows]);
});

test('a file that can’t be read to its end: what came before is in force', async () => {
  const id = await bring(`to\n${'9800000001\n'.repeat(3_000)}9800000002,${'x'.repeat(200_000)}\n`);
  await run(id);
  expect(await upload(id)).toMatchObject({ state: 'failed', reason: expect.stringContaining('longer than 64 KB') });
  expect(await isSuppressed(store.db, PSEUDONYMS, ACCOUNT, '+919800000001', false)).toBe(true);
});

test('is no list of recipients: neither found, shown nor deleted as one', async () => {
  const id = await bring('to\n9800000001\n');
  await run(id);
  expect(await findUpload(store.db, ACCOUNT, id)).toBeNull();
  expect(await listUploads(store.db, { accountId: ACCOUNT, limit: 10 })).toEqual([]);
  expect(await deleteUpload(store.db, ACCOUNT, id)).toBeNull();
  const { rows } = await store.pool.query('select 1 from upload_rows where upload_id = $1', [id]);
  expect(rows).toEqual([]);
});

test('numbers of a request: only new ones are added, and every one that changed is recorded', async () => {
  const numbers = ['+919800000001', '+919800000002'].map((msisdn) => ({ msisdn, numberHash: numberHash(msisdn) }));
  const list = { accountId: ACCOUNT, numbers, reason: 'moved over', classes: undefined, keyId: null };
  const put = (over: object = {}) =>
    store.db.transaction().execute((tx) => insertSuppressionList(tx, { ...list, ...over }));
  expect([await put({ numbers: numbers.slice(1) }), await put(), await put()]).toEqual([1, 1, 0]);
  expect((await listed()).map(({ source, reason, classes }) => [source, reason, classes])).toEqual([
    ['import', 'moved over', 'all'],
    ['import', 'moved over', 'all'],
  ]);
  expect(await count('consents')).toBe(2);
});

test('40,000 rows: no more than two blocks of them are in memory at a time', async () => {
  const rows = 40_000;
  const lines = Array.from({ length: rows }, (_, i) => `${9_000_000_000 + i}`);
  const id = await bring(`to\n${lines.join('\n')}\n`);
  let hashed = 0;
  let ahead = 0;
  const pool = store.connect(2).pool;
  const stored = async (): Promise<number> => (await upload(id)).rows;
  const written: number[] = [];
  // Every hash is of a row that is read and not yet stored: counted against what is stored when a statement begins.
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<unknown>;
  Object.assign(pool, {
    query: async (...args: unknown[]) => {
      const config = args[0] as { name?: string };
      if (config.name === 'write-suppression-block') {
        written.push(hashed);
        ahead = Math.max(ahead, hashed - (await stored()));
      }
      return query(...args);
    },
  });
  await importUpload(pool, id, NEVER, (msisdn) => {
    hashed++;
    return hashNumber(msisdn);
  });
  expect(await upload(id)).toMatchObject({ state: 'ready', rows, valid: rows, duplicates: 0 });
  expect(written.length).toBeGreaterThanOrEqual(rows / 2_000);
  expect(ahead).toBeLessThanOrEqual(4_000);
  expect(await count('suppressions')).toBe(rows);
});
