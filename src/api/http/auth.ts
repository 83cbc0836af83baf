/** Who is asking: an API key, or an access token of one, in a header or, on the CleverTap routes only, in the fields. */
import { hash, timingSafeEqual } from 'node:crypto';
import type { Request } from 'express';
import type { AccessTokens } from '../../core/accounts/access-token';
import { adminKeyHash } from '../../core/accounts/admin-key';
import { hasScope, parseApiKey, SCOPES, type Scope } from '../../core/accounts/api-key';
import { AppError } from '../../errors';
import type { StoredKey } from '../../store/accounts/api-keys';
import type { Accounts } from './account-context';
import type { ClientAddresses } from './client-address';
import { credentialIn, type PresentedFields } from './credential-fields';
import type { FailureReason, Failures } from './failures';
import type { KeyLookUp, Keys } from './keys';

export interface Principal {
  accountId: string;
  /** The key that asks; of the environment's admin key, what tells it from others. */
  keyId: string;
  scopes: readonly Scope[];
  /** Requests per second; null = unlimited. */
  ratePerSecond: number | null;
}

/** A key and what it may do in this request, or why there is none. */
type KeyInUse =
  | { key: StoredKey; scopes: readonly Scope[] }
  | { key: null; reason: FailureReason; keyId?: string; accountId?: string };

/** Whose key it was with which a request was refused. */
export type KeyOwner = Pick<Principal, 'accountId' | 'keyId'>;

const owners = new WeakMap<object, KeyOwner>();

/** Whom a refusal of {@link Authenticator.authenticate} concerns; undefined where that can't be told. */
export const ownerOf = (refusal: unknown): KeyOwner | undefined =>
  typeof refusal === 'object' && refusal !== null ? owners.get(refusal) : undefined;

/** A header credential, or what a CleverTap route's fields carry. */
type Credential = PresentedFields & { inFields?: true };

/** Fields that may carry a credential, and whether they are all that there are. */
export interface OfferedFields {
  fields: Record<string, unknown>;
  /** Of the body only so much was read, as people write it: `256 KB`; absent = all. */
  within?: string;
}

export interface Authenticator {
  /**
   * By a header alone this needs nothing of the body.
   * @param offered the request's fields on a CleverTap route; a header credential wins over them, because partner
   * payloads carry foreign user names.
   * @throws AppError unauthorized, too-many-failures, forbidden, rate-limited, not-found for an `X-Account-Id` of nobody
   */
  authenticate(request: Request, scope: Scope, offered?: OfferedFields): Promise<Principal>;
  /** Whether what a request has shown is still good; asks without counting it as a request. */
  isStillGood(request: Request, offered?: OfferedFields): Promise<boolean>;
  /** A request has no valid key. @throws AppError too-many-failures, where it is one of many, and only then */
  noteFailure(request: Request, reason: FailureReason, keyId?: string): void;
}

const DEFAULT_ACCOUNT = 'default';

export interface AuthenticatorDeps {
  keys: Keys;
  tokens: AccessTokens;
  accounts: Accounts;
  failures: Failures;
  addresses: ClientAddresses;
  /** Of the environment: the key, or `sha256:<hex>` of it. `id` stands for it in the audit. */
  adminKey: { key: string; id: string } | undefined;
}

