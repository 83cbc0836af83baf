/**
 * OAuth access tokens `hgt_<payload>.<signature>`: an API key for an hour, with some of its scopes. Tokens are not
 * stored: the signature (HMAC-SHA256) proves the payload. Their key is still looked up, so they end with it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { SCOPES, type Scope } from './api-key';
import type { Keyring } from './keyring';

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

const FORM = /^hgt_([\w-]+)\.([\w-]+)$/;
/** Of the keys that sign. */
const PURPOSE = 'access token';

/** Key id, scopes, end in epoch seconds. */
type Payload = [keyId: string, scopes: Scope[], endsAt: number];

/** @param ring all api processes have the same, so each takes the others' tokens. The first key signs, any verifies. */
export function createAccessTokens(ring: Keyring): AccessTokens {
  const sign = (payload: string, key: Buffer): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    issue({ keyId, scopes }, nowMs) {
      const content: Payload = [keyId, [...scopes], Math.floor(nowMs / 1_000) + ACCESS_TOKEN_SECONDS];
      const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `hgt_${payload}.${sign(payload, ring.keyFor(PURPOSE)).toString('base64url')}`;
    },
    read(token, nowMs) {
      const [, payload, signature] = FORM.exec(token) ?? [];
      if (payload === undefined || signature === undefined) return null;
      const presented = Buffer.from(signature, 'base64url');
      const isGenuine = ring.keysFor(PURPOSE).some((key) => {
        const expected = sign(payload, key);
        return presented.length === expected.length && timingSafeEqual(presented, expected);
      });
      if (!isGenuine) return null;
      const [keyId, scopes, endsAt] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Payload;
      if (endsAt * 1_000 <= nowMs) return null;
      return { keyId, scopes: SCOPES.filter((scope) => scopes.includes(scope)) };
    },
  };
}
