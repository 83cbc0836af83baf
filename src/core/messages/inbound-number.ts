/** The phone that a text came from, as vendors write it. */
import { parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { normaliseMsisdn } from './msisdn';
import { readWritten } from './written-number';

const INTERNATIONAL = /^(?:\+|00)([1-9]\d{6,14})$/;
/** No country: what is not international then is nothing. */
const NOWHERE = 'ZZ';

/**
 * Reads who sent a text. It came from somewhere, so that fixed lines are taken too where the country code is there; short
 * codes and names never become numbers.
 * @param country ISO 3166 alpha-2, in which a number without a plus sign is read; null = its country code comes first.
 * @returns E.164; null when it is no phone's, or can't be read with certainty.
 */
export function readInboundNumber(raw: string, country: string | null): string | null {
  const written = readWritten(raw);
  if (!written.ok) return null;
  const text = country === null && /^[1-9]/.test(written.text) ? `+${written.text}` : written.text;
  const reading = normaliseMsisdn(text, country ?? NOWHERE);
  if (reading.ok) return reading.e164;
  const digits = INTERNATIONAL.exec(text)?.[1];
  if (digits === undefined || (digits.startsWith('91') && digits.length !== 12)) return null;
  const number = parsePhoneNumberFromString(`+${digits}`);
  // One that loses digits when it is read is no number in full.
  return number?.isPossible() === true && number.number === `+${digits}` ? number.number : null;
}
