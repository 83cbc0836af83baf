/**
 * Sessions of the console: an id, a key, the account it acts for, and an end, signed and kept by the browser. They are not
 * stored: their key is looked up at every request, so they end with it. Those that were signed out are.
 */
import { randomUUID } from 'node:crypto';
import type { Keyring } from './keyring';
import { createSignedText } from './signed-text';

export const SESSION_SECONDS = 12 * 3_600;

export interface ConsoleSession {
  keyId: string;
  /** The account that an admin's key acts for. */
  accountId: string;
}

/** A session as it was given to a browser. */
export interface IssuedSession extends ConsoleSession {
  /** Tells it from others of its key: a UUID. */
  id: string;
  /** When its time is over: epoch milliseconds. */
  endsAtMs: number;
}

export interface ConsoleSessions {
  /** A session that is valid for {@link SESSION_SECONDS} from `nowMs`. */
  issue(session: ConsoleSession, nowMs: number): string;
  /** The session; `ended` when its time is over, or it has no id to end it by; null when it was not made here. */
  read(text: string, nowMs: number): IssuedSession | 'ended' | null;
}

/** Key, account, end in epoch seconds; earlier versions gave no id. */
type Payload = [keyId: string, accountId: string, endsAt: number, id?: string];

export function createConsoleSessions(ring: Keyring): ConsoleSessions {
  const signed = createSignedText(ring, 'console session');
  return {
    issue({ keyId, accountId }, nowMs) {
      const payload: Payload = [keyId, accountId, Math.floor(nowMs / 1_000) + SESSION_SECONDS, randomUUID()];
      return signed.sign(payload);
    },
    read(text, nowMs) {
      const payload = signed.read(text);
      if (payload === undefined) return null;
      const [keyId, accountId, endsAt, id] = payload as Payload;
      const endsAtMs = endsAt * 1_000;
      return endsAtMs <= nowMs || id === undefined ? 'ended' : { id, keyId, accountId, endsAtMs };
    },
  };
}
