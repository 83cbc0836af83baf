/** What is quoted of a caller's own text in an error: its digits are hidden, since they may be those of a number. */

const DIGIT = /\p{Nd}/gu;

/** The text with every digit, of whatever script, hidden: `to":"+************"`. */
export const hideDigits = (text: string): string => text.replace(DIGIT, '*');
