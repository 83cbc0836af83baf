/**
 * OAuth access tokens `hgt_<payload>.<signature>`: an API key for an hour, with some of its scopes. Tokens are not
 * stored: the signature (HMAC-SHA256) proves the payload. Their key is still looked up, so they end with it.
 */
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { SCOPES, type Scope } from './api-key';

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
/** Keeps the signing key apart from the master key and from every other key that is derived from it. */
const PURPOSE = 'heliograph access token v1';

/** Key id, scopes, end in epoch seconds. */
type Payload = [keyId: string, scopes: Scope[], endsAt: number];

/** @param masterKey 32 bytes; all api processes have the same, so each takes the others' tokens. */
export function createAccessTokens(masterKey: Buffer): AccessTokens {
  const key = Buffer.from(hkdfSync('sha256', masterKey, '', PURPOSE, 32));
  const sign = (payload: string): Buffer => createHmac('sha256', key).update(payload).digest();
  return {
    issue({ keyId, scopes }, nowMs) {
      const content: Payload = [keyId, [...scopes], Math.floor(nowMs / 1_000) + ACCESS_TOKEN_SECONDS];
      const payload = Buffer.from(JSON.stringify(content)).toString('base64url');
      return `hgt_${payload}.${sign(payload).toString('base64url')}`;
    },
    read(token, nowMs) {
      const [, payload, signature] = FORM.exec(token) ?? [];
      if (payload === undefined || signature === undefined) return null;
      const expected = sign(payload);
      const presented = Buffer.from(signature, 'base64url');
      if (presented.length !== expected.length || !timingSafeEqual(presented, expected)) return null;
      const [keyId, scopes, endsAt] = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Payload;
      if (endsAt * 1_000 <= nowMs) return null;
      return { keyId, scopes: SCOPES.filter((scope) => scopes.includes(scope)) };
    },
  };
}
