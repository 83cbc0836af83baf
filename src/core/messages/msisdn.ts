/** Phone numbers: what callers write, read into E.164, and the only form in which a number may be logged. */
import { callingCodeOf, readMobile, type MobileReading } from './mobile-ranges';
import { readWritten, withInvisible } from './written-number';

export type Msisdn =
  | { ok: true; /** `+` and at most 15 digits. */ e164: string }
  | {
      ok: false;
      /** What is wrong with it; names characters that nobody can see, and never quotes the number. */
      reason: string;
      /** Where several numbers may stand: the same, with the separator that is expected. Absent = it is no list. */
      listReason?: string;
    };

/** India's mobile numbers as most callers write them: ten digits from 6, 7, 8 or 9 behind the country code. */
const INDIA_PLAIN = /^\+91[6-9]\d{9}$/;
const INDIA_MOBILE = /^[6-9]\d{9}$/;
/** The same behind `0`, `91`, `091` or `910`: trunk prefixes are no part of a number. */
const INDIA_NATIONAL = /^(?:0?(?:91)?0?)([6-9]\d{9})$/;
/** Mexico dialled mobiles behind a 1 until 2019: bare it can't be told from the country code of North America. */
const MEXICO_OLD = /^1([2-9]\d{9})$/;
const EMPTY = 'the number is empty';
const IMPOSSIBLE = 'the number has an impossible length or country code';
const TWO_COUNTRIES = 'the number can be one of two countries: write the plus sign and the country code';
const LOST_PLUS =
  'the number begins with a blank, which may be a plus sign that a form has lost: write that as %2B, or no blank';
const TRUNK_FIRST = 'the number has no country code: a 0 stands where it begins';
const NOT_WHOLE = 'the number is a JSON number that is not whole, negative or too large: put it in quotes';

/**
 * Reads a number as a caller wrote it: the one reader of every place that takes numbers of persons who get messages.
 * A leading `+` or `00` means that the country code follows; anything else is read in the default country first.
 *
 * Only mobiles are taken, since only they get texts. Behind +91 these are ten digits from 6, 7, 8 or 9, which takes a path
 * without the metadata library. Of other countries the range must be known for mobiles, or be in no range at all and as long
 * as a mobile: new ranges come before new metadata. A bare number that is none of the default country is taken as an
 * international one in a known range only. What could be two numbers is refused.
 *
 * @param raw as it came; a JSON number must be a whole one that JSON carries exactly.
 * @param defaultCountry ISO 3166 alpha-2, upper case.
 */
export function normaliseMsisdn(raw: string | number, defaultCountry: string): Msisdn {
  if (typeof raw === 'number') {
    if (!Number.isSafeInteger(raw) || raw < 0) return { ok: false, reason: NOT_WHOLE };
    return normaliseMsisdn(String(raw), defaultCountry);
  }
  if (INDIA_PLAIN.test(raw)) return { ok: true, e164: raw };
  const reading = readText(raw, defaultCountry);
  return raw.startsWith(' ') ? behindBlank(raw.trim(), reading, defaultCountry) : reading;
}

/** A plus sign that a form or a URL does not encode comes as a blank: what is another number with it is refused. */
function behindBlank(text: string, reading: Msisdn, defaultCountry: string): Msisdn {
  if (!/^[1-9]/.test(text)) return reading;
  const withPlus = readText(`+${text}`, defaultCountry);
  const isSame = !withPlus.ok || (reading.ok && reading.e164 === withPlus.e164);
  return isSame ? reading : { ok: false, reason: LOST_PLUS };
}

function readText(raw: string, defaultCountry: string): Msisdn {
  const written = readWritten(raw);
  if (!written.ok) return refuse(written.reason, written.isList);
  const reading = fromDigits(written.text, defaultCountry);
  return reading.ok ? reading : { ok: false, reason: withInvisible(reading.reason, raw) };
}

const refuse = (reason: string, isList: boolean): Msisdn =>
  isList
    ? {
        ok: false,
        reason: `${reason}; one number is expected`,
        listReason: `${reason}; numbers are separated by commas`,
      }
    : { ok: false, reason };

/** @param text digits, with a plus sign or without. */
function fromDigits(text: string, defaultCountry: string): Msisdn {
  if (text === '') return { ok: false, reason: EMPTY };
  const international = text.startsWith('+') ? text.slice(1) : text.startsWith('00') ? text.slice(2) : undefined;
  if (international !== undefined) return fromInternational(international);
  if (defaultCountry !== 'IN') return fromBare(text, defaultCountry);
  const mobile = INDIA_NATIONAL.exec(text)?.[1];
  if (mobile !== undefined) return { ok: true, e164: `+91${mobile}` };
  if (text.startsWith('0')) return { ok: false, reason: IMPOSSIBLE };
  if (text.startsWith('91')) return fromIndia(text.slice(2));
  const abroad = readMobile(`+${text}`);
  return abroad.kind === 'mobile' ? { ok: true, e164: abroad.e164 } : { ok: false, reason: IMPOSSIBLE };
}

function fromInternational(digits: string): Msisdn {
  if (digits.startsWith('91')) return fromIndia(digits.slice(2));
  if (digits.startsWith('0') && digits.length > 1) return { ok: false, reason: TRUNK_FIRST };
  return fromReading(readMobile(`+${digits}`));
}

/** @param digits behind +91. */
function fromIndia(digits: string): Msisdn {
  const national = digits.length === 11 && digits.startsWith('0') ? digits.slice(1) : digits;
  if (INDIA_MOBILE.test(national)) return { ok: true, e164: `+91${national}` };
  const count = digits.length === 1 ? '1 digit' : `${digits.length} digits`;
  const what = national.length === 10 ? 'is no mobile’s' : `has ${count} behind +91`;
  return { ok: false, reason: `the number ${what}: a mobile of India has ten, the first 6, 7, 8 or 9` };
}

/** A number without plus sign, in a country other than India. */
function fromBare(text: string, country: string): Msisdn {
  const national = readMobile(text, country);
  const old = country === 'MX' ? MEXICO_OLD.exec(text)?.[1] : undefined;
  if (old !== undefined && readMobile(old, country).kind === 'mobile') return { ok: false, reason: TWO_COUNTRIES };
  if (national.kind === 'mobile') return fromReading(national);
  const international = text.startsWith('0') ? trunkBefore(text, country) : readBareInternational(text);
  if (international.kind === 'mobile') return fromReading(international);
  return fromReading(national);
}

const NOTHING: MobileReading = { kind: 'other', what: null };

function readBareInternational(digits: string): MobileReading {
  const mobile = digits.startsWith('91') ? INDIA_MOBILE.exec(digits.slice(2))?.[0] : undefined;
  return mobile === undefined ? readMobile(`+${digits}`) : { kind: 'mobile', e164: `+91${mobile}` };
}

/** A trunk 0 before the country code of the default country is dropped. */
function trunkBefore(text: string, country: string): MobileReading {
  const code = callingCodeOf(country);
  return code !== null && text.startsWith(`0${code}`) ? readMobile(`+${text.slice(1)}`) : NOTHING;
}

function fromReading(reading: MobileReading): Msisdn {
  if (reading.kind !== 'other') return { ok: true, e164: reading.e164 };
  const reason = reading.what === null ? IMPOSSIBLE : `the number is ${reading.what}, which gets no texts`;
  return { ok: false, reason };
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
