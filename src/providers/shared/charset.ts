/** Texts of phones and reports in the character set that their vendor names. */
import { decodeAs } from '../../core/messages/charset';

/** What bytes say, and whether that is sure. */
export interface DecodedText {
  text: string;
  /** False: the character set is not known, or the bytes are none of it; `text` is then the nearest that can be kept. */
  sure: boolean;
}

/**
 * Names that the WHATWG's list reads as little-endian or doesn't have. Texts of SMS are big-endian (3GPP TS 23.038, 6.2.3),
 * and UTF-16 of no said order is, too (RFC 2781, 4.3).
 */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['utf-16', 'utf-16be'],
  ['utf16', 'utf-16be'],
  ['utf16be', 'utf-16be'],
  ['utf16le', 'utf-16le'],
  ['ucs-2', 'utf-16be'],
  ['ucs2', 'utf-16be'],
  ['ucs-2be', 'utf-16be'],
  ['iso-10646-ucs-2', 'utf-16be'],
]);

/** Null where no set is called so, or the bytes are none of it. */
function tryDecode(bytes: Buffer, charset: string): string | null {
  const name = charset.trim().toLowerCase();
  const read = decodeAs(bytes, OTHER_NAMES.get(name) ?? name);
  return read.ok ? read.text.replace(/^\ufeff/, '') : null;
}

const SINGLE_BYTE = 'windows-1252';
/**
 * What people write in ASCII. Of two bytes a character, Indian scripts have a tab, a line feed or a return in each, and
 * 停止 (stop) has a backslash: none of these may be among it.
 */
const PLAIN_WORDS = /^[A-Za-z0-9 .,!?'"()-]+$/;
const TWO_BYTES = /^(utf-?16|ucs|iso-10646)/i;

/** Whether a character set has two bytes for each character. */
export const isTwoByte = (charset: string): boolean => TWO_BYTES.test(charset.trim());

/**
 * Decodes bytes.
 * @param charset as the vendor names it, in any case; none = UTF-8, else the Latin alphabet of ISO-8859-1 and
 * Windows-1252, of which every byte is a character.
 */
export function decodeText(bytes: Buffer, charset?: string): DecodedText {
  if (charset === undefined || charset.trim() === '') return { text: undeclared(bytes), sure: true };
  const ascii = bytes.toString('latin1');
  // Of two bytes a character, and yet all of them letters of ours: it has been decoded on the way. Read as it says it
  // would be a few rare Chinese characters, and a STOP would be lost.
  if (isTwoByte(charset) && PLAIN_WORDS.test(ascii.trimEnd())) return { text: ascii, sure: true };
  const text = tryDecode(bytes, charset);
  return text === null ? { text: undeclared(bytes), sure: false } : { text, sure: true };
}

const undeclared = (bytes: Buffer): string => tryDecode(bytes, 'utf-8') ?? tryDecode(bytes, SINGLE_BYTE) ?? '';
