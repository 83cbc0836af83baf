/**
 * Credentials among the fields of a CleverTap request, found without parsing it: until its sender is known, a body costs
 * one look at its bytes.
 */
import type { FormField } from '../../core/messages/form';
import { looksLikeJson } from './fields';
import { isMultipart, readMultipartOpening } from './multipart';

/** What partners' forms call them (CleverTap partner guides: Times Mobile, Route Mobile, ICS, Sinch). */
const KEY_FIELDS = ['apikey', 'access_token'];
const USER_FIELDS = ['username', 'user', 'userid'];
const PASSWORD_FIELDS = ['password', 'pass'];
const NAMES: ReadonlySet<string> = new Set([...KEY_FIELDS, ...USER_FIELDS, ...PASSWORD_FIELDS]);
/** Mobtexting's JSON has its globals here. */
const ROOT = 'root';
/** UTF-8's byte order mark, byte by byte. */
const MARK = /^\xef\xbb\xbf/;
/** A name or a value that is longer is no credential. */
const MAX_LENGTH = 1_024;
const MAX_PAIRS = 1_000;

/** A key, or a user name with its password. */
export type PresentedFields = { kind: 'key'; key: string } | { kind: 'pair'; id: string; secret: string };

/** The credential that fields carry, a key before a password; null when they carry none. */
export function credentialIn(fields: Record<string, unknown>): PresentedFields | null {
  const first = (names: readonly string[]): string | undefined => {
    for (const name of names) {
      for (const key in fields) {
        const value = fields[key];
        if (typeof value === 'string' && value !== '' && key.toLowerCase() === name) return value;
      }
    }
    return undefined;
  };
  const key = first(KEY_FIELDS);
  if (key !== undefined) return { kind: 'key', key };
  const password = first(PASSWORD_FIELDS);
  return password === undefined ? null : { kind: 'pair', id: first(USER_FIELDS) ?? '', secret: password };
}

/**
 * The fields that may carry a credential: of JSON the texts at its top and in `root`, which win; of a form its fields.
 * @param opening the body, or its beginning.
 * @param whole nothing of it is missing.
 */
export function credentialFields(opening: Buffer, type: string, whole: boolean): Record<string, unknown> {
  // Bytes as characters: names and keys are ASCII, and no byte of another character looks like one.
  const text = opening.toString('latin1').replace(MARK, '');
  if (isMultipart(type)) return fieldsNamed(readMultipartOpening(opening, type));
  return looksLikeJson(text, type) ? textsOfJson(text) : textsOfForm(whole ? text : cutAtLastPair(text));
}

const cutAtLastPair = (form: string): string => form.slice(0, Math.max(0, form.lastIndexOf('&')));

function textsOfForm(form: string): Record<string, unknown> {
  const found: Record<string, unknown> = {};
  for (const pair of form.split('&', MAX_PAIRS)) {
    if (pair.length > MAX_LENGTH) continue;
    const equals = pair.indexOf('=');
    // A name that is written with escapes is longer than what it stands for.
    const written = equals < 0 ? pair : pair.slice(0, equals);
    if (!NAMES.has(written.toLowerCase()) && !written.includes('%')) continue;
    const [[name, value] = ['', '']] = new URLSearchParams(pair);
    if (isName(name) && (found[name] ?? '') === '') found[name] = value;
  }
  return found;
}

const fieldsNamed = (fields: readonly FormField[]): Record<string, unknown> =>
  Object.fromEntries(fields.filter(([name, value]) => isName(name) && value.length <= MAX_LENGTH));

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
const SPACE = 0x20;

/** Walks over JSON, or its beginning, by its brackets and quotes; whether it is JSON is left to the parser. */
function textsOfJson(text: string): Record<string, unknown> {
  const top: Record<string, unknown> = {};
  const root: Record<string, unknown> = {};
  let depth = 0;
  /** Whose texts count: at depth 1 the outermost object, at depth 2 its `root`; null where there is neither. */
  let at1: Record<string, unknown> | null = null;
  let at2: Record<string, unknown> | null = null;
  let here: Record<string, unknown> | null = null;
  /** The name of what comes next, in an object whose texts count. */
  let name: string | null = null;
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at);
    switch (character) {
      case QUOTE: {
        const end = endOfText(text, at);
        if (end < 0) return { ...top, ...root };
        if (here !== null) {
          if (name === null) name = textOf(text, at, end);
          else if (isName(name)) here[name] = textOf(text, at, end);
        }
        at = end;
        break;
      }
      case COMMA:
        name = null;
        break;
      case OPEN_ARRAY:
      case OPEN_OBJECT:
        if (name !== null && isName(name)) here![name] = null;
        depth++;
        if (depth === 1) at1 = character === OPEN_OBJECT ? top : null;
        else if (depth === 2) at2 = here === top && name === ROOT && character === OPEN_OBJECT ? root : null;
        here = depth === 1 ? at1 : depth === 2 ? at2 : null;
        name = null;
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        if (--depth <= 0) return { ...top, ...root };
        here = depth === 1 ? at1 : depth === 2 ? at2 : null;
        name = null;
        break;
      default:
        // A number, true, false or null in the place of a text.
        if (name !== null && character > SPACE && character !== COLON && isName(name)) here![name] = null;
    }
  }
  return { ...top, ...root };
}

const isName = (name: string): boolean => NAMES.has(name.toLowerCase());

/** The closing quote of the text that begins at `start`; -1 when there is none. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let escapes = 0;
    while (text.charCodeAt(end - 1 - escapes) === BACKSLASH) escapes++;
    if (escapes % 2 === 0) return end;
  }
  return -1;
}

/** The text between two quotes; empty when it is none, or too long. */
function textOf(text: string, start: number, end: number): string {
  if (end - start > MAX_LENGTH) return '';
  const written = text.slice(start + 1, end);
  if (!written.includes('\\')) return Buffer.from(written, 'latin1').toString('utf8');
  try {
    return JSON.parse(Buffer.from(`"${written}"`, 'latin1').toString('utf8')) as string;
  } catch {
    return '';
  }
}
