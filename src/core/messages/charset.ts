/**
 * Text out of bytes, in the charset that their sender declares. What is no text in it is refused: a replacement character
 * on a phone is a fault that nobody hears of. Names of charsets are those of the Encoding Standard (WHATWG).
 */
import { hideDigits } from './hidden';

export type DecodedText =
  | {
      ok: true;
      text: string;
      /** What it was read in: the declared charset, unless a byte order mark says another one. */
      charset: string;
    }
  | {
      ok: false;
      /** To be read behind what the bytes are of: "The body …". */
      problem: string;
    };

export const UTF8 = 'utf-8';
const WINDOWS_1252 = 'windows-1252';
/** Without a mark it can be either; the first character of a body, ASCII in all that is taken, tells which. */
const UTF16 = 'utf-16';
const PARAMETER = /;\s*charset\s*=\s*["']?([^\s;,"']+)/i;
/** Programs say so that know no better, of UTF-8 mostly; the standard would read all of it as windows-1252. */
const ASCII = /^(?:(?:us-)?ascii|ansi_x3\.4-1968)$/;
/** How much is decoded at a time while a bad byte is looked for. */
const PIECE_BYTES = 4_096;
const MAX_CHARACTER_BYTES = 4;
/** What a decoder puts in place of what it can’t read. */
export const REPLACEMENT = '\ufffd';
const REPLACEMENT_BYTES = Buffer.from(REPLACEMENT);
const QUOTED_BYTES = 16;

/** What windows-1252 has where ISO 8859-1 has control codes, from 0x80; Node 20 decodes both labels as the latter. */
const WINDOWS_1252_HIGH = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8dŽ\x8f\x90‘’“”•–—˜™š›œ\x9džŸ';

/** Decodes bytes that may come in pieces, and refuses those that are no text. */
export interface TextReader {
  /** The standard's name of the charset. */
  readonly charset: string;
  /**
   * @param bytes the next piece; absent = there are no more, and a character that was begun is bad.
   * @throws TypeError for bytes that are none of the charset.
   */
  read(bytes?: Buffer): string;
}

/**
 * A reader of a charset; a byte order mark is left in.
 * @param label in any case.
 * @returns null where no charset is called so.
 */
export function textReader(label: string): TextReader | null {
  let decoder: InstanceType<typeof TextDecoder>;
  try {
    decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  } catch {
    return null;
  }
  const { encoding: charset } = decoder;
  if (charset === WINDOWS_1252)
    return { charset, read: (bytes) => (bytes === undefined ? '' : fromWindows1252(bytes)) };
  return {
    charset,
    read: (bytes) => (bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true })),
  };
}

/** The charset that a Content-Type declares, in lower case; UTF-8 where it declares none. */
export function charsetOf(contentType: string | undefined): string {
  const label = contentType === undefined ? undefined : PARAMETER.exec(contentType)?.[1]?.toLowerCase();
  return label === undefined || /^utf_?8$/.test(label) ? UTF8 : label;
}

/**
 * Decodes all of `bytes`. One leading byte order mark is left out, and counts for more than what is declared.
 * @param declared as {@link charsetOf} gives it.
 */
export function decodeText(bytes: Buffer, declared = UTF8): DecodedText {
  const mark = markOf(bytes);
  if (mark !== null) return decodeAs(bytes.subarray(mark.bytes), mark.charset);
  return decodeAs(bytes, declared);
}

/** The same where a byte order mark would be a character like others. */
export function decodeAs(bytes: Buffer, declared: string): DecodedText {
  if (declared === UTF8) return fromUtf8(bytes);
  if (ASCII.test(declared)) {
    const utf8 = fromUtf8(bytes);
    if (utf8.ok) return utf8;
  }
  const reader = textReader(declared === UTF16 ? utf16Of(bytes) : declared);
  if (reader === null) {
    const label = JSON.stringify(declared.slice(0, QUOTED_BYTES));
    return { ok: false, problem: `declares the charset ${label}, which is not known: send UTF-8` };
  }
  const { charset } = reader;
  if (charset === UTF8) return fromUtf8(bytes);
  try {
    return { ok: true, text: reader.read(bytes) + reader.read(), charset };
  } catch {
    return refused(bytes, charset);
  }
}

