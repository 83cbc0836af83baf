/** What people, spreadsheets and vendors write for a number, as its digits with or without a plus sign. Pure. */
import { invisibleIn, nameOfCharacter } from './characters';

export type WrittenNumber =
  | { ok: true; /** ASCII digits, a `+` before them if one was written; empty = nothing was. */ text: string }
  | {
      ok: false;
      /** What is wrong, without the number. */
      reason: string;
      /** Several numbers were written into one place. */
      isList: boolean;
    };

/** Nothing of them shows, or they only dress a digit (keycaps). */
const IGNORED = /[\p{Cf}\p{Default_Ignorable_Code_Point}\u20e3]/gu;
/** A digit of any script; its value is its place in its row of ten. */
const DIGIT = /\p{Nd}/u;
const OTHER_DIGITS = /(?![0-9])\p{Nd}/gu;
const LINE_BREAKS = /[\n\r\v\f\u0085\u2028\u2029]/g;
const BLANKS = /[\s\u2800]/g;
/** Dashes, minus signs, the hyphen bullet and the long vowel mark that Japanese keyboards give for a dash. */
const DASHES = /[\p{Pd}\u2212\u2043\u02d7\u207b\u30fc]/gu;
const BRACKETS = /[()[\]\uff08\uff09\ufe59\ufe5a\uff3b\uff3d]/g;
const PLUS_SIGNS = /[\uff0b\ufe62\u207a\u2795\ufb29]/g;
/** Full stops of other widths, and the Arabic decimal separator. */
const DOTS = /[\uff0e\u2024\ufe52\u066b]/g;
const QUOTES = /["'\u2018-\u201f\u00b4`\u02bc\u2032\u2033\uff07\uff02]/g;

/** What keeps a spreadsheet from rounding: `'98…`, `="98…"`, also when it was escaped once more. */
const GUARDED = /^=?\s*"*\s*([^"]*?)\s*"*$/;
/** RFC 3966, its kin, and `p:`, which the lead forms of social networks put before numbers. */
const SCHEME = /^(?:tel|sms|smsto|callto|p):(?:\/\/)?/i;
/** RFC 3966: of a local number the context is what stands before it. */
const CONTEXT = /^([^;]*);phone-context=(\+[\d-]+)$/i;
const SCIENTIFIC = /^([+-]?)(\d+)(?:[.,](\d*))?e([+-]?\d+)$/i;
/** Digits in threes, or in twos behind the first three from the right as India writes them. */
const THOUSANDS = /^\+?\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d+)?$/;
/** As above with dots, when a comma makes the decimals. */
const DECIMAL_COMMA = /^(\+?\d+(?:\.\d+)*),(\d+)$/;
/** The one dot of a text, with what stands right before and behind it. */
const ONE_DOT = /^([^.]*?)(\d+)\.(\d*)$/;
const PLAIN = /^\+?\d+$/;
/** How most people write numbers; one number only, since 15 digits are the most. */
const COMMON = /^[+(]*(?:\d[ ()-]*){1,15}$/;
/** One number all the same: a slash behind the area code (`0151/12345678`, `+49/151/…`), or between groups of two. */
const SLASHED = /^(?:0\d(?: ?\/ ?\d\d){4}|(?:(?:\+|00)\d{1,3}(?: +|\/)(?:0 +)?|0)\d{2,4} ?\/ ?(?:\d[ .-]?){6,9})$/;
/** A minus sign, or the brackets in which accounts are kept: nobody writes a number so, but spreadsheets compute `+91-98…`. */
const MINUS = /^- *\d/;
const IN_ACCOUNTS = /^\(\s*(?:\d{1,3}([.,])\d{2,3}(?:\1\d{2,3})*(?:[.,]\d{1,2})?|\d+[.,]\d{1,2})\s*\)$/;
/** More digits than a group has: behind them a dot is that of a decimal. */
const RUN = 8;
const SHORT_RUN = 7;

/** What people put between numbers of a list, in ASCII, full-width and Arabic. */
const SEPARATOR = '[;|/,&\\n\uff1b\uff0c\u060c\u061b\u3001]';
const SEPARATORS = new RegExp(SEPARATOR);
const LIST = new RegExp(`\\d[\\d +.()-]{5,}${SEPARATOR}(?:${SEPARATOR}| )*\\+?[\\d(][\\d .()-]{5,}`);
const NUMBERS_APART = /^\+?\d{8,}(?: +\+?\d{8,})+$/;

const ROUNDED = 'the number was rounded by a spreadsheet: format the column as text before the export';
const NEGATIVE =
  'the number is negative: a spreadsheet computed it from one with a plus sign and dashes; format the column as text';
const DECIMAL = 'the number is a decimal: write it without a fraction';

/**
 * Reads a number as it was written. Blanks, dashes, brackets, dots between groups, marks of format and what guards a
 * number in a spreadsheet are left out; decimals without a fraction are read as the whole number that they are.
 */
export function readWritten(raw: string): WrittenNumber {
  if (PLAIN.test(raw)) return { ok: true, text: raw };
  if (COMMON.test(raw)) {
    const text = raw.replace(/[ ()-]+/g, '');
    if (PLAIN.test(text)) return { ok: true, text };
  }
  const plain = canonical(raw).trim();
  const unwrapped = unwrap(plain);
  if (unwrapped === null) return refuse(raw, 'the number has a parameter that no phone number has');
  const text = SLASHED.test(unwrapped.trim()) ? unwrapped.trim().replaceAll('/', ' ') : unwrapped.trim();
  if (MINUS.test(text) || IN_ACCOUNTS.test(raw.trim())) return refuse(raw, NEGATIVE);
  if (NUMBERS_APART.test(text)) return refuse(raw, 'the number is several numbers', true);
  const whole = wholeOf(text);
  if (typeof whole !== 'string') return refuse(raw, whole.problem);
  const digits = whole.replace(/[ -]/g, '');
  const undotted = digits.includes('.') ? withoutDots(digits) : digits;
  if (undotted === null) return refuse(raw, DECIMAL);
  if (undotted === '' || PLAIN.test(undotted)) return { ok: true, text: undotted };
  return refuseCharacters(raw, LIST.test(text));
}

/** Adds to a reason what stands in the text and can't be seen. */
export function withInvisible(reason: string, raw: string): string {
  const hidden = invisibleIn(raw.trim() === '' ? raw : raw.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''));
  return hidden === null || reason.includes(hidden.replace(/ at position \d+$/, ''))
    ? reason
    : `${reason}; there is ${hidden}`;
}

