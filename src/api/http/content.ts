/** Who is shown the text of a message, and what else of it may hold its text. */
import { maskDigits } from '../../core/messages/msisdn';
import { hasScope, type Scope } from '../../core/accounts/api-key';
import { withoutEcho } from '../../core/messages/echo';
import type { MessageOptions } from '../../store/tables';

/** Why the text of a message is not shown: the key's scopes, or the message is sensitive and nobody is shown it. */
export const HIDDEN_BY = ['scope', 'sensitive'] as const;
export type HiddenBy = (typeof HIDDEN_BY)[number];

/** What the question is decided by. */
export interface Written {
  /** Empty once it is deleted. */
  body: string;
  options: MessageOptions | null;
}

/** A one-time password, of any length that is in use. */
const CODE = /\d{4,}/g;

/** Null: it is shown. */
export function hiddenBy({ options }: Written, scopes: readonly Scope[]): HiddenBy | null {
  if (options?.sensitive === true) return 'sensitive';
  return hasScope(scopes, 'content') ? null : 'scope';
}

/** The text as it is shown to these scopes, and why it is not. */
export function toText(message: Written, scopes: readonly Scope[]): { text: string | null; textHidden?: HiddenBy } {
  const hidden = hiddenBy(message, scopes);
  return hidden === null ? { text: message.body } : { text: null, textHidden: hidden };
}

/** Options as they are shown: what a request said beside them is the sender's own words. */
export function toOptions(message: Written, scopes: readonly Scope[]): MessageOptions {
  const { extra, ...options } = message.options ?? {};
  return extra === undefined || hiddenBy(message, scopes) !== null ? options : { ...options, extra };
}

/** What a vendor said of a message, without what it repeated of a text that is not shown. */
export function toSaid(said: string | null, message: Written, scopes: readonly Scope[]): string | undefined {
  if (said === null) return undefined;
  if (hiddenBy(message, scopes) === null) return said;
  // Once the text is deleted nothing tells what is repeated of it: codes are what it was sensitive for.
  return message.body === '' ? said.replace(CODE, '…') : withoutEcho(said, message.body);
}

/** What may be a number, with blanks and marks in it. */
const NUMBER = /\+?\d[\d ().-]{5,}\d/g;

/** Words about what somebody sent, with the digits of what may be a number masked. */
export const withoutNumbers = (said: string): string => said.replace(NUMBER, maskDigits);
