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
