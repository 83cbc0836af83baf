/**
 * CleverTap's "CPaaS encryption" (CleverTap docs, security, "CPaaS Encryption"): the whole payload in AES-256-CBC with
 * a random IV. The body carries `ciphertext`, the headers `X-AES-IV` and `X-AES-KEY-VERSION`. The page names neither
 * the padding (PKCS#7 here, as everywhere) nor the spelling of IV and ciphertext, which is a setting therefore.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

export const PAYLOAD_ENCODINGS = ['base64', 'hex'] as const;
export type PayloadEncoding = (typeof PAYLOAD_ENCODINGS)[number];

export const IV_HEADER = 'x-aes-iv';
export const KEY_VERSION_HEADER = 'x-aes-key-version';
/** The field of the body. */
export const CIPHERTEXT = 'ciphertext';

export const PAYLOAD_KEY_BYTES = 32;
const BLOCK_BYTES = 16;
const ALGORITHM = 'aes-256-cbc';

/** One version of an account's key. */
export interface PayloadKey {
  /** CleverTap's name of the version, a UUID. */
  version: string;
  /** 32 bytes. */
  key: Buffer;
}

/** A payload on the wire, both parts in its encoding. */
export interface EncryptedPayload {
  iv: string;
  ciphertext: string;
}

/** @param iv 16 bytes; a test's, else random. */
export function encryptPayload(
  plain: string | Buffer,
  key: Buffer,
  encoding: PayloadEncoding,
  iv: Buffer = randomBytes(BLOCK_BYTES),
): EncryptedPayload {
  const cipher = createCipheriv(ALGORITHM, key, iv);
  const bytes = typeof plain === 'string' ? Buffer.from(plain) : plain;
  const ciphertext = Buffer.concat([cipher.update(bytes), cipher.final()]);
  return { iv: iv.toString(encoding), ciphertext: ciphertext.toString(encoding) };
}

export type DecryptedPayload =
  | { ok: true; plain: Buffer }
  /** `part` is not in its encoding or has a wrong length; absent = the key doesn't fit. */
  | { ok: false; part?: 'iv' | 'ciphertext'; problem: string };

/** Opens a payload. CBC proves nothing: a wrong key may, rarely, give bytes that mean nothing. */
export function decryptPayload(
  { iv, ciphertext }: EncryptedPayload,
  key: Buffer,
  encoding: PayloadEncoding,
): DecryptedPayload {
  const ivBytes = decode(iv, encoding);
  if (ivBytes?.length !== BLOCK_BYTES) {
    return { ok: false, part: 'iv', problem: `must be ${BLOCK_BYTES} bytes in ${encoding}` };
  }
  const sealed = decode(ciphertext, encoding);
  if (sealed === null || sealed.length === 0 || sealed.length % BLOCK_BYTES !== 0) {
    return { ok: false, part: 'ciphertext', problem: `must be whole blocks of ${BLOCK_BYTES} bytes in ${encoding}` };
  }
  try {
    const decipher = createDecipheriv(ALGORITHM, key, ivBytes);
    return { ok: true, plain: Buffer.concat([decipher.update(sealed), decipher.final()]) };
  } catch {
    return { ok: false, problem: 'does not open with this key' };
  }
}

const SPELLING: Record<PayloadEncoding, RegExp> = {
  base64: /^[A-Za-z0-9+/]+={0,2}$/,
  hex: /^([0-9a-f]{2})+$/i,
};

/** Null when the text is not in the encoding: Node would read as much of it as it can. */
function decode(text: string, encoding: PayloadEncoding): Buffer | null {
  return SPELLING[encoding].test(text) ? Buffer.from(text, encoding) : null;
}

/** A key of 32 bytes, in base64 or hex; null for anything else. */
export function parsePayloadKey(text: string): Buffer | null {
  const encoding = text.length === PAYLOAD_KEY_BYTES * 2 ? 'hex' : 'base64';
  const key = decode(text, encoding);
  return key?.length === PAYLOAD_KEY_BYTES ? key : null;
}
