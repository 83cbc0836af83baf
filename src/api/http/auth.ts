/** Who is asking: an API key, or an access token of one, in a header or, on the CleverTap routes only, in the fields. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { AccessTokens } from '../../core/accounts/access-token';
import { adminKeyHash } from '../../core/accounts/admin-key';
import { hasScope, parseApiKey, SCOPES, type Scope } from '../../core/accounts/api-key';
import { AppError } from '../../errors';
import type { StoredKey } from '../../store/accounts/api-keys';
import type { Keys } from './keys';

export interface Principal {
  accountId: string;
  /** The key that asks; null = the admin key of the environment. */
  keyId: string | null;
  scopes: readonly Scope[];
}

/** A key and what it may do in this request. */
interface KeyInUse {
  key: StoredKey;
  scopes: readonly Scope[];
}

/** A header credential, or what a CleverTap route's fields carry. */
type Credential = { kind: 'key'; key: string } | { kind: 'pair'; id: string; secret: string };

export interface Authenticator {
  /**
   * By a header alone this needs nothing of the body.
   * @param fields the request's fields on a CleverTap route; a header credential wins over them, because partner
   * payloads carry foreign user names.
   * @throws AppError unauthorized, forbidden, rate-limited
   */
  authenticate(request: Request, scope: Scope, fields?: Record<string, unknown>): Promise<Principal>;
}

const DEFAULT_ACCOUNT = 'default';

export interface AuthenticatorDeps {
  keys: Keys;
  tokens: AccessTokens;
  /** The key, or `sha256:<hex>` of it. */
  adminKey: string | undefined;
}

export function createAuthenticator({ keys, tokens, adminKey }: AuthenticatorDeps): Authenticator {
  const adminHash = adminKey === undefined ? null : adminKeyHash(adminKey);

  async function identify(credential: Credential, request: Request): Promise<Principal | null> {
    const presented = credential.kind === 'key' ? credential.key : credential.secret;
    if (adminHash !== null && timingSafeEqual(sha256(presented), adminHash)) {
      return { accountId: request.get('x-account-id') ?? DEFAULT_ACCOUNT, keyId: null, scopes: SCOPES };
    }
    const found = (await grantedKey(presented)) ?? (await ownKey(presented, credential));
    if (found === null) return null;
    const { key, scopes } = found;
    keys.use(key);
    const accountId = scopes.includes('admin') ? (request.get('x-account-id') ?? key.accountId) : key.accountId;
    return { accountId, keyId: key.id, scopes };
  }

  /** An access token can do what was granted, as long as its key is valid. */
  async function grantedKey(presented: string): Promise<KeyInUse | null> {
    const grant = tokens.read(presented, Date.now());
    const key = grant === null ? null : await keys.valid(grant.keyId);
    return grant === null || key === null ? null : { key, scopes: grant.scopes };
  }

  async function ownKey(presented: string, credential: Credential): Promise<KeyInUse | null> {
    const pair =
      parseApiKey(presented) ??
      (credential.kind === 'pair' ? { ...credential, id: credential.id.replace(/^hg_/, '') } : null);
    const key = pair === null ? null : await keys.withSecret(pair.id, pair.secret);
    return key === null ? null : { key, scopes: key.scopes };
  }

  return {
    async authenticate(request, scope, fields) {
      const credential =
        headerCredential(request) ??
        (fields === undefined ? null : (fieldCredential(fields) ?? partnerCredential(request)));
      if (credential === null) {
        throw new AppError(
          'unauthorized',
          'No API key: send it as "Authorization: Bearer hg_…", as X-Api-Key, or as the password of Basic authentication',
        );
      }
      const principal = await identify(credential, request);
      if (principal === null)
        throw new AppError('unauthorized', 'The API key or access token is wrong, expired or revoked');
      if (!hasScope(principal.scopes, scope)) {
        throw new AppError(
          'forbidden',
          `This needs a key with the scope "${scope}"; yours has ${principal.scopes.join(', ')}`,
        );
      }
      return principal;
    },
  };
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

/** Whether a header has a credential, right or wrong: it wins over fields, so the body need not be read first. */
export const presentsCredential = (request: Request): boolean => headerCredential(request) !== null;

function headerCredential(request: Request): Credential | null {
  const { authorization } = request.headers;
  if (authorization !== undefined && authorization !== '') {
    const [scheme = '', value = ''] = authorization.split(/\s+/, 2);
    if (/^bearer$/i.test(scheme)) return { kind: 'key', key: value };
    const pair = basicCredentials(authorization);
    return pair === null ? { kind: 'key', key: authorization } : { kind: 'pair', ...pair };
  }
  const apiKey = request.get('x-api-key');
  return apiKey === undefined ? null : { kind: 'key', key: apiKey };
}

/** User and password of a Basic `Authorization`; null for another scheme. */
export function basicCredentials(authorization: string): { id: string; secret: string } | null {
  const [, encoded] = /^basic\s+(\S+)/i.exec(authorization) ?? [];
  if (encoded === undefined) return null;
  const decoded = Buffer.from(encoded, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  return { id: decoded.slice(0, Math.max(0, colon)), secret: decoded.slice(colon + 1) };
}

/** What partners' forms call them (CleverTap partner guides: Times Mobile, Route Mobile, ICS, Sinch). */
const KEY_FIELDS = ['apikey', 'access_token'];
const USER_FIELDS = ['username', 'user', 'userid'];
const PASSWORD_FIELDS = ['password', 'pass'];

function fieldCredential(fields: Record<string, unknown>): Credential | null {
  const first = (names: readonly string[]): string | undefined => {
    for (const name of names) {
      for (const key in fields) {
        const value = fields[key];
        if (typeof value === 'string' && value !== '' && key.toLowerCase() === name) return value;
      }
    }
    return undefined;
  };
  const key = first(KEY_FIELDS);
  if (key !== undefined) return { kind: 'key', key };
  const password = first(PASSWORD_FIELDS);
  return password === undefined ? null : { kind: 'pair', id: first(USER_FIELDS) ?? '', secret: password };
}

/** Headers in which partners' forms carry the key (CleverTap partner guides: Kaleyra, OneXtel). */
const PARTNER_HEADERS = ['api-key', 'onexkey'];

function partnerCredential(request: Request): Credential | null {
  for (const name of PARTNER_HEADERS) {
    const key = request.get(name);
    if (key !== undefined) return { kind: 'key', key };
  }
  return null;
}
