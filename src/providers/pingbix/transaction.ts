/** What a message is known by at Pingbix: its request, and its number within it. */
import { createHash } from 'node:crypto';

/** Reports may leave the country out. */
const OWN_DIGITS = 10;
const DIGEST_DIGITS = 16;

/**
 * A transaction is a whole request, so a message goes by its transaction and its number. As a digest, because provider ids
 * are shown where numbers are masked.
 */
export function recipientId(transactionId: string, number: string): string {
  return `${transactionId}-${digestOf(number)}`;
}

/** The transaction in an id of {@link recipientId}; the whole where it is none. */
export function transactionOf(providerId: string): string {
  return new RegExp(`^(.+)-[0-9a-f]{${DIGEST_DIGITS}}$`).exec(providerId)?.[1] ?? providerId;
}

/** Whether two spellings are of one number, as far as reports tell. */
export const isSameNumber = (one: string, other: string): boolean => digestOf(one) === digestOf(other);

function digestOf(number: string): string {
  const digits = number.replace(/\D/g, '').slice(-OWN_DIGITS);
  return createHash('sha256').update(digits).digest('hex').slice(0, DIGEST_DIGITS);
}
