/** What a message is for, as its `service` says it. Pure. */

/** `T` transactional, `P` promotional, `S` service. */
export type ServiceClass = 'T' | 'P' | 'S';

/**
 * Words that say promotional, whoever uses them: CleverTap's and Mobtexting's short codes, and what other vendors spell
 * out. In upper case; they are read in any case.
 */
export const PROMOTIONAL_WORDS = ['P', 'PROMO', 'PROMOTIONAL', 'MKT', 'MARKETING'] as const;

const COMMON: ReadonlySet<string> = new Set(PROMOTIONAL_WORDS);
const NONE: readonly string[] = [];

/** A word as the lists have it: case and blanks around it say nothing. */
const spelled = (word: string): string => word.trim().toUpperCase();

/**
 * All words that say promotional in an account, in upper case: for statements, which compare `upper(btrim(service))`.
 * @param own the account's `promotionalServices`.
 */
export const promotionalWords = (own: readonly string[] = NONE): string[] => [
  ...new Set([...PROMOTIONAL_WORDS, ...own.map(spelled)]),
];

/**
 * Whether a service is promotional.
 * @param own words that say so in the account beside {@link PROMOTIONAL_WORDS}, its `promotionalServices`; in any case.
 */
export function isPromotional(service: string, own: readonly string[] = NONE): boolean {
  if (service === 'T' && own.length === 0) return false;
  const word = spelled(service);
  return COMMON.has(word) || own.some((one) => spelled(one) === word);
}

/**
 * The class of a service: `T` itself, the words that say promotional, and every other word is service.
 * @param own see {@link isPromotional}.
 */
export function serviceClassOf(service: string, own: readonly string[] = NONE): ServiceClass {
  if (isPromotional(service, own)) return 'P';
  return service === 'T' ? 'T' : 'S';
}
