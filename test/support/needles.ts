/** Looks for what may not be there: numbers, texts, names, keys and tokens, each in the spellings that it may have. */

/** What two digits of a number may have between them where a person, a URL or a program spells it. */
const BETWEEN = String.raw`(?:[\s\u00a0.\-()/+_]|%(?:25)*(?:20|2[bBdDeE]|28|29)){0,3}`;
/** A number is recognised without its country code. */
const NATIONAL_DIGITS = 10;

export interface Needles {
  /** E.164, with or without the plus. */
  number(value: string): string;
  /** A secret or somebody's words. Returned as it is, for use where it is made up. */
  word(value: string): string;
  /** What of it stands in a text, each with the words around it; empty = nothing. */
  foundIn(text: string): string[];
}

export function collectNeedles(): Needles {
  const patterns = new Map<string, RegExp>();
  const escape = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return {
    number(value) {
      const digits = value.replace(/\D/g, '').slice(-NATIONAL_DIGITS);
      patterns.set(digits, new RegExp([...digits].join(BETWEEN), 'g'));
      return value;
    },
    word(value) {
      const forms = new Set([value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]);
      const base64 = Buffer.from(value).toString('base64').replace(/=+$/, '');
      patterns.set(value, new RegExp([...forms, base64].map(escape).join('|'), 'g'));
      return value;
    },
    foundIn(text) {
      return [...patterns].flatMap(([needle, pattern]) =>
        [...text.matchAll(pattern)].map(({ index, 0: { length } }) => {
          const around = text.slice(Math.max(0, index - 120), index + length + 60);
          return `${needle} in ${JSON.stringify(around)}`;
        }),
      );
    },
  };
}
