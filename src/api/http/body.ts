/** Reading the bytes of bodies, within bounds; what they say is for `fields.ts`. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { ByteBudget } from '../../core/concurrency/byte-budget';
import { AppError } from '../../errors';
import { queryText } from './fields';

export const MAX_BODY_BYTES = 4 * 1_024 * 1_024;
/** The part of the URL behind the question mark. */
export const MAX_QUERY_BYTES = 8 * 1_024;

/** Keeps a compressed body as bytes in `request.body`, whatever its content type says. */
const inflated = (limit: number): RequestHandler => express.raw({ type: () => true, limit });
const inflatedBody = inflated(MAX_BODY_BYTES);

/** Bodies up to this size are not counted: all connections together can't hold much of them. */
const UNCOUNTED_BYTES = 16 * 1_024;
const BUSY_RETRY_SECONDS = 1;

/** Memory for bodies that are read or in use, and whose it is. */
export interface BodyShare {
  budget: ByteBudget;
  /** An account, or where a stranger comes from. */
  party: string;
}

/** The bytes of a body that comes as it is, as far as they were read. */
export class BodyReader {
  private readonly pieces: Buffer[] = [];
  private bytes = 0;
  private counted = 0;
  /** What is to be given back once the request is answered. */
  private readonly taken: { share: BodyShare; bytes: number }[] = [];

  constructor(
    private readonly request: Request,
    private readonly response: Response,
  ) {}

  /** What has come. */
  get content(): Buffer {
    return this.pieces.length === 1 ? this.pieces[0]! : Buffer.concat(this.pieces);
  }

  /**
   * Reads on until the end of the body, or until more than `limit` bytes of it have come; then the rest stays where it
   * is, and can be read later.
   * @returns whether that was the end.
   * @throws AppError busy, malformed-body
   */
  readTo(limit: number, share: BodyShare): Promise<boolean> {
    const { request } = this;
    if (request.readableEnded) return Promise.resolve(true);
    if (request.destroyed) return Promise.reject(cutOff());
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        request.off('data', onData).off('end', onEnd).off('error', onError);
      };
      const onData = (piece: Buffer): void => {
        this.pieces.push(piece);
        this.bytes += piece.length;
        if (this.bytes > UNCOUNTED_BYTES && !this.count(share)) {
          settle();
          request.pause();
          reject(tooBusy());
        } else if (this.bytes > limit) {
          settle();
          request.pause();
          resolve(false);
        }
      };
      const onEnd = (): void => {
        settle();
        resolve(true);
      };
      const onError = (): void => {
        settle();
        reject(cutOff());
      };
      request.on('data', onData).once('end', onEnd).once('error', onError);
      request.resume();
    });
  }

  /** Counts what has come since the last time, until the request is answered. */
  private count(share: BodyShare): boolean {
    // Nobody is told any more when it closes, and what has come is let go of with the request.
    if (this.response.closed) return true;
    const bytes = this.bytes - this.counted;
    if (!share.budget.take(share.party, bytes)) return false;
    this.counted = this.bytes;
    if (this.taken.length === 0) {
      this.response.once('close', () =>
        this.taken.forEach(({ share: of, bytes: all }) => of.budget.give(of.party, all)),
      );
    }
    const last = this.taken.at(-1);
    if (last?.share === share) last.bytes += bytes;
    else this.taken.push({ share, bytes });
    return true;
  }
}

const cutOff = (): AppError => new AppError('malformed-body', 'The request ended before its body did');

const tooBusy = (): AppError =>
  new AppError('busy', 'More is being received than there is memory for; nothing was accepted. Send it again.', {
    retryAfterSeconds: BUSY_RETRY_SECONDS,
  });

const tooLarge = (limit: number): AppError =>
  new AppError('too-large', `The body is larger than ${shownSize(limit)}: split it`);

/** `4 MB`, `256 KB`. */
export const shownSize = (bytes: number): string =>
  bytes < 1_048_576 ? `${bytes / 1_024} KB` : `${bytes / 1_048_576} MB`;

/**
 * Reads the whole body into `request.body`, which stays undefined when there is none.
 * @param share asked for only when the body is not small.
 * @param begun where its beginning was read already.
 * @throws AppError too-large, busy, malformed-body; the error of what inflates a compressed body becomes one of them
 */
export function readBody(
  request: Request,
  response: Response,
  share: () => BodyShare,
  limit = MAX_BODY_BYTES,
  begun?: BodyReader,
): Promise<void> {
  const { headers } = request;
  const length = Number(headers['content-length']);
  if (length > limit) return Promise.reject(tooLarge(limit));
  if (!hasBody(request)) return Promise.resolve();
  if (headers['content-encoding'] !== undefined) return readCompressed(request, response, share(), limit);
  if (begun === undefined && length <= UNCOUNTED_BYTES) return readSmall(request);
  return readOn(request, begun ?? new BodyReader(request, response), share(), limit);
}

async function readOn(request: Request, reader: BodyReader, share: BodyShare, limit: number): Promise<void> {
  if (!(await reader.readTo(limit, share))) throw tooLarge(limit);
  request.body = reader.content;
}

/** Whether a body is announced, be it empty (RFC 9112, section 6.3). */
export const hasBody = ({ headers }: Pick<Request, 'headers'>): boolean =>
  headers['content-length'] !== undefined || headers['transfer-encoding'] !== undefined;

function readCompressed(request: Request, response: Response, share: BodyShare, limit: number): Promise<void> {
  if (request.destroyed) return Promise.reject(cutOff());
  // How much is in it shows only as it is inflated.
  if (!share.budget.take(share.party, limit)) return Promise.reject(tooBusy());
  response.once('close', () => share.budget.give(share.party, limit));
  const reader = limit === MAX_BODY_BYTES ? inflatedBody : inflated(limit);
  return new Promise((resolve, reject) =>
    reader(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error))),
  );
}

/** Reads a body that comes as it is and is known to be small. */
function readSmall(request: Request): Promise<void> {
  if (request.destroyed && !request.readableEnded) return Promise.reject(cutOff());
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      request.body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
      resolve();
    });
    request.once('error', () => reject(cutOff()));
  });
}

/** Refuses a long query, before anybody takes it apart. */
export const limitQuery: RequestHandler = (request, _response, next) => {
  // A URL on the wire is ASCII: characters are bytes.
  if (queryText(request).length > MAX_QUERY_BYTES) {
    throw new AppError('uri-too-long', `The query is longer than ${MAX_QUERY_BYTES / 1_024} KB: send it as a POST`);
  }
  next();
};
