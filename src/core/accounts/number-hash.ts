/**
 * Keyed hashes of phone numbers. Whoever knows a number and has the key can prove that a record is about it; without
 * the key nobody can try all numbers until one fits.
 */
import { createHmac, hkdfSync } from 'node:crypto';

/** HMAC-SHA256 of a number in E.164, 32 bytes; the same in every account of the deployment. */
export type NumberHash = (e164: string) => Buffer;

/** Keeps this key apart from the master key and from every other key that is derived from it. */
const PURPOSE = 'heliograph number hash v1';

/** @param masterKey 32 bytes; all processes have the same. */
export function createNumberHash(masterKey: Buffer): NumberHash {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', PURPOSE, 32));
  return (e164) => createHmac('sha256', key).update(e164).digest();
}
