/**
 * A provider's message id in one spelling: providers change its case and its leading zeros between the answer to a
 * submission and the receipt.
 */
export function normaliseProviderId(id: string): string {
  return id
    .trim()
    .toLowerCase()
    .replace(/^0+(?=.)/, '');
}

/**
 * The same id with its number written to the other base: gateways behind SMPP answer a submission with one and report
 * with the other (SMPP 3.4 leaves the form of message ids to the operator).
 * @param from how `id` is written.
 * @returns the id as it is when it is no such number.
 */
export function inOtherBase(id: string, from: 'hex' | 'decimal'): string {
  const digits = id.trim();
  if (from === 'hex') return /^[0-9a-f]+$/i.test(digits) ? BigInt(`0x${digits}`).toString() : id;
  return /^\d+$/.test(digits) ? BigInt(digits).toString(16) : id;
}
