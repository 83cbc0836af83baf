/** Characters by name, for messages about texts in which one can't be seen. */

/** As Unicode names them, the ones that come along when numbers and headers are copied. */
const NAMES: ReadonlyMap<number, string> = new Map([
  [0x0000, 'null'],
  [0x0009, 'tab'],
  [0x000a, 'line feed'],
  [0x000d, 'carriage return'],
  [0x0085, 'next line'],
  [0x00a0, 'no-break space'],
  [0x00ad, 'soft hyphen'],
  [0x034f, 'combining grapheme joiner'],
  [0x061c, 'arabic letter mark'],
  [0x180e, 'mongolian vowel separator'],
  [0x2007, 'figure space'],
  [0x2009, 'thin space'],
  [0x200a, 'hair space'],
  [0x200b, 'zero width space'],
  [0x200c, 'zero width non-joiner'],
  [0x200d, 'zero width joiner'],
  [0x200e, 'left-to-right mark'],
  [0x200f, 'right-to-left mark'],
  [0x2028, 'line separator'],
  [0x2029, 'paragraph separator'],
  [0x202a, 'left-to-right embedding'],
  [0x202b, 'right-to-left embedding'],
  [0x202c, 'pop directional formatting'],
  [0x202d, 'left-to-right override'],
  [0x202e, 'right-to-left override'],
  [0x202f, 'narrow no-break space'],
  [0x2060, 'word joiner'],
  [0x2066, 'left-to-right isolate'],
  [0x2067, 'right-to-left isolate'],
  [0x2068, 'first strong isolate'],
  [0x2069, 'pop directional isolate'],
  [0x2800, 'braille pattern blank'],
  [0x3000, 'ideographic space'],
  [0x3164, 'hangul filler'],
  [0xfeff, 'byte order mark'],
  [0xfffc, 'object replacement character'],
  [0xfffd, 'replacement character'],
]);

/** What a character is whose name is not above, in this order. */
const KINDS: readonly [RegExp, string][] = [
  [/[\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/u, 'variation selector'],
  [/\p{Default_Ignorable_Code_Point}|\p{Cf}/u, 'format character'],
  [/\p{Cc}/u, 'control character'],
  [/\p{Z}/u, 'space'],
  [/\p{M}/u, 'combining mark'],
  [/\p{Co}/u, 'private use character'],
  [/\p{Cs}/u, 'half a character'],
  [/\p{Cn}/u, 'unassigned character'],
];

/** What nobody sees: all that {@link KINDS} tells, but for the plain space. */
const INVISIBLE = /[^\P{Z} ]|[\p{C}\p{M}\p{Default_Ignorable_Code_Point}\u2800\ufffc]/u;

/** Shows a character: what can be seen in quotes, beyond ASCII with its code point; what can't by code point and name. */
export function nameOfCharacter(character: string): string {
  const code = character.codePointAt(0)!;
  const point = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  const name = NAMES.get(code) ?? KINDS.find(([kind]) => kind.test(character))?.[1];
  if (name !== undefined && character !== ' ') return `${point} ${name}`;
  return code < 0x80 ? `"${character}"` : `"${character}" (${point})`;
}

/** The first character that nobody can see, with its place from 1, such as `U+200B zero width space at position 3`. */
export function invisibleIn(text: string): string | null {
  if (!INVISIBLE.test(text)) return null;
  const characters = [...text];
  const at = characters.findIndex((character) => INVISIBLE.test(character));
  return `${nameOfCharacter(characters[at]!)} at position ${at + 1}`;
}
