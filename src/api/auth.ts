/** Who is asking: an API key in a header or, on the CleverTap routes only, in the fields. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import { parseApiKey, secretMatches, type Scope } from '../core/api-key';
import { AppError } from '../errors';
import { findKey, type StoredKey } from '../store/accounts';
import type { Database } from '../store/database';

export interface Principal {
  accountId: string;
  scopes: readonly Scope[];
}

/** A header credential, or what a CleverTap route's fields carry. */
type Credential = { kind: 'key'; key: string } | { kind: 'pair'; id: string; secret: string };

export interface Authenticator {
  /**
   * @param fields the request's fields on a CleverTap route; a header credential wins over them, because partner
   * payloads carry foreign user names.
   * @throws AppError unauthorized, forbidden
   */
  authenticate(request: Request, scope: Scope, fields?: Record<string, unknown>): Promise<Principal>;
  /** This process revoked a key. */
  forget(keyId: string): void;
}

/** A revoked key is refused this much later at most; a busy key costs one query in that time. */
const KEY_CACHE_MS = 1_000;
const MAX_CACHED_KEYS = 10_000;
const DEFAULT_ACCOUNT = 'default';

export function createAuthenticator(database: Database, adminKey: string | undefined): Authenticator {
  const cache = new Map<string, { key: StoredKey | null; expiresAtMs: number }>();
  const adminHash = adminKey === undefined ? null : sha256(adminKey);

  async function storedKey(id: string): Promise<StoredKey | null> {
    const known = cache.get(id);
    if (known !== undefined && known.expiresAtMs > Date.now()) return known.key;
    const key = await findKey(database.db, id);
    if (cache.size >= MAX_CACHED_KEYS) cache.clear();
    cache.set(id, { key, expiresAtMs: Date.now() + KEY_CACHE_MS });
    return key;
  }

  async function identify(credential: Credential, request: Request): Promise<Principal | null> {
    const presented = credential.kind === 'key' ? credential.key : credential.secret;
    if (adminHash !== null && timingSafeEqual(sha256(presented), adminHash)) {
      return { accountId: request.get('x-account-id') ?? DEFAULT_ACCOUNT, scopes: ['admin', 'manage', 'read', 'send'] };
    }
    const pair =
      parseApiKey(presented) ??
      (credential.kind === 'pair' ? { ...credential, id: credential.id.replace(/^hg_/, '') } : null);
    if (pair === null) return null;
    const key = await storedKey(pair.id);
    if (key === null || key.revokedAt !== null || !secretMatches(pair.secret, key.secretHash)) return null;
    if (key.expiresAt !== null && key.expiresAt.getTime() <= Date.now()) return null;
    const accountId = key.scopes.includes('admin') ? (request.get('x-account-id') ?? key.accountId) : key.accountId;
    return { accountId, scopes: key.scopes };
  }

  return {
    async authenticate(request, scope, fields) {
      const credential = headerCredential(request) ?? (fields === undefined ? null : fieldCredential(fields));
      if (credential === null) {
        throw new AppError(
          'unauthorized',
          'No API key: send it as "Authorization: Bearer hg_…", as X-Api-Key, or as the password of Basic authentication',
        );
      }
      const principal = await identify(credential, request);
      if (principal === null) throw new AppError('unauthorized', 'The API key is wrong, expired or revoked');
      if (!principal.scopes.includes(scope) && !principal.scopes.includes('admin')) {
        throw new AppError(
          'forbidden',
          `This needs a key with the scope "${scope}"; yours has ${principal.scopes.join(', ')}`,
        );
      }
      return principal;
    },
    forget: (keyId) => void cache.delete(keyId),
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();

function headerCredential(request: Request): Credential | null {
  const { authorization } = request.headers;
  if (authorization !== undefined && authorization !== '') {
    const [scheme = '', value = ''] = authorization.split(/\s+/, 2);
    if (/^bearer$/i.test(scheme)) return { kind: 'key', key: value };
    if (/^basic$/i.test(scheme)) {
      const decoded = Buffer.from(value, 'base64').toString('utf8');
      const colon = decoded.indexOf(':');
      return { kind: 'pair', id: decoded.slice(0, Math.max(0, colon)), secret: decoded.slice(colon + 1) };
    }
    return { kind: 'key', key: authorization };
  }
  const apiKey = request.get('x-api-key');
  return apiKey === undefined ? null : { kind: 'key', key: apiKey };
}

function fieldCredential(fields: Record<string, unknown>): Credential | null {
  const text = (name: string): string | undefined => (typeof fields[name] === 'string' ? fields[name] : undefined);
  const key = text('apikey') ?? text('access_token');
  if (key !== undefined) return { kind: 'key', key };
  const password = text('password');
  return password === undefined ? null : { kind: 'pair', id: text('username') ?? '', secret: password };
}
