/**
 * Keyed hashes of what is known of a person: an erased number or record is still recognised by them, and nobody without
 * the key can tell from one what it stands for. HMAC-SHA256 (RFC 2104) under a key of its own, derived by HKDF (RFC 5869).
 */
import { createHmac, hkdfSync } from 'node:crypto';

const LABEL = 'heliograph pseudonyms v1';
const KEY_BYTES = 32;
/** Of a hash that stands in place of a number: as good as unique, and no longer than has to be. */
const NUMBER_BYTES = 24;

export interface Pseudonyms {
  /** What stands in place of a number in E.164: `#` and 32 characters of base64url. */
  number(e164: string): string;
  /** The same for the meta of a record. */
  meta(meta: string): string;
  /** Of the hash of a record, as long as that is. */
  record(hash: Buffer): Buffer;
}

/** Whether a number column holds what stands in place of an erased number. */
export const isPseudonym = (number: string): boolean => number.startsWith('#');

/** @param masterKey 32 bytes. */
export function createPseudonyms(masterKey: Buffer): Pseudonyms {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', LABEL, KEY_BYTES));
  const hmac = (kind: string, value: string | Buffer): Buffer =>
    createHmac('sha256', key).update(`${kind}\n`).update(value).digest();
  const text = (kind: string, value: string): string =>
    `#${hmac(kind, value).subarray(0, NUMBER_BYTES).toString('base64url')}`;
  return {
    number: (e164) => text('number', e164),
    meta: (meta) => text('meta', meta),
    record: (hash) => hmac('record', hash).subarray(0, hash.length),
  };
}
