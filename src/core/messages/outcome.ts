/**
 * What can become of one attempt, in words that are the same for every provider, and the codes that
 * CleverTap's callback knows for it (CleverTap docs, generic SMS, error codes).
 */

/**
 * Why an attempt was not (or not surely) taken:
 * - `recipient`: this number can't get it. Final; no other leg is tried.
 * - `content`: the text or its template is refused. Final; no other leg is tried.
 * - `sender`: the sender ID is refused. The next leg (fallback sender ID, or another gateway) is tried.
 * - `account`: the provider account can't send at all. The gateway is paused, the next gateway is tried.
 * - `transient`: worth another try over the same leg after a back-off.
 * - `unknown`: the provider may have taken it. Never resent blindly: people would get two texts.
 */
export const FAILURE_CLASSES = ['recipient', 'content', 'sender', 'account', 'transient', 'unknown'] as const;
export type FailureClass = (typeof FAILURE_CLASSES)[number];

/** The error codes of CleverTap's delivery callback (CleverTap docs, generic SMS; 911 does not exist). */
export const CLEVERTAP_CODES = [
  '900', '901', '902', '903', '904', '905', '906', '907', '908', '909', '910',
  '912', '913', '914', '915', '916', '917', '918', '919', '920',
] as const; // prettier-ignore
export type CleverTapCode = (typeof CLEVERTAP_CODES)[number];

/** One entry of a provider's literal code table: how we treat a vendor code, and the code that CleverTap gets for it. */
export interface Refusal {
  class: FailureClass;
  clevertap: CleverTapCode;
  /** The code says that this person has opted out: the number is suppressed. A register of a country or operator is no such word. */
  optOut?: true;
}

/** The CleverTap code of a failure whose vendor code has no entry of its own. */
export const CLEVERTAP_CODE_OF_CLASS: Record<FailureClass, CleverTapCode> = {
  recipient: '910',
  content: '902',
  sender: '906',
  account: '904',
  transient: '904',
  unknown: '900',
};
