/**
 * What may not stand in a log: numbers of people, keys and tokens, the paths of URLs (a webhook's path is often its
 * secret), and what a library quotes of its input. Masking is by form, so it also reaches what nobody thought of; ids,
 * clock times, addresses and the origins of URLs are left, because whoever reads a log needs them.
 */

/** In place of what was taken out. */
export const MASK = '…';

/** Keys are longer; shorter ones would be found in ordinary words. */
const MIN_SECRET_LENGTH = 8;

/** Masks a text. @param secrets what this process knows of its own: replaced wherever it stands, whatever its form */
export function maskText(text: string, secrets: readonly string[] = []): string {
  let masked = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_LENGTH) masked = masked.replaceAll(secret, MASK);
  }
  for (const [pattern, replacement] of RULES) masked = masked.replace(pattern, replacement as string);
  return masked.replace(NUMBERS, maskNumber);
}

type Rule = readonly [pattern: RegExp, replacement: string | ((...match: string[]) => string)];

const SECRET_NAMES =
  'passw(?:or)?d|passphrase|secret|token|api[_-]?key|auth[_-]?key|access[_-]?key|master[_-]?key|admin[_-]?key|credentials?|signature|authorization|cookie';
const VALUE = `"(?:[^"\\\\]|\\\\.)*"|'(?:[^'\\\\]|\\\\.)*'|[^\\s,;&"'})\\]]+`;

const RULES: readonly Rule[] = [
  // What V8 says of JSON that it can't read quotes the text around the mistake, which has quotes of its own.
  [/(?:, )?(?:\.{3})?"[^]*?"(?:\.{3})? is not valid JSON/g, ' is not valid JSON'],
  // Postgres: the key of a broken constraint, the row, and a value that does not fit its type.
  [/(\bKey \([^)]*\)=)\([^]*?\)(?= (?:already|is|conflicts)|$)/g, `$1(${MASK})`],
  [/(Failing row contains )\([^]*\)/g, `$1(${MASK})`],
  [/(invalid input (?:syntax|value) for [\w ]+: )"[^]*"/g, `$1"${MASK}"`],
  // Schemes of `Authorization`; `App` is Infobip's.
  [/\b(Bearer|Basic)(\s+|%20|\+)[^\s"',;]{6,}/gi, `$1 ${MASK}`],
  [/\bApp\s+[\w-]{8,}/g, `App ${MASK}`],
  [new RegExp(`(["']?\\b[\\w-]*(?:${SECRET_NAMES})["']?\\s*[:=]\\s*)(?:${VALUE})`, 'gi'), `$1${MASK}`],
  // Our own keys and access tokens (core/accounts), and generated admin keys.
  [/\b(hgt?|admin)_[\w.-]{16,}/g, `$1_${MASK}`],
  [/\b([a-z][a-z\d+.-]*):\/\/([^\s"'<>\\`]+)/gi, maskUrl],
  // The one path of ours that opens something by itself; its pattern does not.
  [/(\/callbacks\/)(?![:{])[^\s"'/?#]+/gi, `$1${MASK}`],
];

/** Scheme, host and port of a URL; a file of a stack trace is left as it is. */
function maskUrl(url: string, scheme: string, rest: string): string {
  if (scheme.toLowerCase() === 'file') return url;
  const [, authority = '', path = ''] = /^([^/?#]*)([^]*)$/.exec(rest)!;
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return `${scheme}://${host}${path.length > 1 ? `/${MASK}` : path}`;
}

/** What people write between the digits of a number, as such and in a URL, where it may be encoded more than once. */
const SEPARATOR = String.raw`(?:[\s\p{Pd}\p{Cf}\u2212.()/+_]|%(?:25)*(?:20|2[bB]|2[dDeE]|28|29|2[fF]|C2%(?:25)*A0)|&nbsp;)`;
/** Of a number of E.164 in its shortest usual form; counters of as many digits are rare in texts. */
const MIN_DIGITS = 8;
const MAX_SEPARATORS = 4;

const OCTET = String.raw`(?:25[0-5]|2[0-4]\d|1?\d?\d)`;
/** What has many digits and is nobody's number. */
const KEPT = [
  // UUID (RFC 9562).
  String.raw`\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b`,
  // ISO 8601, with or without a time.
  String.raw`(?<![\d+])(?:19|20)\d\d-[01]\d-[0-3]\d(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?(?:Z|[+-]\d\d:?\d\d)?)?(?!\d)`,
  // IPv4, with or without a port.
  String.raw`(?<![\d.+])${OCTET}(?:\.${OCTET}){3}(?::\d{1,5})?(?![\d.])`,
  // Epoch milliseconds of these decades: country code 1 has numbers of 11 digits.
  String.raw`(?<![\d+]|%2[bB])1[5-9]\d{11}(?!\d)`,
  // Short ids of configuration (core/messages/ids).
  String.raw`\b[a-z]{2,3}_[\da-hjkmnp-tv-z]{16}\b`,
];
const NUMBER = String.raw`(?:(?:\+|%(?:25)*2[bB])\(?)?\p{Nd}(?:${SEPARATOR}{0,${MAX_SEPARATORS}}\p{Nd}){${MIN_DIGITS - 1},}`;
const NUMBERS = new RegExp(`(?<kept>${KEPT.join('|')})|${NUMBER}`, 'gu');

/** All but the last two digits. */
function maskNumber(found: string, kept: string | undefined): string {
  if (kept !== undefined) return kept;
  const digits = found.replace(/%(?:25)*[\da-f]{2}/gi, '').match(/\p{Nd}/gu) ?? [];
  return MASK + digits.slice(-2).join('');
}
