/** Where a request has a NUL, which no text of Postgres can hold. Looked for once Postgres has refused one. */
import type { Request } from 'express';
import { bodyText, fieldsOf, queryOf } from './body';

/** The place by name: a field of the query or the body with its path, else `path`. */
export function placeOfNul(request: Request): string {
  return nulIn(fieldsOf(queryOf(request)), []) ?? nulIn(bodyOf(request), []) ?? 'path';
}

/** The body as JSON, undefined when it is none. */
function bodyOf(request: Request): unknown {
  try {
    return JSON.parse(bodyText(request));
  } catch {
    return undefined;
  }
}

function nulIn(value: unknown, at: readonly string[]): string | null {
  if (typeof value === 'string') return value.includes('\0') ? at.join('.') || 'body' : null;
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = key.includes('\0') ? at.join('.') || 'body' : nulIn(inner, [...at, key]);
    if (found !== null) return found;
  }
  return null;
}
