/** Pictures that people upload: what the bytes are, not what is said of them. */
import { z } from 'zod';

/** Base64 of it is 200,000 characters: the longest that earlier versions took. */
const MAX_IMAGE_BYTES = 150_000;

/** How files begin (PNG 1.2, section 3.1; JPEG, ITU-T T.81 B.1.1.3; WebP, RFC 9649, section 2.4). */
const KINDS: readonly { type: string; begins(bytes: Buffer): boolean }[] = [
  { type: 'image/png', begins: (bytes) => bytes.subarray(0, 8).equals(Buffer.from('89504e470d0a1a0a', 'hex')) },
  { type: 'image/jpeg', begins: (bytes) => bytes.subarray(0, 3).equals(Buffer.from('ffd8ff', 'hex')) },
  {
    type: 'image/webp',
    begins: (bytes) =>
      bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP' && bytes.length > 12,
  },
];

const DATA_URL = /^(?:data:[^,]*;base64,)?([A-Za-z0-9+/\s]+={0,2}\s*)$/;

/**
 * A picture as a `data:` URL of the type that its bytes have; null for what is none.
 * @param text base64, or a `data:` URL of it, whose own type counts for nothing.
 */
export function readImage(text: string): string | null {
  const [, encoded] = DATA_URL.exec(text) ?? [];
  if (encoded === undefined) return null;
  const bytes = Buffer.from(encoded, 'base64');
  const kind = bytes.length <= MAX_IMAGE_BYTES ? KINDS.find(({ begins }) => begins(bytes)) : undefined;
  return kind === undefined ? null : `data:${kind.type};base64,${bytes.toString('base64')}`;
}

/** A field that takes a picture. */
export const image = z
  .string()
  .max(Math.ceil((MAX_IMAGE_BYTES * 4) / 3) + 1_000, 'must be a picture of 150,000 bytes at most, in base64')
  .transform((text, context) => {
    const read = readImage(text);
    if (read !== null) return read;
    const message = 'must be a PNG, JPEG or WebP picture of 150,000 bytes at most, in base64 or as a data: URL of it';
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });

/** A link that a page may show: https, to a host and nothing else. */
export const isPublicLink = (text: string): boolean => {
  const url = URL.canParse(text) ? new URL(text) : null;
  return url?.protocol === 'https:' && url.username === '' && url.password === '';
};

export const publicLink = z
  .string()
  .max(2_000)
  .refine(isPublicLink, 'must be a link with https, such as https://example.com/sign-up, without a user name');
