/** The bytes of an upload as they come in: raw or out of a form, of any length, as long as they keep coming. */
import type { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Request } from 'express';
import { AppError } from '../../../errors';
import { asUtf8 } from './charset';
import { refuseFile } from './header';

/** Bytes per row of `upload_chunks`; with what a socket holds, all that an upload takes in memory. */
export const CHUNK_BYTES = 256 * 1_024;

export interface IncomingFile {
  content: Readable;
  /** As a form names it. */
  filename: string | null;
  /** As its content type declares it; null = it doesn't. */
  charset: string | null;
}

/** What curl and forms send when nobody says what it is. */
const NOT_A_FILE = /^application\/(json|x-www-form-urlencoded)\b/i;

/**
 * The file in a request: its body, or the field `file` of a form.
 * @throws AppError invalid-request, malformed-body
 */
export async function openFile(request: Request): Promise<IncomingFile> {
  const type = request.headers['content-type'] ?? '';
  if (/^multipart\/form-data\b/i.test(type)) return openFormFile(request);
  if (NOT_A_FILE.test(type)) {
    throw refuseFile(`it came as ${type.split(';')[0]}: send it as text/csv, or as the field "file" of a form`);
  }
  const charset = /charset="?([\w-]+)/i.exec(type)?.[1];
  return { content: request, filename: null, charset: charset ?? null };
}

function openFormFile(request: Request): Promise<IncomingFile> {
  return new Promise((resolve, reject) => {
    const broken = (cause: Error) =>
      reject(new AppError('malformed-body', `The form can’t be read: ${cause.message}`, { cause }));
    try {
      const form = busboy({ headers: request.headers, defParamCharset: 'utf8', limits: { files: 1, fields: 20 } });
      form.on('file', (field, content, { filename }) => {
        // Whoever reads it hears of it; when nobody reads any more, it must not end the process.
        content.on('error', () => undefined);
        if (field === 'file') return resolve({ content, filename: filename ?? null, charset: null });
        content.resume();
        reject(refuseFile(`it is in the field ${JSON.stringify(field)} of the form: name the field "file"`));
      });
      form.on('error', (error: Error) => broken(error));
      form.on('close', () => reject(refuseFile('the form has no field "file" with a file in it')));
      request.once('close', () => {
        if (!request.complete) form.destroy();
      });
      request.pipe(form);
    } catch (error) {
      broken(error as Error);
    }
  });
}

/**
 * The content as UTF-8, in pieces of {@link CHUNK_BYTES}, the last one shorter. The next piece is read when the last one is
 * dealt with, and into the same memory.
 * @param idleMs how long the content may stand still while it is waited for.
 * @param charset as it was declared; null = it wasn't.
 * @throws AppError request-timeout, malformed-body when it breaks off, invalid-request when it can't be decoded.
 */
export async function* chunksOf(
  content: Readable,
  idleMs: number,
  charset: string | null = null,
): AsyncGenerator<Buffer> {
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let filled = 0;
  for await (const piece of asUtf8(piecesOf(content, idleMs), charset)) {
    for (let at = 0; at < piece.length;) {
      const copied = piece.copy(chunk, filled, at);
      at += copied;
      filled += copied;
      if (filled < CHUNK_BYTES) continue;
      yield chunk;
      filled = 0;
    }
  }
  if (filled > 0) yield chunk.subarray(0, filled);
}

/** The content as it comes. */
async function* piecesOf(content: Readable, idleMs: number): AsyncGenerator<Buffer> {
  // The request's socket is still needed for the answer when the reader stops early.
  const pieces = content.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
  try {
    for (;;) {
      const { done, value } = await within(idleMs, pieces.next());
      if (done === true) return;
      yield value;
    }
  } finally {
    // Not awaited: while the content stands still it does not return.
    void pieces.return?.();
  }
}

async function within<T>(idleMs: number, next: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<never>((_resolve, reject) => {
    const late = new AppError('request-timeout', `No byte of the file came for ${idleMs / 1_000} seconds`);
    timer = setTimeout(() => reject(late), idleMs);
  });
  try {
    return await Promise.race([next, idle]);
  } catch (error) {
    next.catch(() => undefined);
    if (error instanceof AppError) throw error;
    throw new AppError('malformed-body', 'The file broke off before its end', { cause: error });
  } finally {
    clearTimeout(timer);
  }
}
