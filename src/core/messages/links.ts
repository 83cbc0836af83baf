/** Short links: the URLs of a text replaced, so that a visit can be counted. */
import { randomBytes } from 'node:crypto';

/** A URL that was replaced. */
export interface ShortLink {
  /** The part of the short URL behind `/l/`. */
  code: string;
  /** The URL that stood in the text. */
  url: string;
}

export interface LinkedText {
  text: string;
  /** One per different URL. */
  links: ShortLink[];
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 65 bits: with a billion links in force, a guess hits one in 50 billion tries. */
export const CODE_LENGTH = 11;
/** The largest multiple of 62 below 256: bytes above it would make some digits likelier than others. */
const FAIR_BYTES = 248;

/** Where one begins, up to what no URL has. Where it ends is for {@link endOfUrl}. */
export const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"]+/gi;

/** Brackets and quotes that come in pairs, each opening one before its closing one. */
const PAIRS = '()[]{}（）［］｛｝「」『』【】〈〉《》〔〕〖〗｢｣⟨⟩«»‹›“”‘’';
const OPENING = new Map<string, string>();
for (let i = 0; i < PAIRS.length; i += 2) OPENING.set(PAIRS[i + 1]!, PAIRS[i]!);
/**
 * Ends of sentences and their parts in scripts that set no blank behind them, which ASCII has within URLs too; and what
 * nobody sees, such as the marks that turn a URL in a text from right to left. Joiners belong to words.
 */
const ENDS_URL =
  /[^\P{Terminal_Punctuation}\x00-\x7f]|[…‥\xad\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufffc]/u;
/**
 * What a sentence sets behind a URL: punctuation of any script that closes, or opens what comes next, and pictures; but not
 * what is at home at the end of a URL.
 */
const CLOSES =
  /(?![/#&%@\\])[\p{Po}\p{Pe}\p{Pf}\p{Ps}\p{Pi}\p{Extended_Pictographic}\p{Emoji_Modifier}\p{Regional_Indicator}\p{Variation_Selector}\u200c\u200d]/u;

/**
 * Where a URL ends among the characters that follow it without a blank, as people mean it: a bracket that opens within it
 * closes within it; punctuation behind it is the sentence's.
 */
export function endOfUrl(match: string): number {
  let end = 0;
  for (const character of match) {
    if (ENDS_URL.test(character)) break;
    if (character > '\x7f' && OPENING.has(character) && !isOpen(match.slice(0, end), character)) break;
    end += character.length;
  }
  for (;;) {
    const last = lastCharacter(match.slice(0, end));
    const before = end - last.length;
    if (!CLOSES.test(last) || isOpen(match.slice(0, before), last)) return end;
    end = before;
  }
}

/** Whether the bracket that a closing one closes is open at the end of a URL. */
function isOpen(url: string, closing: string): boolean {
  const opening = OPENING.get(closing);
  return opening !== undefined && url.split(opening).length > url.split(closing).length;
}

function lastCharacter(text: string): string {
  const code = text.codePointAt(text.length - 2);
  return code !== undefined && code > 0xffff ? String.fromCodePoint(code) : text.slice(-1);
}

/** Whether a text has a URL; cheap enough for every text. */
export function hasLink(text: string): boolean {
  URL_IN_TEXT.lastIndex = 0;
  return URL_IN_TEXT.test(text);
}

/** A code that nobody guesses. */
export function newLinkCode(): string {
  let code = '';
  while (code.length < CODE_LENGTH) {
    for (const byte of randomBytes(CODE_LENGTH + 4)) {
      if (byte < FAIR_BYTES && code.length < CODE_LENGTH) code += BASE62[byte % BASE62.length]!;
    }
  }
  return code;
}

/**
 * Replaces every http(s) URL of a text by `<base>/l/<code>`, the same URL by the same link.
 * @param base without trailing slash.
 */
export function shortenLinks(text: string, base: string, newCode: () => string = newLinkCode): LinkedText {
  const codes = new Map<string, string>();
  const shortened = text.replace(URL_IN_TEXT, (match) => {
    const end = endOfUrl(match);
    const [url, tail] = [match.slice(0, end), match.slice(end)];
    if (!URL.canParse(url)) return match;
    const code = codes.get(url) ?? newCode();
    codes.set(url, code);
    return `${shortUrl(base, code)}${tail}`;
  });
  return { text: shortened, links: [...codes].map(([url, code]) => ({ code, url })) };
}

const CODE = new RegExp(`^[0-9A-Za-z]{${CODE_LENGTH}}(?![0-9A-Za-z])`);

/**
 * The code in the last part of a short URL's path, also where a phone has taken what stood behind the URL for a part of
 * it: a full stop, a bracket, a blank; null where there is none.
 */
export const linkCodeIn = (segment: string): string | null => CODE.exec(segment)?.[0] ?? null;

export const shortUrl = (base: string, code: string): string => `${base}/l/${code}`;
