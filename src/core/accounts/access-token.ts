/**
 * OAuth access tokens `hgt_<payload>.<signature>`: an API key for an hour, with some of its scopes. Tokens are not
 * stored: the signature (HMAC-SHA256) proves the payload. Their key is still looked up, so they end with it.
 */
import { SCOPES, type Scope } from './api-key';
import type { Keyring } from './keyring';
import { createSignedText } from './signed-text';

export const ACCESS_TOKEN_SECONDS = 3_600;

export interface AccessGrant {
  keyId: string;
  scopes: readonly Scope[];
}

export interface AccessTokens {
  /** A token that is valid for {@link ACCESS_TOKEN_SECONDS} from `nowMs`. */
  issue(grant: AccessGrant, nowMs: number): string;
  /** What a token grants; null when it is none, is forged, or has ended. */
  read(token: string, nowMs: number): AccessGrant | null;
}

const PREFIX = 'hgt_';

/** Key id, scopes, end in epoch seconds. */
type Payload = [keyId: string, scopes: Scope[], endsAt: number];

/** @param ring all api processes have the same, so each takes the others' tokens. */
export function createAccessTokens(ring: Keyring): AccessTokens {
  const signed = createSignedText(ring, 'access token');
  return {
    issue({ keyId, scopes }, nowMs) {
      const payload: Payload = [keyId, [...scopes], Math.floor(nowMs / 1_000) + ACCESS_TOKEN_SECONDS];
      return PREFIX + signed.sign(payload);
    },
    read(token, nowMs) {
      const payload = token.startsWith(PREFIX) ? signed.read(token.slice(PREFIX.length)) : undefined;
      if (payload === undefined) return null;
      const [keyId, scopes, endsAt] = payload as Payload;
      if (endsAt * 1_000 <= nowMs) return null;
      return { keyId, scopes: SCOPES.filter((scope) => scopes.includes(scope)) };
    },
  };
}
