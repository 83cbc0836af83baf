/** Finding a number in a text, however it is written there, and taking it out. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/min';

/** What may stand between two digits of a number, up to three of it. */
const BETWEEN = '[^0-9A-Za-z]{0,3}';
/** A national number of fewer digits stands in too many texts by chance: then the country code has to be there too. */
const MIN_DIGITS = 7;
/** What takes the place of a number. */
export const ERASED_NUMBER = '+*';

export interface Spellings {
  /** Digits that stand in every spelling, one after the other once all else is left out. */
  digits: string;
  /** Whether the text has the number. */
  isIn(text: string): boolean;
  /** The text with {@link ERASED_NUMBER} where the number was. */
  without(text: string): string;
}

/**
 * The spellings of a number: with or without country code, `+`, `00` or a trunk prefix, with or without blanks and marks.
 * @param e164 as `normaliseMsisdn` makes it.
 */
export function spellingsOf(e164: string): Spellings {
  const parsed = parsePhoneNumberFromString(e164);
  const all = e164.slice(1);
  const national = parsed?.nationalNumber ?? all;
  const digits = national.length < MIN_DIGITS ? all : national;
  const code = all.slice(0, all.length - digits.length);
  const apart = (text: string): string => [...text].join(BETWEEN);
  const prefix = code === '' ? '' : `(?:${apart(code)}${BETWEEN}0?${BETWEEN}|0${BETWEEN})?`;
  const source = `(?:\\+|(?<!\\d)0${BETWEEN}0${BETWEEN})?${prefix}${apart(digits)}`;
  return {
    digits,
    isIn: (text) => new RegExp(source).test(text),
    without: (text) => text.replace(new RegExp(source, 'g'), ERASED_NUMBER),
  };
}

/** A JSON value with all of its texts as `change` makes them; a number that `isIn` finds becomes null. */
export function inTexts(value: unknown, { isIn, without }: Pick<Spellings, 'isIn' | 'without'>): unknown {
  if (typeof value === 'string') return without(value);
  if (typeof value === 'number') return isIn(String(value)) ? null : value;
  if (Array.isArray(value)) return value.map((item) => inTexts(item, { isIn, without }));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [without(key), inTexts(item, { isIn, without })]),
  );
}
