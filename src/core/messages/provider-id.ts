import { createHash } from 'node:crypto';

/** A longer id goes by its digest: it stands in indexes, which refuse entries of some 2,700 bytes. */
const MAX_ID_CHARACTERS = 255;

/**
 * A provider's message id in one spelling: providers change its case and its leading zeros between the answer to a
 * submission and the receipt. One of more than 255 characters becomes its SHA-256 (`sha256:` and hex), in answers and receipts alike,
 * so that it still finds its message. NUL, which Postgres refuses, is left out.
 */
export function normaliseProviderId(id: string): string {
  const spelled = id
    .replaceAll('\0', '')
    .trim()
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
  return spelled.length <= MAX_ID_CHARACTERS ? spelled : `sha256:${createHash('sha256').update(spelled).digest('hex')}`;
}

/** How the numbers of a vendor's ids are written. */
export const PROVIDER_ID_BASES = ['hex', 'decimal'] as const;
export type ProviderIdBase = (typeof PROVIDER_ID_BASES)[number];

/**
 * The same id with its number written to the other base: gateways behind SMPP answer a submission with one and report
 * with the other (SMPP 3.4 leaves the form of message ids to the operator).
 * @param from how `id` is written.
 * @returns the id as it is when it is no such number, or one of more digits than any id has.
 */
export function inOtherBase(id: string, from: ProviderIdBase): string {
  const digits = id.trim();
  if (digits.length > MAX_ID_CHARACTERS) return id;
  if (from === 'hex') return /^[0-9a-f]+$/i.test(digits) ? BigInt(`0x${digits}`).toString() : id;
  return /^\d+$/.test(digits) ? BigInt(digits).toString(16) : id;
}
