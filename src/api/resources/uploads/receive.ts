/** `POST /api/v1/uploads`: takes a file in, piece by piece. Mounted before the reader of whole bodies. */
import type { Request, Router } from 'express';
import { uuidv7 } from '../../../core/messages/ids';
import type { ColumnSettings } from '../../../core/audience/audience-file';
import { AppError } from '../../../errors';
import { insertAudit } from '../../../store/accounts/audit';
import { appendChunk, beginUpload, completeUpload, discardUpload } from '../../../store/audience/upload-bytes';
import type { UploadRow } from '../../../store/audience/uploads';
import type { Principal } from '../../http/auth';
import { fieldsOf, queryOf } from '../../http/body';
import { takesItsTime } from '../../http/client-errors';
import type { ApiDeps } from '../../deps';
import { validate } from '../../http/validate';
import { chunksOf, openFile } from './body';
import { readHeader, refuseFile } from './header';
import { settings, toUpload } from './schema';

/** A file may stand still for as long as any other request may take as a whole. */
const IDLE_MS = 30_000;
/** How long a client that was refused may go on sending, so that it gets to read why. */
const DISCARD_MS = 5_000;

type Deps = Pick<ApiDeps, 'database' | 'auth' | 'accounts' | 'startImport'>;

export function uploadReceiver(router: Router, deps: Deps): void {
  router.post('/api/v1/uploads', async (request, response) => {
    try {
      const principal = await deps.auth.authenticate(request, 'manage');
      const wanted = validate(settings, fieldsOf(queryOf(request)));
      await deps.accounts.context(principal.accountId);
      const row = await receive(deps, principal, request, wanted);
      deps.startImport(row.id);
      response.status(201).json(toUpload(row, [], principal.scopes));
    } catch (error) {
      discardRest(request);
      throw error;
    }
  });
}

async function receive(
  { database: { db, pool } }: Deps,
  actor: Principal,
  request: Request,
  wanted: ColumnSettings & { name: string | null },
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
    // When Postgres can't be reached either, the sweep does it.
    if (stored > 0) await discardUpload(db, id).catch(() => undefined);
    throw error;
  }

  function complete(): Promise<UploadRow> {
    return db.transaction().execute(async (tx) => {
      const row = await completeUpload(tx, id);
      if (row === null) throw tooSlow();
      await insertAudit(tx, actor, { action: 'upload.created', subject: id, detail: { bytes: stored } });
      return row;
    });
  }
}

const tooSlow = (): AppError => new AppError('request-timeout', 'The file came too slowly and was given up');

/** Reads on for a while without keeping anything: a client that is cut off while it sends may never see its answer. */
function discardRest(request: Request): void {
  if (request.complete) return;
  request.unpipe();
  // Once the reader that gave up has let go of it.
  setImmediate(() => request.resume());
  const timer = setTimeout(() => request.socket.destroy(), DISCARD_MS);
  request.once('close', () => clearTimeout(timer));
}
