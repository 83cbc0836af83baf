/** Phone numbers in requests of the operations API. */
import { z } from 'zod';
import { normaliseMsisdn } from '../../core/messages/msisdn';
import { invalidField } from './invalid';
import { isStorable, UNSTORABLE_MESSAGE } from './text';

/** A URI with its context, or a number with marks around each digit, is longer than what is read out of it. */
const MAX_LENGTH = 100;
const E164 = /^\+[1-9]\d{6,14}$/;

/** A number as somebody wrote it: how it is read, `normaliseMsisdn` says. */
export const phoneNumber = z
  .string('must be a string: a phone number with country code')
  .min(1)
  .max(MAX_LENGTH)
  .refine(isStorable, UNSTORABLE_MESSAGE);

/**
 * Reads the number of the field `to`.
 * @param country ISO 3166 alpha-2, for numbers without country code.
 * @returns E.164.
 * @throws AppError invalid-request
 */
export function readNumber(to: string, country: string): string {
  const number = normaliseMsisdn(to, country);
  if (number.ok) return number.e164;
  throw invalidField('to', number.reason);
}

/**
 * The same for what is looked up or erased: a number in full is taken as it stands, since numbers that are refused today may
 * be stored from before.
 */
export function readSoughtNumber(to: string, country: string): string {
  const written = to.trim();
  const number = normaliseMsisdn(to, country);
  return !number.ok && E164.test(written) ? written : readNumber(to, country);
}
