/** Phone numbers in requests of the operations API. */
import { normaliseMsisdn } from '../../core/messages/msisdn';
import { invalidField } from './invalid';

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
