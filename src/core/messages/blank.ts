/** Texts of which a phone would show nothing. */

/** Anything but white space, control and format characters, and those that Unicode has for being seen by nobody. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

const BLANK = 0x20;
const DELETE = 0x7f;
/** What comes along when a name or an id is copied. */
const AROUND = /^[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+|[\s\p{Cf}\p{Default_Ignorable_Code_Point}]+$/gu;

/** Whether a text has nothing that could be seen, an empty one included. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  // Nearly all texts begin with a letter or digit of ASCII, which no expression need look for.
  return !(first > BLANK && first < DELETE) && !VISIBLE.test(text);
}

/** A name or an id without the blanks around it, those included that nobody sees. */
export const withoutBlanks = (text: string): string =>
  isPlain(text.charCodeAt(0)) && isPlain(text.charCodeAt(text.length - 1)) ? text : text.replace(AROUND, '');

const isPlain = (unit: number): boolean => unit > BLANK && unit < DELETE;