/** The text in ASCII as far as it is digits and what stands between them; a line break stays one. */
function canonical(raw: string): string {
  return raw
    .replace(IGNORED, '')
    .replace(OTHER_DIGITS, (digit) => String(valueOf(digit)))
    .replace(LINE_BREAKS, '\n')
    .replace(BLANKS, (blank) => (blank === '\n' ? '\n' : ' '))
    .replace(DASHES, '-')
    .replace(BRACKETS, ' ')
    .replace(PLUS_SIGNS, '+')
    .replace(DOTS, '.')
    .replace(QUOTES, '"');
}

/** Unicode keeps decimal digits in rows of ten, in order, some rows right behind each other. */
function valueOf(digit: string): number {
  const code = digit.codePointAt(0)!;
  let first = code;
  while (DIGIT.test(String.fromCodePoint(first - 1))) first--;
  return (code - first) % 10;
}

/** Without guards and scheme; null = a URI with a parameter that changes what is called. */
function unwrap(text: string): string | null {
  const inner = (GUARDED.exec(text)?.[1] ?? text).replace(/\.$/, '');
  const uri = inner.replace(SCHEME, '');
  if (uri === inner || !uri.includes(';')) return uri;
  const [, local, context] = CONTEXT.exec(uri) ?? [];
  if (local === undefined) return null;
  return local.startsWith('+') ? local : `${context}${local}`;
}

/** The whole number of a decimal or one in scientific notation, and the digits of thousands; other texts as they are. */
function wholeOf(text: string): string | { problem: string } {
  const scientific = SCIENTIFIC.exec(text);
  if (scientific !== null) {
    const [, sign, whole, fraction = '', power] = scientific;
    const left = Number(power) - fraction.length;
    if (sign === '-' || left > 0) return { problem: ROUNDED };
    const all = `${whole}${fraction}`;
    const kept = all.slice(0, all.length + left);
    if (kept === '' || /[^0]/.test(all.slice(kept.length))) return { problem: DECIMAL };
    return `${sign}${kept}`;
  }
  if (text.includes(',')) {
    if (THOUSANDS.test(text)) return wholeOf(text.replaceAll(',', ''));
    const decimal = DECIMAL_COMMA.exec(text);
    if (decimal === null || LIST.test(text)) return text;
    const [, whole, fraction] = decimal;
    return /^0+$/.test(fraction!) ? whole! : { problem: DECIMAL };
  }
  const dotted = ONE_DOT.exec(text);
  if (dotted === null) return text;
  const [, before, run, fraction] = dotted;
  const isZero = /^0+$/.test(fraction!);
  const isFraction =
    run!.length >= RUN || (isZero && (fraction!.length === 1 || (run!.length >= SHORT_RUN && fraction!.length === 2)));
  if (!isFraction) return text;
  return isZero ? `${before}${run}` : { problem: DECIMAL };
}

/** Dots stand between groups of two digits or more, or of one right behind a country code (`+33.6.12…`). Null = they don't. */
function withoutDots(text: string): string | null {
  const groups = text.split('.');
  const [first, ...rest] = groups;
  if (first === '' || first === '+') return null;
  const isCode = first!.startsWith('+') || rest.length > 1;
  if (!isCode && first!.length < 2) return null;
  const isCountryCode = /^(?:\+|00)?\d{1,3}$/.test(first!) && rest.length > 2;
  return rest.some((group, i) => group.length === 1 && !(isCountryCode && i === 0)) ? null : groups.join('');
}

function refuse(raw: string, reason: string, isList = false): WrittenNumber {
  return { ok: false, reason: withInvisible(reason, raw), isList };
}

const FITTING = /[\d+.()[\]\s-]|\p{Pd}/u;
const GUARDS = /["'=]/;

/** Names the character that no number has: a separator of lists first, then any other, then one that is only out of place. */
function refuseCharacters(raw: string, isList: boolean): WrittenNumber {
  const characters = [...raw].map((character, i) => ({ character, form: canonical(character), at: i + 1 }));
  const odd = characters.filter(({ form }) => form !== '' && (form === '\n' || !FITTING.test(form)));
  const bad =
    (isList ? odd.find(({ form }) => SEPARATORS.test(form)) : undefined) ??
    odd.find(({ form }) => !GUARDS.test(form)) ??
    odd[0] ??
    characters.findLast(({ form }) => form === '+');
  // What stands on every keyboard is seen without being named.
  const isPlain = bad === undefined || (!isList && /^[!-~]$/.test(bad.character));
  const named = isPlain ? '' : `: ${nameOfCharacter(bad.character)} at position ${bad.at}`;
  return refuse(raw, `the number has characters other than digits${named}`, isList);
}
