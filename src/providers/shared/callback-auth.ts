/** Checks the Authorization header of a provider's callback, for the vendors that send one. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { CallbackAuth, CallbackRequest } from '../provider';

/**
 * Whether a callback carries what the gateway expects. With no expectation configured the unguessable path token is the
 * proof, and every callback passes. The comparison takes equally long however much of the secret is right.
 */
export function isAuthentic(request: CallbackRequest, auth: CallbackAuth | null): boolean {
  const expected: string[] = [];
  if (auth?.basic) {
    const { username, password } = auth.basic;
    expected.push(`basic ${Buffer.from(`${username}:${password}`).toString('base64')}`);
  }
  if (auth?.bearer !== undefined) expected.push(`bearer ${auth.bearer}`);
  if (expected.length === 0) return true;

  const header = request.headers['authorization'];
  if (typeof header !== 'string') return false;
  // The scheme's name is case-insensitive (RFC 9110, 11.1); what follows it is not.
  const given = digest(header.replace(/^\S+/, (scheme) => scheme.toLowerCase()));
  return expected.filter((candidate) => timingSafeEqual(given, digest(candidate))).length > 0;
}

/** Equal lengths, as timingSafeEqual needs them, and no hint of the secret's own length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
