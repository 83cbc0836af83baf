/** Values that a caller keeps for us and gives back: the signature (HMAC-SHA256) proves that they are as we gave them. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Keyring } from './keyring';

export interface SignedText {
  /** `<payload>.<signature>`, both in base64url. */
  sign(value: unknown): string;
  /** The value; undefined when the text is none, or was not signed here. */
  read(text: string): unknown;
}

const FORM = /^([\w-]+)\.([\w-]+)$/;

/**
 * @param ring all api processes have the same, so each takes the others' texts. The first key signs, any verifies.
 * @param purpose what a text of one purpose proves, proves nothing for another.
 */
export function createSignedText(ring: Keyring, purpose: string): SignedText {
  const signature = (payload: string, key: Buffer): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    sign(value) {
      const payload = Buffer.from(JSON.stringify(value)).toString('base64url');
      return `${payload}.${signature(payload, ring.keyFor(purpose)).toString('base64url')}`;
    },
    read(text) {
      const [, payload, signed] = FORM.exec(text) ?? [];
      if (payload === undefined || signed === undefined) return undefined;
      const presented = Buffer.from(signed, 'base64url');
      const isGenuine = ring.keysFor(purpose).some((key) => {
        const expected = signature(payload, key);
        return presented.length === expected.length && timingSafeEqual(presented, expected);
      });
      return isGenuine ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as unknown) : undefined;
    },
  };
}
