/** What is kept of a provider's answer for one message of its request: without secrets, numbers and texts. Pure. */
import { echoFilter } from './echo';
import { maskDigits } from './msisdn';

/** One message of the request. */
export interface AskedMessage {
  /** Our id of the attempt, as the provider was told it. */
  wireId: string;
  /** E.164. */
  msisdn: string;
  text: string;
}

export interface KeptBody {
  body: string;
  /** Characters of what it is the beginning of; null = it is whole. */
  cutFrom: number | null;
}

/** Characters that are kept. */
export const MAX_KEPT = 2_048;
/** Of a longer answer nothing but its beginning is read, which can't be told apart by messages. */
const MAX_READ = 262_144;
/** Deeper values are left out. */
const MAX_DEPTH = 16;
const LEFT_OUT = '…';

/**
 * Reads an answer, for {@link KeptBody}s of single messages: of a list with an entry for each of them, a message is shown its
 * own.
 * @param asked all messages of the request.
 * @param withoutSecrets what hides the secrets of the gateway in a string.
 * @returns the body for the message at this place of `asked`.
 */
export function readAnswer(
  raw: string,
  asked: readonly AskedMessage[],
  withoutSecrets: (text: string) => string,
): (place: number) => KeptBody {
  const json = raw.length <= MAX_READ ? parsed(raw) : undefined;
  const value = json ?? raw.slice(0, MAX_KEPT * 8);
  const echoes = echoFilter(stringsOf(value), asked.map(({ text }) => text)); // prettier-ignore
  const ours = new Set(asked.map(({ wireId }) => wireId.toLowerCase()));
  const clean = mapStrings(value, (text) => withoutNumbers(withoutSecrets(echoes.clean(text)), ours));
  const owners = asked.length > 1 ? new Owners(asked) : null;
  const whole = json === undefined ? raw.length : undefined;
  return (place) => {
    const own = owners === null ? clean : owners.partOf(value, clean, place);
    const shown = withoutSecrets(typeof own === 'string' ? own : JSON.stringify(own));
    const length = Math.max(shown.length, whole ?? 0);
    return shown.length > MAX_KEPT || length > MAX_KEPT
      ? { body: wellFormed(shown.slice(0, MAX_KEPT)), cutFrom: length }
      : { body: wellFormed(shown), cutFrom: null };
  };
}

/** Half a character can't be stored. */
const wellFormed = (text: string): string => text.replace(/\p{Surrogate}/gu, '\ufffd');

/** An object or a list; undefined = it is no JSON, or too deep to be an answer. */
function parsed(raw: string): object | undefined {
  try {
    const value: unknown = JSON.parse(raw);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Every string of a value, names of members too. */
function stringsOf(value: unknown, depth = 0): string[] {
  if (typeof value === 'string') return [value];
  if (depth > MAX_DEPTH) return [];
  if (Array.isArray(value)) return value.flatMap((item) => stringsOf(item, depth + 1));
  if (!isObject(value)) return [];
  return Object.entries(value).flatMap(([name, item]) => [name, ...stringsOf(item, depth + 1)]);
}

/** The value with its strings, and its numbers of many digits, as `change` makes them; of the same shape. */
function mapStrings(value: unknown, change: (text: string) => string, depth = 0): unknown {
  if (typeof value === 'string') return change(value);
  if (typeof value === 'number') return /\d{7}/.test(String(value)) ? change(String(value)) : value;
  if (depth > MAX_DEPTH) return LEFT_OUT;
  if (Array.isArray(value)) return value.map((item) => mapStrings(item, change, depth + 1));
  if (!isObject(value)) return value;
  // A list of pairs: two names may become the same one, and each keeps its place.
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [change(name), mapStrings(item, change, depth + 1)]),
  );
}

/** What may be a number, with blanks and marks in it. */
const NUMBER = /\+?\d[\d ().-]{5,}\d/g;
/** A day, which is none. */
const DAY = /(?<!\d)((?:19|20)\d\d-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01]))(?!\d)/;

