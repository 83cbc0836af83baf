/**
 * The proof of reports that come to a URL named in the message. Infobip sends those without any Authorization (that is for
 * subscriptions of the portal), but gives back `callbackData` as the message carried it (Infobip OpenAPI 3.210,
 * `webhooks.callbackData`, at most 4,000 characters). So each message carries a code that only we can make.
 */
import { hash, timingSafeEqual } from 'node:crypto';
import type { CallbackAuth } from '../provider';
import type { ExpectedAuth } from '../shared/callback-auth';

/** 132 bits of it. */
const CODE_LENGTH = 22;

/** The first half of what is hashed, which is the same for all messages of a gateway. */
const keys = new WeakMap<CallbackAuth, string>();

function keyOf(auth: CallbackAuth): string {
  const { basic, bearer } = auth;
  const key = keys.get(auth) ?? hash('sha256', bearer ?? `${basic?.username}:${basic?.password}`);
  keys.set(auth, key);
  return key;
}

/**
 * The code of an attempt under a gateway's secret, in base64url. The key has one length and the digest is cut, so this is as
 * good as an HMAC, at a third of its time: it is made for every message.
 */
const codeOf = (auth: CallbackAuth, attemptId: string): string =>
  hash('sha256', keyOf(auth) + attemptId, 'base64url').slice(0, CODE_LENGTH);

/** What a message carries; undefined when the gateway expects nothing of its callbacks. */
export function callbackDataOf(auth: CallbackAuth | null, attemptId: string): string | undefined {
  return auth === null ? undefined : codeOf(auth, attemptId);
}

/** Whether a report gives back what its message carried. */
export function givesBack(
  { messageId, callbackData }: Record<string, unknown>,
  { callbackAuth, previousCallbackAuth }: ExpectedAuth,
): boolean {
  if (typeof messageId !== 'string' || typeof callbackData !== 'string') return false;
  const given = Buffer.from(callbackData);
  if (given.length !== CODE_LENGTH) return false;
  const candidates = [callbackAuth, previousCallbackAuth ?? null].flatMap((auth) => (auth === null ? [] : [auth]));
  return candidates.some((auth) => timingSafeEqual(given, Buffer.from(codeOf(auth, messageId.toLowerCase()))));
}
