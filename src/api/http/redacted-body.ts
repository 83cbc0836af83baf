/** What a request said, as it may be kept where it was refused: no credentials, of URLs their host alone, 2 KB at most. */
import type { Request } from 'express';
import { isForm, looksLikeJson, queryText } from './fields';
import { isMultipart } from './multipart';
import { isStorable } from './text';

const MAX_BYTES = 2_048;
/** A larger body is not parsed for this: of its text only the beginning is looked at. */
const MAX_PARSED = 65_536;
const MAX_DEPTH = 6;
const HIDDEN = '…';

/** Names whose values are credentials, or may be. */
const SECRET_NAME =
  /pass(?:word|wd|phrase)?$|pwd|secret|token|^auth|signature|credential|api-?_?key|^key$|^user(?:name|_?id)?$|^appid$|^sid$|^iv$|ciphertext/i;
const API_KEY = /hg_[\w.-]+/g;
const URL_ALONE = /^\s*(https?:\/\/)(?:[^/?#\s@]*@)?([^/?#\s]+)\S*\s*$/i;
/** `name=value` or `"name": "value"`, where what it stands in can't be parsed. */
const SECRET_PAIR =
  /(["']?(?:\w*pass(?:word|wd)?|pwd|\w*secret|\w*token|auth\w*|api-?_?key|user(?:name|_?id)?|appid)["']?\s*[:=]\s*)("[^"]*"?|'[^']*'?|[^\s&,}]*)/gi;
const UNSTORABLE = /[\0\p{Surrogate}]/gu;

/** A value without its credentials. @param name under which it stands. */
export function redacted(value: unknown, name = '', depth = 0): unknown {
  if (SECRET_NAME.test(name.trim()) && typeof value !== 'object') return HIDDEN;
  if (typeof value === 'string') return redactedText(value);
  if (typeof value !== 'object' || value === null) return value;
  if (depth === MAX_DEPTH) return HIDDEN;
  if (Array.isArray(value)) return value.slice(0, 20).map((item) => redacted(item, name, depth + 1));
  const entries = Object.entries(value).slice(0, 60);
  return Object.fromEntries(entries.map(([key, item]) => [key, redacted(item, key, depth + 1)]));
}

const redactedText = (text: string): string => text.replace(API_KEY, HIDDEN).replace(URL_ALONE, `$1$2/${HIDDEN}`);

/** JSON of what is kept, cut to {@link MAX_BYTES}; whether it was cut. */
export function kept(value: unknown): { text: string; isCut: boolean } {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const storable = isStorable(text) ? text : text.replace(UNSTORABLE, '');
  const bytes = Buffer.from(storable);
  if (bytes.length <= MAX_BYTES) return { text: storable, isCut: false };
  // A character that was cut through is left out.
  return {
    text:
      bytes
        .subarray(0, MAX_BYTES - 4)
        .toString('utf8')
        .replace(/\uFFFD+$/, '') + HIDDEN,
    isCut: true,
  };
}

/** What a request said in its query or body, redacted; undefined = nothing, or nothing that is text. */
export function saidIn(request: Request): unknown {
  const query = queryText(request);
  if (request.method === 'GET')
    return query === '' ? undefined : redacted(Object.fromEntries(new URLSearchParams(query)));
  const body: unknown = request.body;
  const type = request.headers['content-type'] ?? '';
  if (!Buffer.isBuffer(body) || body.length === 0 || isMultipart(type)) return undefined;
  const text = body.subarray(0, MAX_PARSED).toString('utf8');
  try {
    if (body.length <= MAX_PARSED && looksLikeJson(text, type)) return redacted(JSON.parse(text));
    if (body.length <= MAX_PARSED && isForm(type)) return redacted(Object.fromEntries(new URLSearchParams(text)));
  } catch {
    // It is shown as it came.
  }
  return redactedText(text.slice(0, 2 * MAX_BYTES).replace(SECRET_PAIR, `$1${HIDDEN}`));
}
