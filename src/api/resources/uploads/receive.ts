/** Takes a file in, piece by piece, into rows of Postgres. */
import { createHash, type Hash } from 'node:crypto';
import type { Request } from 'express';
import { uuidv7 } from '../../../core/messages/ids';
import { AppError } from '../../../errors';
import { insertAudit, type Actor } from '../../../store/accounts/audit';
import { countUploadBytes } from '../../../store/accounts/quotas';
import {
  appendChunk,
  beginUpload,
  completeUpload,
  discardUpload,
  type UploadDraft,
} from '../../../store/audience/upload-bytes';
import type { UploadRow } from '../../../store/audience/uploads';
import type { ApiDeps } from '../../deps';
import { takesItsTime } from '../../http/client-errors';
import type { StreamEntry } from '../../http/idempotency';
import { checkQuota, quotaReached } from '../../http/quotas';
import { chunksOf, openFile } from './body';
import { readHeader, refuseFile, type FileSettings } from './header';

/** A file may stand still for as long as any other request may take as a whole. */
const IDLE_MS = 30_000;

/**
 * Stores the file of a request, and completes the upload.
 * @param stream of a request with an `Idempotency-Key`; of one that was answered before the file is only compared.
 * @throws AppError invalid-request, malformed-body, request-timeout, quota-reached, and what `stream` throws
 */
export async function receiveFile(
  { database: { db, pool }, limits }: Pick<ApiDeps, 'database' | 'limits'>,
  actor: Actor,
  request: Request,
  {
    stream,
    ...wanted
  }: FileSettings & { name: string | null; charset: string | null; stream?: StreamEntry } & Pick<
      UploadDraft,
      'suppressions'
    >,
): Promise<UploadRow> {
  const { content, filename, charset } = await openFile(request);
  const chunks = () => chunksOf(content, IDLE_MS, wanted.charset ?? charset);
  takesItsTime(request);
  const hash = stream === undefined ? undefined : createHash('sha256').update(`${filename ?? ''}\n`);
  if (stream?.repeated === true) await compare(chunks(), hash!, stream);
  const id = uuidv7();
  let stored = 0;
  let room = 0;
  try {
    for await (const chunk of chunks()) {
      if (stored === 0) {
        const header = readHeader(chunk, wanted);
        const name = wanted.name ?? filename?.slice(0, 200) ?? null;
        const { numberColumn, suppressions } = wanted;
        room = await begin({ id, accountId: actor.accountId, numberColumn, suppressions, name, ...header });
      }
      if (stored + chunk.length > room) throw quotaReached('uploadBytes', limits);
      if (!(await appendChunk(pool, id, stored, chunk))) throw tooSlow();
      stored += chunk.length;
      hash?.update(chunk);
    }
    stream?.complete(hash!.digest());
    if (stored === 0) throw refuseFile('it is empty');
    return await complete();
  } catch (error) {
    // When Postgres can't be reached either, maintenance does it.
    if (room > 0) await discardUpload(db, id).catch(() => undefined);
    throw error;
  }

  /** @returns how many bytes the file may have. */
  function begin(draft: UploadDraft): Promise<number> {
    return db.transaction().execute(async (tx) => {
      await checkQuota(tx, draft.accountId, 'uploads', limits);
      const left = limits.uploadBytes - (await countUploadBytes(tx, draft.accountId));
      if (left <= 0) throw quotaReached('uploadBytes', limits);
      await beginUpload(tx, draft);
      return left;
    });
  }

  function complete(): Promise<UploadRow> {
    return db.transaction().execute(async (tx) => {
      const row = await completeUpload(tx, id);
      if (row === null) throw tooSlow();
      // Other files may have come meanwhile.
      if ((await countUploadBytes(tx, actor.accountId)) > limits.uploadBytes) throw quotaReached('uploadBytes', limits);
      const action = wanted.suppressions === undefined ? 'upload.created' : 'suppressions.imported';
      await insertAudit(tx, actor, { action, subject: id, detail: { bytes: stored } });
      return row;
    });
  }
}

/** Reads a file that came before, or another one under its key, and throws what is answered. */
async function compare(chunks: AsyncIterable<Buffer>, hash: Hash, stream: StreamEntry): Promise<void> {
  for await (const chunk of chunks) hash.update(chunk);
  stream.complete(hash.digest());
}

const tooSlow = (): AppError => new AppError('request-timeout', 'The file came too slowly and was given up');
