/** Checks the Authorization header of a provider's callback, for the vendors that send one, and makes the secrets for it. */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { CallbackProof } from '../../core/gateways/callback-proof';
import type { CallbackAuth, CallbackRequest, CallbackResult, CallbackScheme, ProviderConfig } from '../provider';

/** What a gateway expects of its callbacks: the newest, and what was good before a rotation while it still is. */
export type ExpectedAuth = Pick<ProviderConfig<unknown>, 'callbackAuth' | 'previousCallbackAuth'>;

export const UNPROVEN: CallbackResult = { kind: 'unauthentic', reason: 'wrong or no Authorization' };

/**
 * Reads a callback that carries what the gateway expects, and notes that as its proof. With nothing expected every callback
 * is read, without a proof.
 */
export function provenBySecret(
  request: CallbackRequest,
  expected: ExpectedAuth,
  read: () => CallbackResult,
): CallbackResult {
  if (expected.callbackAuth === null) return read();
  return isAuthentic(request, expected) ? withProof(read(), 'secret') : UNPROVEN;
}

/** The same result with its proof, where it carries anything that is to be believed. */
export function withProof(result: CallbackResult, proof: CallbackProof): CallbackResult {
  return result.kind === 'receipts' || result.kind === 'inbound' ? { ...result, proof } : result;
}

/**
 * Whether a callback carries what the gateway expects; false when it expects nothing. The comparison takes equally long
 * however much of the secret is right.
 */
export function isAuthentic(request: CallbackRequest, { callbackAuth, previousCallbackAuth }: ExpectedAuth): boolean {
  const expected = [callbackAuth, previousCallbackAuth ?? null].flatMap((auth) =>
    auth === null ? [] : digestsOf(auth),
  );
  if (expected.length === 0) return false;
  const header = request.headers['authorization'];
  if (typeof header !== 'string') return false;
  // The scheme's name is case-insensitive (RFC 9110, 11.1); what follows it is not.
  const given = digest(header.replace(/^\S+/, (scheme) => scheme.toLowerCase()));
  return expected.filter((candidate) => timingSafeEqual(given, candidate)).length > 0;
}

/** Headers that prove, as digests: worked out once for a gateway that is asked about for every report. */
const known = new WeakMap<CallbackAuth, Buffer[]>();

function digestsOf(auth: CallbackAuth): Buffer[] {
  const digests = known.get(auth) ?? headersOf(auth).map(digest);
  known.set(auth, digests);
  return digests;
}

function headersOf({ basic, bearer }: CallbackAuth): string[] {
  const headers: string[] = [];
  if (basic) headers.push(`basic ${Buffer.from(`${basic.username}:${basic.password}`).toString('base64')}`);
  if (bearer !== undefined) headers.push(`bearer ${bearer}`);
  return headers;
}

/** Equal lengths, as timingSafeEqual needs them, and no hint of the secret's own length. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** 192 bits. */
const SECRET_BYTES = 24;
const USERNAME = 'heliograph';

const newSecret = (): string => randomBytes(SECRET_BYTES).toString('base64url');

/** A new secret for a vendor that can send one; null for the others. */
export function freshCallbackAuth({ callbackScheme }: { callbackScheme: CallbackScheme }): CallbackAuth | null {
  switch (callbackScheme) {
    case 'basic':
      return { basic: { username: USERNAME, password: newSecret() } };
    case 'bearer':
      return { bearer: newSecret() };
    case 'signature':
    case 'nothing':
      return null;
  }
}

/** The same kind of proof with another secret; a user name stays as it is. */
export function renewedCallbackAuth({ basic, bearer }: CallbackAuth): CallbackAuth {
  return {
    ...(basic && { basic: { username: basic.username, password: newSecret() } }),
    ...(bearer !== undefined && { bearer: newSecret() }),
  };
}
