/**
 * The proof of reports that come to a URL named in the message. Infobip sends those without any Authorization (that is for
 * subscriptions of the portal), but gives back `callbackData` as the message carried it (Infobip OpenAPI 3.210,
 * `webhooks.callbackData`, at most 4,000 characters). So each message carries a code that only we can make.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { CallbackAuth } from '../provider';
import type { ExpectedAuth } from '../shared/callback-auth';

/** 128 bits of it. */
const CODE_BYTES = 16;

/** The first half of what is hashed, which is the same for all messages of a gateway. */
const keys = new WeakMap<CallbackAuth, string>();

function keyOf(auth: CallbackAuth): string {
  const { basic, bearer } = auth;
  const key = keys.get(auth) ?? hash('sha256', bearer ?? `${basic?.username}:${basic?.password}`);
  keys.set(auth, key);
  return key;
}

/**
 * The code of an attempt under a gateway's secret. The key has one length and the digest is cut, so this is as good as an
 * HMAC, at a quarter of its time.
 */
const codeOf = (auth: CallbackAuth, attemptId: string): Buffer =>
  hash('sha256', keyOf(auth) + attemptId, 'buffer').subarray(0, CODE_BYTES);

/** What a message carries; undefined when the gateway expects nothing of its callbacks. */
export function callbackDataOf(auth: CallbackAuth | null, attemptId: string): string | undefined {
  return auth === null ? undefined : codeOf(auth, attemptId).toString('base64url');
}

/** Whether a report gives back what its message carried. */
export function givesBack(
  { messageId, callbackData }: Record<string, unknown>,
  { callbackAuth, previousCallbackAuth }: ExpectedAuth,
): boolean {
  if (typeof messageId !== 'string' || typeof callbackData !== 'string') return false;
  const given = Buffer.from(callbackData, 'base64url');
  if (given.length !== CODE_BYTES) return false;
  const candidates = [callbackAuth, previousCallbackAuth ?? null].flatMap((auth) => (auth === null ? [] : [auth]));
  return candidates.filter((auth) => timingSafeEqual(given, codeOf(auth, messageId.toLowerCase()))).length > 0;
}
