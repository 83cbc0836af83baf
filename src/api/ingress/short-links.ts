/** Click tracking at the way in: URLs of a text become short links before anything is stored. */
import { hasLink, shortenLinks } from '../../core/messages/links';
import { segment } from '../../core/messages/segments';
import type { IncomingMessage } from './ingress';

/** The same message with short links of its own, and the parts that its text takes now. @param base of `/l/`. */
export function withShortLinks(message: IncomingMessage, base: string): IncomingMessage {
  if (!hasLink(message.text)) return message;
  const { text, links } = shortenLinks(message.text, base);
  if (links.length === 0) return message;
  const { type = 'auto', port } = message.options ?? {};
  const { encoding, parts } = segment(text, { type, port: port !== undefined });
  return { ...message, text, encoding, segments: parts, linked: { links, original: message.text } };
}
