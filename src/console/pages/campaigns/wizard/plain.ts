/** Characters that word processors set by themselves, each of which makes a whole text Unicode; and what stands for them. */
const PLAIN: readonly (readonly [characters: RegExp, plain: string])[] = [
  [/[\u2018\u2019\u201a\u201b\u2032\u00b4\u0060]/g, "'"],
  [/[\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb]/g, '"'],
  [/[\u2010-\u2015\u2212]/g, '-'],
  [/\u2026/g, '...'],
  [/[\t\u00a0\u2000-\u200a\u202f\u205f\u3000]/g, ' '],
  [/[\u200b\u200e\u200f\u2060\ufe0e\ufeff]/g, ''],
];

/** The text with letters of GSM 03.38 in their place; other characters stay. */
export const plainText = (text: string): string =>
  PLAIN.reduce((all, [characters, plain]) => all.replace(characters, plain), text);

const hexOf = (character: string): string => `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`; // prettier-ignore

/** A character and its number, since some can't be seen: `’ U+2019`. */
export const nameOf = (character: string): string =>
  /^[\p{Z}\p{C}]$/u.test(character) ? hexOf(character) : `${character} ${hexOf(character)}`;