export function createAuthenticator(deps: AuthenticatorDeps): Authenticator {
  const { keys, tokens, accounts, failures, addresses } = deps;
  const admin = deps.adminKey === undefined ? null : { id: deps.adminKey.id, hash: adminKeyHash(deps.adminKey.key) };

  const isAdminKey = (presented: string, { inFields }: Credential): boolean =>
    admin !== null && inFields !== true && timingSafeEqual(sha256(presented), admin.hash);

  async function identify(credential: Credential, request: Request): Promise<Principal> {
    const presented = secretOf(credential);
    if (isAdminKey(presented, credential)) {
      const accountId = await chosenAccount(request, DEFAULT_ACCOUNT);
      return { accountId, keyId: admin!.id, scopes: SCOPES, ratePerSecond: null };
    }
    const found = await keyOf(credential);
    if (found.key === null) {
      const told = refusal(request, found.reason, WRONG_KEY, found.keyId);
      const { accountId, keyId } = found;
      throw accountId === undefined || keyId === undefined ? told : concerning(told, { accountId, keyId });
    }
    const { key, scopes } = found;
    try {
      keys.use(key);
    } catch (error) {
      throw concerning(error, { accountId: key.accountId, keyId: key.id });
    }
    const accountId = scopes.includes('admin') ? await chosenAccount(request, key.accountId) : key.accountId;
    return { accountId, keyId: key.id, scopes, ratePerSecond: key.ratePerSecond };
  }

  /** The account that an admin acts for. @throws AppError not-found */
  async function chosenAccount(request: Request, own: string): Promise<string> {
    const chosen = request.get('x-account-id') ?? own;
    if (chosen !== own) await accounts.context(chosen);
    return chosen;
  }

  async function keyOf(credential: Credential): Promise<KeyInUse> {
    const presented = secretOf(credential);
    // An access token can do what was granted, as long as its key is valid.
    const grant = tokens.read(presented, Date.now());
    if (grant !== null) return inUse(await keys.valid(grant.keyId), grant.keyId, grant.scopes);
    const own = credential.kind === 'pair' ? { ...credential, id: credential.id.replace(/^hg_/, '') } : null;
    const pair = parseApiKey(presented) ?? own;
    if (pair === null) return { key: null, reason: 'malformed' };
    return inUse(await keys.withSecret(pair.id, pair.secret), pair.id);
  }

  /** What is told to who has no valid key. */
  function refusal(request: Request, reason: FailureReason, message: string, keyId?: string): AppError {
    const waitMs = failures.note({ reason, party: addresses.partyOf(request), keyId });
    if (waitMs === 0) return new AppError('unauthorized', message);
    return new AppError(
      'too-many-failures',
      'Too many requests without a valid key come from this address, or try secrets of this key: a valid key passes',
      { retryAfterSeconds: Math.ceil(waitMs / 1_000) },
    );
  }

  return {
    async authenticate(request, scope, offered) {
      const credential = credentialOf(request, offered);
      if (credential === null) throw refusal(request, 'no-key', noKey(offered?.within));
      const principal = await identify(credential, request);
      if (!hasScope(principal.scopes, scope)) {
        const told = `This needs a key with the scope "${scope}"; yours has ${principal.scopes.join(', ')}`;
        throw concerning(new AppError('forbidden', told), principal);
      }
      return principal;
    },
    async isStillGood(request, offered) {
      const credential = credentialOf(request, offered);
      if (credential === null) return false;
      return isAdminKey(secretOf(credential), credential) || (await keyOf(credential)).key !== null;
    },
    noteFailure(request, reason, keyId) {
      const told = refusal(request, reason, WRONG_KEY, keyId);
      if (told.code === 'too-many-failures') throw told;
    },
  };
}

/** Remembers whom a refusal concerns; one for too many failures concerns nobody. */
function concerning(refusal: unknown, { accountId, keyId }: KeyOwner): unknown {
  if (refusal instanceof AppError && refusal.code !== 'too-many-failures') owners.set(refusal, { accountId, keyId });
  return refusal;
}

const sha256 = (text: string): Buffer => hash('sha256', text, 'buffer');

const secretOf = (credential: Credential): string => (credential.kind === 'key' ? credential.key : credential.secret);

const inUse = (found: KeyLookUp, keyId: string, scopes?: readonly Scope[]): KeyInUse =>
  found.key === null ? { ...found, keyId } : { key: found.key, scopes: scopes ?? found.key.scopes };

const WRONG_KEY = 'The API key or access token is wrong, expired or revoked';

const noKey = (within: string | undefined): string =>
  `No API key${within === undefined ? '' : ` in a header, nor within the first ${within} of the body`}: send it as ` +
  '"Authorization: Bearer hg_…", as X-Api-Key, or as the password of Basic authentication';

function credentialOf(request: Request, offered: OfferedFields | undefined): Credential | null {
  const header = headerCredential(request);
  if (header !== null || offered === undefined) return header;
  const inFields = credentialIn(offered.fields);
  return inFields === null ? partnerCredential(request) : { ...inFields, inFields: true };
}

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

/** Headers in which partners' forms carry the key (CleverTap partner guides: Kaleyra, OneXtel). */
const PARTNER_HEADERS = ['api-key', 'onexkey'];

function partnerCredential(request: Request): Credential | null {
  for (const name of PARTNER_HEADERS) {
    const key = request.get(name);
    if (key !== undefined) return { kind: 'key', key };
  }
  return null;
}
