/** Takes a file in, piece by piece, into rows of Postgres. */
import type { Request } from 'express';
import type { ColumnSettings } from '../../../core/audience/upload-file';
import { uuidv7 } from '../../../core/messages/ids';
import { AppError } from '../../../errors';
import { insertAudit, type Actor } from '../../../store/accounts/audit';
import {
  appendChunk,
  beginUpload,
  completeUpload,
  discardUpload,
  type UploadDraft,
} from '../../../store/audience/upload-bytes';
import type { UploadRow } from '../../../store/audience/uploads';
import type { Database } from '../../../store/database';
import { takesItsTime } from '../../http/client-errors';
import { chunksOf, openFile } from './body';
import { readHeader, refuseFile } from './header';

/** A file may stand still for as long as any other request may take as a whole. */
const IDLE_MS = 30_000;

/**
 * Stores the file of a request, and completes the upload.
 * @throws AppError invalid-request, malformed-body, request-timeout
 */
export async function receiveFile(
  { db, pool }: Database,
  actor: Actor,
  request: Request,
  wanted: ColumnSettings & { name: string | null } & Pick<UploadDraft, 'suppressions'>,
): Promise<UploadRow> {
  const { content, filename } = await openFile(request);
  takesItsTime(request);
  const id = uuidv7();
  let stored = 0;
  try {
    for await (const chunk of chunksOf(content, IDLE_MS)) {
      if (stored === 0) {
        const header = readHeader(chunk, wanted);
        const name = wanted.name ?? filename?.slice(0, 200) ?? null;
        await beginUpload(db, { id, accountId: actor.accountId, ...wanted, name, ...header });
      }
      if (!(await appendChunk(pool, id, stored, chunk))) throw tooSlow();
      stored += chunk.length;
    }
    if (stored === 0) throw refuseFile('it is empty');
    return await complete();
  } catch (error) {
    // When Postgres can't be reached either, maintenance does it.
    if (stored > 0) await discardUpload(db, id).catch(() => undefined);
    throw error;
  }

  function complete(): Promise<UploadRow> {
    return db.transaction().execute(async (tx) => {
      const row = await completeUpload(tx, id);
      if (row === null) throw tooSlow();
      const action = wanted.suppressions === undefined ? 'upload.created' : 'suppressions.imported';
      await insertAudit(tx, actor, { action, subject: id, detail: { bytes: stored } });
      return row;
    });
  }
}

const tooSlow = (): AppError => new AppError('request-timeout', 'The file came too slowly and was given up');
