/** Texts of which a phone would show nothing. */

/** Anything but white space, control and format characters, and those that Unicode has for being seen by nobody. */
const VISIBLE = /[^\s\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u;

const BLANK = 0x20;
const DELETE = 0x7f;

/** Whether a text has nothing that could be seen, an empty one included. */
export function isBlank(text: string): boolean {
  const first = text.charCodeAt(0);
  // Nearly all texts begin with a letter or digit of ASCII, which no expression need look for.
  return !(first > BLANK && first < DELETE) && !VISIBLE.test(text);
}
