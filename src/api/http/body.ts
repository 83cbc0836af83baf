/** Reading bodies: raw bytes first, then JSON or a form, with errors that point at the place. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import type { ByteBudget } from '../../core/concurrency/byte-budget';
import { AppError } from '../../errors';
import { invalid } from './invalid';
import { findJsonExcess, MAX_JSON_KEYS } from './json-limits';

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

/**
 * Parses JSON.
 * @throws AppError malformed-body naming line, column and what stands there; invalid-request naming the path of what is
 * nested too deep or has too many keys.
 */
export function parseJson(text: string): unknown {
  const excess = findJsonExcess(text);
  if (excess !== null) throw invalid(excess.path || 'body', excess.problem);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AppError('malformed-body', `The body is not valid JSON: ${describe(text, error as Error)}`);
  }
}

const CONTEXT = 24;

function describe(text: string, error: Error): string {
  const found = /at position (\d+)/.exec(error.message);
  const what = error.message.replace(/ in JSON at position.*$/s, '').replace(/, ".*$/s, '');
  // Node names no position when the text just ends.
  const position = found ? Number(found[1]) : text.length;
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - (before.lastIndexOf('\n') + 1) + 1;
  const near = JSON.stringify(text.slice(Math.max(0, position - CONTEXT), position + CONTEXT));
  return `${what} at line ${line}, column ${column}, near ${near}`;
}

/** Form fields or query parameters as an object; the first of several values of a name wins. */
export function fieldsOf(parameters: URLSearchParams): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const [name, value] of parameters) {
    if (!Object.hasOwn(fields, name)) fields[name] = value;
  }
  return fields;
}

/** @throws AppError invalid-request when there are too many parameters. */
export function queryOf(request: Request): URLSearchParams {
  return parseForm(queryText(request), 'query');
}

function queryText(request: Request): string {
  const at = request.originalUrl.indexOf('?');
  return at < 0 ? '' : request.originalUrl.slice(at + 1);
}

/** A form may have as many fields as a JSON object may have keys. @throws AppError invalid-request */
export function parseForm(text: string, where: 'body' | 'query' = 'body'): URLSearchParams {
  if (text.split('&', MAX_JSON_KEYS + 1).length > MAX_JSON_KEYS) {
    throw invalid(where, `has more than ${MAX_JSON_KEYS} fields`);
  }
  return new URLSearchParams(text);
}

/**
 * The body of a CleverTap route: JSON, a form, or (GET) the query. A JSON body is known by its first character too,
 * because callers type the content type by hand into CleverTap's form.
 */
export function readFields(request: Request): unknown {
  if (request.method === 'GET') return fieldsOf(queryOf(request));
  return parseFields(bodyText(request), request.headers['content-type']);
}

/** Whether fields come as JSON, as `type` says or, without one, as it looks; else as a form. */
export const looksLikeJson = (text: string, type: string): boolean =>
  /json/i.test(type) || (!isForm(type) && /^\s*[[{]/.test(text));

export const isForm = (type: string): boolean => /form-urlencoded/i.test(type);

/** JSON or a form. @throws AppError malformed-body, invalid-request */
export function parseFields(text: string, type = ''): unknown {
  if (looksLikeJson(text, type)) return parseJson(text);
  return fieldsOf(parseForm(text));
}

/** A JSON body of the operations API. */
export function readJson(request: Request): unknown {
  return parseJson(bodyText(request));
}

/** A JSON body that may be left out, which says the same as `{}`. */
export function readOptionalJson(request: Request): unknown {
  const text = bodyText(request);
  return text === '' ? {} : parseJson(text);
}

/** The body as UTF-8; empty when there is none. */
export function bodyText(request: Request): string {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}
