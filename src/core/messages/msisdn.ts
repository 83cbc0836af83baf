/** Phone numbers: what callers write, read into E.164, and the only form in which a number may be logged. */
import { isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/min';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/min';

export type Msisdn = { ok: true; /** `+` and at most 15 digits. */ e164: string } | { ok: false; reason: string };

/** What people put between digits: blanks, dashes, dots, parentheses, and invisible marks that come with copied numbers. */
const PUNCTUATION = /[\s().\-\u2010-\u2015\u200b-\u200f\u202a-\u202e\u2060]+/g;
const DIGITS = /^\+?\d+$/;
/** India's mobile numbers: ten digits from 6, 7, 8 or 9. */
const INDIA_MOBILE = /^[6-9]\d{9}$/;
const MAX_DIGITS = 15;
const IMPOSSIBLE = 'the number has an impossible length or country code';

/**
 * Reads a number as a caller wrote it. A leading `+` or `00` means that the country code follows; anything else is read
 * in the default country first. Indian mobile numbers take a path without the metadata library; every other number is
 * accepted when its length is possible, not only when its range is known to be assigned: new ranges come before new metadata.
 *
 * A bare number that fits both the default country and, with a `+` before it, another one, is the default country's when
 * its range is assigned there. For India a bare number that is no mobile is tried as international first, since only mobiles get SMS.
 *
 * @param defaultCountry ISO 3166 alpha-2, upper case.
 */
export function normaliseMsisdn(raw: string, defaultCountry: string): Msisdn {
  const text = DIGITS.test(raw) ? raw : raw.replace(PUNCTUATION, '');
  if (text === '') return { ok: false, reason: 'the number is empty' };
  if (!DIGITS.test(text)) return { ok: false, reason: 'the number has characters other than digits' };

  const international = text.startsWith('+') ? text.slice(1) : text.startsWith('00') ? text.slice(2) : undefined;
  if (international !== undefined) {
    if (international.startsWith('91') && INDIA_MOBILE.test(international.slice(2))) return ok(international);
    return possible(`+${international}`);
  }
  if (defaultCountry !== 'IN') return possible(text, defaultCountry);
  if (text.length === 10 && INDIA_MOBILE.test(text)) return ok(`91${text}`);
  if (text.length === 11 && text.startsWith('0') && INDIA_MOBILE.test(text.slice(1))) return ok(`91${text.slice(1)}`);
  if (text.length === 12 && text.startsWith('91') && INDIA_MOBILE.test(text.slice(2))) return ok(text);
  return possible(text, 'IN');
}

/**
 * Hides a number for logs and errors: up to four leading digits (the country code and a little more) and the last two
 * stay, for example `+9198******01`. At least four digits are hidden, or all of them when there are fewer than seven.
 */
export function maskMsisdn(e164: string): string {
  const plus = e164.startsWith('+') ? '+' : '';
  const digits = e164.slice(plus.length);
  if (digits.length < 7) return plus + '*'.repeat(digits.length);
  const head = Math.min(4, digits.length - 6);
  return plus + digits.slice(0, head) + '*'.repeat(digits.length - head - 2) + digits.slice(-2);
}

/** Hides a number that stands in a text with other characters in and around it; fewer than seven digits are no number. */
export function maskDigits(text: string): string {
  const digits = text.replace(/\D/g, '');
  if (digits.length < 7) return text;
  const masked = maskMsisdn(digits);
  let at = 0;
  return text.replace(/\d/g, () => masked[at++]!);
}

function ok(digits: string): Msisdn {
  return { ok: true, e164: `+${digits}` };
}

/** Asks the metadata. Prefers a reading whose range is assigned over one whose length merely fits. */
function possible(text: string, country?: string): Msisdn {
  const national = country !== undefined && isSupportedCountry(country) ? parse(text, country) : undefined;
  const international = country === undefined ? parse(text) : text.startsWith('0') ? undefined : parse(`+${text}`);
  const readings = country === 'IN' ? [international, national] : [national, international];
  const best = readings.find((reading) => reading?.isValid()) ?? national ?? international;
  return best ? { ok: true, e164: best.number } : { ok: false, reason: IMPOSSIBLE };
}

/** The number when its length is possible and it is written in full: one that loses digits when read again has a stray trunk prefix. */
function parse(text: string, country?: CountryCode): PhoneNumber | undefined {
  const number = parsePhoneNumberFromString(text, country);
  if (!number?.isPossible() || number.number.length - 1 > MAX_DIGITS) return undefined;
  return number.isValid() || parsePhoneNumberFromString(number.number)?.number === number.number ? number : undefined;
}
