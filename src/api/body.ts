/** Reading bodies: raw bytes first, then JSON or a form, with errors that point at the place. */
import express, { type Request } from 'express';
import { AppError } from '../errors';

export const MAX_BODY_BYTES = 4 * 1_024 * 1_024;

/** Keeps every body as bytes in `request.body`, whatever its content type says. */
export const rawBody = express.raw({ type: () => true, limit: MAX_BODY_BYTES });

/** Parses JSON. @throws AppError malformed-body naming line, column and what stands there. */
export function parseJson(text: string): unknown {
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

export function queryOf(request: Request): URLSearchParams {
  const at = request.originalUrl.indexOf('?');
  return new URLSearchParams(at < 0 ? '' : request.originalUrl.slice(at + 1));
}

/**
 * The body of a CleverTap route: JSON, a form, or (GET) the query. A JSON body is known by its first character too,
 * because callers type the content type by hand into CleverTap's form.
 */
export function readFields(request: Request): unknown {
  if (request.method === 'GET') return fieldsOf(queryOf(request));
  const text = bodyText(request);
  const type = request.headers['content-type'] ?? '';
  if (/json/i.test(type) || (!/form-urlencoded/i.test(type) && /^\s*[[{]/.test(text))) return parseJson(text);
  return fieldsOf(new URLSearchParams(text));
}

/** A JSON body of the operations API. */
export function readJson(request: Request): unknown {
  return parseJson(bodyText(request));
}

function bodyText(request: Request): string {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body.toString('utf8') : '';
}
