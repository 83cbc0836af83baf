/** Reading bodies: raw bytes first, then JSON or a form, with errors that point at the place. */
import express, { type Request, type RequestHandler, type Response } from 'express';
import { AppError } from '../../errors';
import { invalid } from './invalid';
import { findJsonExcess, MAX_JSON_KEYS } from './json-limits';

export const MAX_BODY_BYTES = 4 * 1_024 * 1_024;
/** The part of the URL behind the question mark. */
export const MAX_QUERY_BYTES = 8 * 1_024;

/** How long a client that was refused may go on sending, so that it gets to read why. */
const DISCARD_MS = 5_000;

/** Keeps every body as bytes in `request.body`, whatever its content type says. */
const rawBody = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

/**
 * Reads the whole body into `request.body`, which stays undefined when there is none. Rejects with the reader's error,
 * which becomes too-large or malformed-body.
 */
export function readBody(request: Request, response: Response): Promise<void> {
  const { headers } = request;
  const length = Number(headers['content-length']);
  if (headers['content-encoding'] === undefined && length <= MAX_BODY_BYTES) return readPlain(request);
  return new Promise((resolve, reject) =>
    rawBody(request, response, (error?: unknown) => (error === undefined ? resolve() : reject(error as Error))),
  );
}

/** Reads a body that comes as it is and is known to be small enough. */
function readPlain(request: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    request.on('data', (piece: Buffer) => pieces.push(piece));
    request.once('end', () => {
      request.body = pieces.length === 1 ? pieces[0] : Buffer.concat(pieces);
      resolve();
    });
    request.once('error', () => reject(new AppError('malformed-body', 'The request ended before its body did')));
  });
}

/** Reads on for a while without keeping anything: a client that is cut off while it sends may never see its answer. */
export function discardRest(request: Request): void {
  if (request.complete) return;
  request.unpipe();
  // Once the reader that gave up has let go of it.
  setImmediate(() => request.resume());
  const timer = setTimeout(() => request.socket.destroy(), DISCARD_MS);
  request.once('close', () => clearTimeout(timer));
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

/** JSON or a form, as `type` says or, without one, as it looks. @throws AppError malformed-body, invalid-request */
export function parseFields(text: string, type = ''): unknown {
  if (/json/i.test(type) || (!/form-urlencoded/i.test(type) && /^\s*[[{]/.test(text))) return parseJson(text);
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
