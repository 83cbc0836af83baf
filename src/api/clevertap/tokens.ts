/** Tokens of CleverTap's provider form that it did not replace. */
import { hideDigits } from '../../core/messages/hidden';

/**
 * A token that CleverTap did not replace means that the provider form is wrong: such a text must not reach a phone. A
 * campaign's own tokens may have any name, so those are known only where a value begins with one; CleverTap's six
 * (CleverTap docs, "Generic SMS") anywhere.
 */
const TOKEN = /^\$\$\w+|\$\$(?:To|Body|Template(?:ID|Variables)|CampaignID|MessageID)(?!\w)/i;
const QUOTED = 40;

/** What is wrong with a text that has one, to be read behind its field's name; null without one. */
export function unreplacedToken(text: string): string | null {
  const token = text.includes('$$') ? TOKEN.exec(text) : null;
  if (token === null) return null;
  const still = token.index === 0 ? 'is still' : 'still has';
  return `${still} ${hideDigits(token[0].slice(0, QUOTED))}: CleverTap did not replace the token; mend the provider form`;
}
