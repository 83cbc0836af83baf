/**
 * Sessions of the console: a key, the account it acts for, and an end, signed and kept by the browser. They are not stored:
 * their key is looked up at every request, so they end with it.
 */
import type { Keyring } from './keyring';
import { createSignedText } from './signed-text';

export const SESSION_SECONDS = 12 * 3_600;

export interface ConsoleSession {
  keyId: string;
  /** The account that an admin's key acts for. */
  accountId: string;
}

export interface ConsoleSessions {
  /** A session that is valid for {@link SESSION_SECONDS} from `nowMs`. */
  issue(session: ConsoleSession, nowMs: number): string;
  /** The session; `ended` when its time is over; null when it was not made here. */
  read(text: string, nowMs: number): ConsoleSession | 'ended' | null;
}

/** Key, account, end in epoch seconds. */
type Payload = [keyId: string, accountId: string, endsAt: number];

export function createConsoleSessions(ring: Keyring): ConsoleSessions {
  const signed = createSignedText(ring, 'console session');
  return {
    issue({ keyId, accountId }, nowMs) {
      const payload: Payload = [keyId, accountId, Math.floor(nowMs / 1_000) + SESSION_SECONDS];
      return signed.sign(payload);
    },
    read(text, nowMs) {
      const payload = signed.read(text);
      if (payload === undefined) return null;
      const [keyId, accountId, endsAt] = payload as Payload;
      return endsAt * 1_000 <= nowMs ? 'ended' : { keyId, accountId };
    },
  };
}
