/** Inbound texts out of what a vendor's callback says of them. */
import type { InboundText } from '../provider';

/**
 * @param said values as parsed, of any type; numbers with or without their plus sign. `cleanText` and `told` as of {@link InboundText}.
 * @returns nothing where it is no text of a phone: short codes and names can't be answered or suppressed.
 */
export function inboundOf(
  said: { from: unknown; to: unknown; text: unknown; id: unknown; at?: Date | undefined } & Pick<
    InboundText,
    'cleanText' | 'told'
  >,
): InboundText[] {
  const { from, to, text, id, at, cleanText, told } = said;
  if (typeof from !== 'string' || typeof text !== 'string') return [];
  const digits = from.trim().replace(/^\+/, '');
  if (!/^[1-9]\d{6,14}$/.test(digits)) return [];
  return [
    {
      from: `+${digits}`,
      to: typeof to === 'string' && to !== '' ? to : undefined,
      text,
      providerId: typeof id === 'string' && id !== '' ? id : undefined,
      at,
      ...(cleanText === undefined || cleanText === text ? {} : { cleanText }),
      ...(told === undefined ? {} : { told }),
    },
  ];
}
