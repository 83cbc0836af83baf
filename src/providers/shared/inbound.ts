/** Inbound texts out of what a vendor's callback says of them. */
import { readInboundNumber } from '../../core/messages/inbound-number';
import { normaliseMsisdn } from '../../core/messages/msisdn';
import { readWritten } from '../../core/messages/written-number';
import { publicText } from '../../outbound/errors';
import type { InboundText } from '../provider';
import { decodeText, isTwoByte } from './charset';
import { formBytes, type Fields } from './fields';

interface Said extends Pick<InboundText, 'cleanText' | 'told' | 'unlisted'> {
  from: unknown;
  to: unknown;
  text: unknown;
  id: unknown;
  at?: Date | undefined;
}

/**
 * @param said values as parsed, of any type; numbers with or without their plus sign. `cleanText`, `told` and `unlisted` as
 * of {@link InboundText}.
 * @param numbers `international`: the vendor documents that its numbers have a country code, `+` or not. Else ten digits
 * may be a national number, and stay as they are until the account's country is known.
 * @returns nothing where it is no text of a phone: short codes and names can't be answered or suppressed.
 */
export function inboundOf(said: Said, numbers?: 'international'): InboundText[] {
  const { from, to, text, id, at, cleanText, told, unlisted } = said;
  const phone = phoneOf(Number.isSafeInteger(from) ? String(from) : from, numbers === 'international');
  if (phone === null || typeof text !== 'string') return [];
  return [
    {
      from: phone,
      to: typeof to === 'string' && to !== '' ? to : undefined,
      text,
      providerId: typeof id === 'string' && id !== '' ? id : undefined,
      at,
      ...(cleanText === undefined || cleanText === text ? {} : { cleanText }),
      ...(told === undefined ? {} : { told }),
      ...(unlisted === undefined ? {} : { unlisted }),
    },
  ];
}

/** Written as in a URL, with nothing in it that a URL would not have. */
const URL_ENCODED = /^(?:[\w.*+~!'()-]|%[0-9a-f]{2})*$/i;
/** Every character stands for a byte: none is beyond a byte, and some are no letters. */
const BYTES = /^[\x00-\xff]*$/;
const NO_LETTER = /[\x00-\x1f\x7f-\x9f]/;

/**
 * The text of a phone in `field`, in the character set that the field `charset` names. JSON has its bytes as characters, or
 * encoded as in a URL (Clickatell does both); what has been decoded on the way stays as it is.
 * @returns undefined when there is none; `unlisted`: the character set could not be read by, and the text is as it came.
 */
export function phoneText(fields: Fields, field: string): Pick<InboundText, 'text' | 'unlisted'> | undefined {
  const raw = fields.raw(field);
  if (raw === undefined) return undefined;
  const charset = fields.text('charset');
  const bytes = typeof raw === 'string' ? bytesIn(raw, charset) : raw;
  if (bytes === undefined) return { text: raw as string };
  const { text, sure } = decodeText(bytes, charset);
  return sure ? { text } : { text: typeof raw === 'string' ? raw : text, unlisted: publicText(`charset ${charset}`) };
}

/** The bytes that a text of JSON stands for; undefined when it is a text already. */
function bytesIn(text: string, charset: string | undefined): Buffer | undefined {
  if (charset === undefined || !BYTES.test(text)) return undefined;
  if (text.includes('%') && URL_ENCODED.test(text)) return formBytes(text);
  return isTwoByte(charset) && NO_LETTER.test(text) ? Buffer.from(text, 'latin1') : undefined;
}

const INTERNATIONAL = /^(\+|00)/;
const DIGITS = /^\d{7,15}$/;
/** No country: only what has its country code is read. */
const NOWHERE = 'ZZ';
/** No country's national numbers are so long. */
const NEVER_NATIONAL = 12;

function phoneOf(from: unknown, isInternational: boolean): string | null {
  const written = typeof from === 'string' ? readWritten(from) : null;
  if (written === null || !written.ok) return null;
  const { text } = written;
  if (INTERNATIONAL.test(text)) return readInboundNumber(text, null);
  // No vendor pads numbers: a blank in front is a plus sign that the callback's URL has lost.
  const withPlus = String(from).startsWith(' ') ? normaliseMsisdn(`+${text}`, NOWHERE) : null;
  if (withPlus?.ok === true) return withPlus.e164;
  const known = isInternational || text.length >= NEVER_NATIONAL ? readInboundNumber(text, null) : null;
  return known ?? (DIGITS.test(text) ? text : null);
}
