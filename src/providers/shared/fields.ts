/**
 * What a callback says, in whatever it is written: parameters of the URL, a form, a multipart form or JSON. Vendors let
 * people choose, portals differ from their own documents, and content types are often wrong or missing: what parses is
 * taken. Names count in any case, and a blank value is none.
 */
import busboy from 'busboy';
import type { CallbackRequest, CallbackResult, InboundText, Receipt } from '../provider';
import { decodeText } from './charset';
import { items, members, parseTemplated } from './json';

/** More of them say nothing of a message. */
const MAX_FIELDS = 1_000;

/** A callback that can't be read; `message` says why, in public words. */
export class UnreadableCallback extends Error {
  override readonly name = 'UnreadableCallback';
}

/** A value as it came: bytes of a form or a URL, which may be in a character set that another field names. */
type Value = string | Buffer;

/** The fields of one report. */
export class Fields {
  private readonly values = new Map<string, Value[]>();

  /** @param charset of its bytes, as the content type says. */
  constructor(private readonly charset?: string) {}

  add(name: string, value: Value): void {
    const key = name.trim().toLowerCase();
    const others = this.values.get(key);
    if (others) others.push(value);
    else this.values.set(key, [value]);
  }

  /** Adds what is not there yet. */
  addMissing(other: Fields): void {
    for (const [key, values] of other.values) {
      if (this.spelled(key).length === 0) this.values.set(key, values);
    }
  }

  /** Whether any of these names is there, with or without a value. */
  has(...names: string[]): boolean {
    return names.some((name) => this.values.has(name.toLowerCase()));
  }

  /**
   * The value of the first of these names that has one, without blanks around it.
   * @throws UnreadableCallback when it comes twice with two values: none of them is sure.
   */
  text(...names: string[]): string | undefined {
    for (const name of names) {
      const [value, ...others] = this.spelled(name.toLowerCase());
      if (value === undefined) continue;
      if (others.some((other) => other !== value)) {
        throw new UnreadableCallback(`the field ${name} comes twice with different values`);
      }
      return value;
    }
    return undefined;
  }

  /** A value as it came, its blanks included: of a form its bytes, of JSON its text; undefined when it is blank. */
  raw(name: string): Value | undefined {
    return this.text(name) === undefined
      ? undefined
      : this.values.get(name.toLowerCase())!.find((value) => !isBlank(value));
  }

  /** All of it as texts, for what is kept of a report among others. */
  toJSON(): Record<string, string> {
    return Object.fromEntries([...this.values.keys()].map((key) => [key, this.spelled(key).join(' ')]));
  }

  private spelled(key: string): string[] {
    const values = this.values.get(key) ?? [];
    return values.map((value) => this.spell(value).trim()).filter((text) => text !== '');
  }

  private spell(value: Value): string {
    return typeof value === 'string' ? value : decodeText(value, this.charset).text;
  }
}

const isBlank = (value: Value): boolean => (typeof value === 'string' ? value : value.toString('latin1')).trim() === '';

/**
 * The reports of a callback: one, or as many as a JSON array has objects. What the URL says counts for each, but not
 * against what the body says.
 * @throws UnreadableCallback
 */
export function fieldsOf(request: CallbackRequest): Fields[] {
  const query = formFields(Buffer.from(queryOf(request), 'latin1'));
  const reports = bodyFields(request);
  if (reports === null) return [query];
  for (const report of reports) report.addMissing(query);
  return reports;
}

const queryOf = ({ url }: CallbackRequest): string => (url.includes('?') ? url.slice(url.indexOf('?') + 1) : '');

const IS_MULTIPART = /^\s*multipart\/form-data/i;

/** Null: there is no body. */
function bodyFields({ headers, body }: CallbackRequest): Fields[] | null {
  const type = headers['content-type'];
  const declared = typeof type === 'string' ? type : '';
  if (IS_MULTIPART.test(declared)) return [multipartFields(declared, body)];
  const charset = /;\s*charset\s*=\s*"?([^\s;"]+)/i.exec(declared)?.[1];
  const { text } = decodeText(body, charset);
  const begin = text.trimStart().slice(0, 1);
  if (begin === '') return null;
  if (begin === '{' || begin === '[') return jsonFields(text);
  if (begin === '<' || /^\s*data=(<|%3c)/i.test(text)) {
    throw new UnreadableCallback('XML is not read: choose JSON, a form or GET where the vendor is told this URL');
  }
  return [formFields(body, charset)];
}

/** The fields of each report in JSON: of an array's objects, or of the object, or of its only member `data`. */
function jsonFields(text: string): Fields[] {
  const parsed = parseTemplated(text);
  if (parsed === undefined) throw new UnreadableCallback('the body is no JSON');
  const list = items(parsed) ?? [parsed];
  return list.flatMap((item) => {
    const { data } = members(item);
    const inside = items(data) ?? [data];
    const isWrapped = inside.some((one) => Object.keys(members(one)).length > 0);
    return (isWrapped ? inside : [item]).map((one) => ofMembers(members(one)));
  });
}

