/** API keys `hg_<id>_<secret>`: 80 bits of id, 160 bits of secret, kept as SHA-256. */
import { hash, randomBytes, timingSafeEqual } from 'node:crypto';

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
const ID_DIGITS = 16;
const SECRET_DIGITS = 32;

const digits = (count: number): string => Array.from(randomBytes(count), (byte) => ALPHABET[byte & 31]!).join('');

export const SCOPES = ['send', 'read', 'content', 'manage', 'admin'] as const;
export type Scope = (typeof SCOPES)[number];

/** What a scope is allowed beside its own. */
const ALSO: Record<Scope, readonly Scope[]> = {
  send: [],
  read: [],
  content: [],
  manage: ['content'],
  admin: SCOPES,
};

/** Whether a key with these scopes may do what `scope` allows. */
export const hasScope = (scopes: readonly Scope[], scope: Scope): boolean =>
  scopes.some((own) => own === scope || ALSO[own].includes(scope));

export function hashSecret(secret: string): Buffer {
  return hash('sha256', secret, 'buffer');
}

/** A new key: `key` is shown once, `id` and `hash` are kept. */
export function createApiKey(): { id: string; key: string; hash: Buffer; last4: string } {
  const id = digits(ID_DIGITS);
  const secret = digits(SECRET_DIGITS);
  return { id, key: `hg_${id}_${secret}`, hash: hashSecret(secret), last4: secret.slice(-4) };
}

const KEY_ID = new RegExp(`^[${ALPHABET}]{${ID_DIGITS}}$`);

/** Whether a text could be the id of a key: any other is nobody's. */
export const isKeyId = (text: string): boolean => KEY_ID.test(text);

/** Splits `hg_<id>_<secret>`; null when the text is not of that form. */
export function parseApiKey(text: string): { id: string; secret: string } | null {
  const match = /^hg_([0-9a-z]+)_([0-9a-z]+)$/.exec(text);
  return match ? { id: match[1]!, secret: match[2]! } : null;
}

/** Compares a presented secret with a kept hash in constant time. */
export function secretMatches(secret: string, hash: Buffer): boolean {
  const presented = hashSecret(secret);
  return presented.length === hash.length && timingSafeEqual(presented, hash);
}
