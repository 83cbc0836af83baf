/** Which messages are promotional, by their `service`. */

/** How vendors and their forms spell it, upper case. */
export const PROMOTIONAL_SERVICES: readonly string[] = ['P', 'PROMO', 'PROMOTIONAL', 'MKT', 'MARKETING'];

/**
 * Whether a message of this service is promotional.
 * @param service of the message, in any case.
 * @param words those that count, upper case.
 */
export const isPromotional = (service: string, words: readonly string[] = PROMOTIONAL_SERVICES): boolean =>
  words.includes(service.toUpperCase());
