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

const URL_IN_TEXT = /\bhttps?:\/\/[^\s<>"]+/gi;
/** Marks behind a URL that belong to its sentence or bracket and not to the URL. */
const TRAILING = /[.,;:!?'’”»)\]}]+$/;

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
    const tail = TRAILING.exec(match)?.[0] ?? '';
    const url = match.slice(0, match.length - tail.length);
    if (!URL.canParse(url)) return match;
    const code = codes.get(url) ?? newCode();
    codes.set(url, code);
    return `${shortUrl(base, code)}${tail}`;
  });
  return { text: shortened, links: [...codes].map(([url, code]) => ({ code, url })) };
}

export const shortUrl = (base: string, code: string): string => `${base}/l/${code}`;
