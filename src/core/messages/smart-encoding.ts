/**
 * Characters that programs set by themselves in place of those on a keyboard. One of them makes a whole text UCS-2, of 70
 * characters a part instead of 160; with letters of GSM 03.38 in their place the text says the same.
 */
import { endOfUrl, URL_IN_TEXT } from './links';
import { segment, type Segmentation, type SegmentOptions } from './segments';

/** What stands for each; nothing for those that nobody sees. */
const LETTERS = new Map<string, string>();
const put = (characters: string, letter: string): void => {
  for (const character of characters) LETTERS.set(character, letter);
};
put('\u2018\u2019\u201a\u201b\u2032\u2035\u02b9\u02bb\u02bc\u02c8\u00b4\u0060\u275b\u275c\uff07', "'");
put('\u201c\u201d\u201e\u201f\u2033\u2036\u02ba\u02ee\u00ab\u00bb\u275d\u275e\u301d\u301e\u301f\uff02', '"');
put('\u2039', '<');
put('\u203a', '>');
put('\u2010\u2011\u2012\u2013\u2014\u2015\u2043\u2212\ufe58\ufe63\uff0d', '-');
put('\u2024', '.');
put('\u2025', '..');
put('\u2026', '...');
put('\t\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000', ' ');
put('\u2028\u2029\u0085', '\n');
put('\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufe0e\ufe0f\ufeff', '');
// Around numbers that were copied from an address book. What turns letters round (U+202E) is not among them.
put('\u202a\u202b\u202c\u202d\u2066\u2067\u2068\u2069', '');

const REPLACEABLE = new RegExp(
  `[${[...LETTERS.keys()].map((one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`).join('')}]`,
  'g',
);

/** A text that has become GSM-7, and what it takes then. */
export interface SmartText {
  text: string;
  segmentation: Segmentation;
}

/**
 * The text with letters in place of such characters, where that makes all of it GSM-7 in no more parts; null where it does
 * not, or it is GSM-7 already. URLs are not touched: another character leads elsewhere.
 */
export function smartText(text: string, options: SegmentOptions = {}): SmartText | null {
  const { encoding, parts } = segment(text, options);
  if (options.type === 'unicode' || encoding === 'gsm7') return null;
  let smart = '';
  let from = 0;
  for (const { 0: match, index } of text.matchAll(URL_IN_TEXT)) {
    const url = match.slice(0, endOfUrl(match));
    smart += withLetters(text.slice(from, index)) + url;
    from = index + url.length;
  }
  smart += withLetters(text.slice(from));
  const segmentation = segment(smart, options);
  // An ellipsis is three letters: of a text full of them it would be dearer.
  return segmentation.encoding === 'gsm7' && segmentation.parts <= parts ? { text: smart, segmentation } : null;
}

/** A letter and its accent become one character, as GSM 03.38 has it. */
const withLetters = (text: string): string =>
  text.normalize('NFC').replace(REPLACEABLE, (character) => LETTERS.get(character)!);
