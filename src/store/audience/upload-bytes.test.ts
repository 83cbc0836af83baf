import { ACCOUNT, hashNumber, startStore, type TestStore } from '../../../test/support/rows';
import { csvOf, storeUpload } from '../../../test/support/uploads';
import { importUpload } from '../../activities/audience/upload';
import { uuidv7 } from '../../core/messages/ids';
import { listUnfinishedImports, listUnstartedImports, markImportStarted, readChunk } from './upload-rows';
import {
  appendChunk,
  beginUpload,
  completeUpload,
  discardUpload,
  giveUpUploads,
  listDeletedUploads,
  purgeUpload,
} from './upload-bytes';
import { deleteUpload, findUpload, listUploads } from './uploads';

let store: TestStore;
beforeAll(async () => {
  store = await startStore();
});
afterAll(() => store.stop());

async function begin(): Promise<string> {
  const id = uuidv7();
  const headerEnd = { byte: 3, row: 1, line: 1 };
  const draft = { id, accountId: ACCOUNT, name: null, delimiter: ',', columns: ['to'], numberColumn: null, headerEnd };
  await beginUpload(store.db, draft);
  return id;
}

const rowsOf = async (table: string, column = 'upload_id', id?: string): Promise<number> => {
  const { rows } = await store.pool.query<{ n: number }>(
    `select count(*)::int as n from ${table} where ${column} = $1`,
    [id],
  );
  return rows[0]!.n;
};

test('chunks follow each other without a gap, and are read from any byte', async () => {
  const id = await begin();
  expect(await appendChunk(store.pool, id, 0, Buffer.from('to\n123'))).toBe(true);
  expect(await appendChunk(store.pool, id, 7, Buffer.from('gap'))).toBe(false);
  expect(await appendChunk(store.pool, id, 6, Buffer.from('456\n'))).toBe(true);
  const read = async (offset: number) => (await readChunk(store.pool, id, offset))?.toString();
  expect([await read(0), await read(3), await read(6), await read(9), await read(10)]).toEqual([
    'to\n123', '123', '456\n', '\n', undefined,
  ]); // prettier-ignore
});

test('an upload is seen once it is complete, and by its account only', async () => {
  const id = await begin();
  await appendChunk(store.pool, id, 0, Buffer.from('to\n1\n'));
  expect(await findUpload(store.db, ACCOUNT, id)).toBeNull();
  expect(await listUnfinishedImports(store.pool, null, 100)).not.toContain(id);
  await completeUpload(store.db, id);
  expect(await findUpload(store.db, ACCOUNT, id)).toMatchObject({ state: 'processing', bytes: '5' });
  expect(await findUpload(store.db, 'another', id)).toBeNull();
  expect((await listUploads(store.db, { accountId: ACCOUNT, limit: 1 }))[0]!.id).toBe(id);
  expect(await appendChunk(store.pool, id, 5, Buffer.from('2\n'))).toBe(false);
});

test('a complete upload without a workflow is found until it is marked', async () => {
  const id = await storeUpload(store, csvOf(1));
  const upload = { uploadId: id, accountId: ACCOUNT };
  expect(await listUnstartedImports(store.pool, 0, 100)).toContainEqual(upload);
  expect(await listUnstartedImports(store.pool, 60_000, 100)).not.toContainEqual(upload);
  await markImportStarted(store.pool, id);
  expect(await listUnstartedImports(store.pool, 0, 100)).not.toContainEqual(upload);
  expect(await listUnfinishedImports(store.pool, null, 100)).toContainEqual(upload);
});

test('nothing is left of a discarded upload', async () => {
  const id = await begin();
  await appendChunk(store.pool, id, 0, Buffer.from('to\n'));
  await discardUpload(store.db, id);
  expect([await rowsOf('uploads', 'id', id), await rowsOf('upload_chunks', 'upload_id', id)]).toEqual([0, 0]);
});

test('an upload that got no bytes for long is given up, a young one is left', async () => {
  const [old, young] = [await begin(), await begin()];
  await store.pool.query(`update uploads set touched_at = now() - interval '11 minutes' where id = $1`, [old]);
  await giveUpUploads(store.pool);
  expect(await listDeletedUploads(store.pool, 100)).toEqual([old]);
  expect(await purgeUpload(store.pool, old, 100)).toBe(true);
  expect([await rowsOf('uploads', 'id', old), await rowsOf('uploads', 'id', young)]).toEqual([0, 1]);
  expect(await appendChunk(store.pool, old, 0, Buffer.from('to\n'))).toBe(false);
});

test('a deleted upload goes bit by bit, itself last', async () => {
  const id = await storeUpload(store, `${csvOf(25)}bad\n`);
  await importUpload(store.pool, id, new AbortController().signal, hashNumber);
  await deleteUpload(store.db, ACCOUNT, id);
  expect(await deleteUpload(store.db, ACCOUNT, id)).toBeNull();
  const left: number[][] = [];
  for (let turn = 0; turn < 3; turn++) {
    expect(await listDeletedUploads(store.pool, 100)).toEqual([id]);
    expect(await purgeUpload(store.pool, id, 10)).toBe(turn === 2);
    left.push([await rowsOf('upload_rows', 'upload_id', id), await rowsOf('uploads', 'id', id)]);
  }
  expect(left).toEqual([
    [15, 1],
    [5, 1],
    [0, 0],
  ]);
  expect(await rowsOf('upload_errors', 'upload_id', id)).toBe(0);
});
