/** The admin key of a deployment, which is configured as itself or as its hash. */
import { createHmac, hash } from 'node:crypto';

const HASH = /^sha256:([0-9a-f]{64})$/i;

/** SHA-256 of the admin key, 32 bytes. @param configured the key, or `sha256:` and the hexadecimal digits of its hash */
export function adminKeyHash(configured: string): Buffer {
  const [, digits] = HASH.exec(configured) ?? [];
  return digits === undefined ? hash('sha256', configured, 'buffer') : Buffer.from(digits, 'hex');
}

/** Whether the key itself is configured, so that this process can use and show it. */
export const isKeyItself = (configured: string): boolean => !HASH.test(configured);

/**
 * What stands for an admin key in the audit: another key has another id. Nobody without the secret can tell whether a
 * guess is the key.
 * @param configured see {@link adminKeyHash}.
 * @param secret 32 bytes, derived for this alone.
 */
export function adminKeyId(configured: string, secret: Buffer): string {
  return `environment-${createHmac('sha256', secret).update(adminKeyHash(configured)).digest('hex').slice(0, 8)}`;
}
