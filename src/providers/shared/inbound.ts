/** Inbound texts out of what a vendor's callback says of them. */
import { readInboundNumber } from '../../core/messages/inbound-number';
import { readWritten } from '../../core/messages/written-number';
import type { InboundText } from '../provider';

interface Said {
  from: unknown;
  to: unknown;
  text: unknown;
  id: unknown;
  at?: Date;
}

/**
 * @param said values as parsed, of any type; numbers with or without their plus sign.
 * @param numbers `international`: the vendor documents that its numbers have a country code, `+` or not. Else ten digits
 * may be a national number, and stay as they are until the account's country is known.
 * @returns nothing where it is no text of a phone: short codes and names can't be answered or suppressed.
 */
export function inboundOf({ from, to, text, id, at }: Said, numbers?: 'international'): InboundText[] {
  const phone = phoneOf(Number.isSafeInteger(from) ? String(from) : from, numbers === 'international');
  if (phone === null || typeof text !== 'string') return [];
  return [
    {
      from: phone,
      to: typeof to === 'string' && to !== '' ? to : undefined,
      text,
      providerId: typeof id === 'string' && id !== '' ? id : undefined,
      at,
    },
  ];
}

const INTERNATIONAL = /^(\+|00)/;
const DIGITS = /^\d{7,15}$/;
/** No country's national numbers are so long. */
const NEVER_NATIONAL = 12;

function phoneOf(from: unknown, isInternational: boolean): string | null {
  const written = typeof from === 'string' ? readWritten(from) : null;
  if (written === null || !written.ok) return null;
  const { text } = written;
  if (INTERNATIONAL.test(text)) return readInboundNumber(text, null);
  const known = isInternational || text.length >= NEVER_NATIONAL ? readInboundNumber(text, null) : null;
  return known ?? (DIGITS.test(text) ? text : null);
}
