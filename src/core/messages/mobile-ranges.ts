/** Which numbers of a country can be mobiles: the metadata, at their strictest. */
import { Metadata, type MetadataJson } from 'libphonenumber-js/core';
import { getCountryCallingCode, isSupportedCountry, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import metadata from 'libphonenumber-js/max/metadata';
import type { CountryCode, PhoneNumber } from 'libphonenumber-js/max';

/**
 * `mobile`: in a range of mobiles, or of fixed lines and mobiles alike. `unassigned`: in no range that the metadata know, and
 * as long as all mobiles there are; new ranges come before new metadata. `other`: no number, or not a mobile's.
 */
export type MobileReading =
  | { kind: 'mobile' | 'unassigned'; /** E.164. */ e164: string }
  | { kind: 'other'; /** What it is instead, such as `a fixed line`; null = no number. */ what: string | null };

/** What the library knows of a type of numbers; its own types leave it out. */
interface Plan {
  selectNumberingPlan(country: undefined, callingCode: string): void;
  type(name: 'MOBILE'): { possibleLengths(): number[] | undefined } | undefined;
}

/** Mexico’s mobiles had a 1 behind the country code until 2019; phones and vendors still write it, metadata no longer know it. */
const MEXICO_OLD = /^\+521(?=[2-9]\d{9}$)/;
const MAX_DIGITS = 15;
/** Prefixes that dial abroad or through a carrier have so many digits at most. */
const MAX_PREFIX = 4;
const TYPES: Partial<Record<string, string>> = {
  FIXED_LINE: 'a fixed line',
  TOLL_FREE: 'a toll-free number',
  PREMIUM_RATE: 'a premium rate number',
  SHARED_COST: 'a shared cost number',
  VOIP: 'an internet telephone',
  PERSONAL_NUMBER: 'a personal number',
  PAGER: 'a pager',
  UAN: 'a company’s number',
  VOICEMAIL: 'a voice mailbox',
};
const NOTHING: MobileReading = { kind: 'other', what: null };

const lengths = new Map<string, readonly number[]>();

/**
 * Reads digits by the metadata.
 * @param text digits; a `+` means that the country code follows.
 * @param country ISO 3166 alpha-2, in which digits without a plus are read.
 */
export function readMobile(text: string, country?: string): MobileReading {
  if (country !== undefined && !isSupportedCountry(country)) return NOTHING;
  const number = parse(text.replace(MEXICO_OLD, '+52'), country);
  if (number === undefined) return NOTHING;
  const { number: e164 } = number;
  const type = number.getType();
  if (type === 'MOBILE' || type === 'FIXED_LINE_OR_MOBILE') return { kind: 'mobile', e164 };
  if (type !== undefined) return { kind: 'other', what: TYPES[type] ?? null };
  return isUnassigned(number) ? { kind: 'unassigned', e164 } : NOTHING;
}

/** The calling code of a country, without plus sign; null = it has none. @param country ISO 3166 alpha-2 */
export const callingCodeOf = (country: string): string | null =>
  isSupportedCountry(country) ? getCountryCallingCode(country) : null;

/** The number of a text, when all of its digits were written and nothing but a prefix that is dialled stands before them. */
function parse(text: string, country: CountryCode | undefined): PhoneNumber | undefined {
  const number = parsePhoneNumberFromString(text, country);
  if (!number || number.ext !== undefined || number.number.length - 1 > MAX_DIGITS) return undefined;
  const { nationalNumber, countryCallingCode: code } = number;
  const written = dialledAs(nationalNumber, code).find((form) => text.endsWith(form));
  if (written === undefined) return undefined;
  const before = text.length - written.length - (text.startsWith('+') ? 1 + code.length : 0);
  return before <= (text.startsWith('+') ? 2 : code.length + MAX_PREFIX) ? number : undefined;
}

/** The forms of a national number. In Argentina a mobile is dialled with a 15 behind the area code and no 9 before it. */
function dialledAs(national: string, callingCode: string): string[] {
  if (callingCode !== '54' || !national.startsWith('9')) return [national];
  return [national, ...[3, 4, 5].map((end) => `${national.slice(1, end)}15${national.slice(end)}`)];
}

function isUnassigned(number: PhoneNumber): boolean {
  const { nationalNumber, countryCallingCode: code, number: e164 } = number;
  const [length, another] = mobileLengths(code);
  // Where mobiles are of several lengths nobody can tell whether a digit was lost.
  if (another !== undefined || length !== nationalNumber.length || nationalNumber.startsWith('0')) return false;
  // One that loses digits when it is read again has a stray trunk prefix.
  return parsePhoneNumberFromString(e164)?.number === e164;
}

/** Digits behind the country code that a mobile has there. */
function mobileLengths(callingCode: string): readonly number[] {
  let known = lengths.get(callingCode);
  if (known === undefined) {
    const plan = new Metadata(metadata as unknown as MetadataJson) as unknown as Plan;
    plan.selectNumberingPlan(undefined, callingCode);
    known = plan.type('MOBILE')?.possibleLengths() ?? [];
    lengths.set(callingCode, known);
  }
  return known;
}
