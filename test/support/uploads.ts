/** Uploads for tests that need one in the store, without a request. */
import { readHeader } from '../../src/api/resources/uploads/header';
import { CHUNK_BYTES } from '../../src/api/resources/uploads/body';
import { uuidv7 } from '../../src/core/messages/ids';
import type { Database } from '../../src/store/database';
import { appendChunk, beginUpload, completeUpload, type UploadDraft } from '../../src/store/audience/upload-bytes';
import { ACCOUNT } from './rows';

/** Stores a CSV file as an upload that is to be imported; returns its id. */
export async function storeUpload(
  database: Database,
  file: string | Buffer,
  over: Partial<UploadDraft> & { chunkBytes?: number } = {},
): Promise<string> {
  const { chunkBytes = CHUNK_BYTES, ...draft } = over;
  const bytes = typeof file === 'string' ? Buffer.from(file) : file;
  const id = uuidv7();
  const settings = { delimiter: null, numberColumn: null };
  const header = readHeader(bytes, { ...settings, ...draft });
  await beginUpload(database.db, { id, accountId: ACCOUNT, name: null, numberColumn: null, ...draft, ...header });
  for (let at = 0; at < bytes.length; at += chunkBytes) {
    await appendChunk(database.pool, id, at, bytes.subarray(at, at + chunkBytes));
  }
  await completeUpload(database.db, id);
  return id;
}

/** A file of `count` rows from +919000000000 on, each with a name and a meta. */
export function csvOf(count: number): string {
  const lines = Array.from({ length: count }, (_, i) => `+91${9_000_000_000 + i},Name ${i},meta-${i}`);
  return `to,name,custom\n${lines.join('\n')}\n`;
}
