/** What a request says: its query, its form in whatever encoding, or its JSON; always text that its sender wrote. */
import type { Request } from 'express';
import { charsetOf, decodeAs, decodeText, isAsciiBased, UTF8 } from '../../core/messages/charset';
import { decodeForm, decodeFormBytes, type DecodedForm, type FormField } from '../../core/messages/form';
import { AppError } from '../../errors';
import { invalid } from './invalid';
import { MAX_JSON_KEYS } from './json-limits';
import { isMultipart, readMultipart } from './multipart';
import { parseJson } from './parse-json';

/** Names whose values are lists, so that several parameters of that name are all meant. */
export type IsList = (name: string) => boolean;

const NO_LIST: IsList = () => false;

/**
 * Form fields or query parameters as an object. The same value twice is one; of a list several are joined by commas.
 * @throws AppError invalid-request naming a parameter that comes with different values.
 */
export function fieldsOf(fields: Iterable<FormField>, isList = NO_LIST): Record<string, unknown> {
  const values: Record<string, string> = {};
  for (const [written, value] of fields) {
    const name = listNamed(written, isList);
    const before = Object.hasOwn(values, name) ? values[name]! : '';
    if (before === '' || before === value) values[name] = value;
    else if (value !== '' && !isList(name)) throw invalid(name, 'comes twice, with different values: send it once');
    else if (value !== '' && !before.split(',').includes(value)) values[name] = `${before},${value}`;
  }
  return values;
}

/** `to[]` and `to[0]`, as PHP, jQuery and .NET write the items of a list. */
const ITEM = /^(.+)\[\d*\]$/;

function listNamed(written: string, isList: IsList): string {
  const list = written.endsWith(']') ? ITEM.exec(written)?.[1] : undefined;
  return list !== undefined && isList(list) ? list : written;
}

/** @throws AppError invalid-request when there are too many parameters, or one is no UTF-8. */
export function queryOf(request: Request, isList?: IsList): FormField[] {
  const query = queryText(request);
  if (!BEYOND_ASCII.test(query)) return parseForm(query, 'query', isList);
  const decoded = decodeAs(Buffer.from(query, 'latin1'), UTF8);
  if (!decoded.ok) throw invalid('query', decoded.problem);
  return parseForm(decoded.text, 'query', isList);
}

/** A URL should be ASCII. Bytes beyond it come as characters of their own. */
const BEYOND_ASCII = /[\x80-\xff]/;

/** The query as it stands there; what is no UTF-8 is replaced. For contracts that are no callers of ours. */
export const rawQueryOf = (request: Request): URLSearchParams =>
  new URLSearchParams(Buffer.from(queryText(request), 'latin1').toString('utf8'));

/** The part of the URL behind the question mark, byte by byte. */
export function queryText({ originalUrl }: Pick<Request, 'originalUrl'>): string {
  const at = originalUrl.indexOf('?');
  return at < 0 ? '' : originalUrl.slice(at + 1);
}

/**
 * A form may have as many fields as a JSON object may have keys.
 * @throws AppError invalid-request
 */
export function parseForm(text: string, where: 'body' | 'query' = 'body', isList = NO_LIST): FormField[] {
  limitFields(text, where);
  return fieldsIn(decodeForm(text.includes(',+') ? withPlusSigns(text, isList) : text));
}

/**
 * A comma that is not escaped was written by hand, and so was a plus sign right behind it, of the next number: in a form it
 * would be a blank, and the number another one. Programs that mean a blank escape the comma.
 */
const withPlusSigns = (text: string, isList: IsList): string =>
  text
    .split('&')
    .map((field) => (isList(field.slice(0, field.indexOf('='))) ? field.replace(/,\+(?=\d)/g, ',%2B') : field))
    .join('&');

function limitFields(text: string, where: 'body' | 'query'): void {
  let fields = 1;
  for (let at = text.indexOf('&'); at >= 0; at = text.indexOf('&', at + 1)) {
    if (++fields > MAX_JSON_KEYS) throw invalid(where, `has more than ${MAX_JSON_KEYS} fields`);
  }
}

function fieldsIn(decoded: DecodedForm): FormField[] {
  if (!decoded.ok) throw invalid(decoded.name, decoded.problem);
  return decoded.fields;
}

/**
 * The body of a CleverTap route: JSON, a form, or (GET) the query. A JSON body is known by its first character too,
 * because callers type the content type by hand into CleverTap's form.
 */
export function readFields(request: Request, isList?: IsList): unknown {
  if (request.method === 'GET') return fieldsOf(queryOf(request, isList), isList);
  const type = request.headers['content-type'] ?? '';
  const bytes = bytesOf(request);
  if (isMultipart(type)) return fieldsOf(readMultipart(bytes, type), isList);
  const { text, charset } = decoded(bytes, type);
  if (looksLikeJson(text, type) || charset === UTF8 || !isAsciiBased(charset)) return parseFields(text, type, isList);
  // What is percent-encoded in a form is of its charset too, so it is taken apart before it is decoded.
  limitFields(text, 'body');
  return fieldsOf(fieldsIn(decodeFormBytes(bytes, charset)), isList);
}

/**
 * Whether fields come as JSON, as `type` says or, without one, as it looks; else as a form. A form is what curl and others
 * call all that they send: what begins as only JSON does is none.
 */
export const looksLikeJson = (text: string, type: string): boolean =>
  /json/i.test(type) || (!isMultipart(type) && (isForm(type) ? UNDER_FORM : LIKE_JSON).test(text));

const LIKE_JSON = /^\s*[[{]/;
const UNDER_FORM = /^\s*(?:\{\s*"|\[\s*\{)/;

export const isForm = (type: string): boolean => /form-urlencoded/i.test(type);

/** JSON or a form, once it is text. @throws AppError malformed-body, invalid-request */
export function parseFields(text: string, type = '', isList?: IsList): unknown {
  if (looksLikeJson(text, type)) return parseJson(text);
  return fieldsOf(parseForm(text, 'body', isList), isList);
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

/** The body as text, in the charset that it declares; empty when there is none. @throws AppError malformed-body */
export const bodyText = (request: Request): string =>
  decoded(bytesOf(request), request.headers['content-type'] ?? '').text;

function bytesOf(request: Request): Buffer {
  const body: unknown = request.body;
  return Buffer.isBuffer(body) ? body : NOTHING;
}

const NOTHING = Buffer.alloc(0);

function decoded(bytes: Buffer, type: string): { text: string; charset: string } {
  const found = decodeText(bytes, charsetOf(type));
  if (!found.ok) throw new AppError('malformed-body', `The body ${found.problem}`);
  return found;
}