/** Whether ASCII stands in its bytes as it is, so that a form can be taken apart before it is decoded. */
export const isAsciiBased = (charset: string): boolean => !charset.startsWith(UTF16);

/** The byte order mark in front: its charset, and how long it is; null where there is none. */
export function markOf(bytes: Buffer): { charset: string; bytes: number } | null {
  const first = bytes[0]!;
  if (!(first >= 0xef)) return null;
  const second = bytes[1];
  if (first === 0xef && second === 0xbb && bytes[2] === 0xbf) return { charset: UTF8, bytes: 3 };
  if (first === 0xfe && second === 0xff) return { charset: 'utf-16be', bytes: 2 };
  return first === 0xff && second === 0xfe ? { charset: 'utf-16le', bytes: 2 } : null;
}

const utf16Of = (bytes: Buffer): string => (bytes[0] === 0 ? 'utf-16be' : 'utf-16le');

function fromUtf8(bytes: Buffer): DecodedText {
  const text = bytes.toString('utf8');
  // Without it nothing was replaced; with it, it may stand there.
  if (!text.includes(REPLACEMENT) || text.split(REPLACEMENT).length === countOf(REPLACEMENT_BYTES, bytes) + 1) {
    return { ok: true, text, charset: UTF8 };
  }
  return refused(bytes, UTF8);
}

function countOf(sought: Buffer, bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(sought); at >= 0; at = bytes.indexOf(sought, at + sought.length)) count++;
  return count;
}

const fromWindows1252 = (bytes: Buffer): string =>
  bytes.toString('latin1').replace(/[\x80-\x9f]/g, (code) => WINDOWS_1252_HIGH[code.charCodeAt(0) - 0x80]!);

function refused(bytes: Buffer, charset: string): DecodedText {
  const at = firstBad(bytes, charset);
  const before = bytes.toString('latin1', Math.max(0, at - QUOTED_BYTES), at).replace(/[^\x20-\x7e]/g, '?');
  const byte = bytes[at]!.toString(16).toUpperCase().padStart(2, '0');
  const behind = before === '' ? '' : `, behind ${JSON.stringify(hideDigits(before))}`;
  const remedy = charset === UTF8 ? 'say its charset in Content-Type, or send UTF-8' : 'send UTF-8';
  return {
    ok: false,
    problem: `is not ${charset.toUpperCase()}: it has the byte 0x${byte} at ${at + 1}${behind}; ${remedy}`,
  };
}

/** Where the first byte stands that is part of no character, such as one that is cut off at the end. */
function firstBad(bytes: Buffer, charset: string): number {
  const good = goodPieces(bytes, charset);
  // By the byte from a little before: a character that the piece before cut off is found whole.
  const from = Math.max(0, good - MAX_CHARACTER_BYTES);
  const decoder = new TextDecoder(charset, { fatal: true });
  decoder.decode(bytes.subarray(0, from), { stream: true });
  let end = from;
  for (let at = from; at < bytes.length; at++) {
    try {
      if (decoder.decode(bytes.subarray(at, at + 1), { stream: true }) !== '') end = at + 1;
    } catch {
      break;
    }
  }
  return Math.min(end, bytes.length - 1);
}

/** How many bytes stand in front of the piece that has a bad one; all, when only the end is missing. */
function goodPieces(bytes: Buffer, charset: string): number {
  const decoder = new TextDecoder(charset, { fatal: true });
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    try {
      decoder.decode(bytes.subarray(from, from + PIECE_BYTES), { stream: true });
    } catch {
      return from;
    }
  }
  return bytes.length;
}