/** The texts, numbers and booleans of a JSON object; of a huge one the first. */
export function ofMembers(object: Record<string, unknown>): Fields {
  const fields = new Fields();
  for (const name of Object.keys(object).slice(0, MAX_FIELDS)) {
    const value = object[name];
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      fields.add(name, String(value));
    }
  }
  return fields;
}

const tooMany = (): UnreadableCallback => new UnreadableCallback(`more than ${MAX_FIELDS} fields`);

/** In front of a name where the URL was copied out of HTML. */
const ESCAPED = /^amp;/i;

function formFields(form: Buffer, charset?: string): Fields {
  const fields = new Fields(charset);
  const pairs = form.toString('latin1').split('&', MAX_FIELDS + 1);
  if (pairs.length > MAX_FIELDS) throw tooMany();
  for (const pair of pairs) {
    if (pair === '') continue;
    const at = pair.indexOf('=');
    const [name, value] = at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    fields.add(decodeText(formBytes(name)).text.replace(ESCAPED, ''), formBytes(value));
  }
  return fields;
}

/** The bytes that a form's or URL's value stands for. @param value its characters are bytes. */
export function formBytes(value: string): Buffer {
  if (!/[%+]/.test(value)) return Buffer.from(value, 'latin1');
  const bytes = value
    .replaceAll('+', ' ')
    .replace(/%([0-9a-f]{2})/gi, (_all, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** A form as `multipart/form-data`. Files in it say nothing. */
function multipartFields(type: string, body: Buffer): Fields {
  const fields = new Fields();
  for (const [name, value] of multipartPairs(type, body)) fields.add(name, value);
  return fields;
}

function multipartPairs(type: string, body: Buffer): [string, string][] {
  const pairs: [string, string][] = [];
  let failure: unknown;
  const limits = { fields: MAX_FIELDS, files: 0, parts: MAX_FIELDS };
  try {
    const parser = busboy({ headers: { 'content-type': type }, limits });
    parser.on('field', (name, value) => pairs.push([name, value]));
    parser.on('error', (error) => (failure = error));
    // What it is given at once it tells at once.
    parser.end(body);
  } catch (error) {
    failure = error;
  }
  if (failure !== undefined) throw new UnreadableCallback('the multipart form can’t be read');
  return pairs;
}

/**
 * The values of a form or of the URL by their names as they are spelled; a blank one counts where there is no other. One that
 * comes twice with two values is a list of them: none of them is sure.
 */
export function parametersOf({ headers, query, body }: CallbackRequest, where: 'form' | 'query'): object {
  const values = new Map<string, string | string[]>();
  for (const [name, value] of where === 'query' ? query : pairsOf(String(headers['content-type'] ?? ''), body)) {
    const known = values.get(name) ?? '';
    if (typeof known !== 'string') continue;
    if (known.trim() === '') values.set(name, value);
    else if (value.trim() !== '' && value !== known) values.set(name, [known, value]);
  }
  return Object.fromEntries(values);
}

function pairsOf(type: string, body: Buffer): Iterable<[string, string]> {
  if (!IS_MULTIPART.test(type)) return new URLSearchParams(body.toString('utf8'));
  try {
    return multipartPairs(type, body);
  } catch (error) {
    if (error instanceof UnreadableCallback) return [];
    throw error;
  }
}

/** What a vendor's adapter makes of one report: a receipt, texts of a phone, or the reason why it is neither. */
export type ReadReport = (fields: Fields) => Receipt | InboundText[] | string;

/** Reads a callback of flat reports. One that can't be read does not keep those beside it from being read. */
export function readFlat(request: CallbackRequest, read: ReadReport): CallbackResult {
  const receipts: Receipt[] = [];
  const texts: InboundText[] = [];
  let isInbound = false;
  let problem = 'no report';
  try {
    const reports = fieldsOf(request);
    for (const fields of reports) {
      const found = readOne(fields, read);
      if (typeof found === 'string') problem = found;
      else if (Array.isArray(found)) [isInbound] = [true, texts.push(...found)];
      else receipts.push(reports.length === 1 ? found : { ...found, raw: fields });
    }
  } catch (error) {
    if (error instanceof UnreadableCallback) return { kind: 'malformed', reason: error.message };
    throw error;
  }
  if (isInbound && receipts.length > 0) return { kind: 'malformed', reason: 'reports and texts in one callback' };
  if (receipts.length > 0) return { kind: 'receipts', receipts };
  if (texts.length > 0) return { kind: 'inbound', texts };
  return isInbound
    ? { kind: 'ignored', reason: 'an inbound message without a text' }
    : { kind: 'malformed', reason: problem };
}

function readOne(fields: Fields, read: ReadReport): ReturnType<ReadReport> {
  try {
    return read(fields);
  } catch (error) {
    if (error instanceof UnreadableCallback) return error.message;
    throw error;
  }
}