/** What may be the id of an attempt as providers are told it. */
const WIRE_ID = /[0-9a-z]{27,29}/gi;

/** Ids of ours stay, by which a person finds the message at the provider: some have digits enough in a row for a number. */
function withoutNumbers(text: string, ours: ReadonlySet<string>): string {
  let shown = '';
  let at = 0;
  for (const { 0: id, index } of text.matchAll(WIRE_ID)) {
    if (!ours.has(id.toLowerCase())) continue;
    shown += masked(text.slice(at, index)) + id;
    at = index + id.length;
  }
  return shown + masked(text.slice(at));
}

const masked = (text: string): string =>
  text
    .split(DAY)
    .map((piece, i) => (i % 2 === 1 ? piece : piece.replace(NUMBER, maskDigits)))
    .join('');

/** Digits at the end of a number by which it is known, with or without its country code. */
const TELLING_DIGITS = 8;

const SEVERAL = 'several';
/** The place of the message that an entry names; null = it names none. */
type Owner = number | typeof SEVERAL | null;
/** One about several is told apart further in. */
const isShownTo = (owner: Owner, place: number): boolean => typeof owner !== 'number' || owner === place;

/** Which entries of an answer are about which message. */
class Owners {
  private readonly byId = new Map<string, number>();
  /** Null: several messages have it. */
  private readonly byDigits = new Map<string, number | null>();
  private readonly known = new Map<object, Owner>();

  constructor(private readonly asked: readonly AskedMessage[]) {
    asked.forEach(({ wireId, msisdn }, place) => {
      this.byId.set(wireId.toLowerCase(), place);
      const digits = msisdn.slice(-TELLING_DIGITS);
      this.byDigits.set(digits, this.byDigits.has(digits) ? null : place);
    });
  }

  /**
   * What of a value is about a message, or about none.
   * @param value as it came. @param clean the same, as it is kept.
   */
  partOf(value: unknown, clean: unknown, place: number, depth = 0): unknown {
    if (depth > MAX_DEPTH) return clean;
    if (Array.isArray(value)) {
      const kept = clean as unknown[];
      return value.flatMap((item: unknown, i) => {
        const named = this.ownerOf(item);
        const owner = named === null && value.length === this.asked.length ? i : named;
        return isShownTo(owner, place) ? [this.partOf(item, kept[i], place, depth + 1)] : [];
      });
    }
    if (!isObject(value)) return clean;
    const kept = Object.entries(clean as object) as [string, unknown][];
    const entries = Object.entries(value);
    // Two names that became the same one: what is whose can't be told.
    if (kept.length !== entries.length) return LEFT_OUT;
    return Object.fromEntries(
      entries.flatMap(([name, item], i) => {
        return isShownTo(this.ownerOfText(name), place)
          ? [[kept[i]![0], this.partOf(item, kept[i]![1], place, depth + 1)]]
          : [];
      }),
    );
  }

  private ownerOf(item: unknown, depth = 0): Owner {
    if (typeof item === 'string' || typeof item === 'number') return this.ownerOfText(String(item));
    if (depth > MAX_DEPTH || typeof item !== 'object' || item === null) return null;
    const known = this.known.get(item);
    if (known !== undefined) return known;
    let owner: Owner = null;
    for (const inner of Object.values(item)) {
      const next = this.ownerOf(inner, depth + 1);
      if (next !== null) owner = owner === null || owner === next ? next : SEVERAL;
    }
    this.known.set(item, owner);
    return owner;
  }

  private ownerOfText(text: string): Owner {
    const byId = this.byId.get(text.toLowerCase());
    if (byId !== undefined) return byId;
    if (text.length > MAX_NUMBER) return null;
    const digits = text.replace(/[\s()+.-]/g, '');
    if (digits.length < TELLING_DIGITS || /\D/.test(digits)) return null;
    return this.byDigits.get(digits.slice(-TELLING_DIGITS)) ?? null;
  }
}

/** Characters of a number with marks in it. */
const MAX_NUMBER = 24;
